//! What a backend promises (`docs/backend-api.yaml`), one test for each; starting and cancelling have files of their own.

use axum::http::StatusCode;
use reqwest::Method;
use serde_json::json;
use stepup_sandbox_acquirer::{AcquirerFaults, Secret, Session};

use crate::klarna::{Answer, Kind};
use crate::world::{BEGIN, World, order};

const DAY_MS: i64 = 24 * 3_600_000;

#[tokio::test]
async fn promise_the_attempt_id_names_the_payment() {
    let world = World::new().await;
    let started = world.start("a1").await;
    let by_attempt = world.status("a1").await;
    let by_payment = world.status(&started.payment_id()).await;
    assert_eq!(by_attempt.json, by_payment.json);
    assert_eq!(world.cancel("a1").await.word(), "canceled");
    assert_eq!(world.status(&started.payment_id()).await.word(), "canceled");
}

#[tokio::test]
async fn promise_status_and_cancel_are_authorised_by_the_session() {
    let world = World::with(|config| {
        config.sessions = ["ann", "bob"]
            .map(|name| Session {
                customer: name.into(),
                token: Secret::new(format!("token-of-{name}")),
            })
            .into();
    })
    .await;
    let as_of = |request: reqwest::RequestBuilder, name: &str| {
        request.header("authorization", format!("Bearer token-of-{name}"))
    };
    let get = || world.request(Method::GET, "/payments/a1");
    let cancel = || world.request(Method::POST, "/payments/a1/cancel");
    let (on_get, on_cancel) = (("get", "/payments/{id}"), ("post", "/payments/{id}/cancel"));
    let start = |attempt: &str| world.start_request(attempt, &order("42"));

    let started = world
        .send(as_of(start("a1"), "ann"), ("post", "/payments"))
        .await;
    assert_eq!(started.word(), "pending");
    assert_eq!(
        world.send(get(), on_get).await.status,
        StatusCode::UNAUTHORIZED
    );
    let of_nobody = world.send(as_of(get(), "eve"), on_get).await;
    assert_eq!(of_nobody.status, StatusCode::UNAUTHORIZED);
    let of_bob = world.send(as_of(get(), "bob"), on_get).await;
    assert_eq!(of_bob.status, StatusCode::NOT_FOUND);
    let of_bob = world.send(as_of(cancel(), "bob"), on_cancel).await;
    assert_eq!(of_bob.status, StatusCode::NOT_FOUND);
    for attempt in ["a1", "b1"] {
        let request = as_of(start(attempt), "bob");
        let of_bob = world.send(request, ("post", "/payments")).await;
        assert_eq!(of_bob.word(), "refused");
        assert!(!of_bob.text.contains(&started.payment_id()));
    }
    let of_ann = world.send(as_of(get(), "ann"), on_get).await;
    assert_eq!(of_ann.word(), "pending");
    let of_ann = world.send(as_of(cancel(), "ann"), on_cancel).await;
    assert_eq!(of_ann.word(), "canceled");
}

#[tokio::test]
async fn promise_with_wait_it_answers_as_soon_as_the_version_differs() {
    let world = World::new().await;
    let started = world.start("a1").await;
    let (news, _) = tokio::join!(
        world.wait("a1", 25, started.version()),
        world.completed("e1")
    );
    assert!(news.version() > started.version());
    assert_eq!(world.clock.now_ms(), BEGIN);
    let at_once = world.wait("a1", 25, 0).await;
    assert_eq!(at_once.word(), "approved");
    let settled = world.wait("a1", 25, at_once.version()).await;
    assert_eq!(settled.word(), "approved");
    assert_eq!(world.clock.now_ms(), BEGIN);
}

#[tokio::test]
async fn promise_with_wait_it_answers_unchanged_when_the_time_is_up() {
    let world = World::new().await;
    let started = world.start("a1").await;
    let unchanged = world.wait("a1", 25, started.version()).await;
    assert_eq!(unchanged.json["version"], started.json["version"]);
    assert_eq!(world.clock.now_ms() - BEGIN, 25_000);
    world.acquirer.set_faults(AcquirerFaults {
        long_poll: false,
        ..AcquirerFaults::default()
    });
    world.wait("a1", 25, started.version()).await;
    assert_eq!(world.clock.now_ms() - BEGIN, 25_000);
}

