//! Orders, outcomes, restarts.

use klarna_step_up::machine::{
    CanceledReason, IfBusy, NotStartedReason, Phase, UndeterminedReason,
};
use klarna_step_up::model::{Device, LinkDisposition, Outcome, PayOptions};
use klarna_step_up::seams::Listener;
use std::sync::Arc;

use crate::phone::{Next, Phone, configuration, lock, order, pending_with_journey, status};

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

#[test]
fn a_payment_from_the_order_to_the_outcome() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let paying = phone.pay("order-1");
    assert_eq!(lock(&phone.screen.shown).len(), 1, "the journey is shown");
    assert_eq!(phone.client.unfinished()[0].phase, Phase::InJourney);

    let handover = phone.link("app_return_url");
    phone.backend.then(status("pending"));
    let disposition = phone.client.handle_link(&handover);
    assert!(
        matches!(disposition, LinkDisposition::Handover { .. }),
        "{disposition:?}"
    );
    phone.settle();
    assert!(paying.is_waiting(), "a handover link settles nothing");
    assert!(
        lock(&phone.screen.dismissed).is_empty(),
        "and keeps the surface"
    );

    phone.backend.then(status("approved"));
    let disposition = phone.client.handle_link(&phone.link("return_url"));
    assert!(
        matches!(disposition, LinkDisposition::Completion { .. }),
        "{disposition:?}"
    );
    phone.settle();
    let outcome = paying.outcome();
    assert!(
        matches!(&outcome.outcome, Outcome::Approved { receipt: Some(receipt) } if receipt.contains("SECRET-receipt"))
    );
    assert_eq!(*lock(&phone.screen.dismissed), [1]);
    assert_eq!(phone.client.outcomes(), std::slice::from_ref(&outcome));
    phone.client.acknowledge(outcome.id);
    phone.settle();
    assert!(phone.client.outcomes().is_empty());
    assert!(
        lock(&phone.heard.outcomes).is_empty(),
        "what a waiter received is not emitted as well"
    );

    let again = phone.pay("order-1").outcome();
    assert!(
        matches!(again.outcome, Outcome::Approved { .. }),
        "a paid order is not paid again: {again:?}"
    );
    assert_eq!(
        phone
            .backend
            .lines()
            .iter()
            .filter(|line| line.starts_with("POST"))
            .count(),
        1
    );
}

#[test]
fn a_restart_asks_and_tells_the_listener() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let paying = phone.pay("order-1");
    phone.client.shutdown();
    let stopped = paying.outcome();
    assert_eq!(
        stopped.outcome,
        Outcome::Undetermined {
            reason: UndeterminedReason::StoppedWaiting
        }
    );

    let phone = Phone::new(directory.path());
    phone.backend.otherwise(|_| status("approved"));
    phone.settle();
    let told = lock(&phone.heard.outcomes).clone();
    assert_eq!(told.len(), 1);
    assert!(matches!(told[0].outcome, Outcome::Approved { .. }));
    assert_eq!(phone.backend.lines(), ["GET /payments/pay-1"]);
    phone.client.shutdown();

    let phone = Phone::new(directory.path());
    phone.settle();
    let again = lock(&phone.heard.outcomes).clone();
    assert_eq!(again, told, "kept until acknowledged, with the same id");
    assert!(
        phone.backend.lines().is_empty(),
        "a settled attempt is not asked about"
    );
}

