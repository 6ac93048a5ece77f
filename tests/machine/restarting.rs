//! The process was ended by the system and started again.

use klarna_step_up::machine::{
    CanceledReason, CloseHint, Effect, Evidence, Input, Note, Surface, UndeterminedReason, Verdict,
};
use klarna_step_up::reply::{StartAnswer, StatusAnswer, StatusFailure, StatusReply, Word};

use crate::phone::{
    DAY_MS, EPOCH, MINUTE, Phone, SECOND, fails, lost, pending, pending_with_journey, status,
    without_long_poll, word,
};

#[test]
fn killed_before_the_reply_the_start_is_asked_about_and_never_repeated() {
    let mut phone = Phone::paying();
    phone.clear_log().restart();
    assert_eq!(phone.asks(), 1);
    phone
        .answer(fails(StatusFailure::NotFound))
        .pass(10 * MINUTE);
    assert_eq!(phone.starts(), 0);
    assert_eq!(phone.cancels(), 1);
    phone.cancel_answer(word(Word::Canceled));
    assert_eq!(
        phone.verdict(),
        Verdict::Canceled(CanceledReason::StartClosed)
    );
}

#[test]
fn killed_before_the_reply_and_approved_at_once_is_approved() {
    let mut phone = Phone::paying();
    phone.clear_log().restart().answer(word(Word::Approved));
    assert_eq!(phone.verdict(), Verdict::Approved { receipt: None });
}

#[test]
fn a_question_that_fails_after_a_restart_is_asked_again_until_it_is_answered() {
    let mut phone = Phone::in_journey();
    phone.restart().clear_log();
    phone.backend = Some(fails(StatusFailure::NotSent));
    phone
        .answer(fails(StatusFailure::NotSent))
        .pass(60 * MINUTE);
    assert!(phone.asks_in_log() > 10);
    phone.backend = Some(pending());
    phone.pass(4 * MINUTE).clear_log().pass(60 * MINUTE);
    assert_eq!(phone.asks_in_log(), 0, "one answer is enough");
}

#[test]
fn killed_in_the_journey_it_is_asked_about_and_presented_only_when_asked_for() {
    let mut phone = Phone::in_journey();
    phone.clear_log().restart();
    assert_eq!(phone.asks_in_log(), 1);
    phone.answer(pending()).pass(MINUTE);
    assert!(phone.presents().is_empty());
    assert!(phone.is_silent());
    phone.give(Input::Join {
        surfaces: vec![Surface::CustomTab],
    });
    phone.answer(pending());
    assert_eq!(phone.presents(), [(2, Surface::CustomTab)]);
}

#[test]
fn killed_before_the_acknowledgement_the_same_outcome_comes_again() {
    let mut phone = Phone::in_journey();
    phone.pass(6 * SECOND).answer(word(Word::Approved));
    let first = phone.delivered()[0].clone();
    phone.clear_log().restart();
    let again = phone.delivered()[0].clone();
    assert_eq!(again.number, first.number);
    assert_eq!(again.verdict, first.verdict);
    phone.clear_log().give(Input::Acknowledged {
        number: first.number,
    });
    assert_eq!(
        phone.log.last().map(|(_, effect)| effect.clone()),
        Some(Effect::Forget { tombstone: true })
    );
}

#[test]
fn the_surface_that_outlived_the_process_may_still_close() {
    let mut phone = Phone::in_journey();
    phone.restart().answer(pending()).clear_log();
    phone.closes(CloseHint::Closed);
    assert_eq!(phone.asks_in_log(), 1);
    phone.answer(pending());
    assert!(phone.noted(Note::WaitingForCustomer));
}

#[test]
fn an_undetermined_attempt_is_asked_about_on_every_foreground() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.closes(CloseHint::Closed).pass(2 * MINUTE);
    assert!(matches!(phone.verdict(), Verdict::Undetermined(_)));
    for _ in 0..3 {
        phone.clear_log().give(Input::Backgrounded).pass(MINUTE);
        phone.give(Input::Foregrounded).pass(MINUTE);
        assert_eq!(phone.asks_in_log(), 1);
    }
    phone.backend = Some(word(Word::Approved));
    phone.clear_log().give(Input::Foregrounded).pass(SECOND);
    let outcome = phone.delivered()[0].clone();
    assert!(matches!(outcome.verdict, Verdict::Approved { .. }));
    assert_eq!(outcome.supersedes, Some(1));
}