#[tokio::test]
async fn a_name_that_is_no_text_names_nothing() {
    let world = World::new().await;
    for (method, path, operation) in [
        (Method::GET, "/payments/%FF", ("get", "/payments/{id}")),
        (
            Method::POST,
            "/payments/%FF/cancel",
            ("post", "/payments/{id}/cancel"),
        ),
    ] {
        let reply = world.send(world.request(method, path), operation).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
        assert_eq!(reply.json["error"], "not_found");
    }
    for page in ["/pay/%FF", "/klarna/return/%FF"] {
        assert_eq!(world.visit(page).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_question_that_waits_for_nonsense_is_answered_at_once() {
    let world = World::new().await;
    world.start("a1").await;
    for query in [
        "wait=soon&after=2",
        "wait=25",
        "after=2",
        "wait=-1&after=2",
        "wait=25&wait=25&after=2",
        "wait=%FF&after=2",
        "wait=25&after=",
    ] {
        let request = world.request(Method::GET, &format!("/payments/a1?{query}"));
        let reply = world.send(request, ("get", "/payments/{id}")).await;
        assert_eq!(reply.word(), "pending");
    }
    assert_eq!(world.clock.now_ms(), BEGIN);
}

#[tokio::test]
async fn promise_the_version_only_grows() {
    let world = World::new().await;
    world.start("a1").await;
    for (event, state) in [
        ("e1", "IN_PROGRESS"),
        ("e2", "SUBMITTED"),
        ("e3", "IN_PROGRESS"),
    ] {
        let at = format!("2026-11-25T09:0{}:00Z", &event[1..]);
        world.webhook(event, world.klarna.payload(state, &at)).await;
    }
    world.completed("e4").await;
    let history = world.record("a1").history;
    let versions: Vec<i64> = history.iter().map(|entry| entry.version).collect();
    assert_eq!(versions, (1..=7).collect::<Vec<i64>>());
    let states: Vec<_> = history
        .iter()
        .map(|entry| entry.klarna_state.as_deref().unwrap_or("-"))
        .collect();
    assert_eq!(
        states,
        [
            "-",
            "SUBMITTED",
            "IN_PROGRESS",
            "SUBMITTED",
            "IN_PROGRESS",
            "COMPLETED",
            "COMPLETED"
        ]
    );
}

#[tokio::test]
async fn promise_a_final_word_never_changes() {
    let world = World::new().await;
    world.start("a1").await;
    world.completed("e1").await;
    let settled = world.status("a1").await;
    assert_eq!(settled.word(), "approved");
    for (event, state) in [("e2", "EXPIRED"), ("e3", "CANCELED"), ("e4", "DECLINED")] {
        let payload = world.klarna.payload(state, "2026-11-25T11:00:00Z");
        assert_eq!(
            world.webhook(event, payload).await.status,
            StatusCode::NO_CONTENT
        );
    }
    assert_eq!(world.cancel("a1").await.json, settled.json);
    assert_eq!(world.status("a1").await.json, settled.json);
}

#[tokio::test]
async fn promise_no_final_word_while_the_first_authorize_is_unknown() {
    let world = World::new().await;
    world.klarna.first([Answer::ApprovedButLost]);
    // None of these tells what became of the first send.
    world
        .klarna
        .first([500, 403, 404, 401, 429, 503].map(Answer::Error));
    assert_eq!(world.start("a1").await.word(), "pending");
    let called_off = world.cancel("a1").await;
    assert_eq!(called_off.word(), "pending");
    world.pass(10 * 60_000).await;
    assert_eq!(world.status("a1").await.word(), "approved");
    assert_eq!(world.klarna.transactions(), 1);
}

#[tokio::test]
async fn promise_no_final_word_while_the_second_authorize_is_unknown() {
    let world = World::new().await;
    world.start("a1").await;
    world.klarna.second([
        Answer::ApprovedButLost,
        Answer::Error(503),
        Answer::Error(401),
        Answer::Error(403),
    ]);
    world.completed("e1").await;
    assert_eq!(world.status("a1").await.word(), "pending");
    assert_eq!(world.cancel("a1").await.word(), "pending");
    let expired = world.klarna.payload("EXPIRED", "2026-11-25T12:00:00Z");
    world.webhook("e2", expired).await;
    assert_eq!(world.status("a1").await.word(), "pending");
    world.pass(5 * 60_000).await;
    assert_eq!(world.status("a1").await.word(), "approved");
    let calls = world.klarna.calls(Kind::Second);
    assert!(calls.len() > 1);
    assert!(calls.iter().all(|call| call.token == calls[0].token
        && call.idempotency_key == calls[0].idempotency_key
        && call.body == calls[0].body));
    assert_eq!(world.klarna.transactions(), 1);
}

#[tokio::test]
async fn promise_a_first_authorize_is_not_repeated_when_klarna_has_forgotten_its_key() {
    let world = World::new().await;
    world.klarna.first(vec![Answer::Error(500); 5_000]);
    world.start("a1").await;
    world.pass(25 * 3_600_000).await;
    let sent = world.klarna.calls(Kind::First).len();
    world.pass(DAY_MS).await;
    assert_eq!(world.klarna.calls(Kind::First).len(), sent);
    let reply = world.status("a1").await;
    assert_eq!(reply.word(), "pending");
    assert_eq!(reply.json["reason"], "unknown_at_klarna");
}

#[tokio::test]
async fn promise_failed_means_that_no_money_can_move() {
    let world = World::new().await;
    world.klarna.first([Answer::Error(400)]);
    let refused = world.start("a1").await;
    assert_eq!(
        refused.json,
        json!({ "status": "refused", "reason": "klarna_validation_error" })
    );
    assert_eq!(world.status("a1").await.word(), "failed");
    assert_eq!(world.start("a1").await.text, refused.text);
    world.start("a2").await;
    world.klarna.second([Answer::Error(400)]);
    world.completed("e1").await;
    assert_eq!(world.status("a2").await.word(), "failed");
    assert_eq!(world.klarna.transactions(), 0);
}

#[tokio::test]
async fn promise_attempts_and_tombstones_stay_readable_for_90_days() {
    let world = World::new().await;
    world.klarna.first([Answer::Approve]);
    world.start("paid").await;
    world.cancel("never").await;
    world.pass(89 * DAY_MS).await;
    // Something has to happen for old things to be swept.
    world.start_with("other", &order("43")).await;
    assert_eq!(world.status("paid").await.word(), "approved");
    assert_eq!(world.status("never").await.word(), "canceled");
    world.pass(2 * DAY_MS).await;
    assert_eq!(world.status("paid").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.status("never").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.status("other").await.word(), "pending");
}

#[tokio::test]
async fn promise_what_was_never_started_is_not_found() {
    let world = World::new().await;
    assert_eq!(world.status("a1").await.status, StatusCode::NOT_FOUND);
    let reply = world.cancel("pay_unknown").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn replies_carry_the_date_of_the_sandbox() {
    let world = World::new().await;
    let reply = world.start("a1").await;
    assert_eq!(reply.date.as_deref(), Some("Wed, 25 Nov 2026 09:00:00 GMT"));
}
