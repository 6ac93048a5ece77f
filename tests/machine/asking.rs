//! Section 3.2 and its last paragraph: when the backend is asked.

use klarna_step_up::machine::{
    CloseHint, Effect, Input, LinkSignal, Note, Surface, UndeterminedReason, Verdict,
};
use klarna_step_up::policy::ConfirmationPolicy;
use klarna_step_up::reply::{StatusAnswer, StatusFailure, StatusReply, Word};

use crate::phone::{
    MINUTE, Phone, SECOND, about, fails, pending, pending_with_journey, says, status, word,
};

fn gaps(asked: &[u64]) -> Vec<u64> {
    asked.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[test]
fn in_the_journey_the_backend_is_asked_every_5_s_and_every_15_s_after_ten_minutes() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.pass(9 * MINUTE);
    for gap in gaps(&phone.asked_at()) {
        about(gap, 5 * SECOND);
    }
    phone.pass(2 * MINUTE).clear_log();
    phone.pass(5 * MINUTE);
    for gap in gaps(&phone.asked_at()) {
        about(gap, 15 * SECOND);
    }
    assert!(phone.is_silent());
}

#[test]
fn the_wait_ends_undetermined_after_half_an_hour() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.pass(31 * MINUTE);
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::MaxWait)
    );
    assert_eq!(phone.delivered_at(), [30 * MINUTE]);
    phone.clear_log().pass(MINUTE);
    assert_eq!(phone.asks_in_log(), 0, "nobody waits any more");
}

#[test]
fn a_final_word_dismisses_the_surface_and_is_delivered() {
    let mut phone = Phone::in_journey();
    phone.pass(6 * SECOND).answer(word(Word::Expired));
    assert_eq!(phone.dismisses(), 1);
    assert!(matches!(phone.verdict(), Verdict::Canceled(_)));
}

#[test]
fn one_question_at_a_time() {
    let mut phone = Phone::in_journey();
    phone.pass(5 * MINUTE);
    assert_eq!(phone.asks(), 1);
}

#[test]
fn a_closed_surface_is_asked_about_and_at_the_first_pending_the_customer_is() {
    let mut phone = Phone::in_journey();
    phone.pass(SECOND).closes(CloseHint::Closed);
    assert_eq!(phone.asked_at(), [SECOND]);
    assert!(!phone.noted(Note::WaitingForCustomer));
    phone.answer(pending());
    assert!(phone.noted(Note::WaitingForCustomer));
    assert!(phone.machine.view(phone.now).waiting_for_customer);
    assert!(phone.is_silent());
}

#[test]
fn a_surface_closed_after_paying_is_approved() {
    let mut phone = Phone::in_journey();
    phone.closes(CloseHint::Closed).answer(word(Word::Approved));
    assert_eq!(phone.verdict(), Verdict::Approved { receipt: None });
    assert!(!phone.noted(Note::WaitingForCustomer));
}

#[test]
fn where_nobody_looks_the_wait_ends_a_minute_after_the_surface_was_closed() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.closes(CloseHint::Closed).pass(2 * MINUTE);
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::CustomerLeft)
    );
    assert_eq!(phone.delivered_at(), [MINUTE]);
}

#[test]
fn a_waiting_screen_keeps_the_wait() {
    let mut phone = Phone::in_journey();
    phone.give(Input::Observed(true));
    phone.backend = Some(pending());
    phone.closes(CloseHint::Closed).pass(5 * MINUTE);
    assert!(phone.is_silent());
    phone.give(Input::Observed(false)).pass(61 * SECOND);
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::CustomerLeft)
    );
}

#[test]
fn a_foreground_waits_300_ms_for_a_link_and_then_asks_once() {
    let mut phone = Phone::in_journey();
    phone.pass(SECOND).give(Input::Backgrounded).pass(MINUTE);
    assert_eq!(phone.asks(), 0);
    let at = phone.elapsed();
    phone
        .give(Input::Foregrounded)
        .pass(100)
        .give(Input::Foregrounded)
        .pass(2 * SECOND);
    assert_eq!(phone.asked_at(), [at + 300]);
}

#[test]
fn a_link_within_the_merge_window_is_the_only_question() {
    let mut phone = Phone::in_journey();
    phone.give(Input::Backgrounded).pass(MINUTE);
    let at = phone.elapsed();
    phone
        .give(Input::Foregrounded)
        .pass(50)
        .link(LinkSignal::Handover)
        .pass(SECOND);
    assert_eq!(phone.asked_at(), [at + 50]);
}

