//! Klarna's webhooks: signed, rotated, doubled, late, out of order, early.

use axum::http::StatusCode;
use serde_json::json;

use crate::klarna::{Answer, Kind};
use crate::world::{SIGNING_KEY, World, event, sign, signing_key};

#[tokio::test]
async fn a_wrong_signature_is_400_and_changes_nothing() {
    let world = World::new().await;
    world.start("a1").await;
    let body = event(
        "e1",
        &world.klarna.payload("COMPLETED", "2026-11-25T09:05:00Z"),
    );
    let good = sign(SIGNING_KEY, &body);
    for (key_id, signature, body) in [
        ("key-1", sign("another key", &body), body.clone()),
        ("key-2", good.clone(), body.clone()),
        ("key-1", good.to_uppercase(), body.clone()),
        ("key-1", String::new(), body.clone()),
        ("key-1", good[2..].to_owned(), body.clone()),
        // The same JSON, but not the same bytes.
        ("key-1", good.clone(), body.replace(':', ": ")),
    ] {
        let reply = world.raw_webhook(key_id, &signature, body).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(world.status("a1").await.word(), "pending");
    assert!(world.record("a1").webhook_events.is_empty());
    let reply = world.raw_webhook("key-1", &good, body).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert_eq!(world.status("a1").await.word(), "approved");
}

#[tokio::test]
async fn keys_are_rotated_by_their_id() {
    let world = World::new().await;
    world.start("a1").await;
    world.acquirer.set_signing_keys(vec![
        signing_key("key-1", SIGNING_KEY),
        signing_key("key-2", "the new one"),
    ]);
    let in_progress = event(
        "e1",
        &world.klarna.payload("IN_PROGRESS", "2026-11-25T09:01:00Z"),
    );
    let old = sign(SIGNING_KEY, &in_progress);
    let reply = world.raw_webhook("key-1", &old, in_progress).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    let completed = event(
        "e2",
        &world.klarna.payload("COMPLETED", "2026-11-25T09:05:00Z"),
    );
    let new = sign("the new one", &completed);
    let reply = world.raw_webhook("key-2", &new, completed).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert_eq!(world.status("a1").await.word(), "approved");
}

#[tokio::test]
async fn an_event_that_comes_twice_is_acted_upon_once() {
    let world = World::new().await;
    world.start("a1").await;
    for _ in 0..3 {
        assert_eq!(world.completed("e1").await.status, StatusCode::NO_CONTENT);
    }
    let record = world.record("a1");
    assert_eq!(record.second_authorizes, 1);
    assert_eq!(record.webhook_events.len(), 1);
    assert_eq!(record.webhook_events[0].times, 3);
}

#[tokio::test]
async fn an_event_id_is_taken_once_whatever_comes_with_it() {
    let world = World::new().await;
    world.start("a1").await;
    let entered = world.klarna.payload("IN_PROGRESS", "2026-11-25T09:01:00Z");
    world.webhook("e1", entered).await;
    assert_eq!(world.completed("e1").await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.status("a1").await.word(), "pending");
    assert!(world.klarna.calls(Kind::Second).is_empty());
}

#[tokio::test]
async fn events_out_of_order_do_not_turn_the_state_back() {
    let world = World::new().await;
    let started = world.start("a1").await;
    let left = world.klarna.payload("SUBMITTED", "2026-11-25T09:03:00Z");
    let entered = world.klarna.payload("IN_PROGRESS", "2026-11-25T09:02:00Z");
    world.webhook("e2", left).await;
    world.webhook("e1", entered).await;
    let reply = world.status("a1").await;
    assert_eq!(reply.json["klarna"]["state"], "SUBMITTED");
    assert_eq!(reply.json["version"], started.json["version"]);
    world.klarna.second([Answer::Hold]);
    world.completed("e4").await;
    let late = world.klarna.payload("IN_PROGRESS", "2026-11-25T09:04:00Z");
    world.webhook("e3", late).await;
    assert_eq!(
        world.status("a1").await.json["klarna"]["state"],
        "COMPLETED"
    );
    world.klarna.release();
}

#[tokio::test]
async fn an_event_may_overtake_the_reply_to_the_authorize() {
    let world = World::new().await;
    world.klarna.first([Answer::Hold]);
    let meanwhile = async {
        let reference = world.record("a1").payment_id;
        let mut payload = world.klarna.payload("COMPLETED", "2026-11-25T09:05:00Z");
        payload["payment_request_reference"] = json!(reference);
        payload["payment_request_id"] = json!("krn:payment:eu1:request:1");
        let body = event("e1", &payload);
        let signature = sign(SIGNING_KEY, &body);
        let request = world.webhook_request("key-1", &signature, body);
        let reply = world.send(request, ("post", "/klarna/webhooks")).await;
        assert_eq!(reply.status, StatusCode::NO_CONTENT);
        world.klarna.release();
    };
    let (started, ()) = world
        .during(Kind::First, world.start("a1"), meanwhile)
        .await;
    assert_eq!(started.word(), "pending");
    world.settle().await;
    assert_eq!(world.status("a1").await.word(), "approved");
    assert_eq!(world.klarna.calls(Kind::Second).len(), 1);
}

#[tokio::test]
async fn a_completed_event_without_a_token_makes_it_read_the_request() {
    let world = World::new().await;
    world.start("a1").await;
    world.klarna.set_state("COMPLETED");
    let mut payload = world.klarna.payload("COMPLETED", "2026-11-25T09:05:00Z");
    payload["state_context"] = json!({});
    world.webhook("e1", payload).await;
    assert_eq!(world.status("a1").await.word(), "approved");
    assert_eq!(world.klarna.calls(Kind::Read).len(), 1);
}

#[tokio::test]
async fn events_of_other_kinds_and_of_strangers_are_acknowledged() {
    let world = World::new().await;
    world.start("a1").await;
    let mut stranger = world.klarna.payload("COMPLETED", "2026-11-25T09:05:00Z");
    stranger["payment_request_id"] = json!("krn:payment:eu1:request:unknown");
    stranger["payment_request_reference"] = json!("not ours");
    assert_eq!(
        world.webhook("e1", stranger).await.status,
        StatusCode::NO_CONTENT
    );
    let other_kind = event(
        "e2",
        &world.klarna.payload("COMPLETED", "2026-11-25T09:05:00Z"),
    )
    .replace(
        "payment.request.state-change",
        "payment.dispute.state-change",
    );
    let signature = sign(SIGNING_KEY, &other_kind);
    let reply = world.raw_webhook("key-1", &signature, other_kind).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    let nonsense = "{\"metadata\":7}".to_owned();
    let signature = sign(SIGNING_KEY, &nonsense);
    let reply = world.raw_webhook("key-1", &signature, nonsense).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.status("a1").await.word(), "pending");
}
