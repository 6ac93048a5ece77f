//! Phones that a backend turned away all at once do not come back all at once.

use klarna_step_up::machine::{Effect, Input, Surface};
use klarna_step_up::policy::ConfirmationPolicy;
use klarna_step_up::reply::StatusFailure;

use crate::phone::{MINUTE, Phone, SECOND, fails, new_record};

const HOLD: u64 = 25 * SECOND;

/// Phones with different attempts, each with a question that the backend has held for eight seconds.
fn crowd() -> Vec<Phone> {
    let held = |index: u32| {
        let record = new_record(&format!("attempt-{index}"));
        let mut phone = Phone::with_record(ConfirmationPolicy::default(), record);
        phone.give(Input::Start {
            surfaces: vec![Surface::AuthTab],
        });
        phone.begin_journey();
        while phone.machine.live().asking.is_none() {
            phone.pass(SECOND);
        }
        phone.pass(8 * SECOND).clear_log();
        phone
    };
    (0..500).map(held).collect()
}

/// How long after `since` each phone asked first, and how long the backend may hold that question.
fn first_asks(phones: &mut [Phone], since: impl Fn(&mut Phone) -> u64) -> Vec<(u64, u64)> {
    let first = |phone: &mut Phone| {
        let since = since(phone);
        phone.pass(3 * MINUTE);
        let asked = phone.log.iter().find_map(|(at, effect)| match effect {
            Effect::AskStatus { wait, .. } => Some((*at - since, *wait)),
            _ => None,
        });
        asked.expect("it asks again")
    };
    phones.iter_mut().map(first).collect()
}

/// The most in any second.
fn most(asks: &[(u64, u64)]) -> usize {
    let in_second = |second| asks.iter().filter(|(at, _)| at / SECOND == second).count();
    (0..200).map(in_second).max().unwrap_or(0)
}

#[test]
fn after_held_questions_broke_the_phones_come_back_over_the_time_of_a_hold() {
    let mut phones = crowd();
    let asks = first_asks(&mut phones, |phone| {
        let at = phone.elapsed();
        phone.answer(fails(StatusFailure::MaybeSent));
        at
    });
    assert!(asks.iter().all(|(at, _)| *at <= HOLD), "not later");
    assert!(most(&asks) < 500 * 2 / 25, "{} in one second", most(&asks));
    assert!(
        asks.iter().all(|(_, wait)| *wait == 0),
        "who broke it may not let questions be held: the next goes without"
    );
}

#[test]
fn a_question_that_is_turned_away_at_once_goes_on_being_one_to_hold() {
    let mut phones = crowd();
    let asks = first_asks(&mut phones, |phone| {
        phone.answer(fails(StatusFailure::MaybeSent));
        while phone.asks_in_log() == 0 {
            phone.pass(100);
        }
        phone.answer(fails(StatusFailure::NotSent)).clear_log();
        phone.elapsed()
    });
    assert!(asks.iter().all(|(_, wait)| *wait == HOLD));
    assert!(
        asks.iter()
            .all(|(at, _)| (HOLD * 4 / 5..=HOLD * 6 / 5).contains(at))
    );
}

#[test]
fn a_rest_that_was_asked_for_ends_for_each_phone_at_a_time_of_its_own() {
    for (rest, last) in [(20 * SECOND, 50 * SECOND), (MINUTE, 2 * MINUTE)] {
        let mut phones = crowd();
        let asks = first_asks(&mut phones, |phone| {
            let (at, number) = (phone.elapsed(), phone.asks());
            phone.give(Input::Status {
                number,
                answer: fails(StatusFailure::Throttled),
                forbidden: false,
                date: None,
                retry_after: Some(rest),
            });
            at
        });
        assert!(asks.iter().all(|(at, _)| (rest..=last).contains(at)));
        let spread = usize::try_from((last - rest) / SECOND).expect("small");
        assert!(
            most(&asks) < 500 * 2 / spread,
            "{} in one second",
            most(&asks)
        );
    }
}
