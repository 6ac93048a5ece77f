//! Rule 8 by example: *Use another method*.

use klarna_step_up::machine::{
    CanceledReason, CloseHint, Effect, Input, NotStartedReason, StartFate, Surface, Verdict,
};
use klarna_step_up::reply::{KlarnaState, StatusFailure, Word};

use crate::phone::{
    Journal, MINUTE, Phone, SECOND, fails, lost, pending, pending_at, refused, without_long_poll,
    word,
};

fn join() -> Input {
    Input::Join {
        surfaces: vec![Surface::CustomTab],
    }
}

#[test]
fn abandon_dismisses_and_ends_canceled_when_the_backend_says_so() {
    let mut phone = Phone::in_journey();
    phone.give(Input::Abandon);
    assert_eq!(phone.dismisses(), 1);
    assert_eq!(phone.cancels(), 1);
    assert!(phone.is_silent());
    phone.cancel_answer(word(Word::Canceled));
    assert_eq!(
        phone.verdict(),
        Verdict::Canceled(CanceledReason::ByCustomer)
    );
}

#[test]
fn approved_beats_abandon() {
    let mut phone = Phone::in_journey();
    phone
        .give(Input::Abandon)
        .cancel_answer(word(Word::Approved));
    assert_eq!(phone.verdict(), Verdict::Approved { receipt: None });
}

#[test]
fn a_cancellation_that_is_still_pending_is_asked_about_until_a_word() {
    let mut phone = Phone::in_journey();
    phone.give(Input::Observed(true)).give(Input::Abandon);
    phone.backend = Some(pending());
    phone
        .answer(pending())
        .cancel_answer(pending_at(KlarnaState::Completed))
        .pass(MINUTE);
    assert!(phone.is_silent());
    assert!(phone.asks_in_log() > 5);
    assert!(phone.cancels() >= 2);
    phone.cancel_answer(word(Word::Approved));
    assert_eq!(phone.verdict(), Verdict::Approved { receipt: None });
}

#[test]
fn the_wish_is_on_the_disk_before_it_is_sent() {
    let mut phone = Phone::in_journey();
    phone.journal = Journal::Hangs;
    phone.give(Input::Abandon);
    assert_eq!(phone.cancels(), 0);
    let revision = phone.machine.record().revision;
    phone.give(Input::Persisted { revision });
    assert_eq!(phone.cancels(), 1);
}

#[test]
fn abandon_before_anything_was_sent_is_not_started() {
    let mut phone = Phone::new(without_long_poll());
    phone.journal = Journal::Hangs;
    phone.give(Input::Start {
        surfaces: vec![Surface::CustomTab],
    });
    phone
        .give(Input::Abandon)
        .give(Input::Persisted { revision: 2 });
    assert_eq!(
        phone.verdict(),
        Verdict::NotStarted(NotStartedReason::Abandoned)
    );
    assert_eq!(phone.starts(), 0);
}

#[test]
fn abandon_while_the_start_is_on_its_way_stops_repeating_it() {
    let mut phone = Phone::paying();
    phone.give(Input::Abandon);
    assert_eq!(phone.cancels(), 1);
    phone.give(lost()).pass(50 * SECOND);
    assert_eq!(phone.starts(), 1);
    phone.cancel_answer(word(Word::Canceled));
    assert_eq!(
        phone.verdict(),
        Verdict::Canceled(CanceledReason::ByCustomer)
    );
}

#[test]
fn what_the_cancellation_has_told_is_not_forgotten_when_the_start_is_lost() {
    let mut phone = Phone::paying();
    phone.give(Input::Abandon).cancel_answer(pending());
    assert_eq!(phone.machine.record().start, StartFate::Answered);
    let asked = phone.asks();
    phone.give(lost());
    assert_eq!(phone.machine.record().start, StartFate::Answered);
    assert_eq!(phone.asks(), asked + 1, "asked about once more");
}

#[test]
fn a_second_abandon_is_asked_about_once_the_start_has_ended() {
    let mut phone = Phone::paying();
    phone.give(Input::Abandon).pass(31 * MINUTE);
    assert_eq!(phone.verdicts().len(), 1, "the wait has ended");
    phone.cancel_answer(pending()).give(Input::Abandon);
    let asked = phone.asks();
    phone.give(lost());
    assert_eq!(phone.asks(), asked + 1);
}

#[test]
fn a_refused_start_after_abandon_waits_for_the_word() {
    let mut phone = Phone::paying();
    phone.give(Input::Abandon).reply(refused());
    assert!(phone.is_silent(), "{:?}", phone.verdicts());
    phone.cancel_answer(word(Word::Canceled));
    assert_eq!(
        phone.verdict(),
        Verdict::Canceled(CanceledReason::ByCustomer)
    );
}

#[test]
fn an_abandon_that_never_left_is_withdrawn_by_a_later_pay() {
    let mut phone = Phone::in_journey();
    phone.closes(CloseHint::Closed).answer(pending());
    phone
        .give(Input::Abandon)
        .cancel_fails(StatusFailure::NotSent)
        .answer(fails(StatusFailure::NotSent));
    phone.clear_log().give(join());
    assert_eq!(phone.machine.record().cancel, None);
    phone.answer(pending());
    assert_eq!(phone.presents().len(), 1);
    phone.presented().pass(MINUTE);
    assert_eq!(phone.cancels(), 0);
}

#[test]
fn an_abandon_that_never_left_is_withdrawn_after_a_restart_too() {
    let mut phone = Phone::in_journey();
    phone.closes(CloseHint::Closed).answer(pending());
    phone
        .give(Input::Abandon)
        .cancel_fails(StatusFailure::NotSent);
    phone.restart().cancel_fails(StatusFailure::NotSent);
    phone.clear_log().give(join()).answer(pending());
    assert_eq!(phone.presents().len(), 1);
}

#[test]
fn an_abandon_that_may_have_left_is_not_withdrawn() {
    let mut phone = Phone::in_journey();
    phone
        .give(Input::Abandon)
        .cancel_fails(StatusFailure::MaybeSent)
        .give(join())
        .answer(pending());
    assert!(phone.machine.record().cancel.is_some());
    assert!(phone.presents().len() == 1, "not shown again");
    phone.pass(MINUTE);
    assert!(phone.cancels() >= 2, "the same wish is sent again");
    let numbers: Vec<u32> = phone
        .log
        .iter()
        .filter_map(|(_, effect)| match effect {
            Effect::CancelAtBackend { number } => Some(*number),
            _ => None,
        })
        .collect();
    assert!(numbers.iter().all(|number| *number == 1), "{numbers:?}");
}

#[test]
fn an_abandon_made_offline_is_sent_again_after_a_restart() {
    let mut phone = Phone::in_journey();
    phone
        .give(Input::Abandon)
        .cancel_fails(StatusFailure::MaybeSent)
        .clear_log()
        .restart();
    assert_eq!(phone.cancels(), 1);
    phone.cancel_answer(word(Word::Canceled));
    assert_eq!(
        phone.verdict(),
        Verdict::Canceled(CanceledReason::ByCustomer)
    );
}

#[test]
fn an_impossible_reopen_does_not_withdraw_the_abandon() {
    let mut phone = Phone::in_journey();
    phone
        .pass(6 * SECOND)
        .answer(pending_at(KlarnaState::Completed))
        .give(Input::Abandon)
        .cancel_fails(StatusFailure::NotSent)
        .give(Input::Reopen {
            surfaces: vec![Surface::CustomTab],
        });
    assert!(phone.machine.record().cancel.is_some());
}
