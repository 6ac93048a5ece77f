//! The rules of design section 2 as properties, each looked at in every transition.

use klarna_step_up::machine::{
    Admission, Effect, Input, LinkSignal, NotStartedReason, Phase, Record, StartFate, Time,
    UndeterminedReason, Verdict,
};
use klarna_step_up::reply::{StartAnswer, StatusAnswer, Word};

use crate::backend::Payment;
use crate::world::{Pay, Slot, World};

type Checked = Result<(), String>;

fn rule(holds: bool, broken: &str) -> Checked {
    if holds {
        Ok(())
    } else {
        Err(broken.to_owned())
    }
}

/// What a rule compares a step with.
pub struct Before {
    settled: bool,
    pub phase: Phase,
    outcomes: u32,
    outcome: Option<(u32, Verdict)>,
}

impl Before {
    pub fn of(record: &Record) -> Self {
        let outcome = record.outcome.as_ref();
        Self {
            settled: record.is_settled(),
            phase: record.phase,
            outcomes: record.outcomes,
            outcome: outcome.map(|outcome| (outcome.number, outcome.verdict.clone())),
        }
    }
}

/// Keeps the account of what the customer has asked for.
pub fn note_leave(slot: &mut Slot, before: &Before, input: &Input) {
    match input {
        Input::Start { .. } => {
            slot.past.may_present = true;
            slot.past.may_start = true;
            slot.past.began_here = true;
        }
        Input::Prepare => slot.past.may_start = true,
        Input::Join { .. } => {
            slot.past.may_present = true;
            // A `pay` that joins while the first send is on its way, or to be repeated, waits for it as well.
            slot.past.may_start |=
                slot.past.began_here && slot.machine.record().start == StartFate::Open;
        }
        Input::Continue { .. } | Input::Reopen { .. } => slot.past.may_present = true,
        // The customer is done: showing it again needs their word again.
        Input::Link(LinkSignal::Completion) => slot.past.may_present = false,
        Input::Abandon => {
            slot.past.may_present = false;
            slot.past.may_start = false;
        }
        Input::OwnerChanged { visible: false } => slot.past.may_start = false,
        _ => {}
    }
    let record = slot.machine.record();
    if record.outcomes > before.outcomes {
        // Whatever it is, it ends the call of `pay`.
        slot.past.may_present = false;
        slot.past.may_start = false;
    }
}

/// Everything that must hold of one step of the machine.
pub fn after_a_step(slot: &Slot, before: &Before, input: &Input, effects: &[Effect]) -> Checked {
    rule_1_only_a_word_settles(slot, before, input)?;
    rule_2_a_final_outcome_is_sticky(slot, before)?;
    rule_4_a_handover_link_closes_and_settles_nothing(slot, before, input, effects)?;
    rule_5_undetermined_goes_on(slot, input)?;
    rule_9_kept_until_acknowledged(slot, before, input, effects)?;
    whoever_waits_is_not_forgotten(slot)?;
    bounded(slot, effects)
}

/// Everything that must hold when an effect is executed.
pub fn before_an_effect(world: &World, at: usize, effect: &Effect) -> Checked {
    let slot = &world.slots[at];
    match effect {
        Effect::Authorize { .. } => {
            rule_3_journal_before_start(slot)?;
            rule_7_no_second_payment(world, at)?;
            rule(
                slot.past.may_start,
                "3.1a: a start was sent although nobody waits for it",
            )
        }
        Effect::Present { number, .. } => {
            rule_3_journal_before_surface(slot, *number)?;
            rule(
                slot.past.may_present,
                "7: presented without a pay, resume or reopen",
            )
        }
        Effect::CancelAtBackend { .. } => rule_8_cancels_only_what_was_to_be_canceled(slot),
        Effect::Deliver(outcome) => {
            rule_1_delivered_is_what_the_backend_says(slot, &outcome.verdict)?;
            rule_2_one_final_outcome(slot, outcome.number, &outcome.verdict)?;
            rule_9_on_the_disk_before_it_is_told(slot, outcome.number)?;
            rule_6_not_started_cannot_have_been_paid(slot, &outcome.verdict)
        }
        Effect::Forget { .. } => rule_9_forgets_only_what_is_dealt_with(world, slot),
        _ => Ok(()),
    }
}