#[test]
fn nothing_is_asked_in_the_background() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone
        .pass(12 * SECOND)
        .give(Input::Backgrounded)
        .clear_log();
    phone.pass(10 * MINUTE);
    assert_eq!(phone.asks_in_log(), 0);
}

#[test]
fn errors_stretch_the_schedule_to_three_minutes_and_no_further() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(fails(StatusFailure::Server));
    phone.pass(29 * MINUTE);
    let gaps = gaps(&phone.asked_at());
    about(gaps[0], 5 * SECOND);
    about(gaps[1], 10 * SECOND);
    about(gaps[2], 20 * SECOND);
    assert!(gaps.iter().all(|gap| *gap <= 3 * MINUTE), "{gaps:?}");
    assert!(*gaps.last().expect("asked") > 2 * MINUTE);
}

#[test]
fn retry_after_is_honoured_up_to_three_minutes() {
    for (named, kept) in [(40 * SECOND, 40 * SECOND), (60 * MINUTE, 3 * MINUTE)] {
        let mut phone = Phone::in_journey();
        phone.pass(6 * SECOND).clear_log();
        let at = phone.elapsed();
        let number = phone.asks();
        phone.give(Input::Status {
            number,
            answer: fails(StatusFailure::Throttled),
            forbidden: false,
            date: None,
            retry_after: Some(named),
        });
        // Not even a link may hurry it.
        phone.link(LinkSignal::Handover).pass(kept + 10 * SECOND);
        assert_eq!(phone.asked_at()[0], at + kept);
    }
}

#[test]
fn a_change_of_network_asks_at_once() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(fails(StatusFailure::NotSent));
    phone.pass(10 * MINUTE).clear_log();
    phone.backend = Some(pending());
    phone.give(Input::NetworkChanged);
    assert_eq!(phone.asks_in_log(), 1);
}

#[test]
fn a_version_that_goes_back_is_ignored() {
    let at = |version, word| {
        StatusAnswer::Reply(StatusReply {
            version: Some(version),
            ..says(word)
        })
    };
    let mut phone = Phone::in_journey();
    phone.pass(6 * SECOND).answer(at(5, Word::Pending));
    phone.pass(6 * SECOND).answer(at(4, Word::Declined));
    assert!(phone.noted(Note::OldVersionIgnored));
    assert!(phone.is_silent());
    assert_eq!(phone.machine.record().version, Some(5));
    phone.pass(6 * SECOND).answer(at(6, Word::Approved));
    assert_eq!(phone.verdict(), Verdict::Approved { receipt: None });
}

fn with_long_poll() -> Phone {
    let mut phone = Phone::new(ConfirmationPolicy::default());
    phone.give(Input::Start {
        surfaces: vec![Surface::CustomTab],
    });
    phone.begin_journey();
    phone
}

fn waits(phone: &Phone) -> Vec<u64> {
    phone
        .log
        .iter()
        .filter_map(|(_, effect)| match effect {
            Effect::AskStatus { wait, .. } => Some(*wait),
            _ => None,
        })
        .collect()
}

#[test]
fn one_long_poll_replaces_the_schedule() {
    let mut phone = with_long_poll();
    while phone.elapsed() < 3 * MINUTE {
        let asks = phone.asks();
        phone.pass(SECOND);
        if phone.asks() > asks {
            phone.pass(25 * SECOND).answer(pending());
        }
    }
    assert!(phone.asks() <= 13, "{} questions", phone.asks());
    assert!(waits(&phone).iter().all(|wait| *wait == 25 * SECOND));
}

#[test]
fn a_long_poll_that_is_ignored_twice_gives_way_to_the_schedule() {
    let mut phone = with_long_poll();
    phone.backend = Some(pending());
    phone.pass(MINUTE);
    let waits = waits(&phone);
    assert_eq!(waits[..2], [25 * SECOND; 2]);
    assert!(waits[2..].iter().all(|wait| *wait == 0), "{waits:?}");
    assert!((10..=18).contains(&waits.len()), "{waits:?}");
}

#[test]
fn a_link_ends_the_long_poll_and_asks_without_wait() {
    let mut phone = with_long_poll();
    phone.pass(7 * SECOND);
    assert_eq!(waits(&phone), [25 * SECOND]);
    phone.link(LinkSignal::Completion);
    assert_eq!(waits(&phone), [25 * SECOND, 0]);
    // What the aborted question brings no longer counts, unless it is a word.
    phone.give(status(1, pending()));
    assert_eq!(phone.asks(), 2);
    phone.give(status(1, word(Word::Approved)));
    assert_eq!(phone.verdict(), Verdict::Approved { receipt: None });
}