fn long_after() -> Phone {
    let mut phone = Phone::paying();
    phone.reply(StartAnswer::Reply(StatusReply {
        expires_at_ms: Some(EPOCH + 3_600_000),
        ..pending_with_journey()
    }));
    phone.presented();
    phone.now.wall += 9 * DAY_MS;
    phone.clear_log().restart();
    phone
}

#[test]
fn seven_days_past_its_end_an_answer_without_a_word_gives_it_up() {
    let mut phone = long_after();
    let number = phone.asks();
    let date = Some(phone.now.wall);
    phone.give(Input::Status {
        number,
        answer: pending(),
        forbidden: false,
        date,
        retry_after: None,
    });
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::GaveUp)
    );
    assert!(phone.noted(Note::GaveUp));
    phone.give(Input::Acknowledged { number: 1 });
    assert!(phone.disk.is_none());
}

#[test]
fn a_backend_that_has_forgotten_the_payment_seven_days_past_its_end_gives_it_up_as_well() {
    let mut phone = long_after();
    let not_found = |number, date| Input::Status {
        number,
        answer: fails(StatusFailure::NotFound),
        forbidden: false,
        date,
        retry_after: None,
    };
    let number = phone.asks();
    phone.give(not_found(number, Some(EPOCH + DAY_MS)));
    assert!(
        phone.is_silent(),
        "by the backend's own date it is too early"
    );
    phone.give(Input::CheckAgain);
    let number = phone.asks();
    let date = Some(phone.now.wall);
    phone.give(not_found(number, date));
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::GaveUp)
    );
}

#[test]
fn the_phones_own_clock_never_gives_up() {
    let mut phone = long_after();
    phone.answer(pending()).pass(MINUTE);
    assert!(phone.is_silent());
    phone.give(Input::CheckAgain);
    let number = phone.asks();
    phone.give(Input::Status {
        number,
        answer: pending(),
        forbidden: false,
        date: Some(EPOCH + DAY_MS),
        retry_after: None,
    });
    assert!(phone.is_silent());
}

#[test]
fn past_its_end_by_the_wall_clock_it_is_asked_once_per_foreground_only() {
    let mut phone = long_after();
    phone.backend = Some(pending());
    phone.answer(pending()).give(Input::Join {
        surfaces: Vec::new(),
    });
    phone.clear_log().pass(10 * MINUTE);
    assert_eq!(phone.asks_in_log(), 0);
    phone.give(Input::Foregrounded).pass(SECOND);
    assert_eq!(phone.asks_in_log(), 1);
}

#[test]
fn an_outcome_delivered_twice_and_thirty_days_old_goes_with_an_event() {
    let mut phone = Phone::in_journey();
    phone.pass(6 * SECOND).answer(word(Word::Approved));
    phone.restart();
    phone.now.wall += 31 * DAY_MS;
    phone.clear_log().restart();
    assert!(phone.noted(Note::OutcomeExpired));
    assert!(phone.disk.is_none());
}

#[test]
fn an_outcome_delivered_once_is_kept_however_old() {
    let mut phone = Phone::in_journey();
    phone.pass(6 * SECOND).answer(word(Word::Approved));
    phone.now.wall += 300 * DAY_MS;
    phone.clear_log().restart();
    assert_eq!(phone.delivered().len(), 1);
    assert!(phone.disk.is_some());
}

#[test]
fn a_reply_that_was_lost_over_a_restart_leaves_the_wait_with_a_question() {
    for died in [true, false] {
        let record = crate::starting::prepared();
        let mut phone = Phone::with_record(without_long_poll(), record);
        phone.give(Input::Prepare);
        if died {
            phone.restart().answer(pending());
        } else {
            phone.give(Input::Abandon).answer(pending());
        }
        phone.backend = Some(word(Word::Approved));
        phone.give(Input::Continue {
            surfaces: vec![Surface::CustomTab],
        });
        phone.give(lost());
        assert!(matches!(phone.verdict(), Verdict::Approved { .. }));
    }
}

#[test]
fn evidence_is_bounded() {
    let mut phone = Phone::in_journey();
    for _ in 0..40 {
        phone.restart();
    }
    let evidence = &phone.machine.record().evidence;
    assert_eq!(evidence.len(), 12);
    assert!(evidence.iter().all(|seen| *seen == Evidence::Restart));
}

#[test]
fn a_late_answer_of_an_earlier_life_is_not_the_answer_of_this_one() {
    let mut phone = Phone::paying();
    phone
        .give(lost())
        .restart()
        .answer(fails(StatusFailure::Server));
    phone.give(status(7, StatusAnswer::Failed(StatusFailure::NotFound)));
    assert_eq!(phone.cancels(), 0);
}
