//! Section 3.2: what the links mean.

use klarna_step_up::machine::{
    CloseHint, Input, LinkSignal, Note, Surface, UndeterminedReason, Verdict, WhoActs,
};
use klarna_step_up::reply::{KlarnaState, StartAnswer, StatusFailure, Word};

use crate::phone::{
    MINUTE, Phone, SECOND, about, fails, pending, pending_at, pending_with_journey, word,
};

#[test]
fn a_handover_link_keeps_the_surface_and_asks_at_once_then_at_2_4_8_seconds() {
    let mut phone = Phone::in_journey();
    phone.pass(SECOND);
    phone.backend = Some(pending());
    let link_at = phone.elapsed();
    phone.link(LinkSignal::Handover).pass(8_500);
    let asked: Vec<u64> = phone.asked_at().iter().map(|at| at - link_at).collect();
    assert_eq!(asked[0], 0);
    about(asked[1], 2 * SECOND);
    about(asked[2], 4 * SECOND);
    about(asked[3], 8 * SECOND);
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert_eq!(phone.dismisses(), 0);
    assert!(phone.is_silent());
    assert!(!phone.noted(Note::WaitingForCustomer), "a surface is up");
}

#[test]
fn many_handover_links_are_one_round() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    for _ in 0..50 {
        phone.link(LinkSignal::Handover).pass(100);
    }
    assert!(phone.asks() <= 4, "{} questions", phone.asks());
}

#[test]
fn a_handover_link_with_nothing_to_return_to_waits_for_the_customer() {
    let mut phone = Phone::in_journey_on(Surface::KlarnaApp);
    phone.link(LinkSignal::Handover);
    assert!(!phone.noted(Note::WaitingForCustomer));
    phone.answer(pending());
    assert!(phone.noted(Note::WaitingForCustomer));
    let view = phone.machine.view(phone.now);
    assert!(view.waiting_for_customer && view.can_reopen && view.can_abandon);
    assert_eq!(view.who_acts, WhoActs::Customer);
    phone.give(Input::Reopen {
        surfaces: vec![Surface::KlarnaApp],
    });
    assert_eq!(phone.presents().len(), 2);
}

#[test]
fn another_method_is_not_offered_while_the_backend_finishes() {
    let mut phone = Phone::in_journey_on(Surface::KlarnaApp);
    phone
        .link(LinkSignal::Handover)
        .answer(pending_at(KlarnaState::Completed));
    assert!(phone.noted(Note::Finishing));
    assert!(!phone.noted(Note::WaitingForCustomer));
    let view = phone.machine.view(phone.now);
    assert!(!view.can_abandon && !view.can_reopen);
    assert_eq!(view.who_acts, WhoActs::Backend);
    assert!(phone.is_silent());
}

#[test]
fn a_completion_link_dismisses_and_asks_by_its_own_schedule_for_a_minute() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.pass(3 * MINUTE).clear_log();
    let link_at = phone.elapsed();
    phone.link(LinkSignal::Completion);
    assert_eq!(phone.dismisses(), 1);
    phone.pass(2 * MINUTE);
    let asked: Vec<u64> = phone.asked_at().iter().map(|at| at - link_at).collect();
    assert_eq!(asked[0], 0);
    let mut steps = 0;
    for pair in asked.windows(2) {
        let wanted = match pair[0] {
            at if at < 10 * SECOND => SECOND,
            at if at < 30 * SECOND => 2 * SECOND,
            _ => 5 * SECOND,
        };
        about(pair[1] - pair[0], wanted);
        steps += 1;
    }
    assert!((22..=36).contains(&steps), "{steps} questions");
    assert!(*asked.last().expect("asked") <= 60 * SECOND);
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::StillPending)
    );
    let told = phone.delivered_at()[0] - link_at;
    assert_eq!(told, 60 * SECOND);
}

#[test]
fn a_completion_link_is_not_a_payment() {
    let mut phone = Phone::in_journey();
    phone.link(LinkSignal::Completion);
    assert!(phone.is_silent());
    phone.answer(word(Word::Declined));
    assert!(matches!(phone.verdict(), Verdict::Declined { .. }));
}

#[test]
fn a_second_completion_link_starts_nothing_anew() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.link(LinkSignal::Completion).pass(30 * SECOND);
    let asks = phone.asks();
    phone.link(LinkSignal::Completion);
    assert_eq!(phone.asks(), asks);
    phone.pass(31 * SECOND);
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::StillPending)
    );
}

