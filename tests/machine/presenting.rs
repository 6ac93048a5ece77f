//! Section 3.1: presentations, and what happens where none is possible.

use klarna_step_up::hosts::JourneyKind;
use klarna_step_up::machine::{
    CanceledReason, CloseHint, Input, LinkSignal, Note, PresentProblem, Surface,
    UndeterminedReason, Verdict,
};
use klarna_step_up::reply::{KlarnaState, StartAnswer, StatusReply, Word};

use crate::phone::{
    Journal, MINUTE, Phone, SECOND, pending, pending_at, pending_with_journey, without_long_poll,
    word,
};

fn ready() -> StartAnswer {
    StartAnswer::Reply(pending_with_journey())
}

fn paying_on(surfaces: &[Surface]) -> Phone {
    let mut phone = Phone::new(without_long_poll());
    phone.give(Input::Start {
        surfaces: surfaces.to_vec(),
    });
    phone
}

#[test]
fn the_surface_waits_for_the_journal() {
    let mut phone = Phone::paying();
    phone.journal = Journal::Hangs;
    phone.reply(ready());
    assert!(phone.presents().is_empty());
    let revision = phone.machine.record().revision;
    phone.give(Input::Persisted { revision });
    assert_eq!(phone.presents(), [(1, Surface::CustomTab)]);
}

#[test]
fn the_surface_waits_for_the_foreground() {
    let mut phone = Phone::paying();
    phone.give(Input::Backgrounded).reply(ready());
    assert!(phone.presents().is_empty());
    phone.give(Input::Foregrounded);
    assert_eq!(phone.presents(), [(1, Surface::CustomTab)]);
}

#[test]
fn a_presenter_without_a_host_is_asked_again_when_there_is_one() {
    let mut phone = Phone::paying();
    phone.reply(ready()).present_fails(PresentProblem::NoHost);
    phone.pass(SECOND);
    assert_eq!(phone.presents().len(), 1);
    phone.give(Input::HostAttached(true));
    assert_eq!(
        phone.presents(),
        [(1, Surface::CustomTab), (2, Surface::CustomTab)]
    );
}

#[test]
fn the_next_surface_is_tried() {
    let mut phone = paying_on(&[Surface::AuthTab, Surface::CustomTab]);
    phone
        .reply(ready())
        .present_fails(PresentProblem::Unavailable);
    assert_eq!(
        phone.presents(),
        [(1, Surface::AuthTab), (2, Surface::CustomTab)]
    );
}

#[test]
fn with_no_surface_left_the_payment_is_canceled_at_the_backend() {
    let mut phone = Phone::paying();
    phone
        .reply(ready())
        .pass(10)
        .present_fails(PresentProblem::Unavailable)
        .pass(10);
    assert_eq!(phone.cancels(), 1);
    assert!(phone.is_silent());
    phone.cancel_answer(word(Word::Canceled));
    assert_eq!(
        phone.verdict(),
        Verdict::Canceled(CanceledReason::NoSurface)
    );
}

#[test]
fn a_forbidden_journey_is_canceled_at_the_backend() {
    let mut phone = Phone::paying();
    phone.give(Input::Reply {
        answer: ready(),
        forbidden: true,
        date: None,
        retry_after: None,
    });
    assert!(phone.noted(Note::ForbiddenUrl));
    assert!(phone.presents().is_empty());
    assert_eq!(phone.cancels(), 1);
    phone.cancel_answer(word(Word::Canceled));
    assert_eq!(
        phone.verdict(),
        Verdict::Canceled(CanceledReason::ForbiddenUrl)
    );
}

#[test]
fn a_journal_that_fails_before_the_surface_cancels_the_payment() {
    let mut phone = Phone::paying();
    phone.journal = Journal::Fails;
    phone.reply(ready());
    assert!(phone.presents().is_empty());
    assert_eq!(phone.cancels(), 1);
    phone.cancel_answer(word(Word::Canceled));
    assert_eq!(
        phone.verdict(),
        Verdict::Canceled(CanceledReason::JournalFailed)
    );
}

#[test]
fn a_journal_that_fails_at_settlement_delivers_anyway() {
    let mut phone = Phone::in_journey();
    phone.pass(6 * SECOND);
    phone.journal = Journal::Fails;
    phone.answer(word(Word::Approved));
    assert!(matches!(phone.verdicts()[0], Verdict::Approved { .. }));
}

