//! Nobody may see an instant in which work is pending and nobody is busy.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use stepup_sandbox_clock::{Clock, Counts, Turns, Wake};
use tokio::task::{spawn, yield_now};

fn counts(busy: i64, phone_requests: usize) -> Counts {
    Counts {
        busy,
        phone_requests,
    }
}

async fn idle(clock: &Clock) {
    clock
        .watch()
        .wait_for(|counts| counts.busy == 0)
        .await
        .expect("the clock lives");
}

#[tokio::test]
async fn a_sleeper_is_idle_until_advanced_and_busy_before_advance_returns() {
    let clock = Clock::virtual_at(1_000);
    let task = spawn({
        let (clock, guard) = (clock.clone(), clock.busy());
        async move {
            clock.sleep(500).await;
            let woken_at = clock.now_ms();
            drop(guard);
            woken_at
        }
    });
    assert_eq!(clock.counts(), counts(1, 0));
    idle(&clock).await;
    assert_eq!(clock.next_sleeper(), Some(1_500));
    clock.advance_to(1_499);
    assert_eq!(clock.counts(), counts(0, 0));
    clock.advance_to(1_500);
    assert_eq!(
        clock.counts(),
        counts(1, 0),
        "before the sleeper had a chance to run"
    );
    assert_eq!(task.await.expect("no panic"), 1_500);
    assert_eq!(clock.counts(), counts(0, 0));
    assert_eq!(clock.next_sleeper(), None);
}

#[tokio::test]
async fn a_sleep_that_is_over_does_not_park() {
    let clock = Clock::virtual_at(10);
    clock.sleep_until(10).await;
    clock.sleep(-5).await;
    assert_eq!(clock.counts(), counts(0, 0));
}

#[tokio::test]
async fn a_signal_makes_its_waiters_busy_before_it_returns() {
    let clock = Clock::virtual_at(0);
    let signal = clock.signal();
    let wait = |deadline| {
        let (clock, signal, ticket) = (clock.clone(), signal.clone(), signal.ticket());
        let guard = clock.phone_request();
        spawn(async move {
            let _guard = guard;
            signal.wait(ticket, deadline).await
        })
    };
    let (soon, late) = (wait(Some(25)), wait(None));
    idle(&clock).await;
    assert_eq!(
        clock.counts(),
        counts(0, 2),
        "two requests of the phone, both parked"
    );
    clock.advance_to(25);
    assert_eq!(clock.counts(), counts(1, 2));
    assert_eq!(soon.await.expect("no panic"), Wake::TimedOut);
    signal.notify_all();
    assert_eq!(clock.counts(), counts(1, 1));
    assert_eq!(late.await.expect("no panic"), Wake::Woken);
    assert_eq!(clock.counts(), counts(0, 0));
}

#[tokio::test]
async fn a_signal_given_between_looking_and_waiting_is_not_missed() {
    let clock = Clock::virtual_at(0);
    let signal = clock.signal();
    let _busy = clock.busy();
    let ticket = signal.ticket();
    signal.notify_all();
    assert_eq!(signal.wait(ticket, None).await, Wake::Woken);
    assert_eq!(signal.wait(ticket, Some(0)).await, Wake::Woken);
    assert_eq!(signal.wait(signal.ticket(), Some(0)).await, Wake::TimedOut);
    assert_eq!(clock.counts(), counts(1, 0));
}

#[tokio::test]
async fn a_waiter_that_is_dropped_leaves_a_clean_account() {
    let clock = Clock::virtual_at(0);
    let signal = clock.signal();
    for woken_first in [false, true] {
        let task = spawn({
            let (clock, signal, guard) = (clock.clone(), signal.clone(), clock.phone_request());
            async move {
                let _guard = guard;
                signal
                    .wait(signal.ticket(), Some(clock.now_ms() + 1_000))
                    .await
            }
        });
        idle(&clock).await;
        if woken_first {
            signal.notify_all();
        }
        task.abort();
        let _ = task.await;
        assert_eq!(clock.counts(), counts(0, 0));
        assert_eq!(clock.next_sleeper(), None);
    }
    {
        let _busy = clock.busy();
        let _parked = clock.park();
        assert_eq!(clock.counts(), counts(0, 0));
    }
    assert_eq!(clock.counts(), counts(0, 0));
}

#[tokio::test]
async fn turns_let_one_at_a_time_and_those_who_queue_are_not_busy() {
    let clock = Clock::virtual_at(0);
    let turns = Turns::new(&clock);
    let inside = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..5)
        .map(|_| {
            let (clock, turns, inside, guard) = (
                clock.clone(),
                turns.clone(),
                Arc::clone(&inside),
                clock.busy(),
            );
            spawn(async move {
                let _guard = guard;
                let _turn = turns.take().await;
                assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "alone");
                clock.sleep(10).await;
                inside.fetch_sub(1, Ordering::SeqCst);
            })
        })
        .collect();
    for turn in 1..=5 {
        idle(&clock).await;
        let due = clock.next_sleeper().expect("somebody has the turn");
        assert_eq!(due, turn * 10);
        clock.advance_to(due);
    }
    for task in tasks {
        task.await.expect("no panic");
    }
    assert_eq!(clock.counts(), counts(0, 0));
}

#[tokio::test]
async fn turns_go_by_place_and_leaving_the_queue_moves_it() {
    let clock = Clock::virtual_at(0);
    let turns = Turns::new(&clock);
    let (first, second, third) = (turns.queue(), turns.queue(), turns.queue());
    let _busy = clock.busy();
    let last = spawn({
        let (clock, guard) = (clock.clone(), clock.busy());
        async move {
            let turn = third.turn().await;
            drop(guard);
            drop(turn);
            clock.now_ms()
        }
    });
    clock
        .watch()
        .wait_for(|counts| counts.busy == 1)
        .await
        .expect("the clock lives");
    drop(second);
    let turn = first.turn().await;
    assert!(!last.is_finished());
    drop(turn);
    assert_eq!(
        clock.counts(),
        counts(2, 0),
        "the next in line is busy at once"
    );
    last.await.expect("no panic");
}

#[tokio::test]
async fn a_real_clock_runs_by_itself_and_can_be_moved() {
    let clock = Clock::real();
    let _busy = clock.busy();
    let before = clock.now_ms();
    clock.sleep(5).await;
    assert!(clock.now_ms() >= before + 5);
    let hour = 3_600_000;
    let task = spawn({
        let (clock, guard) = (clock.clone(), clock.busy());
        async move {
            let _guard = guard;
            clock.sleep(hour).await;
        }
    });
    while clock.next_sleeper().is_none() {
        yield_now().await;
    }
    clock.move_by(hour);
    task.await.expect("the moved clock woke it");
    assert!(clock.now_ms() >= before + hour);
    assert_eq!(clock.counts(), counts(1, 0));
}
