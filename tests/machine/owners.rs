//! Section 3.1b: whose attempt it is.

use klarna_step_up::machine::{CanceledReason, Input, Note, UndeterminedReason, Verdict};
use klarna_step_up::reply::{StatusFailure, Word};

use crate::phone::{DAY_MS, MINUTE, Phone, SECOND, fails, lost, pending, word};

#[test]
fn an_attempt_of_another_owner_is_neither_started_nor_asked_about_after_a_restart() {
    let mut phone = Phone::paying();
    phone.clear_log().restart_as(false).pass(10 * MINUTE);
    assert_eq!(phone.starts(), 0, "a start is never repeated unattended");
    assert_eq!(phone.asks_in_log(), 0);
    phone.give(Input::OwnerChanged { visible: true });
    assert_eq!(phone.asks_in_log(), 1);
    phone.answer(fails(StatusFailure::NotFound));
    phone.cancel_answer(word(Word::Canceled));
    assert_eq!(
        phone.verdict(),
        Verdict::Canceled(CanceledReason::StartClosed)
    );
}

#[test]
fn the_old_owners_wait_ends_and_nothing_more_is_asked() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.pass(MINUTE).clear_log();
    phone.give(Input::OwnerChanged { visible: false });
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::OwnerChanged)
    );
    phone
        .give(Input::Foregrounded)
        .give(Input::NetworkChanged)
        .pass(10 * MINUTE);
    assert_eq!(phone.asks_in_log(), 0);
}

#[test]
fn a_start_is_not_repeated_in_another_owners_session() {
    let mut phone = Phone::paying();
    phone.give(lost());
    phone
        .give(Input::OwnerChanged { visible: false })
        .pass(10 * MINUTE);
    assert_eq!(phone.starts(), 1);
    phone.give(Input::OwnerChanged { visible: true });
    assert_eq!(phone.starts(), 1);
    assert_eq!(phone.asks(), 1);
}

#[test]
fn a_start_whose_reply_is_lost_after_the_owner_changed_is_not_repeated() {
    let mut phone = Phone::paying();
    phone
        .give(Input::OwnerChanged { visible: false })
        .give(lost())
        .pass(10 * MINUTE);
    assert_eq!(phone.starts(), 1);
}

#[test]
fn a_word_that_comes_for_a_hidden_attempt_waits_for_its_owner() {
    let mut phone = Phone::in_journey();
    phone.pass(6 * SECOND);
    phone
        .give(Input::OwnerChanged { visible: false })
        .clear_log();
    phone.answer(word(Word::Approved));
    assert!(phone.is_silent());
    phone.give(Input::OwnerChanged { visible: true });
    assert_eq!(phone.verdict(), Verdict::Approved { receipt: None });
}

#[test]
fn a_journalled_abandon_goes_on_when_its_owner_is_back() {
    let mut phone = Phone::in_journey();
    phone
        .give(Input::Abandon)
        .cancel_fails(StatusFailure::MaybeSent);
    phone.clear_log().restart_as(false);
    assert_eq!(phone.cancels(), 0);
    phone.give(Input::OwnerChanged { visible: true });
    assert_eq!(phone.cancels(), 1);
}

#[test]
fn attempts_of_others_go_seven_days_past_their_end_with_an_event() {
    let mut phone = Phone::in_journey();
    phone.now.wall += 9 * DAY_MS;
    phone.clear_log().restart_as(false);
    assert!(phone.disk.is_some(), "its owner may be about to sign in");
    phone.give(Input::Backgrounded);
    assert!(phone.noted(Note::GaveUp));
    assert!(phone.disk.is_none());
    assert!(phone.is_silent());
}

#[test]
fn only_a_guests_attempt_is_adopted() {
    let mut phone = Phone::in_journey();
    phone.machine.adopt("anna");
    phone.machine.adopt("ben");
    assert_eq!(phone.machine.record().owner.as_deref(), Some("anna"));
}
