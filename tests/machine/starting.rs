//! Section 3.1a: the start, and what its lost reply means.

use klarna_step_up::machine::{
    CanceledReason, Effect, Input, LinkSignal, NotStartedReason, Note, Phase, Surface,
    UndeterminedReason, Verdict,
};
use klarna_step_up::reply::{StartAnswer, StatusFailure, StatusReply, Unclear, Word};

use crate::phone::{
    Journal, MINUTE, Phone, SECOND, about, fails, lost, new_record, not_sent, pending,
    pending_with_journey, refused, says, unclear, without_long_poll, word,
};

fn start() -> Input {
    Input::Start {
        surfaces: vec![Surface::CustomTab],
    }
}

#[test]
fn the_start_waits_for_the_journal() {
    let mut phone = Phone::new(without_long_poll());
    phone.journal = Journal::Hangs;
    phone.give(start());
    assert_eq!(phone.starts(), 0);
    phone.give(Input::Persisted { revision: 1 });
    assert_eq!(phone.starts(), 1);
}

#[test]
fn a_journal_that_fails_before_the_start_is_not_started() {
    let mut phone = Phone::new(without_long_poll());
    phone.journal = Journal::Fails;
    phone.give(start());
    assert_eq!(phone.starts(), 0);
    assert_eq!(
        phone.verdict(),
        Verdict::NotStarted(NotStartedReason::JournalUnavailable)
    );
}

#[test]
fn a_lost_reply_is_followed_by_the_same_start_for_thirty_seconds() {
    let mut phone = Phone::paying();
    for _ in 0..10 {
        phone.give(lost()).pass(10 * SECOND);
    }
    let sends: Vec<u32> = phone
        .log
        .iter()
        .filter_map(|(_, effect)| match effect {
            Effect::Authorize { send } => Some(*send),
            _ => None,
        })
        .collect();
    assert_eq!(sends, [1, 2, 3, 4]);
    let last = phone.times_of(|effect| matches!(effect, Effect::Authorize { .. }))[3];
    assert!(last <= 30 * SECOND, "sent again at {last}");
    assert!(phone.noted(Note::StartUnknown));
}

#[test]
fn the_repeated_start_that_is_answered_goes_on_as_if_nothing_had_happened() {
    let mut phone = Phone::paying();
    phone.give(lost()).pass(2 * SECOND);
    assert_eq!(phone.starts(), 2);
    phone.begin_journey();
    assert_eq!(phone.presents(), [(1, Surface::CustomTab)]);
    assert!(phone.is_silent());
}

#[test]
fn after_the_budget_the_backend_is_asked_and_an_unknown_start_is_closed() {
    let mut phone = unknown_start();
    assert_eq!(phone.asks(), 1);
    phone.answer(fails(StatusFailure::NotFound));
    assert_eq!(phone.cancels(), 1);
    assert!(phone.is_silent());
    phone.cancel_answer(word(Word::Canceled));
    assert_eq!(
        phone.verdict(),
        Verdict::Canceled(CanceledReason::StartClosed)
    );
    assert!(phone.presents().is_empty());
}

#[test]
fn a_lost_start_that_was_approved_at_once_is_approved() {
    let mut phone = unknown_start();
    phone.answer(word(Word::Approved));
    assert_eq!(phone.verdict(), Verdict::Approved { receipt: None });
    assert_eq!(phone.cancels(), 0);
}

#[test]
fn the_cancellation_that_closes_a_start_finds_it_approved() {
    let mut phone = unknown_start();
    phone
        .answer(fails(StatusFailure::NotFound))
        .cancel_answer(word(Word::Approved));
    assert_eq!(phone.verdict(), Verdict::Approved { receipt: None });
}

#[test]
fn a_lost_start_that_the_backend_knows_goes_on_to_the_journey() {
    let mut phone = unknown_start();
    phone.answer(pending());
    assert_eq!(phone.presents().len(), 1);
    phone.presented().pass(2 * MINUTE);
    assert!(phone.is_silent(), "{:?}", phone.verdicts());
}

#[test]
fn not_found_leads_to_cancel_only_while_nothing_was_ever_heard() {
    let mut phone = Phone::paying();
    phone.reply(StartAnswer::Reply(says(Word::Pending)));
    phone.answer(fails(StatusFailure::NotFound));
    assert_eq!(phone.cancels(), 0);

    let mut phone = Phone::in_journey();
    phone
        .pass(6 * SECOND)
        .answer(fails(StatusFailure::NotFound));
    assert_eq!(phone.cancels(), 0);
}