#[test]
fn rule_9_an_outcome_that_nobody_took_is_kept_and_told_to_whoever_comes() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let paying = phone.pay("order-1");
    phone.client.shutdown();
    paying.outcome();

    for days in [0, 1, 2, 40] {
        let phone = Phone::of_an_app_that_is_away(directory.path(), days);
        phone.backend.otherwise(|_| status("approved"));
        phone.settle();
        assert_eq!(
            phone.client.outcomes().len(),
            1,
            "kept, for it was never taken: day {days}"
        );
        phone.client.shutdown();
    }

    let phone = Phone::of_an_app_that_is_away(directory.path(), 80);
    phone.settle();
    assert!(lock(&phone.heard.outcomes).is_empty());
    *lock(&phone.heard.away) = false;
    for _ in 0..2 {
        let listener = Arc::clone(&phone.heard) as Arc<dyn Listener>;
        phone.client.set_listener(Some(listener));
        phone.settle();
    }
    let told = lock(&phone.heard.outcomes).clone();
    assert!(
        matches!(&told[..], [one] if matches!(one.outcome, Outcome::Approved { .. })),
        "once: {told:?}"
    );
    phone.client.shutdown();

    let phone = Phone::of_an_app_that_is_away(directory.path(), 120);
    phone.settle();
    assert_eq!(phone.client.outcomes().len(), 1, "taken once only");
}

#[test]
fn a_second_pay_for_the_same_order_joins() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let first = phone.pay("order-1");
    phone.backend.then(status("pending"));
    let second = phone.pay("order-1");
    let mut other = order("order-1");
    other.json = r#"{"amount":1}"#.to_owned();
    let refused = phone.pay_with(other, PayOptions::default()).outcome();
    assert_eq!(
        refused.outcome,
        Outcome::NotStarted {
            reason: NotStartedReason::OrderBusy
        }
    );
    phone.backend.otherwise(|_| status("declined"));
    phone.pass(6_000);
    let (first, second) = (first.outcome(), second.outcome());
    assert!(matches!(
        first.outcome,
        Outcome::Declined { failed: false, .. }
    ));
    assert_eq!(first, second, "one attempt, one outcome");
}

#[test]
fn replacing_starts_only_after_a_word() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let first = phone.pay("order-1");
    let mut other = order("order-1");
    other.json = r#"{"amount":1}"#.to_owned();
    phone.backend.otherwise(|line| match line {
        "POST /payments" => pending_with_journey(),
        line if line.ends_with("/cancel") => status("canceled"),
        _ => status("pending"),
    });
    let second = phone.pay_with(
        other,
        PayOptions {
            if_busy: IfBusy::Replace,
            wait: 0,
        },
    );
    assert_eq!(
        first.outcome().outcome,
        Outcome::Canceled {
            reason: CanceledReason::ByCustomer
        }
    );
    assert!(second.is_waiting());
    let starts = phone
        .backend
        .sent()
        .into_iter()
        .filter(|sent| sent.line == "POST /payments")
        .count();
    assert_eq!(starts, 2);
}

#[test]
fn an_offline_start_ends_not_started_and_leaves_nothing() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.otherwise(|_| Next::NotSent);
    let paying = phone.pay("order-1");
    phone.pass(15_000);
    assert_eq!(
        paying.outcome().outcome,
        Outcome::NotStarted {
            reason: NotStartedReason::Unreachable
        }
    );
    assert!(phone.client.unfinished().is_empty());
}

#[test]
fn a_lost_start_is_repeated_then_asked_about_then_closed() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.otherwise(|line| match line {
        "POST /payments" => Next::Lost,
        line if line.starts_with("GET") => Next::Reply(404, String::new()),
        _ => Next::Reply(200, r#"{"status":"canceled"}"#.to_owned()),
    });
    let paying = phone.pay("order-1");
    phone.pass(40_000);
    assert_eq!(
        paying.outcome().outcome,
        Outcome::Canceled {
            reason: CanceledReason::StartClosed
        }
    );
    let sent = phone.backend.sent();
    let starts: Vec<_> = sent
        .iter()
        .filter(|sent| sent.line == "POST /payments")
        .collect();
    assert!(starts.len() > 2, "{starts:?}");
    assert!(
        starts
            .iter()
            .all(|sent| sent.key.as_deref() == Some("{attempt}:start")
                && sent.body == starts[0].body)
    );
    assert!(
        sent.iter()
            .any(|sent| sent.key.as_deref() == Some("{attempt}:cancel:1"))
    );
}

