//! What browsers see: on to Klarna by the acquirer's own page, and back by its internal `return_url`.

use axum::http::StatusCode;
use serde_json::json;

use crate::klarna::{Answer, Kind, OPAQUE};
use crate::world::{BEGIN, World, order};

#[tokio::test]
async fn the_return_page_finalises_before_it_sends_the_browser_on() {
    let world = World::new().await;
    world.start("a1").await;
    world.klarna.set_state("COMPLETED");
    let reply = world.visit(&world.return_page()).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    // Exactly the app's link: nothing added, whatever Klarna put into the query.
    assert_eq!(
        reply.location.as_deref(),
        Some("shop://done?stepup=nonce-marked-secret")
    );
    assert_eq!(world.klarna.calls(Kind::Second).len(), 1);
    assert_eq!(world.record("a1").status.word(), "approved");
}

#[tokio::test]
async fn the_return_page_does_not_believe_its_query() {
    let world = World::new().await;
    world.start("a1").await;
    // The page's address says COMPLETED; Klarna says that the customer has left.
    let reply = world.visit(&world.return_page()).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    assert_eq!(world.clock.now_ms(), BEGIN);
    assert_eq!(world.status("a1").await.word(), "pending");
    assert!(world.klarna.calls(Kind::Second).is_empty());
}

#[tokio::test]
async fn the_return_page_lets_nobody_wait_for_ever() {
    let world = World::new().await;
    world.start("a1").await;
    world.klarna.set_state("COMPLETED");
    world.klarna.second([Answer::Hold]);
    let reply = world.visit(&world.return_page()).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    assert_eq!(world.clock.now_ms() - BEGIN, 10_000);
    world.klarna.release();
    world.settle().await;
    assert_eq!(world.status("a1").await.word(), "approved");
}

#[tokio::test]
async fn one_link_serves_for_both_ways_back() {
    for (only, absent) in [
        ("return_url", "app_return_url"),
        ("app_return_url", "return_url"),
    ] {
        let world = World::new().await;
        let mut order = order("42");
        order[only] = json!("shop://klarna");
        order.as_object_mut().expect("an object").remove(absent);
        assert_eq!(world.start_with("a1", &order).await.word(), "pending");
        let call = &world.klarna.calls(Kind::First)[0];
        let config = &call.body["step_up_config"]["customer_interaction_config"];
        assert_eq!(config["app_return_url"], "shop://klarna");
        let reply = world.visit(&world.return_page()).await;
        assert_eq!(reply.location.as_deref(), Some("shop://klarna"));
    }
}

#[tokio::test]
async fn the_other_reply_shape_leads_to_klarna_without_a_script() {
    let world = World::new().await;
    let mut order = order("42");
    order["reply"] = json!("redirect");
    let started = world.start_with("a1", &order).await;
    assert!(started.json["klarna"].is_null());
    let redirect_url = started.json["redirect_url"].as_str().expect("an address");
    assert!(redirect_url.starts_with(&world.url));
    let page = world.visit(redirect_url).await;
    assert_eq!(page.status, StatusCode::OK);
    let klarna = format!("https://pay.test.klarna.com/eu/requests/{OPAQUE}/start");
    assert!(page.text.contains(&format!("content=\"0;url={klarna}\"")));
    assert!(page.text.contains(&format!("href=\"{klarna}\"")));
    assert!(!page.text.contains("<script"));
    let asked = world.status("a1").await;
    assert_eq!(asked.json["redirect_url"], redirect_url);
    world.klarna.second([Answer::Hold]);
    world.completed("e1").await;
    assert_eq!(
        world.status("a1").await.json["klarna"],
        json!({ "state": "COMPLETED" })
    );
    world.klarna.release();
    world.settle().await;
    let closed = world.visit(redirect_url).await;
    assert!(!closed.text.contains(OPAQUE));
    assert!(closed.text.contains("href=\"shop://done?"));
}

#[tokio::test]
async fn pages_of_nothing_are_not_found() {
    let world = World::new().await;
    for path in ["/pay/unknown", "/klarna/return/unknown", "/elsewhere"] {
        assert_eq!(world.visit(path).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(world.visit("/healthz").await.text, "ok\n");
}