#[test]
fn a_start_of_unknown_fate_ends_the_wait_undetermined_and_stays() {
    let mut phone = unknown_start();
    phone.backend = Some(fails(StatusFailure::NotFound));
    phone.answer(fails(StatusFailure::NotFound));
    phone.give(Input::Observed(true));
    phone.pass(31 * MINUTE);
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::StartUnknown)
    );
    assert!(!phone.machine.record().is_settled());
    phone.cancel_answer(word(Word::Canceled));
    assert_eq!(
        phone.verdicts()[1],
        Verdict::Canceled(CanceledReason::StartClosed)
    );
}

#[test]
fn an_unknown_start_does_not_spin_for_half_an_hour_where_nobody_looks() {
    let mut phone = unknown_start();
    phone.backend = Some(fails(StatusFailure::NotSent));
    phone.answer(fails(StatusFailure::NotSent));
    phone.pass(61 * SECOND);
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::StartUnknown)
    );
}

#[test]
fn a_start_reply_that_is_late_after_all_is_taken_and_its_journey_is_not_cut_short() {
    let mut phone = unknown_start();
    phone.begin_journey();
    assert_eq!(phone.presents().len(), 1);
    phone.backend = Some(pending());
    phone.pass(5 * MINUTE);
    assert!(phone.is_silent(), "{:?}", phone.verdicts());
}

#[test]
fn a_start_that_never_left_is_tried_for_ten_seconds_and_then_not_started() {
    let mut phone = Phone::paying();
    let mut tries = 0;
    while phone.is_silent() {
        phone.give(not_sent()).pass(10 * SECOND);
        tries += 1;
        assert!(tries < 20);
    }
    assert_eq!(
        phone.verdict(),
        Verdict::NotStarted(NotStartedReason::Unreachable)
    );
    assert_eq!(phone.asks(), 0);
}

#[test]
fn an_earlier_send_of_unknown_fate_stays_unknown() {
    let mut phone = Phone::paying();
    phone.give(lost());
    while phone.asks() == 0 {
        phone.pass(10 * SECOND).give(not_sent());
    }
    assert!(phone.is_silent());
    assert_eq!(phone.machine.record().phase, Phase::Confirming);
}

#[test]
fn a_refusal_in_so_many_words_is_not_started() {
    let mut phone = Phone::paying();
    phone.reply(refused());
    assert_eq!(
        phone.verdict(),
        Verdict::NotStarted(NotStartedReason::Refused { reason: None })
    );
}

#[test]
fn a_refusal_after_a_send_that_never_left_is_not_started() {
    let mut phone = Phone::paying();
    phone.give(not_sent()).pass(2 * SECOND).reply(refused());
    assert_eq!(
        phone.verdict(),
        Verdict::NotStarted(NotStartedReason::Refused { reason: None })
    );
}

#[test]
fn a_refused_repetition_proves_nothing() {
    let mut phone = Phone::paying();
    phone.give(lost()).pass(2 * SECOND).reply(refused());
    assert!(phone.is_silent());
    assert_eq!(phone.asks(), 1);
    phone.answer(word(Word::Approved));
    assert_eq!(phone.verdict(), Verdict::Approved { receipt: None });
}

#[test]
fn answers_that_say_nothing_certain_are_as_good_as_lost() {
    for why in [
        Unclear::Server,
        Unclear::Conflict,
        Unclear::Unauthorized,
        Unclear::Throttled,
        Unclear::Malformed,
        Unclear::TooLarge,
        Unclear::Rejected,
        Unclear::Redirect,
    ] {
        let mut phone = Phone::paying();
        phone.reply(unclear(why)).pass(2 * SECOND);
        assert_eq!(phone.starts(), 2, "{why:?}");
        phone.reply(refused());
        assert!(phone.is_silent(), "{why:?}");
    }
}

#[test]
fn approved_or_declined_at_once_needs_no_journey() {
    let mut phone = Phone::paying();
    phone.reply(StartAnswer::Reply(says(Word::Approved)));
    assert_eq!(phone.verdict(), Verdict::Approved { receipt: None });
    let mut phone = Phone::paying();
    phone.reply(StartAnswer::Reply(says(Word::Declined)));
    assert!(matches!(
        phone.verdict(),
        Verdict::Declined { failed: false, .. }
    ));
    assert!(phone.presents().is_empty());
}

