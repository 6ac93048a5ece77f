//! What a backend promises about starts (`docs/backend-api.yaml`), one test for each.

use axum::http::StatusCode;
use reqwest::Method;
use serde_json::{Value, json};
use stepup_sandbox_acquirer::AcquirerFaults;

use crate::klarna::{API_KEY, Answer, Kind};
use crate::world::{BEGIN, Reply, World, order};

const DAY_MS: i64 = 24 * 3_600_000;

#[tokio::test]
async fn promise_it_records_the_attempt_before_it_calls_klarna() {
    let world = World::new().await;
    world.klarna.first([Answer::Hold]);
    let meanwhile = async {
        let record = world.record("a1");
        world.klarna.release();
        record
    };
    let (started, record) = world
        .during(Kind::First, world.start("a1"), meanwhile)
        .await;
    assert_eq!(record.status.word(), "pending");
    assert_eq!(record.first_authorizes, 1);
    assert_eq!(record.payment_id, Some(started.payment_id()));
    assert!(started.json["klarna"]["payment_request_url"].is_string());
}

#[tokio::test]
async fn promise_both_data_points_of_a_step_up_reach_the_app() {
    let world = World::new().await;
    let started = world.start("a1").await;
    let klarna = &started.json["klarna"];
    assert_eq!(klarna["payment_request_id"], "krn:payment:eu1:request:1");
    let url = klarna["payment_request_url"].as_str().expect("an address");
    assert!(url.starts_with("https://pay.test.klarna.com/eu/requests/"));
    assert_eq!(started.json["expires_at"], "2026-11-25T12:00:00.123456789Z");
    let call = &world.klarna.calls(Kind::First)[0];
    assert_eq!(
        call.authorization.as_deref(),
        Some(format!("Basic {API_KEY}").as_str())
    );
    let config = &call.body["step_up_config"]["customer_interaction_config"];
    assert_eq!(config["method"], "HANDOVER");
    assert_eq!(
        config["app_return_url"],
        "shop://klarna?stepup=nonce-marked-secret"
    );
    let internal = config["return_url"].as_str().expect("a return_url");
    assert!(internal.starts_with(&world.url));
}

#[tokio::test]
async fn promise_the_same_key_gives_the_same_answer_for_24_hours() {
    let world = World::new().await;
    let first = world.start("a1").await;
    world.completed("e1").await;
    assert_eq!(world.status("a1").await.word(), "approved");
    world.pass(DAY_MS - 60_000).await;
    let again = world.start("a1").await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    world.pass(60_000).await;
    let next_day = world.start("a1").await;
    assert_eq!(next_day.word(), "approved");
    assert_eq!(next_day.payment_id(), first.payment_id());
    assert_eq!(world.klarna.calls(Kind::First).len(), 1);
}

#[tokio::test]
async fn promise_a_key_with_other_content_is_no_refusal() {
    let world = World::new().await;
    world.start("a1").await;
    let mut other = order("42");
    other["amount"] = json!(1);
    let reply = world.start_with("a1", &other).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reply.json, json!({ "error": "idempotency_key_reused" }));
    assert_eq!(world.status("a1").await.word(), "pending");
}

#[tokio::test]
async fn promise_only_definite_answers_are_kept_under_a_key() {
    let world = World::new().await;
    world
        .klarna
        .first([Answer::Error(500), Answer::Error(503), Answer::Error(429)]);
    world.klarna.first([Answer::Error(500); 2]);
    let first = world.start("a1").await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.word(), "pending");
    assert!(first.json["klarna"].is_null());
    let second = world.start("a1").await;
    assert!(second.json["klarna"]["payment_request_url"].is_string());
    let keys: Vec<_> = world
        .klarna
        .calls(Kind::First)
        .into_iter()
        .map(|call| call.idempotency_key)
        .collect();
    assert_eq!(keys.len(), 6);
    assert!(keys.iter().all(|key| key.is_some() && *key == keys[0]));
}

#[tokio::test]
async fn promise_at_most_one_open_or_approved_payment_for_an_order_on_any_device() {
    let world = World::new().await;
    let phone = world.start("phone").await;
    let tablet = world.start("tablet").await;
    assert_eq!(phone.payment_id(), tablet.payment_id());
    assert_eq!(tablet.json["klarna"], phone.json["klarna"]);
    assert_eq!(
        world.status("tablet").await.payment_id(),
        phone.payment_id()
    );
    world.completed("e1").await;
    assert_eq!(world.status("tablet").await.word(), "approved");
    let late = world.start("late").await;
    assert_eq!(late.word(), "approved");
    assert_eq!(late.payment_id(), phone.payment_id());
    assert_eq!(world.klarna.calls(Kind::First).len(), 1);
    assert_eq!(world.record("late").attempts, ["phone", "tablet", "late"]);
}

#[tokio::test]
async fn promise_starts_that_race_for_an_order_make_one_payment() {
    let world = World::new().await;
    let (a, b, c, d) = tokio::join!(
        world.start("a"),
        world.start("b"),
        world.start("c"),
        world.start("a")
    );
    let ids = [&a, &b, &c, &d].map(Reply::payment_id);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(a.text, d.text);
    assert_eq!(world.klarna.calls(Kind::First).len(), 1);
}