#[test]
fn without_any_surface_nothing_is_sent() {
    let directory = directory();
    let phone = Phone::with(configuration(directory.path()), Device::default(), |_| {});
    let outcome = phone.pay("order-1").outcome();
    assert_eq!(
        outcome.outcome,
        Outcome::NotStarted {
            reason: NotStartedReason::NoBrowser
        }
    );
    assert!(phone.backend.sent().is_empty());
}

#[test]
fn a_forbidden_journey_is_canceled_and_never_shown() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(Next::Reply(
        200,
        r#"{"status":"pending","payment_id":"p","klarna":{"payment_request_url":"https://pay.test.klarna.com.evil.example/x"}}"#.to_owned(),
    ));
    phone
        .backend
        .otherwise(|_| Next::Reply(200, r#"{"status":"canceled"}"#.to_owned()));
    let outcome = phone.pay("order-1").outcome();
    assert_eq!(
        outcome.outcome,
        Outcome::Canceled {
            reason: CanceledReason::ForbiddenUrl
        }
    );
    assert!(lock(&phone.screen.shown).is_empty());
}

#[test]
fn another_account_sees_nothing_and_loses_nothing() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.client.set_owner(Some("alice".to_owned()), false);
    phone.backend.then(pending_with_journey());
    let paying = phone.pay("order-1");
    let handover = phone.link("app_return_url");
    phone.client.set_owner(Some("bob".to_owned()), false);
    phone.settle();
    assert_eq!(
        paying.outcome().outcome,
        Outcome::Undetermined {
            reason: UndeterminedReason::OwnerChanged
        }
    );
    assert!(phone.client.unfinished().is_empty() && phone.client.outcomes().is_empty());
    assert_eq!(
        phone.client.handle_link(&handover),
        LinkDisposition::Late { attempt: None }
    );
    let refused = phone.pay("order-1").outcome();
    assert_eq!(
        refused.outcome,
        Outcome::NotStarted {
            reason: NotStartedReason::OrderBusy
        }
    );

    phone.backend.otherwise(|_| status("approved"));
    phone.client.set_owner(Some("alice".to_owned()), false);
    phone.settle();
    let told = lock(&phone.heard.outcomes).clone();
    assert!(
        told.iter()
            .any(|told| matches!(told.outcome, Outcome::Approved { .. })
                && told.supersedes.is_some()),
        "{told:?}"
    );
}

#[test]
fn a_guest_who_signs_in_keeps_the_attempt() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let paying = phone.pay("order-1");
    phone.client.set_owner(Some("alice".to_owned()), true);
    phone.settle();
    assert!(paying.is_waiting());
    phone.backend.otherwise(|_| status("approved"));
    phone.pass(6_000);
    assert!(matches!(paying.outcome().outcome, Outcome::Approved { .. }));
}

#[test]
fn an_abandon_that_comes_too_late_is_approved() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let paying = phone.pay("order-1");
    phone.backend.otherwise(|_| status("approved"));
    phone
        .client
        .abandon(phone.attempt())
        .expect("it can be abandoned");
    phone.settle();
    assert!(matches!(paying.outcome().outcome, Outcome::Approved { .. }));
}

#[test]
fn bad_orders_are_refused_by_name_and_send_nothing() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    let too_long = format!(r#"{{"a":"{}"}}"#, "x".repeat(50_000));
    for (reference, json) in [
        ("", "{}"),
        (&"r".repeat(257)[..], "{}"),
        ("a", "[]"),
        ("a", "{"),
        ("a", &too_long),
    ] {
        let mut bad = order(reference);
        bad.json = json.to_owned();
        let outcome = phone.pay_with(bad, PayOptions::default()).outcome();
        assert!(
            matches!(
                outcome.outcome,
                Outcome::NotStarted {
                    reason: NotStartedReason::BadOrder { .. }
                }
            ),
            "{outcome:?}"
        );
    }
    assert!(phone.backend.sent().is_empty());
}

