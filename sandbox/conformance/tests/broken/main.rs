//! For each promise that can be checked, a backend that breaks it: the run names this promise and no other.

mod acquirer;
mod exchange;

use std::collections::BTreeSet;

use stepup_sandbox_conformance::{Checkable, Embedded, Verdict, promises, run};

use crate::acquirer::BrokenAcquirer;

/// Nobody watches.
fn quiet(_: &str) {}

async fn breaks_only(promise: &'static str) {
    let embedded = Embedded::start().await.expect("a sandbox");
    let broken = BrokenAcquirer::start(embedded.world(), promise).await;
    let target = embedded.target(Some(broken.url.clone()));
    let report = run(&target, embedded.time(), Some(embedded.walk()), &[], &quiet)
        .await
        .expect("a report");
    embedded.stop().await;
    assert_eq!(report.broken(), [promise], "{report}");
    let shown = report.to_string();
    let found = report
        .results
        .iter()
        .find(|result| result.promise.id == promise)
        .expect("a result");
    assert!(
        shown.contains(&format!("to mend:  {}", found.promise.mend)),
        "{shown}"
    );
    let Verdict::Broken(what) = &found.verdict else {
        panic!("{shown}")
    };
    assert!(
        !what.contains("http://"),
        "an address with a credential: {what}"
    );
}

macro_rules! broken {
    ($($name:ident: $promise:literal,)*) => {
        const BROKEN: &[&str] = &[$($promise),*];
        $(#[tokio::test]
        async fn $name() {
            breaks_only($promise).await;
        })*
    };
}

broken! {
    attempt_names_payment: "attempt-names-payment",
    same_key_same_answer: "same-key-same-answer",
    one_open_payment_per_order: "one-open-payment-per-order",
    start_within_20_seconds: "start-within-20-seconds",
    journey_in_a_reply: "journey-in-a-reply",
    pending_repeats_the_journey: "pending-repeats-the-journey",
    status_needs_session: "status-needs-session",
    cancel_needs_session: "cancel-needs-session",
    own_payments_only: "own-payments-only",
    unknown_cancel_closes: "unknown-cancel-closes",
    closed_attempt_cannot_start: "closed-attempt-cannot-start",
    cancel_twice: "cancel-twice",
    final_word_never_changes: "final-word-never-changes",
    version_only_grows: "version-only-grows",
    wait_answers_on_change: "wait-answers-on-change",
    wait_lasts: "wait-lasts",
    unknown_payment_is_404: "unknown-payment-is-404",
    refused_shape: "refused-shape",
    unknown_fields_ignored: "unknown-fields-ignored",
    known_words: "known-words",
    reply_size: "reply-size",
    date_header: "date-header",
    expires_at_readable: "expires-at-readable",
    word_follows_the_customer: "word-follows-the-customer",
    no_word_while_unknown: "no-word-while-unknown",
    completed_beats_cancel: "completed-beats-cancel",
    late_cancel_answers_the_word: "late-cancel-answers-the-word",
    one_approved_payment_per_order: "one-approved-payment-per-order",
    details_fit: "details-fit",
    leaving_is_not_an_end: "leaving-is-not-an-end",
    canceled_once_klarna_confirmed: "canceled-once-klarna-confirmed",
    cancel_waits_for_the_start: "cancel-waits-for-the-start",
    pending_when_klarna_is_slow: "pending-when-klarna-is-slow",
    nothing_undecided_under_a_key: "nothing-undecided-under-a-key",
    browser_ends_on_the_return_link: "browser-ends-on-the-return-link",
    handover_link_reaches_klarna: "handover-link-reaches-klarna",
    recorded_before_klarna: "recorded-before-klarna",
    failed_means_no_money: "failed-means-no-money",
}

#[test]
fn every_promise_that_can_be_checked_is_broken_above() {
    let checkable: BTreeSet<String> = promises()
        .into_iter()
        .filter(|promise| promise.checkable != Checkable::NotFromOutside)
        .map(|promise| promise.id)
        .collect();
    let broken: BTreeSet<String> = BROKEN.iter().map(ToString::to_string).collect();
    assert_eq!(broken, checkable);
}