#[tokio::test]
async fn promise_an_order_that_was_declined_can_be_paid_again() {
    let world = World::new().await;
    world.klarna.first([Answer::Decline]);
    let declined = world.start("a1").await;
    assert_eq!(declined.word(), "declined");
    assert_eq!(declined.json["reason"], "payment_declined");
    let next = world.start("a2").await;
    assert_eq!(next.word(), "pending");
    assert_ne!(next.payment_id(), declined.payment_id());
    let keys: Vec<_> = world
        .klarna
        .calls(Kind::First)
        .into_iter()
        .map(|call| call.idempotency_key)
        .collect();
    assert_ne!(keys[0], keys[1]);
}

#[tokio::test]
async fn promise_a_start_answers_within_20_seconds() {
    let world = World::new().await;
    world.klarna.first([Answer::Hold]);
    let started = world.start("a1").await;
    assert_eq!(started.word(), "pending");
    assert!(world.clock.now_ms() - BEGIN < 20_000);
    world.klarna.release();
    let journey = world.wait("a1", 25, started.version()).await;
    assert!(journey.json["klarna"]["payment_request_url"].is_string());
    assert_eq!(world.klarna.calls(Kind::First).len(), 1);
}

#[tokio::test]
async fn approved_at_once_comes_with_a_receipt_of_bounded_size() {
    let world = World::new().await;
    world.klarna.first([Answer::Approve, Answer::Approve]);
    let small = world.start("a1").await;
    let details = &small.json["details"];
    assert_eq!(details["amount"], 11800);
    assert_eq!(details["approved_at"], "2026-11-25T09:00:00Z");
    assert_eq!(details["items"][0]["name"], "T-shirt");
    assert_eq!(
        details["payment_transaction_id"],
        "krn:payment:eu1:transaction:1"
    );
    let mut large = order("43");
    large["items"] = Value::Array(vec![
        json!({ "name": "a very long name ".repeat(10), "unit_price": 1 });
        200
    ]);
    let reply = world.start_with("a2", &large).await;
    assert_eq!(reply.word(), "approved");
    assert!(reply.json["details"].to_string().len() <= 8 * 1024);
}

#[tokio::test]
async fn refused_starts_say_so_and_start_nothing() {
    let world = World::new().await;
    let mut free = order("42");
    free["amount"] = json!(0);
    let reply = world.start_with("a1", &free).await;
    assert_eq!(
        reply.json,
        json!({ "status": "refused", "reason": "amount_invalid" })
    );
    let bad_name = world.start("not/an/attempt").await;
    assert_eq!(bad_name.word(), "refused");
    let keyless = world
        .request(Method::POST, "/payments")
        .body(order("42").to_string());
    let reply = world.send(keyless, ("post", "/payments")).await;
    assert_eq!(reply.word(), "refused");
    let empty_key = world
        .request(Method::POST, "/payments")
        .header("idempotency-key", "")
        .header("stepup-attempt", "a1")
        .body(order("42").to_string());
    let reply = world.send(empty_key, ("post", "/payments")).await;
    assert_eq!(reply.json["reason"], "idempotency_key_missing");
    // Not text: the key's name must not stand in for it.
    let unreadable = world
        .request(Method::POST, "/payments")
        .header("idempotency-key", "a1:start")
        .header("stepup-attempt", &b"\xd7\xf8"[..])
        .body(order("42").to_string());
    let reply = world.send(unreadable, ("post", "/payments")).await;
    assert_eq!(reply.json["reason"], "attempt_id_invalid");
    let oversized = world.start_request("a2", &json!({ "x": "y".repeat(70_000) }));
    let reply = world.send(oversized, ("post", "/payments")).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(world.klarna.calls(Kind::First).is_empty());
}

#[tokio::test]
async fn an_expired_request_is_replaced_once_where_that_is_wanted() {
    let world = World::new().await;
    world.acquirer.set_faults(AcquirerFaults {
        renews: true,
        ..AcquirerFaults::default()
    });
    let first = world.start("a1").await;
    let old = first.json["klarna"]["payment_request_id"].clone();
    world.klarna.set_state("EXPIRED");
    world.pass(3_000).await;
    assert_eq!(world.status("a1").await.word(), "pending");
    world.settle().await;
    let renewed = world.status("a1").await;
    assert_eq!(renewed.word(), "pending");
    assert_ne!(renewed.json["klarna"]["payment_request_id"], old);
    let calls = world.klarna.calls(Kind::First);
    assert_eq!(calls.len(), 2);
    assert_ne!(calls[0].idempotency_key, calls[1].idempotency_key);

    let late = json!({"payment_request_id": old, "state": "EXPIRED", "updated_at": "2026-11-25T09:05:00Z"});
    world.webhook("old", late).await;
    assert_eq!(world.status("a1").await.word(), "pending");

    world.klarna.set_state("EXPIRED");
    world.pass(3_000).await;
    world.status("a1").await;
    world.settle().await;
    assert_eq!(world.status("a1").await.word(), "expired");
    assert_eq!(world.klarna.calls(Kind::First).len(), 2);
}