#[test]
fn a_redirect_url_skips_klarnas_app() {
    let mut phone = paying_on(&[Surface::KlarnaApp, Surface::AuthTab]);
    let mut reply = pending_with_journey();
    reply.journey.as_mut().expect("has one").kind = JourneyKind::RedirectUrl;
    phone.reply(StartAnswer::Reply(reply));
    assert_eq!(phone.presents(), [(1, Surface::AuthTab)]);
}

#[test]
fn a_presenter_that_does_not_answer_may_have_opened_it() {
    let mut phone = Phone::paying();
    phone.backend = Some(pending());
    phone.reply(ready()).pass(11 * SECOND);
    assert!(phone.noted(Note::Seen(klarna_step_up::machine::Evidence::PerhapsOpen)));
    assert_eq!(
        phone.machine.view(phone.now).surface,
        Some(Surface::CustomTab)
    );
    phone.present_fails(PresentProblem::Unavailable);
    assert_eq!(phone.cancels(), 0, "it may be open");
}

#[test]
fn reports_of_an_older_presentation_are_ignored() {
    let mut phone = Phone::in_journey();
    phone.give(Input::Reopen {
        surfaces: vec![Surface::Browser],
    });
    assert_eq!(
        phone.presents(),
        [(1, Surface::CustomTab), (2, Surface::Browser)]
    );
    assert_eq!(phone.dismisses(), 1);
    phone.clear_log();
    for input in [
        Input::SurfaceClosed {
            number: 1,
            hint: CloseHint::Closed,
        },
        Input::Presented { number: 1 },
        Input::PresentFailed {
            number: 1,
            problem: PresentProblem::Unavailable,
        },
    ] {
        phone.give(input);
    }
    assert!(phone.log.is_empty(), "{:?}", phone.log);
}

#[test]
fn an_activity_result_of_klarnas_app_says_nothing() {
    let mut phone = Phone::in_journey_on(Surface::KlarnaApp);
    phone.clear_log().closes(CloseHint::Closed);
    assert!(phone.log.is_empty(), "{:?}", phone.log);
}

#[test]
fn presenting_again_ends_a_running_budget() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.link(LinkSignal::Completion).pass(50 * SECOND);
    phone.give(Input::Reopen {
        surfaces: vec![Surface::CustomTab],
    });
    phone.presented().pass(5 * MINUTE);
    assert!(phone.is_silent(), "{:?}", phone.verdicts());
}

#[test]
fn a_joined_attempt_that_is_shown_again_is_not_cut_short() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.closes(CloseHint::Closed).pass(2 * MINUTE);
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::CustomerLeft)
    );
    phone.clear_log().give(Input::Join {
        surfaces: vec![Surface::CustomTab],
    });
    assert_eq!(phone.presents(), [(2, Surface::CustomTab)]);
    phone.presented().pass(5 * MINUTE);
    assert!(phone.is_silent(), "{:?}", phone.verdicts());
}

#[test]
fn nothing_is_presented_once_the_wait_has_ended() {
    let mut phone = Phone::paying();
    phone.give(Input::HostAttached(false)).reply(ready());
    phone.backend = Some(pending());
    phone.pass(31 * MINUTE);
    assert!(matches!(phone.verdict(), Verdict::Undetermined(_)));
    phone.give(Input::HostAttached(true)).pass(MINUTE);
    assert!(phone.presents().is_empty());
}

#[test]
fn an_expired_payment_cannot_be_reopened() {
    let mut phone = Phone::paying();
    phone.reply(StartAnswer::Reply(StatusReply {
        expires_in_ms: Some(60_000),
        ..pending_with_journey()
    }));
    phone.presented().closes(CloseHint::Closed);
    assert!(phone.machine.can_reopen(phone.now));
    phone.pass(61 * SECOND);
    assert!(!phone.machine.can_reopen(phone.now));
    phone.clear_log().give(Input::Reopen {
        surfaces: vec![Surface::CustomTab],
    });
    assert!(phone.presents().is_empty());
    assert!(phone.is_silent(), "the clock settles nothing");
}

