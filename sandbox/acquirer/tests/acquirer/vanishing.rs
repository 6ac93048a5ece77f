//! Apps that hang up before they are answered: the system ended them, or their network is gone.

use std::time::Duration;

use reqwest::Method;
use tokio::sync::oneshot;

use crate::klarna::Kind;
use crate::world::{BEGIN, World, order};

/// For a server to notice that a client is gone.
const SOON: Duration = Duration::from_secs(10);

async fn until(world: &World, what: &str, fits: impl Fn(&World) -> bool) {
    let looking = async {
        while !fits(world) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, looking).await.expect(what);
}

#[tokio::test]
async fn a_question_whose_asker_is_gone_stops_waiting() {
    let world = World::new().await;
    let started = world.start("a1").await;
    let next_before = world.clock.next_sleeper();
    for _ in 0..20 {
        let acting = world.clock.busy();
        let path = format!("/payments/a1?wait=25&after={}", started.version());
        let question = tokio::spawn(world.request(Method::GET, &path).send());
        until(&world, "it waits", |world| {
            world.clock.next_sleeper() == Some(BEGIN + 25_000)
        })
        .await;
        question.abort();
        until(&world, "nobody waits any more", |world| {
            world.clock.next_sleeper() == next_before
        })
        .await;
        drop(acting);
        assert_eq!(world.clock.counts().busy, 0);
    }
    // Those who are still there are told as ever.
    let (news, _) = tokio::join!(
        world.wait("a1", 25, started.version()),
        world.completed("e1")
    );
    assert!(news.version() > started.version());
    assert_eq!(world.status("a1").await.word(), "approved");
}

#[tokio::test]
async fn a_start_whose_sender_is_gone_is_carried_out_once() {
    let world = World::new().await;
    let (hang_up, vanished) = oneshot::channel();
    let start = async {
        tokio::select! {
            reply = world.start_request("a1", &order("42")).send() => panic!("{reply:?}"),
            _ = vanished => {}
        }
    };
    let calls = world.during(Kind::First, start, async { hang_up.send(()) });
    calls.await.1.expect("it hung up");
    world.settle().await;
    let reply = world.status("a1").await;
    assert!(reply.json["klarna"]["payment_request_url"].is_string());
    assert_eq!(world.start("a1").await.payment_id(), reply.payment_id());
    assert_eq!(world.klarna.calls(Kind::First).len(), 1);
}
