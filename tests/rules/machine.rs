//! Rules 1 to 9, which the machine keeps.

use klarna_step_up::machine::{
    Admission, AttemptId, CanceledReason, CloseHint, Effect, Entry, IfBusy, Input, LinkSignal,
    NotStartedReason, Note, OrderKey, PresentProblem, Surface, UndeterminedReason, Verdict, admit,
    outcome_id,
};
use klarna_step_up::reply::{
    KlarnaState, StartAnswer, StatusAnswer, StatusFailure, StatusReply, Unclear, Word,
};

use crate::phone::{
    DAY_MS, EPOCH, Journal, MINUTE, Phone, SECOND, fails, lost, not_sent, pending, pending_at,
    pending_with_journey, refused, status, unclear, without_long_poll, word,
};

/// Everything that the device can see and everything that can go wrong, without a word of the backend's.
fn signals() -> Vec<Input> {
    let mut signals = vec![
        Input::Link(LinkSignal::Handover),
        Input::Link(LinkSignal::Completion),
        Input::Link(LinkSignal::Unproven),
        Input::Backgrounded,
        Input::Foregrounded,
        Input::NetworkChanged,
        Input::CredentialsChanged,
        Input::HostAttached(false),
        Input::HostAttached(true),
        Input::Observed(true),
        Input::Observed(false),
        Input::CheckAgain,
        lost(),
        not_sent(),
        Input::Reply {
            answer: refused(),
            forbidden: false,
            date: None,
            retry_after: None,
        },
        Input::Reply {
            answer: unclear(Unclear::Rejected),
            forbidden: false,
            date: None,
            retry_after: None,
        },
        Input::PersistFailed { revision: u64::MAX },
    ];
    for hint in [
        CloseHint::Closed,
        CloseHint::ByHandover,
        CloseHint::ByCompletion,
    ] {
        signals.push(Input::SurfaceClosed { number: 1, hint });
    }
    for problem in [PresentProblem::NoHost, PresentProblem::Unavailable] {
        signals.push(Input::PresentFailed { number: 1, problem });
    }
    for failure in [
        StatusFailure::NotSent,
        StatusFailure::MaybeSent,
        StatusFailure::Server,
        StatusFailure::Unauthorized,
        StatusFailure::NotFound,
        StatusFailure::Malformed,
        StatusFailure::Rejected,
    ] {
        signals.push(Input::CancelFailed {
            failure,
            retry_after: None,
        });
        signals.push(status(1, fails(failure)));
    }
    for state in [
        KlarnaState::Submitted,
        KlarnaState::InProgress,
        KlarnaState::Completed,
        KlarnaState::Other,
    ] {
        signals.push(status(1, pending_at(state)));
    }
    signals
}

#[test]
fn rule_01_only_a_backend_word_settles() {
    for signal in signals() {
        let mut phone = Phone::in_journey();
        phone.pass(6 * SECOND).give(signal.clone());
        phone.backend = Some(pending());
        phone.pass(6 * 60 * MINUTE);
        assert!(
            !phone.machine.record().is_settled(),
            "settled by {signal:?}"
        );
        assert!(
            phone
                .verdicts()
                .iter()
                .all(|verdict| matches!(verdict, Verdict::Undetermined(_))),
            "{signal:?} led to {:?}",
            phone.verdicts()
        );
        phone.backend = Some(word(Word::Expired));
        phone.give(Input::Foregrounded).pass(SECOND);
        assert_eq!(
            phone.verdicts().last(),
            Some(&Verdict::Canceled(CanceledReason::Expired)),
            "after {signal:?}"
        );
    }
}

#[test]
fn rule_02_one_final_outcome_under_one_id() {
    let mut phone = Phone::in_journey();
    phone.pass(6 * SECOND).answer(word(Word::Declined));
    let first = phone.delivered()[0].clone();
    phone.clear_log();
    // Another word, whoever says it, and everything else is too late.
    phone
        .give(status(1, word(Word::Approved)))
        .cancel_answer(word(Word::Canceled))
        .reply(StartAnswer::Reply(crate::phone::says(Word::Approved)));
    for signal in signals() {
        phone.give(signal).pass(SECOND);
    }
    phone.give(Input::Abandon).give(Input::Reopen {
        surfaces: vec![Surface::Browser],
    });
    assert!(phone.is_silent());
    for _ in 0..3 {
        phone.clear_log().restart();
        let again = phone.delivered();
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].verdict, first.verdict);
        assert_eq!(
            outcome_id(&phone.machine.record().id, &again[0]),
            "attempt-1.final"
        );
    }
}