fn rule_1_only_a_word_settles(slot: &Slot, before: &Before, input: &Input) -> Checked {
    let record = slot.machine.record();
    if before.settled || !record.is_settled() {
        return Ok(());
    }
    let said = match input {
        Input::Reply {
            answer: StartAnswer::Reply(reply),
            ..
        }
        | Input::Status {
            answer: StatusAnswer::Reply(reply),
            ..
        } => reply.word,
        _ => None,
    };
    let verdict = record.outcome.as_ref().map(|outcome| &outcome.verdict);
    let fits = match verdict {
        Some(Verdict::Approved { .. }) => said == Some(Word::Approved),
        Some(Verdict::Declined { failed, .. }) => {
            said == Some(if *failed {
                Word::Failed
            } else {
                Word::Declined
            })
        }
        Some(Verdict::Canceled(_)) => matches!(said, Some(Word::Canceled | Word::Expired)),
        Some(Verdict::NotStarted(_)) => said.is_none(),
        Some(Verdict::Undetermined(reason)) => *reason == UndeterminedReason::GaveUp,
        None => false,
    };
    rule(fits, "1: settled without the backend's word")
}

fn rule_1_delivered_is_what_the_backend_says(slot: &Slot, verdict: &Verdict) -> Checked {
    let fits = match verdict {
        Verdict::Approved { .. } => slot.payment == Payment::Final(Word::Approved),
        Verdict::Declined { .. } => {
            matches!(slot.payment, Payment::Final(Word::Declined | Word::Failed))
        }
        Verdict::Canceled(_) => matches!(
            slot.payment,
            Payment::Closed | Payment::Final(Word::Canceled | Word::Expired)
        ),
        Verdict::Undetermined(_) | Verdict::NotStarted(_) => true,
    };
    rule(fits, "1: the app was told what the backend does not say")
}

fn rule_2_a_final_outcome_is_sticky(slot: &Slot, before: &Before) -> Checked {
    if !before.settled {
        return Ok(());
    }
    rule(
        before.outcome == Before::of(slot.machine.record()).outcome,
        "2: a final outcome changed",
    )
}

/// A final outcome that the journal refused cannot outlive the process; then the word decides anew (and never changes).
fn rule_2_one_final_outcome(slot: &Slot, number: u32, verdict: &Verdict) -> Checked {
    match &slot.past.told {
        Some((told, same, true)) => rule(
            *told == number && same == verdict,
            "2: a second final outcome, or the same under another id",
        ),
        Some((_, Verdict::Approved { .. }, false)) => rule(
            !verdict.is_final() || matches!(verdict, Verdict::Approved { .. }),
            "2: approved was taken back",
        ),
        Some((_, _, false)) | None => Ok(()),
    }
}

pub fn rule_3_journal_before_start(slot: &Slot) -> Checked {
    rule(slot.disk.is_some(), "3: a start before its record")
}

fn rule_3_journal_before_surface(slot: &Slot, number: u32) -> Checked {
    // Where the journal refuses the number, it is enough that it knows of some surface: a restart then expects one.
    let known = slot.disk.as_ref().is_some_and(|disk| {
        disk.presentation >= number || (slot.past.write_refused && disk.surface_ever())
    });
    rule(known, "3: a surface before its record")
}

/// The process ended before anything was on the disk: then nothing may have been sent.
pub fn nothing_unknown_to_a_restart(slot: &Slot) -> Checked {
    rule(
        slot.starts.is_empty() && slot.payment == Payment::Unknown && !slot.stray_cancel,
        "3: a payment that a restart does not know of",
    )
}

