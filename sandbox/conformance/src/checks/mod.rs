//! One check for each promise that can be checked.

mod asking;
mod cancelling;
mod customer;
mod recording;
mod replies;
mod serialising;
mod sessions;
mod starting;
mod visit;

use std::future::Future;
use std::pin::Pin;

use crate::promises::Checkable;
use crate::report::Finding;
use crate::run::Run;

pub(crate) use customer::Approved;

/// Nothing: the promise is kept.
pub(crate) type Found = Result<(), Finding>;
type Running<'a> = Pin<Box<dyn Future<Output = Found> + 'a>>;

pub(crate) struct Check {
    pub promise: &'static str,
    pub needs: Checkable,
    pub run: for<'a> fn(&'a Run) -> Running<'a>,
}

macro_rules! checks {
    ($needs:ident: $($promise:literal => $check:path,)*) => {
        [$(Check {
            promise: $promise,
            needs: Checkable::$needs,
            run: |run| Box::pin($check(run)),
        }),*]
    };
}

/// In the order in which they are done.
pub(crate) fn all() -> Vec<Check> {
    let mut checks = Vec::from(checks![Outside:
        "attempt-names-payment" => starting::attempt_names_payment,
        "same-key-same-answer" => starting::same_key_same_answer,
        "one-open-payment-per-order" => starting::one_open_payment,
        "start-within-20-seconds" => starting::within_20_seconds,
        "journey-in-a-reply" => starting::journey_in_a_reply,
        "refused-shape" => starting::refused_shape,
        "unknown-fields-ignored" => starting::unknown_fields_ignored,
        "status-needs-session" => sessions::status_needs_session,
        "cancel-needs-session" => sessions::cancel_needs_session,
        "own-payments-only" => sessions::own_payments_only,
        "unknown-cancel-closes" => cancelling::unknown_is_closed,
        "closed-attempt-cannot-start" => cancelling::closed_cannot_start,
        "cancel-twice" => cancelling::twice,
        "final-word-never-changes" => cancelling::word_stays,
        "pending-repeats-the-journey" => asking::journey_is_repeated,
        "version-only-grows" => asking::version_grows,
        "wait-answers-on-change" => asking::wait_answers_on_change,
        "wait-lasts" => asking::wait_lasts,
        "unknown-payment-is-404" => asking::unknown_is_404,
    ]);
    checks.extend(checks![WithCustomer:
        "word-follows-the-customer" => customer::word_follows,
        "leaving-is-not-an-end" => customer::leaving,
        "late-cancel-answers-the-word" => customer::late_cancel,
        "one-approved-payment-per-order" => customer::paid_order_again,
        "details-fit" => customer::details_fit,
        "browser-ends-on-the-return-link" => customer::return_link,
        "handover-link-reaches-klarna" => customer::handover_link,
    ]);
    checks.extend(checks![WithKlarna:
        "recorded-before-klarna" => recording::before_klarna,
        "failed-means-no-money" => recording::failed_means_no_money,
        "no-word-while-unknown" => serialising::no_word_while_unknown,
        "completed-beats-cancel" => serialising::completed_beats_cancel,
        "canceled-once-klarna-confirmed" => serialising::confirmed_cancel,
        "cancel-waits-for-the-start" => serialising::cancel_during_start,
        "pending-when-klarna-is-slow" => serialising::slow_klarna,
        "nothing-undecided-under-a-key" => serialising::nothing_undecided,
    ]);
    // Of all replies that were seen, so at the end.
    checks.extend(checks![Outside:
        "known-words" => replies::known_words,
        "reply-size" => replies::size,
        "date-header" => replies::date,
        "expires-at-readable" => replies::expires_at,
    ]);
    checks
}