#[test]
fn rule_03_the_journal_before_the_start_and_before_the_surface() {
    let mut phone = Phone::new(without_long_poll());
    phone.journal = Journal::Hangs;
    phone.give(Input::Start {
        surfaces: vec![Surface::CustomTab],
    });
    phone.give(Input::Foregrounded).pass(MINUTE);
    assert_eq!(phone.starts(), 0, "no record, no start");
    phone.give(Input::Persisted { revision: 1 });
    assert_eq!(phone.starts(), 1);

    phone.reply(StartAnswer::Reply(pending_with_journey()));
    phone.give(Input::Foregrounded).pass(MINUTE);
    assert!(phone.presents().is_empty(), "no record, no surface");
    let revision = phone.machine.record().revision;
    phone.give(Input::Persisted {
        revision: revision - 1,
    });
    assert!(phone.presents().is_empty(), "an older record is not enough");
    phone.give(Input::Persisted { revision });
    assert_eq!(phone.presents().len(), 1);
}

#[test]
fn rule_04_a_handover_link_closes_and_settles_nothing() {
    for link in [LinkSignal::Handover, LinkSignal::Unproven] {
        for surface in [Surface::CustomTab, Surface::AuthSession, Surface::Custom] {
            let mut phone = Phone::in_journey_on(surface);
            phone.backend = Some(pending());
            for _ in 0..20 {
                phone.link(link).pass(250);
            }
            assert_eq!(phone.dismisses(), 0);
            assert_eq!(phone.machine.view(phone.now).surface, Some(surface));
            assert!(phone.is_silent());
            assert!(phone.asks() <= 4, "{} questions of one round", phone.asks());
        }
    }
}

#[test]
fn rule_05_undetermined_is_not_the_end() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.link(LinkSignal::Completion).pass(2 * MINUTE);
    assert_eq!(
        phone.verdict(),
        Verdict::Undetermined(UndeterminedReason::StillPending)
    );
    assert!(phone.disk.is_some());
    phone.clear_log().give(Input::Foregrounded).pass(SECOND);
    assert_eq!(phone.asks_in_log(), 1, "asked about on a foreground");
    phone.clear_log().restart();
    assert_eq!(phone.asks_in_log(), 1, "asked about on a start");
    phone.backend = Some(word(Word::Approved));
    phone.clear_log().give(Input::Foregrounded).pass(SECOND);
    let told = phone.delivered();
    assert_eq!(told[0].verdict, Verdict::Approved { receipt: None });
    assert_eq!(told[0].supersedes, Some(1));
    assert_eq!(told[0].number, 2);
}

#[test]
fn rule_06_not_started_only_if_nothing_can_have_been_paid() {
    let mut phone = Phone::paying();
    phone.reply(refused());
    assert_eq!(
        phone.verdict(),
        Verdict::NotStarted(NotStartedReason::Refused { reason: None })
    );
    // The same refusal after anything of unknown fate proves nothing.
    for before in [
        lost(),
        Input::Reply {
            answer: unclear(Unclear::Conflict),
            forbidden: false,
            date: None,
            retry_after: None,
        },
    ] {
        let mut phone = Phone::paying();
        phone.give(before).pass(2 * SECOND);
        assert_eq!(phone.starts(), 2);
        phone.reply(refused());
        phone.backend = Some(fails(StatusFailure::NotFound));
        phone
            .answer(fails(StatusFailure::NotFound))
            .pass(60 * MINUTE);
        assert!(
            !phone
                .verdicts()
                .iter()
                .any(|verdict| matches!(verdict, Verdict::NotStarted(_))),
            "{:?}",
            phone.verdicts()
        );
    }
}