#[test]
fn the_newest_journey_replaces_the_stored_one() {
    let mut phone = Phone::in_journey();
    let mut newer = pending_with_journey();
    newer.journey.as_mut().expect("has one").kind = klarna_step_up::hosts::JourneyKind::RedirectUrl;
    phone
        .pass(6 * SECOND)
        .answer(StatusAnswer::Reply(newer.clone()));
    assert_eq!(phone.machine.record().journey, newer.journey);
}

#[test]
fn check_again_asks_at_once() {
    let mut phone = Phone::in_journey();
    phone.give(Input::CheckAgain);
    assert_eq!(phone.asked_at(), [0]);
}

#[test]
fn fresh_credentials_ask_at_once() {
    let mut phone = Phone::in_journey();
    phone
        .pass(6 * SECOND)
        .answer(fails(StatusFailure::Unauthorized));
    phone.clear_log().give(Input::CredentialsChanged);
    assert_eq!(phone.asks_in_log(), 1);
}

#[test]
fn a_backend_that_has_news_at_once_each_time_is_not_asked_in_a_loop() {
    let mut phone = with_long_poll();
    phone.pass(6 * SECOND);
    let before = phone.asks();
    for version in 1..=200 {
        let news = StatusReply {
            version: Some(version),
            ..says(Word::Pending)
        };
        phone.answer(StatusAnswer::Reply(news)).pass(50);
    }
    let asked = phone.asks() - before;
    assert!((20..=60).contains(&asked), "{asked} questions in 10 s");
}

#[test]
fn an_abandon_that_gets_through_to_nobody_does_not_keep_pay_for_half_an_hour() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(fails(StatusFailure::NotSent));
    phone
        .give(Input::Abandon)
        .cancel_fails(StatusFailure::MaybeSent)
        .pass(2 * MINUTE);
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::CustomerLeft)
    );
}

#[test]
fn a_link_that_comes_before_the_foreground_asks_without_a_window() {
    let mut phone = Phone::in_journey();
    phone.pass(6 * SECOND).answer(pending());
    phone.give(Input::Backgrounded).clear_log();
    phone.link(LinkSignal::Handover);
    assert_eq!(phone.asks_in_log(), 0, "not in the background");
    phone.give(Input::Foregrounded);
    assert_eq!(phone.asks_in_log(), 1, "at once");
    phone.answer(pending()).pass(SECOND);
    assert_eq!(phone.asks_in_log(), 1, "and not again for the foreground");
}

#[test]
fn a_link_before_the_wait_ended_does_not_keep_the_next_foreground_from_asking() {
    let mut phone = Phone::in_journey_on(Surface::KlarnaApp);
    phone.give(Input::Backgrounded).pass(29 * MINUTE);
    phone.link(LinkSignal::Completion).pass(2 * MINUTE);
    assert!(matches!(phone.verdict(), Verdict::Undetermined(_)));
    phone.clear_log().give(Input::Foregrounded).pass(SECOND);
    assert_eq!(phone.asks_in_log(), 1);
}

#[test]
fn unanswered_questions_stretch_the_schedule_that_runs() {
    let mut phone = Phone::in_journey();
    phone.pass(6 * SECOND).answer(pending());
    phone.backend = Some(fails(StatusFailure::Server));
    phone.clear_log();
    phone.link(LinkSignal::Completion).pass(20 * SECOND);
    assert_eq!(
        phone.asks_in_log(),
        5,
        "at once, then after 1, 2, 4 and 8 s"
    );
}

#[test]
fn a_backend_that_names_the_time_is_asked_soon_after() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(fails(StatusFailure::Server));
    phone.pass(2 * MINUTE);
    phone.backend = None;
    while phone.machine.live().asking.is_none() {
        phone.pass(SECOND);
    }
    let number = phone.asks();
    phone.clear_log();
    phone.give(Input::Status {
        number,
        answer: fails(StatusFailure::Server),
        forbidden: false,
        date: None,
        retry_after: Some(4 * SECOND),
    });
    phone.pass(3_900);
    assert_eq!(phone.asks_in_log(), 0);
    phone.pass(6_200);
    assert_eq!(
        phone.asks_in_log(),
        1,
        "the row of failures before it does not matter"
    );
}