fn rule_4_a_handover_link_closes_and_settles_nothing(
    slot: &Slot,
    before: &Before,
    input: &Input,
    effects: &[Effect],
) -> Checked {
    let Input::Link(link) = input else {
        return Ok(());
    };
    let record = slot.machine.record();
    let settles = record.outcomes != before.outcomes || record.phase != before.phase;
    let dismisses = effects
        .iter()
        .any(|effect| matches!(effect, Effect::Dismiss { .. }));
    let asks = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::AskStatus { .. }))
        .count();
    rule(
        *link == LinkSignal::Completion || (!settles && !dismisses),
        "4: a handover link closed or settled something",
    )?;
    rule(
        record.outcomes == before.outcomes && asks <= 1,
        "4: a link settled something, or asked twice",
    )
}

fn rule_5_undetermined_goes_on(slot: &Slot, input: &Input) -> Checked {
    let live = slot.machine.live();
    let asked_again = matches!(
        input,
        Input::Foregrounded | Input::Restored { visible: true }
    );
    let unsettled = !slot.machine.record().is_settled();
    let starting = slot.past.may_start;
    let ignored = live.asking.is_none() && live.wake.is_none();
    rule(
        !(asked_again && unsettled && live.visible && live.foreground && !starting && ignored),
        "5: an unfinished attempt is not asked about on start or foreground",
    )?;
    let told_for_good = slot
        .machine
        .record()
        .outcome
        .as_ref()
        .is_some_and(|outcome| outcome.verdict.is_final());
    rule(
        unsettled != told_for_good,
        "5: settled and a final outcome are not the same",
    )
}

fn rule_6_not_started_cannot_have_been_paid(slot: &Slot, verdict: &Verdict) -> Checked {
    let Verdict::NotStarted(reason) = verdict else {
        return Ok(());
    };
    rule(!slot.past.presented, "6: not started, and yet shown")?;
    rule(
        !slot.may_be_paid(),
        "6: not started, and yet it may be paid",
    )?;
    let refused = matches!(reason, NotStartedReason::Refused { .. });
    rule(
        !refused || matches!(slot.payment, Payment::Refused | Payment::Closed),
        "6: nobody refused it",
    )
}

fn rule_7_no_second_payment(world: &World, at: usize) -> Checked {
    let order = &world.slots[at].machine.record().order.hash;
    let other = world.slots.iter().enumerate().any(|(which, slot)| {
        which != at && slot.machine.record().order.hash == *order && slot.may_be_paid()
    });
    rule(
        !other,
        "7: a start while another payment of the order may be paid",
    )
}

/// Whatever happens, an order is paid once.
pub fn one_payment_per_order(world: &World) -> Checked {
    for (at, slot) in world.slots.iter().enumerate() {
        if slot.payment == Payment::Final(Word::Approved) {
            let order = &slot.machine.record().order.hash;
            let again = world.slots.iter().skip(at + 1).any(|other| {
                other.machine.record().order.hash == *order
                    && other.payment == Payment::Final(Word::Approved)
            });
            rule(!again, "7: an order was paid twice")?;
        }
    }
    Ok(())
}

/// What `pay` was told, against what the backend knows.
pub fn admitted(world: &World, pay: Pay, admission: &Admission) -> Checked {
    let of_order = || {
        world
            .slots
            .iter()
            .filter(|slot| slot.machine.record().order.hash == pay.order)
    };
    match admission {
        Admission::Start => rule(
            !of_order().any(Slot::may_be_paid),
            "7: admitted while another payment of the order may be paid",
        ),
        Admission::Paid(_) => rule(
            of_order().any(|slot| slot.payment == Payment::Final(Word::Approved)),
            "7: called paid, and is not",
        ),
        Admission::Return(id) => rule(
            of_order().any(|slot| {
                slot.machine.record().id == *id
                    && (slot.payment == Payment::Final(Word::Approved) || has_given_up(slot))
            }),
            "7: returned an outcome that is not approved",
        ),
        Admission::Join(id) | Admission::Replace(id) => rule(
            of_order()
                .any(|slot| slot.machine.record().id == *id && !slot.machine.record().is_settled()),
            "7: joined an attempt that is settled",
        ),
        Admission::Refuse(_) => rule(of_order().count() > 0, "7: refused without a reason"),
    }
}