#[test]
fn a_reply_without_a_journey_is_followed_by_a_question_that_brings_it() {
    let mut phone = Phone::paying();
    phone.reply(StartAnswer::Reply(says(Word::Pending)));
    assert_eq!(phone.asks(), 1);
    assert!(phone.presents().is_empty());
    phone.answer(pending());
    assert_eq!(phone.presents(), [(1, Surface::CustomTab)]);
}

#[test]
fn an_unknown_word_keeps_asking() {
    let mut phone = Phone::paying();
    phone.reply(StartAnswer::Reply(StatusReply {
        word: None,
        ..pending_with_journey()
    }));
    phone.presented().pass(6 * SECOND);
    assert_eq!(phone.asks(), 1);
    assert!(phone.is_silent());
}

#[test]
fn retry_after_spaces_the_starts() {
    let mut phone = Phone::paying();
    phone.give(Input::Reply {
        answer: unclear(Unclear::Throttled),
        forbidden: false,
        date: None,
        retry_after: Some(7 * SECOND),
    });
    phone.pass(6 * SECOND);
    assert_eq!(phone.starts(), 1);
    phone.pass(2 * SECOND);
    assert_eq!(phone.starts(), 2);
}

#[test]
fn a_link_seen_while_the_journal_fails_does_not_stop_the_repetition() {
    let mut phone = Phone::paying();
    phone.journal = Journal::Fails;
    phone
        .give(lost())
        .link(LinkSignal::Unproven)
        .pass(2 * SECOND);
    assert_eq!(phone.starts(), 2, "the first record is on the disk");
}

#[test]
fn a_prepared_attempt_is_started_by_the_app() {
    let mut phone = Phone::with_record(without_long_poll(), prepared());
    phone.give(Input::Prepare);
    assert_eq!(phone.starts(), 0);
    phone.give(Input::Continue {
        surfaces: vec![Surface::CustomTab],
    });
    phone.begin_journey();
    assert_eq!(phone.presents(), [(1, Surface::CustomTab)]);
    assert_eq!(phone.starts(), 0);
}

#[test]
fn a_prepared_attempt_whose_reply_is_lost_is_asked_about_at_once() {
    let mut phone = Phone::with_record(without_long_poll(), prepared());
    phone.give(Input::Prepare).give(Input::Continue {
        surfaces: vec![Surface::CustomTab],
    });
    phone.give(lost());
    assert_eq!(phone.asks(), 1);
    assert_eq!(phone.starts(), 0);
}

#[test]
fn a_prepared_attempt_whose_later_record_cannot_be_written_is_not_called_not_started() {
    let mut phone = Phone::with_record(without_long_poll(), prepared());
    phone.give(Input::Prepare);
    // The app has its keys now and may have sent the start.
    phone.journal = Journal::Fails;
    phone.link(LinkSignal::Unproven);
    assert!(phone.is_silent(), "{:?}", phone.verdicts());
}

#[test]
fn the_repetitions_double_their_spacing() {
    let mut phone = Phone::paying();
    let mut last = 0;
    for wanted in [1, 2, 4, 8] {
        phone.give(lost());
        let before = phone.starts();
        while phone.starts() == before {
            phone.pass(100);
        }
        about(phone.elapsed() - last, wanted * SECOND + 50);
        last = phone.elapsed();
    }
}

pub fn prepared() -> klarna_step_up::machine::Record {
    klarna_step_up::machine::Record {
        starter: klarna_step_up::machine::Starter::App,
        ..new_record("attempt-1")
    }
}

/// A start whose fate is unknown and that will not be repeated.
pub fn unknown_start() -> Phone {
    let mut phone = Phone::paying();
    while phone.asks() == 0 {
        phone.give(lost()).pass(10 * SECOND);
    }
    phone
}

#[test]
fn a_change_of_network_repeats_the_start_at_once() {
    let mut phone = Phone::paying();
    phone.give(lost());
    assert_eq!(phone.starts(), 1);
    phone.give(Input::NetworkChanged);
    assert_eq!(phone.starts(), 2);
}

#[test]
fn coming_to_the_front_repeats_the_start_at_once() {
    let mut phone = Phone::paying();
    phone.give(Input::Backgrounded).give(lost());
    assert_eq!(phone.starts(), 1);
    phone.give(Input::Foregrounded);
    assert_eq!(phone.starts(), 2);
}