#[test]
fn rule_07_one_payment_per_order() {
    let id = AttemptId("first".to_owned());
    let order = |content: &str| OrderKey {
        hash: "order".to_owned(),
        reference: "42".to_owned(),
        content: content.to_owned(),
    };
    let known = order("a");
    let pay = |content, if_busy, visible, verdict: Option<&Verdict>| {
        let entry = Entry {
            id: &id,
            order: &known,
            visible,
            verdict,
            settled: verdict.is_some_and(Verdict::is_final),
        };
        admit(&order(content), if_busy, [entry].into_iter(), &[], EPOCH)
    };
    let busy = Admission::Refuse(NotStartedReason::OrderBusy);
    let approved = Verdict::Approved { receipt: None };
    let undetermined = Verdict::Undetermined(UndeterminedReason::MaxWait);
    for unfinished in [None, Some(&undetermined)] {
        assert_eq!(
            pay("a", IfBusy::Join, true, unfinished),
            Admission::Join(id.clone())
        );
        assert_eq!(pay("b", IfBusy::Join, true, unfinished), busy);
        assert_eq!(pay("a", IfBusy::Join, false, unfinished), busy);
        assert_eq!(pay("a", IfBusy::Replace, false, unfinished), busy);
        assert_eq!(
            pay("b", IfBusy::Replace, true, unfinished),
            Admission::Replace(id.clone())
        );
    }
    for if_busy in [IfBusy::Join, IfBusy::Replace] {
        assert_eq!(
            pay("b", if_busy, true, Some(&approved)),
            Admission::Return(id.clone())
        );
    }

    // Joining shows the journey again only after an answer, and a restart alone never does.
    let mut phone = Phone::in_journey();
    phone.restart().answer(pending()).pass(MINUTE);
    assert_eq!(phone.presents().len(), 1);
    phone.give(Input::Join {
        surfaces: vec![Surface::CustomTab],
    });
    assert_eq!(phone.presents().len(), 1);
    phone.answer(pending());
    assert_eq!(phone.presents().len(), 2);
}

#[test]
fn rule_08_giving_up_cancels_nothing_and_approved_beats_abandon() {
    let mut phone = Phone::in_journey();
    phone.backend = Some(pending());
    phone.closes(CloseHint::Closed).pass(60 * MINUTE);
    assert!(matches!(phone.verdict(), Verdict::Undetermined(_)));
    assert_eq!(phone.cancels(), 0, "nobody abandoned it");

    let mut phone = Phone::in_journey();
    phone.give(Input::Abandon);
    assert_eq!(phone.cancels(), 1);
    assert!(phone.is_silent(), "the outcome is the backend's to say");
    phone.cancel_answer(word(Word::Approved));
    assert_eq!(phone.verdict(), Verdict::Approved { receipt: None });
}

#[test]
fn rule_09_kept_until_acknowledged() {
    let settled = || {
        let mut phone = Phone::in_journey();
        phone
            .pass(6 * SECOND)
            .answer(StatusAnswer::Reply(StatusReply {
                details: Some("{}".to_owned()),
                ..crate::phone::says(Word::Approved)
            }));
        phone
    };
    // Delivered once, however old.
    let mut phone = settled();
    phone.now.wall += 365 * DAY_MS;
    phone.clear_log().restart();
    assert_eq!(phone.delivered().len(), 1);
    assert!(phone.disk.is_some());
    // Delivered twice, and not old.
    let mut phone = settled();
    phone.restart();
    phone.now.wall += 29 * DAY_MS;
    phone.clear_log().restart();
    assert_eq!(phone.delivered().len(), 1);
    assert!(phone.disk.is_some());
    // Both: it goes, and an event says so.
    phone.now.wall += 2 * DAY_MS;
    phone.clear_log().restart();
    assert!(phone.noted(Note::OutcomeExpired));
    assert!(phone.disk.is_none());
    // Acknowledged: it goes, and the order is remembered as paid.
    let mut phone = settled();
    phone.give(Input::Acknowledged { number: 1 });
    assert!(phone.disk.is_none());
    assert_eq!(
        phone.count(|effect| *effect == Effect::Forget { tombstone: true }),
        1
    );
}