#[test]
fn thirty_two_unfinished_attempts_are_enough() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.otherwise(|line| {
        if line == "POST /payments" {
            pending_with_journey()
        } else {
            status("pending")
        }
    });
    let paying: Vec<_> = (0..32)
        .map(|number| phone.pay(&format!("order-{number}")))
        .collect();
    let refused = phone.pay("order-32").outcome();
    assert_eq!(
        refused.outcome,
        Outcome::NotStarted {
            reason: NotStartedReason::TooManyUnfinished
        }
    );
    assert!(
        paying.iter().all(crate::phone::Paying::is_waiting),
        "and none was dropped for it"
    );
    assert_eq!(phone.client.unfinished().len(), 32);
}

#[test]
fn rule_06_a_lost_start_of_a_signed_in_owner_is_never_repeated_after_a_restart() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.client.set_owner(Some("alice".to_owned()), false);
    phone.backend.otherwise(|_| Next::Lost);
    let paying = phone.pay("order-1");
    phone.client.shutdown();
    paying.outcome();

    let phone = Phone::new(directory.path());
    phone.backend.otherwise(|_| status("approved"));
    phone.client.foregrounded();
    phone.pass(30_000);
    assert!(
        phone.backend.lines().is_empty(),
        "nobody is signed in: nothing is asked or sent"
    );
    phone.client.set_owner(Some("alice".to_owned()), false);
    phone.settle();
    assert_eq!(phone.backend.lines(), ["GET /payments/{attempt}"]);
    let told = lock(&phone.heard.outcomes).clone();
    assert!(matches!(told[..], [ref told] if matches!(told.outcome, Outcome::Approved { .. })));
}

#[test]
fn a_link_that_starts_the_app_is_accepted_and_classified_later() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let paying = phone.pay("order-1");
    let link = phone.link("return_url");
    phone.client.shutdown();
    paying.outcome();

    // The loop is held up at the clock's first reading, as on a slow phone: the link is there first.
    let phone = Phone::stopped(directory.path());
    phone.backend.otherwise(|_| status("approved"));
    assert_eq!(phone.client.handle_link(&link), LinkDisposition::Accepted);
    phone.time.go_on();
    phone.settle();
    let names = phone.event_names();
    assert!(
        names.contains(&"SeenCompletionLink".to_owned()) || lock(&phone.heard.outcomes).len() == 1,
        "{names:?}"
    );
    assert!(matches!(
        lock(&phone.heard.outcomes)[0].outcome,
        Outcome::Approved { .. }
    ));
}

