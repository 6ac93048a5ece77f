//! Outcomes: words and their verdicts, supersession, acknowledgement.

use klarna_step_up::machine::{
    CanceledReason, CloseHint, Effect, Input, NotStartedReason, UndeterminedReason, Verdict,
    outcome_id,
};
use klarna_step_up::reply::{StatusAnswer, StatusReply, Word};

use crate::phone::{MINUTE, Phone, SECOND, pending, says, word};

#[test]
fn each_word_has_its_outcome() {
    for (said, told) in [
        (Word::Approved, Verdict::Approved { receipt: None }),
        (
            Word::Declined,
            Verdict::Declined {
                failed: false,
                reason: None,
            },
        ),
        (
            Word::Failed,
            Verdict::Declined {
                failed: true,
                reason: None,
            },
        ),
        (Word::Canceled, Verdict::Canceled(CanceledReason::ByBackend)),
        (Word::Expired, Verdict::Canceled(CanceledReason::Expired)),
    ] {
        let mut phone = Phone::in_journey();
        phone.pass(6 * SECOND).answer(word(said));
        assert_eq!(phone.verdict(), told);
    }
}

#[test]
fn details_are_the_receipt_and_the_reason_explains() {
    let mut phone = Phone::in_journey();
    phone
        .pass(6 * SECOND)
        .answer(StatusAnswer::Reply(StatusReply {
            details: Some("{\"total\":1}".to_owned()),
            ..says(Word::Approved)
        }));
    assert_eq!(
        phone.verdict(),
        Verdict::Approved {
            receipt: Some("{\"total\":1}".to_owned())
        }
    );
}

#[test]
fn the_journey_url_is_dropped_from_the_disk_when_the_attempt_settles() {
    let mut phone = Phone::in_journey();
    assert!(
        phone
            .disk
            .as_ref()
            .is_some_and(|disk| disk.journey.is_some())
    );
    phone.pass(6 * SECOND).answer(word(Word::Approved));
    assert!(
        phone
            .disk
            .as_ref()
            .is_some_and(|disk| disk.journey.is_none())
    );
}

#[test]
fn a_later_word_supersedes_undetermined_and_names_it() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.closes(CloseHint::Closed).pass(2 * MINUTE);
    phone.backend = Some(word(Word::Declined));
    phone.give(Input::CheckAgain);
    let told = phone.delivered();
    assert_eq!(
        told[0].verdict,
        Verdict::Undetermined(UndeterminedReason::CustomerLeft)
    );
    assert_eq!(told[1].supersedes, Some(told[0].number));
    assert_ne!(
        outcome_id(&phone.machine.record().id, &told[0]),
        outcome_id(&phone.machine.record().id, &told[1])
    );
}

#[test]
fn acknowledging_an_undetermined_outcome_keeps_the_attempt() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.closes(CloseHint::Closed).pass(2 * MINUTE);
    phone.give(Input::Acknowledged { number: 1 });
    assert!(phone.disk.is_some());
    phone.clear_log().restart();
    assert!(phone.is_silent(), "acknowledged outcomes do not come again");
    phone.backend = Some(word(Word::Approved));
    phone.give(Input::CheckAgain);
    assert_eq!(phone.verdict(), Verdict::Approved { receipt: None });
}

#[test]
fn an_acknowledgement_of_the_superseded_outcome_does_not_lose_the_new_one() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.closes(CloseHint::Closed).pass(2 * MINUTE);
    phone.backend = Some(word(Word::Approved));
    phone.give(Input::CheckAgain);
    phone.clear_log().give(Input::Acknowledged { number: 1 });
    assert!(phone.log.is_empty(), "{:?}", phone.log);
    phone.give(Input::Acknowledged { number: 2 });
    assert_eq!(
        phone.count(|effect| matches!(effect, Effect::Forget { tombstone: true })),
        1
    );
}

#[test]
fn reasons_are_named_without_what_the_backend_wrote() {
    let secret = || "SECRET".to_owned();
    let reasons = [
        (NotStartedReason::NoBrowser, "NoBrowser"),
        (NotStartedReason::Unreachable, "Unreachable"),
        (
            NotStartedReason::Refused {
                reason: Some(secret()),
            },
            "Refused",
        ),
        (NotStartedReason::JournalUnavailable, "JournalUnavailable"),
        (NotStartedReason::TooManyUnfinished, "TooManyUnfinished"),
        (NotStartedReason::OrderBusy, "OrderBusy"),
        (NotStartedReason::Abandoned, "Abandoned"),
        (NotStartedReason::ShutDown, "ShutDown"),
    ];
    for (reason, name) in reasons {
        assert_eq!(format!("{reason:?}"), name);
        let verdict = Verdict::NotStarted(reason);
        assert_eq!(format!("{verdict:?}"), format!("NotStarted({name})"));
    }
    // The shape of an order is the app's own.
    let bad = NotStartedReason::BadOrder {
        problem: "not an object".to_owned(),
    };
    assert_eq!(format!("{bad:?}"), "BadOrder(\"not an object\")");
}
