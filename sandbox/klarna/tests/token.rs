//! Call 2: the token, and what it is good for.

mod world;

use serde_json::json;
use stepup_sandbox_klarna::{CallNumber, KlarnaFaults, Secret};
use world::{HOUR_MS, order, order_of, send, world};

#[tokio::test]
async fn the_token_finalises_once_and_answers_the_same_ever_after() {
    let world = world().await;
    let (id, token) = world.approved(&order()).await;
    assert!(token.starts_with("krn:payment:eu1:klarna-network-session-token:"));
    let first = world.authorize("f1", Some(&token), &order()).await;
    assert_eq!((first.status, first.result()), (200, "APPROVED"));
    // Without step_up_config, another key, and long after the hour in which it had to be used first.
    let mut short = json!({ "currency": "USD" });
    short["request_payment_transaction"] = order()["request_payment_transaction"].clone();
    world.pass(2 * HOUR_MS).await;
    let again = world.authorize("f2", Some(&token), &short).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    let mut other = short.clone();
    other["request_payment_transaction"]["payment_transaction_reference"] = json!("fresh");
    assert_eq!(
        world.authorize("f3", Some(&token), &other).await.error(),
        (409, "RESOURCE_CONFLICT")
    );

    let record = world.record(&id);
    assert_eq!(record.transactions.len(), 1);
    let seconds: Vec<_> = record
        .authorize_calls
        .iter()
        .filter(|call| call.call == CallNumber::Second)
        .collect();
    assert_eq!(
        seconds
            .iter()
            .map(|call| call.result.as_str())
            .collect::<Vec<_>>(),
        ["APPROVED", "APPROVED", "RESOURCE_CONFLICT"]
    );
    assert_eq!(
        seconds[0].token_sha256.as_deref(),
        Some(Secret::new(token).fingerprint().as_str())
    );
}

#[tokio::test]
async fn the_tokens_older_header_is_understood() {
    let world = world().await;
    let (_, token) = world.approved(&order()).await;
    let request = world
        .authorize_request("f", None, &order())
        .header("Klarna-Payment-Token", token);
    assert_eq!(send(request).await.result(), "APPROVED");
}

#[tokio::test]
async fn simultaneous_finalisations_move_the_money_once() {
    let world = world().await;
    let (id, token) = world.approved(&order()).await;
    let order = order();
    let (a, b, c) = tokio::join!(
        world.authorize("f1", Some(&token), &order),
        world.authorize("f2", Some(&token), &order),
        world.authorize("f1", Some(&token), &order),
    );
    assert!(
        [&a, &b, &c]
            .iter()
            .all(|answer| answer.result() == "APPROVED" && answer.body == a.body)
    );
    assert_eq!(world.record(&id).transactions.len(), 1);
}

#[tokio::test]
async fn finalising_something_else_than_was_approved_is_refused_and_spends_nothing() {
    let world = world().await;
    let (id, token) = world.approved(&order()).await;
    for (path, value, blamed) in [
        (
            "/request_payment_transaction/amount",
            json!(11801),
            "request_payment_transaction.amount",
        ),
        ("/currency", json!("EUR"), "currency"),
    ] {
        let mut other = order();
        *other.pointer_mut(path).expect("there") = value;
        let answer = world.authorize("f1", Some(&token), &other).await;
        assert_eq!(answer.error(), (400, "VALIDATION_ERROR"));
        assert_eq!(answer.first_invalid(), blamed);
    }
    let mut other = order();
    other["payment_request_id"] = json!("krn:payment:eu1:request:another");
    assert_eq!(
        world
            .authorize("f1", Some(&token), &other)
            .await
            .first_invalid(),
        "payment_request_id"
    );
    assert!(world.record(&id).transactions.is_empty());
    assert_eq!(
        world.authorize("f1", Some(&token), &order()).await.result(),
        "APPROVED"
    );
}

#[tokio::test]
async fn a_token_lasts_an_hour() {
    let world = world().await;
    let (in_time, first) = world.approved(&order()).await;
    let (too_late, second) = world.approved(&order()).await;
    world.pass(HOUR_MS - 1).await;
    assert_eq!(
        world.authorize("f1", Some(&first), &order()).await.result(),
        "APPROVED"
    );
    world.pass(1).await;
    assert_eq!(
        world.authorize("f2", Some(&second), &order()).await.error(),
        (403, "OPERATION_FORBIDDEN")
    );
    assert_eq!(world.record(&in_time).transactions.len(), 1);
    assert!(world.record(&too_late).transactions.is_empty());
    let unknown = world
        .authorize(
            "f3",
            Some("krn:payment:eu1:klarna-network-session-token:x"),
            &order(),
        )
        .await;
    assert_eq!(unknown.error(), (400, "VALIDATION_ERROR"));
    assert_eq!(unknown.first_invalid(), "Klarna-Network-Session-Token");
}

#[tokio::test]
async fn the_second_call_can_be_declined_by_customer_or_by_fault() {
    let world = world().await;
    let order_declined = order_of("declined-at-finalisation");
    let (id, token) = world.approved(&order_declined).await;
    assert_eq!(
        world
            .authorize("f1", Some(&token), &order_declined)
            .await
            .result(),
        "DECLINED"
    );
    assert!(world.record(&id).transactions.is_empty());

    let (_, token) = world.approved(&order()).await;
    world.klarna.set_faults(KlarnaFaults {
        decline_second: true,
        ..KlarnaFaults::default()
    });
    assert_eq!(
        world.authorize("f2", Some(&token), &order()).await.result(),
        "DECLINED"
    );
    world.klarna.set_faults(KlarnaFaults::default());
    assert_eq!(
        world.authorize("f3", Some(&token), &order()).await.result(),
        "DECLINED",
        "the token's result stands"
    );
}