#[test]
fn reopening_withdraws_an_abandon_that_never_left() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let paying = phone.pay("order-1");
    phone.backend.otherwise(|_| Next::NotSent);
    phone
        .client
        .abandon(phone.attempt())
        .expect("it can be abandoned");
    phone.settle();
    phone.backend.otherwise(|_| status("pending"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime
        .block_on(phone.client.reopen(phone.attempt(), None))
        .expect("it can be reopened");
    phone.pass(30_000);
    assert!(paying.is_waiting());
    assert_eq!(
        lock(&phone.screen.shown).len(),
        2,
        "the journey is shown again"
    );
    let cancels = phone
        .backend
        .sent()
        .into_iter()
        .filter(|sent| sent.line.ends_with("/cancel"));
    assert_eq!(cancels.count(), 1, "only the one that never left");
}

#[test]
fn replacing_an_undetermined_attempt_waits_for_the_word() {
    let directory = directory();
    let mut impatient = configuration(directory.path());
    impatient.policy.max_wait = 10_000;
    let phone = Phone::with(impatient, crate::phone::iphone(), |_| {});
    phone.backend.then(pending_with_journey());
    phone.backend.otherwise(|_| status("pending"));
    let first = phone.pay("order-1");
    phone.pass(11_000);
    assert_eq!(
        first.outcome().outcome,
        Outcome::Undetermined {
            reason: UndeterminedReason::MaxWait
        }
    );
    phone.backend.otherwise(|line| match line {
        "POST /payments" => pending_with_journey(),
        line if line.ends_with("/cancel") => status("canceled"),
        _ => status("pending"),
    });
    let options = PayOptions {
        if_busy: IfBusy::Replace,
        wait: 0,
    };
    let second = phone.pay_with(order("order-1"), options);
    assert!(second.is_waiting(), "a new attempt is under way");
    assert_eq!(
        phone
            .backend
            .lines()
            .iter()
            .filter(|line| *line == "POST /payments")
            .count(),
        2
    );
}

#[test]
fn preparing_a_paid_order_returns_its_outcome() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(status("approved"));
    let outcome = phone.pay("order-1").outcome();
    phone.client.acknowledge(outcome.id.clone());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let prepared = runtime.block_on(phone.client.prepare(order("order-1")));
    let klarna_step_up::api::Prepared::Ended { outcome: again } = prepared else {
        panic!("{prepared:?}")
    };
    assert_eq!(again.id, outcome.id);
    assert!(matches!(again.outcome, Outcome::Approved { .. }));
}

#[test]
fn a_damaged_record_blocks_its_order_and_is_asked_about() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let paying = phone.pay("order-1");
    phone.client.shutdown();
    paying.outcome();
    let record = std::fs::read_dir(directory.path())
        .expect("the journal")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.extension().is_some_and(|end| end == "json"))
        .expect("a record");
    std::fs::write(&record, b"nonsense").expect("written");

    let phone = Phone::new(directory.path());
    phone.backend.otherwise(|_| status("pending"));
    phone.settle();
    assert!(phone.event_names().contains(&"JournalDamaged".to_owned()));
    assert_eq!(phone.backend.lines(), ["GET /payments/{attempt}"]);
    let refused = phone.pay("order-1").outcome();
    assert_eq!(
        refused.outcome,
        Outcome::NotStarted {
            reason: NotStartedReason::OrderBusy
        }
    );
    phone.backend.otherwise(|_| status("canceled"));
    phone
        .client
        .check_again(phone.attempt())
        .expect("it is listed");
    phone.settle();
    let told = lock(&phone.heard.outcomes).clone();
    assert!(
        matches!(told[..], [ref told] if matches!(told.outcome, Outcome::Canceled { .. })),
        "{told:?}"
    );
}

#[test]
fn a_start_that_fails_at_once_is_tried_again_by_itself() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    for _ in 0..3 {
        phone.backend.then(Next::NotSent);
    }
    phone.backend.otherwise(|line| {
        if line == "POST /payments" {
            pending_with_journey()
        } else {
            status("pending")
        }
    });
    let paying = phone.pay("order-1");
    phone.pass(9_000);
    assert_eq!(lock(&phone.screen.shown).len(), 1);
    assert!(paying.is_waiting());
}

#[test]
fn a_trace_is_there_after_the_app_was_ended() {
    let directory = directory();
    let phone = Phone::new(directory.path());
    phone.backend.then(status("approved"));
    let outcome = phone.pay("order-SECRET").outcome();
    let attempt = outcome.attempt.expect("an attempt");
    phone.client.acknowledge(outcome.id);
    phone.settle();
    phone.client.shutdown();

    let phone = Phone::new(directory.path());
    phone.backend.then(status("declined"));
    phone.pay("another").outcome();
    let trace = phone.client.trace(&attempt).expect("a trace");
    assert!(trace.contains("Deliver(1, Approved)"), "{trace}");
    assert!(
        !trace.contains("SECRET") && !trace.contains(&attempt),
        "{trace}"
    );
}
