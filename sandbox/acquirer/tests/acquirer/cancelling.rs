//! Cancelling: serialised with start and finalisation, and never said before it is so.

use axum::http::StatusCode;
use serde_json::json;

use crate::klarna::{Answer, Kind};
use crate::world::{World, order};

#[tokio::test]
async fn promise_cancel_of_an_unknown_attempt_refuses_a_later_start() {
    let mut world = World::new().await;
    let closed = world.cancel("a1").await;
    assert_eq!(
        closed.json,
        json!({ "status": "canceled", "reason": "never_started", "version": 1 })
    );
    world.kill_and_restart().await;
    let started = world.start("a1").await;
    assert_eq!(started.status, StatusCode::GONE);
    assert_eq!(
        started.json,
        json!({ "status": "refused", "reason": "attempt_canceled" })
    );
    assert_eq!(world.status("a1").await.json, closed.json);
    assert!(world.klarna.calls(Kind::First).is_empty());
    assert_eq!(world.start("a2").await.word(), "pending");
}

#[tokio::test]
async fn promise_canceled_only_once_klarna_confirmed_it() {
    let world = World::new().await;
    world.start("a1").await;
    world
        .klarna
        .cancels([Answer::Error(500), Answer::Error(503)]);
    assert_eq!(world.cancel("a1").await.word(), "pending");
    assert_eq!(world.status("a1").await.word(), "pending");
    world.pass(10_000).await;
    let canceled = world.status("a1").await;
    assert_eq!(canceled.word(), "canceled");
    assert_eq!(canceled.json["reason"], "cancel_requested");
    assert_eq!(world.klarna.calls(Kind::Cancel).len(), 3);
}

#[tokio::test]
async fn promise_a_wanted_cancel_survives_a_restart() {
    let mut world = World::new().await;
    world.start("a1").await;
    world.klarna.cancels([Answer::Error(500)]);
    assert_eq!(world.cancel("a1").await.word(), "pending");
    world.kill_and_restart().await;
    world.settle().await;
    assert_eq!(world.status("a1").await.word(), "canceled");
}

#[tokio::test]
async fn promise_a_completed_request_is_finalised_instead() {
    let world = World::new().await;
    world.start("a1").await;
    world.klarna.set_state("COMPLETED");
    let answer = world.cancel("a1").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.word(), "approved");
    assert_eq!(world.klarna.calls(Kind::Second).len(), 1);
}

#[tokio::test]
async fn promise_cancel_waits_for_a_start_that_is_on_its_way() {
    let world = World::new().await;
    world.klarna.first([Answer::Hold]);
    let meanwhile = async {
        let (canceled, ()) = tokio::join!(world.cancel("a1"), async {
            while world.record("a1").cancels == 0 {
                tokio::task::yield_now().await;
            }
            assert!(world.klarna.calls(Kind::Cancel).is_empty());
            world.klarna.release();
        });
        canceled
    };
    let (started, canceled) = world
        .during(Kind::First, world.start("a1"), meanwhile)
        .await;
    assert_eq!(canceled.word(), "canceled");
    assert_eq!(started.word(), "canceled");
    assert_eq!(world.klarna.calls(Kind::Cancel).len(), 1);
    assert_eq!(world.record("a1").cancels, 1);
}

#[tokio::test]
async fn promise_cancel_is_not_put_off_by_a_question_that_is_being_answered() {
    let world = World::new().await;
    world.start("a1").await;
    world.pass(3_000).await;
    world.klarna.hold_read();
    let meanwhile = async {
        let (canceled, ()) = tokio::join!(world.cancel("a1"), async {
            while world.record("a1").cancels == 0 {
                tokio::task::yield_now().await;
            }
            world.klarna.release();
        });
        canceled
    };
    let (_, canceled) = world
        .during(Kind::Read, world.status("a1"), meanwhile)
        .await;
    assert_eq!(canceled.word(), "canceled");
    assert_eq!(world.klarna.calls(Kind::Cancel).len(), 1);
}

#[tokio::test]
async fn promise_cancel_waits_for_a_finalisation_that_is_on_its_way() {
    let world = World::new().await;
    world.start("a1").await;
    world.klarna.second([Answer::Hold]);
    world.completed("e1").await;
    let acting = world.clock.busy();
    let (canceled, ()) = tokio::join!(world.cancel("a1"), async {
        while world.record("a1").cancels == 0 {
            tokio::task::yield_now().await;
        }
        world.klarna.release();
        drop(acting);
    });
    assert_eq!(canceled.word(), "approved");
    assert!(world.klarna.calls(Kind::Cancel).is_empty());
    assert_eq!(world.klarna.transactions(), 1);
}

#[tokio::test]
async fn promise_after_an_end_a_token_is_dropped() {
    let world = World::new().await;
    world.start("a1").await;
    let late = world.klarna.payload("COMPLETED", "2026-11-25T09:05:00Z");
    assert_eq!(world.cancel("a1").await.word(), "canceled");
    world.webhook("e1", late).await;
    world.visit(&world.return_page()).await;
    assert_eq!(world.status("a1").await.word(), "canceled");
    assert!(world.klarna.calls(Kind::Second).is_empty());
}

#[tokio::test]
async fn promise_cancelling_twice_is_cancelling_once() {
    let world = World::new().await;
    world.start("a1").await;
    let (one, two) = tokio::join!(world.cancel("a1"), world.cancel("a1"));
    assert_eq!(one.json, two.json);
    assert_eq!(world.cancel("a1").await.json, one.json);
    assert_eq!(world.klarna.calls(Kind::Cancel).len(), 1);
}

#[tokio::test]
async fn a_start_that_never_reached_klarna_is_canceled_at_once() {
    // Bound and closed again: nobody listens there.
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .and_then(|listener| listener.local_addr())
        .expect("an address");
    let world = World::with(|config| config.klarna.base_url = format!("http://{nobody}")).await;
    assert_eq!(world.start("a1").await.word(), "pending");
    assert_eq!(world.record("a1").first_authorizes, 0);
    assert_eq!(world.cancel("a1").await.word(), "canceled");
}

#[tokio::test]
async fn an_order_can_be_paid_again_after_a_cancel_and_not_before() {
    let world = World::new().await;
    let first = world.start("a1").await;
    world.klarna.cancels([Answer::Error(500)]);
    world.cancel("a1").await;
    let meanwhile = world.start("a2").await;
    assert_eq!(meanwhile.payment_id(), first.payment_id());
    world.pass(5_000).await;
    let after = world.start("a3").await;
    assert_eq!(after.word(), "pending");
    assert_ne!(after.payment_id(), first.payment_id());
}

#[tokio::test]
async fn klarnas_ends_become_the_contracts_words() {
    for (state, word) in [
        ("EXPIRED", "expired"),
        ("DECLINED", "declined"),
        ("CANCELED", "canceled"),
    ] {
        let world = World::new().await;
        world.start_with("a1", &order("42")).await;
        world.klarna.set_state(state);
        let reply = world.status("a1").await;
        // The reply to the start is as fresh as a read would be.
        assert_eq!(reply.word(), "pending");
        world.pass(2_000).await;
        let reply = world.status("a1").await;
        assert_eq!(reply.word(), word);
        assert!(reply.json["klarna"].is_null());
    }
}
