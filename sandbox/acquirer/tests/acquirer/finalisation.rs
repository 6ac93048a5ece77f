//! Exactly one second authorize, whoever asks for it first and whatever is killed in between.

use stepup_sandbox_acquirer::AcquirerFaults;

use crate::klarna::{Answer, Kind, TOKEN};
use crate::world::World;

#[tokio::test]
async fn exactly_one_second_authorize_although_everything_races() {
    let world = World::new().await;
    let started = world.start("a1").await;
    world.klarna.set_state("COMPLETED");
    world.klarna.second([Answer::Hold]);
    let page = world.return_page();
    let all = async {
        tokio::join!(
            world.completed("e1"),
            world.visit(&page),
            world.status("a1"),
            world.completed("e2"),
            world.visit(&page),
            world.wait("a1", 25, started.version()),
            world.completed("e1"),
            world.status("a1"),
        )
    };
    let meanwhile = async {
        // All of them have arrived by then.
        while world.record("a1").webhook_events.len() < 2 {
            tokio::task::yield_now().await;
        }
        world.klarna.release();
    };
    Box::pin(world.during(Kind::Second, all, meanwhile)).await;
    assert_eq!(world.status("a1").await.word(), "approved");
    let calls = world.klarna.calls(Kind::Second);
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].token.as_deref(), Some(TOKEN));
    assert_eq!(world.record("a1").second_authorizes, 1);
}

#[tokio::test]
async fn exactly_one_payment_although_it_was_killed_during_the_second_authorize() {
    let mut world = World::new().await;
    world.start("a1").await;
    world.klarna.second([Answer::Hold]);
    world.completed("e1").await;
    assert_eq!(world.klarna.calls(Kind::Second).len(), 1);
    world.kill_and_restart().await;
    world.klarna.release();
    world.settle().await;
    world.completed("e1").await;
    world.visit(&world.return_page()).await;
    assert_eq!(world.status("a1").await.word(), "approved");
    let calls = world.klarna.calls(Kind::Second);
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].token, calls[1].token);
    assert_eq!(calls[0].idempotency_key, calls[1].idempotency_key);
    assert_eq!(world.klarna.transactions(), 1);
}

#[tokio::test]
async fn a_token_that_was_acknowledged_is_used_although_it_was_killed_before_that() {
    let mut world = World::new().await;
    world.start("a1").await;
    world.acquirer.set_faults(AcquirerFaults {
        finalise_delay_ms: 60_000,
        ..AcquirerFaults::default()
    });
    world.completed("e1").await;
    assert!(world.klarna.calls(Kind::Second).is_empty());
    world.kill_and_restart().await;
    world.settle().await;
    assert_eq!(world.status("a1").await.word(), "approved");
    assert_eq!(world.klarna.calls(Kind::Second).len(), 1);
}

#[tokio::test]
async fn a_start_that_was_killed_is_taken_up_with_the_same_key() {
    let mut world = World::new().await;
    world.klarna.first([Answer::Hold]);
    let pending = world.start("a1").await;
    world.kill_and_restart().await;
    world.klarna.release();
    world.settle().await;
    let journey = world.status("a1").await;
    assert_eq!(journey.payment_id(), pending.payment_id());
    assert!(journey.json["klarna"]["payment_request_url"].is_string());
    let calls = world.klarna.calls(Kind::First);
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].idempotency_key, calls[1].idempotency_key);
    // Klarna answers 409 to a key that comes with another body, and our address has changed.
    assert_eq!(calls[0].body, calls[1].body);
}

#[tokio::test]
async fn the_second_authorize_repeats_the_payload_of_the_first() {
    let world = World::new().await;
    world.start("a1").await;
    world.completed("e1").await;
    let mut first = world.klarna.calls(Kind::First)[0].body.clone();
    let second = &world.klarna.calls(Kind::Second)[0].body;
    first
        .as_object_mut()
        .expect("an object")
        .remove("step_up_config");
    assert_eq!(&first, second);
}

#[tokio::test]
async fn a_status_question_finds_out_although_the_webhook_is_lost() {
    let world = World::new().await;
    world.start("a1").await;
    world.klarna.set_state("COMPLETED");
    world.pass(2_000).await;
    assert_eq!(world.status("a1").await.word(), "approved");
}

#[tokio::test]
async fn status_questions_read_at_klarna_at_most_every_two_seconds() {
    let world = World::new().await;
    world.start("a1").await;
    for _ in 0..5 {
        world.status("a1").await;
    }
    assert_eq!(world.klarna.calls(Kind::Read).len(), 0);
    world.pass(2_000).await;
    for _ in 0..5 {
        world.status("a1").await;
    }
    assert_eq!(world.klarna.calls(Kind::Read).len(), 1);
}

#[tokio::test]
async fn an_approved_payment_is_finalised_although_nobody_asks_and_the_webhook_is_lost() {
    let world = World::new().await;
    world.start("a1").await;
    world.klarna.set_state("COMPLETED");
    // Well within the hour that a token lives.
    world.pass(10 * 60_000).await;
    assert_eq!(world.klarna.calls(Kind::Second).len(), 1);
    assert_eq!(world.klarna.transactions(), 1);
}

#[tokio::test]
async fn completed_is_not_paid() {
    let world = World::new().await;
    let started = world.start("a1").await;
    world.klarna.second([Answer::Hold]);
    world.completed("e1").await;
    let finishing = world.wait("a1", 25, started.version()).await;
    assert_eq!(finishing.word(), "pending");
    assert_eq!(finishing.json["klarna"]["state"], "COMPLETED");
    world.klarna.release();
    world.settle().await;
    assert_eq!(world.status("a1").await.word(), "approved");
}

#[tokio::test]
async fn a_decline_of_the_second_authorize_is_declined() {
    let world = World::new().await;
    world.start("a1").await;
    world.klarna.second([Answer::Decline]);
    world.completed("e1").await;
    let reply = world.status("a1").await;
    assert_eq!(reply.word(), "declined");
    assert_eq!(world.klarna.transactions(), 0);
}

#[tokio::test]
async fn a_slow_klarna_does_not_hold_a_status_question_up() {
    let world = World::new().await;
    world.start("a1").await;
    world.klarna.second([Answer::Hold]);
    world.completed("e1").await;
    let before = world.clock.now_ms();
    assert_eq!(world.status("a1").await.word(), "pending");
    assert!(world.clock.now_ms() - before <= 4_000);
    world.klarna.release();
}