fn rule_8_cancels_only_what_was_to_be_canceled(slot: &Slot) -> Checked {
    let wished = slot.machine.record().cancel.is_some_and(|wish| wish.sent);
    let known = slot
        .disk
        .as_ref()
        .is_some_and(|disk| disk.cancel.is_some_and(|wish| wish.sent));
    rule(wished, "8: a cancellation that nobody wished")?;
    rule(
        known || slot.past.write_refused,
        "8: a cancellation that a restart does not know of",
    )
}

fn rule_9_kept_until_acknowledged(
    slot: &Slot,
    before: &Before,
    input: &Input,
    effects: &[Effect],
) -> Checked {
    let Some((number, verdict)) = before.outcome.as_ref().filter(|_| before.settled) else {
        return Ok(());
    };
    if !matches!(input, Input::Restored { visible: true }) {
        return Ok(());
    }
    let again = effects.iter().any(|effect| match effect {
        Effect::Deliver(told) => told.number == *number && told.verdict == *verdict,
        // Told twice and old: looked at when it is done.
        Effect::Forget { .. } => true,
        _ => false,
    });
    rule(
        again && slot.machine.record().is_settled(),
        "9: an outcome that is not acknowledged did not come again after a restart",
    )
}

/// Acknowledged; or told twice and 30 days old; or an attempt of somebody else, seven days past its end.
fn rule_9_forgets_only_what_is_dealt_with(world: &World, slot: &Slot) -> Checked {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    let record = slot.machine.record();
    let outcome = record.outcome.as_ref();
    let acknowledged =
        outcome.is_some_and(|outcome| slot.past.acknowledged == Some(outcome.number));
    let old = outcome.is_some_and(|outcome| {
        record.is_settled() && outcome.deliveries >= 2 && world.now.wall - outcome.at > 30 * DAY
    });
    let life = i64::try_from(world.policy.assumed_life).expect("short");
    let end = record.expires_at.unwrap_or(record.created_at + life);
    let of_others = !world.visible && !record.is_settled() && world.now.wall - end > 7 * DAY;
    rule(
        acknowledged || old || of_others,
        "9: an outcome was deleted that the app has not acknowledged",
    )
}

fn has_given_up(slot: &Slot) -> bool {
    let outcome = slot.machine.record().outcome.as_ref();
    outcome
        .is_some_and(|outcome| outcome.verdict == Verdict::Undetermined(UndeterminedReason::GaveUp))
}

fn rule_9_on_the_disk_before_it_is_told(slot: &Slot, number: u32) -> Checked {
    let kept = slot
        .disk
        .as_ref()
        .is_some_and(|disk| disk.outcomes >= number);
    rule(
        kept || slot.past.write_refused,
        "9: the app was told what a restart does not know",
    )
}

/// While somebody waits, in front, a question is on its way or has its time.
fn whoever_waits_is_not_forgotten(slot: &Slot) -> Checked {
    let live = slot.machine.live();
    let record = slot.machine.record();
    if !live.watching || !live.foreground || !live.visible || record.is_settled() {
        return Ok(());
    }
    rule(live.wake.is_some(), "pay would never end")?;
    // Its answer, or that there is none, leads to the question.
    let on_its_way = slot.starts.iter().any(|start| start.awaited);
    let starting = record.start == StartFate::Open || on_its_way;
    rule(
        starting || live.asking.is_some() || is_planned(slot),
        "somebody waits and nothing will be asked",
    )
}

fn bounded(slot: &Slot, effects: &[Effect]) -> Checked {
    rule(effects.len() < 16, "too many effects")?;
    rule(
        slot.machine.record().evidence.len() <= 12,
        "too much evidence",
    )
}

fn is_planned(slot: &Slot) -> bool {
    let times = &slot.machine.live().times;
    [Time::Ask, Time::Merge]
        .into_iter()
        .any(|time| times.get(time).is_some())
}