#[test]
fn answers_that_fail_do_not_use_up_the_budget_of_the_completion_link() {
    let mut phone = Phone::in_journey();
    phone.give(Input::Observed(true));
    phone.link(LinkSignal::Completion).answer(pending());
    phone.backend = Some(fails(StatusFailure::MaybeSent));
    phone.pass(10 * MINUTE);
    assert!(phone.is_silent(), "{:?}", phone.verdicts());
    phone.backend = Some(pending());
    phone.give(Input::NetworkChanged).pass(50 * SECOND);
    assert!(phone.is_silent(), "the minute is counted in answers");
    phone.pass(15 * SECOND);
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::StillPending)
    );
}

#[test]
fn the_budget_goes_on_where_an_answer_comes_without_a_change_of_network() {
    let mut phone = Phone::in_journey();
    phone.give(Input::Observed(true));
    phone.link(LinkSignal::Completion).answer(pending());
    phone.backend = Some(fails(StatusFailure::Server));
    phone.pass(10 * MINUTE);
    phone.backend = Some(pending());
    phone.clear_log();
    phone.pass(3 * MINUTE + 40 * SECOND);
    let first = phone.asked_at()[0];
    let told = phone.delivered_at();
    if let Some(told) = told.first() {
        assert!(told - first >= 50 * SECOND, "asked {first}, told {told}");
    }
    phone.pass(2 * MINUTE);
    assert_eq!(phone.delivered_at().len(), 1);
}

#[test]
fn time_in_the_background_does_not_use_up_the_budget() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.link(LinkSignal::Completion).pass(20 * SECOND);
    phone.give(Input::Backgrounded).pass(10 * MINUTE);
    phone.give(Input::Foregrounded).pass(35 * SECOND);
    assert!(phone.is_silent());
    phone.pass(10 * SECOND);
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::StillPending)
    );
}

#[test]
fn an_unproven_link_asks_at_most_once_in_two_seconds_and_never_dismisses() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    for _ in 0..100 {
        phone.link(LinkSignal::Unproven).pass(50);
    }
    assert!(phone.asks() <= 4, "{} questions in 5 s", phone.asks());
    assert_eq!(phone.dismisses(), 0);
    assert!(phone.is_silent());
}

#[test]
fn a_completion_link_before_the_presenter_has_answered_does_not_present_again() {
    let mut phone = Phone::paying_on(Surface::AuthSession);
    phone.reply(StartAnswer::Reply(pending_with_journey()));
    assert_eq!(phone.presents().len(), 1);
    phone.link(LinkSignal::Completion);
    assert_eq!(phone.presents().len(), 1, "{:?}", phone.presents());
    phone.answer(pending());
    assert_eq!(phone.presents().len(), 1, "{:?}", phone.presents());
    assert!(!phone.machine.will_present());
}

#[test]
fn a_surface_that_ended_on_the_completion_link_is_the_link_and_no_more() {
    let mut phone = Phone::in_journey_on(Surface::AuthSession);
    phone
        .link(LinkSignal::Completion)
        .closes(CloseHint::ByCompletion)
        .answer(pending());
    assert!(!phone.noted(Note::WaitingForCustomer));
    assert!(phone.is_silent());
}

#[test]
fn links_after_the_outcome_change_nothing() {
    let mut phone = Phone::in_journey();
    phone
        .link(LinkSignal::Completion)
        .answer(word(Word::Approved))
        .clear_log();
    for link in [
        LinkSignal::Completion,
        LinkSignal::Handover,
        LinkSignal::Unproven,
    ] {
        phone.link(link).pass(MINUTE);
    }
    assert!(phone.log.is_empty(), "{:?}", phone.log);
}

#[test]
fn a_completion_link_ends_the_offer_to_continue() {
    let mut phone = Phone::in_journey_on(Surface::KlarnaApp);
    phone.link(LinkSignal::Handover).answer(pending());
    assert!(phone.machine.view(phone.now).waiting_for_customer);
    phone.link(LinkSignal::Completion);
    assert!(!phone.machine.view(phone.now).waiting_for_customer);
}

#[test]
fn the_choices_are_offered_once_however_often_the_customer_comes_back() {
    let mut phone = Phone::in_journey_on(Surface::KlarnaApp);
    phone.link(LinkSignal::Handover).answer(pending());
    assert!(phone.noted(Note::WaitingForCustomer));
    phone.clear_log().pass(10 * SECOND);
    phone.link(LinkSignal::Handover).answer(pending());
    assert!(!phone.noted(Note::WaitingForCustomer));
    assert!(phone.machine.view(phone.now).waiting_for_customer);
}