#[test]
fn remaining_life_is_counted_from_the_backends_date() {
    let mut phone = Phone::paying();
    // The phone's clock is a day ahead of the backend's.
    let backend_now = phone.now.wall - crate::phone::DAY_MS;
    phone.give(Input::Reply {
        answer: StartAnswer::Reply(StatusReply {
            expires_at_ms: Some(backend_now + 120_000),
            ..pending_with_journey()
        }),
        forbidden: false,
        date: Some(backend_now),
        retry_after: None,
    });
    phone.presented().pass(119 * SECOND);
    assert!(phone.machine.can_reopen(phone.now));
    phone.pass(2 * SECOND);
    assert!(!phone.machine.can_reopen(phone.now));
}

#[test]
fn who_comes_back_from_an_app_that_never_says_so_is_offered_both_choices_at_the_first_answer() {
    for surface in [Surface::KlarnaApp, Surface::Browser] {
        let mut phone = Phone::in_journey_on(surface);
        phone.backend = Some(pending());
        phone.give(Input::Backgrounded).pass(MINUTE);
        phone.clear_log().give(Input::Foregrounded);
        assert!(!phone.machine.view(phone.now).waiting_for_customer);
        phone.pass(SECOND);
        let view = phone.machine.view(phone.now);
        assert!(phone.noted(Note::WaitingForCustomer), "{surface:?}");
        assert!(view.waiting_for_customer && view.can_reopen && view.can_abandon);
        assert_eq!(view.surface, None, "nothing is there to return to");
        assert!(phone.is_silent(), "it settles nothing");
    }
}

#[test]
fn nobody_is_offered_choices_who_has_not_left() {
    let mut phone = Phone::in_journey_on(Surface::KlarnaApp);
    phone.backend = Some(pending());
    phone.give(Input::Foregrounded).pass(20 * SECOND);
    assert!(!phone.machine.view(phone.now).waiting_for_customer);
    // A tab of ours is still there when the app comes back.
    let mut phone = Phone::in_journey_on(Surface::AuthTab);
    phone.backend = Some(pending());
    phone.give(Input::Backgrounded).give(Input::Foregrounded);
    phone.pass(20 * SECOND);
    assert!(!phone.machine.view(phone.now).waiting_for_customer);
}

#[test]
fn who_has_approved_before_coming_back_is_told_and_asked_nothing() {
    let mut phone = Phone::in_journey_on(Surface::KlarnaApp);
    phone.backend = Some(word(Word::Approved));
    phone.give(Input::Backgrounded).give(Input::Foregrounded);
    phone.pass(SECOND);
    assert!(matches!(phone.verdict(), Verdict::Approved { .. }));
    assert!(!phone.noted(Note::WaitingForCustomer));
}

#[test]
fn a_second_pay_of_who_came_back_from_klarnas_app_shows_the_journey_again() {
    let mut phone = Phone::in_journey_on(Surface::KlarnaApp);
    phone.backend = Some(pending());
    phone.give(Input::Backgrounded).give(Input::Foregrounded);
    phone.clear_log().give(Input::Join {
        surfaces: vec![Surface::CustomTab],
    });
    assert_eq!(phone.presents(), [(2, Surface::CustomTab)]);
    phone.presented().pass(20 * SECOND);
    assert!(!phone.machine.view(phone.now).waiting_for_customer);
}

#[test]
fn who_taps_twice_is_not_sent_to_klarnas_app_again_on_coming_back() {
    let mut phone = Phone::in_journey_on(Surface::KlarnaApp);
    phone.backend = Some(pending());
    phone.give(Input::Join {
        surfaces: vec![Surface::KlarnaApp],
    });
    phone.give(Input::Backgrounded).pass(MINUTE);
    phone.give(Input::Foregrounded).pass(SECOND);
    assert_eq!(phone.presents(), [(1, Surface::KlarnaApp)]);
    assert!(phone.machine.view(phone.now).waiting_for_customer);
}

#[test]
fn a_surface_that_opens_after_its_owner_has_gone_asks_nothing() {
    let mut phone = Phone::paying();
    phone.reply(ready());
    phone.give(Input::OwnerChanged { visible: false });
    phone.clear_log().presented().pass(MINUTE);
    assert_eq!(phone.asks_in_log(), 0);
}

#[test]
fn who_joins_while_the_backend_finishes_is_shown_nothing() {
    let mut phone = Phone::in_journey();
    phone.closes(CloseHint::Closed).answer(pending());
    phone.clear_log().give(Input::Join {
        surfaces: vec![Surface::CustomTab],
    });
    phone.answer(pending_at(KlarnaState::Completed));
    assert!(phone.presents().is_empty());
    assert!(!phone.machine.will_present());
}
