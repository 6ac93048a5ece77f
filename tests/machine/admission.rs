//! Rule 7 by example: what `pay` does with an order that the journal knows.

use klarna_step_up::machine::{
    Admission, AttemptId, CanceledReason, Entry, IfBusy, NotStartedReason, OrderKey, Tombstone,
    UndeterminedReason, Verdict, admit,
};

use crate::phone::{DAY_MS, EPOCH};

fn order(hash: &str, content: &str) -> OrderKey {
    OrderKey {
        hash: hash.to_owned(),
        reference: hash.to_owned(),
        content: content.to_owned(),
    }
}

struct Known {
    id: AttemptId,
    order: OrderKey,
    visible: bool,
    verdict: Option<Verdict>,
    settled: bool,
}

fn unfinished() -> Known {
    Known {
        id: AttemptId("first".to_owned()),
        order: order("42", "a"),
        visible: true,
        verdict: None,
        settled: false,
    }
}

fn settled(verdict: Verdict) -> Known {
    Known {
        verdict: Some(verdict),
        settled: true,
        ..unfinished()
    }
}

fn pay(content: &str, if_busy: IfBusy, known: &[Known], stones: &[Tombstone]) -> Admission {
    let entries = known.iter().map(|known| Entry {
        id: &known.id,
        order: &known.order,
        visible: known.visible,
        verdict: known.verdict.as_ref(),
        settled: known.settled,
    });
    admit(&order("42", content), if_busy, entries, stones, EPOCH)
}

fn first() -> AttemptId {
    AttemptId("first".to_owned())
}

#[test]
fn a_new_order_starts() {
    assert_eq!(pay("a", IfBusy::Join, &[], &[]), Admission::Start);
}

#[test]
fn the_same_content_joins_and_other_content_is_busy() {
    let known = [unfinished()];
    assert_eq!(
        pay("a", IfBusy::Join, &known, &[]),
        Admission::Join(first())
    );
    assert_eq!(
        pay("b", IfBusy::Join, &known, &[]),
        Admission::Refuse(NotStartedReason::OrderBusy)
    );
    assert_eq!(
        pay("b", IfBusy::Replace, &known, &[]),
        Admission::Replace(first())
    );
}

#[test]
fn another_owners_attempt_is_busy_whatever_is_asked() {
    for if_busy in [IfBusy::Join, IfBusy::Replace] {
        for known in [unfinished(), settled(Verdict::Approved { receipt: None })] {
            let known = [Known {
                visible: false,
                ..known
            }];
            assert_eq!(
                pay("a", if_busy, &known, &[]),
                Admission::Refuse(NotStartedReason::OrderBusy)
            );
        }
    }
}

#[test]
fn an_approved_or_given_up_order_returns_its_outcome() {
    for verdict in [
        Verdict::Approved { receipt: None },
        Verdict::Undetermined(UndeterminedReason::GaveUp),
    ] {
        for if_busy in [IfBusy::Join, IfBusy::Replace] {
            assert_eq!(
                pay("b", if_busy, &[settled(verdict.clone())], &[]),
                Admission::Return(first())
            );
        }
    }
}

#[test]
fn a_declined_or_canceled_order_may_be_paid_again() {
    for verdict in [
        Verdict::Declined {
            failed: false,
            reason: None,
        },
        Verdict::Canceled(CanceledReason::Expired),
        Verdict::NotStarted(NotStartedReason::Unreachable),
    ] {
        assert_eq!(
            pay("a", IfBusy::Join, &[settled(verdict)], &[]),
            Admission::Start
        );
    }
}

#[test]
fn a_paid_order_is_remembered_for_thirty_days() {
    let stone = |age| Tombstone {
        order: "42".to_owned(),
        outcome: "first.1".to_owned(),
        at: EPOCH - age,
    };
    assert_eq!(
        pay("a", IfBusy::Join, &[], &[stone(29 * DAY_MS)]),
        Admission::Paid("first.1".to_owned())
    );
    assert_eq!(
        pay("a", IfBusy::Join, &[], &[stone(31 * DAY_MS)]),
        Admission::Start
    );
}

fn others(count: usize, visible: bool) -> Vec<Known> {
    (0..count)
        .map(|at| Known {
            id: AttemptId(format!("other-{at}")),
            order: order(&format!("other-{at}"), "a"),
            visible,
            ..unfinished()
        })
        .collect()
}

#[test]
fn thirty_two_unfinished_attempts_are_enough_and_those_of_others_do_not_count() {
    assert_eq!(
        pay("a", IfBusy::Join, &others(31, true), &[]),
        Admission::Start
    );
    assert_eq!(
        pay("a", IfBusy::Join, &others(32, true), &[]),
        Admission::Refuse(NotStartedReason::TooManyUnfinished)
    );
    assert_eq!(
        pay("a", IfBusy::Join, &others(50, false), &[]),
        Admission::Start
    );
    let mut known = others(32, true);
    known.push(unfinished());
    assert_eq!(
        pay("a", IfBusy::Join, &known, &[]),
        Admission::Join(first()),
        "joining needs no room"
    );
}
