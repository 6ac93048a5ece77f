//! Orders, outcomes, restarts.

use klarna_step_up::machine::{
    CanceledReason, IfBusy, NotStartedReason, Phase, UndeterminedReason,
};
use klarna_step_up::model::{Device, LinkDisposition, Outcome, PayOptions};

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
    assert_eq!(phone.client.outcomes(), [outcome.clone()]);
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
