//! When two worlds are the same one.

use std::hash::{DefaultHasher, Hash, Hasher};

use klarna_step_up::machine::{Effect, Live, Record, Times};
use klarna_step_up::reply::{StartAnswer, StatusAnswer, StatusReply};

use crate::world::{Slot, World};

/// Marks further back than this are alike: nothing counts longer than `max_wait` of the model's policy.
const HORIZON: u64 = 60_000;

/// Stands for a world. Among five million worlds the chance that two share a key is below one in a million.
pub fn of(world: &World) -> u64 {
    let mut hasher = DefaultHasher::new();
    hash_world(world, &mut hasher);
    hasher.finish()
}

fn hash_world(world: &World, hasher: &mut DefaultHasher) {
    world.left.hash(hasher);
    // Those that are left follow from how many there are.
    world.pays.len().hash(hasher);
    world.replacing.map(|(at, _)| at).hash(hasher);
    world.foreground.hash(hasher);
    world.visible.hash(hasher);
    world.stones.len().hash(hasher);
    for slot in world.slots.iter() {
        hash_slot(slot, world.now.mono, hasher);
        if !slot.gone {
            hash_age(slot.machine.record(), world, hasher);
        }
    }
}

fn hash_slot(slot: &Slot, now: u64, hasher: &mut DefaultHasher) {
    slot.gone.hash(hasher);
    slot.payment.hash(hasher);
    slot.stray_cancel.hash(hasher);
    slot.past.hash(hasher);
    for start in &slot.starts {
        start.awaited.hash(hasher);
        hash_start(start.answer.as_ref(), hasher);
    }
    slot.cancel.is_some().hash(hasher);
    if let Some(request) = &slot.cancel {
        hash_status(request.answer.as_ref(), hasher);
    }
    if slot.gone {
        // Only its name and its payment still count.
        slot.machine.record().order.hash.hash(hasher);
        return;
    }
    let record = slot.machine.record();
    let live = slot.machine.live();
    hash_record(record, hasher);
    hash_live(live, record.revision, now, hasher);
    slot.disk.is_some().hash(hasher);
    if let Some(disk) = &slot.disk {
        hash_record(disk, hasher);
        (disk.revision == record.revision).hash(hasher);
    }
    for write in &slot.writing {
        (record.revision - write.revision).hash(hasher);
        hash_record(write, hasher);
    }
    for effect in &slot.todo {
        hash_effect(effect, record.revision, live.asks, hasher);
    }
    slot.wake.map(|at| at.saturating_sub(now)).hash(hasher);
    if let Some((number, answer)) = &slot.question {
        (live.asks - number).hash(hasher);
        hash_status(answer.as_ref(), hasher);
    }
    hash_start(slot.late_reply.as_ref(), hasher);
    if let Some((number, answer)) = &slot.late_status {
        (live.asks.wrapping_sub(*number)).hash(hasher);
        hash_status(Some(answer), hasher);
    }
    slot.screen.hash(hasher);
}

/// The wall clock counts only where something is long past.
fn hash_age(record: &Record, world: &World, hasher: &mut DefaultHasher) {
    let since_end = world.now.wall - record.expires_at.unwrap_or(record.created_at);
    (since_end > 0).hash(hasher);
    (since_end > days(9)).hash(hasher);
    let told = record.outcome.as_ref();
    told.is_some_and(|told| world.now.wall - told.at > days(30))
        .hash(hasher);
}

fn days(days: i64) -> i64 {
    days * 24 * 60 * 60 * 1_000
}

fn hash_reply(reply: &StatusReply, hasher: &mut DefaultHasher) {
    (
        reply.word,
        reply.klarna_state,
        reply.version,
        reply.journey.is_some(),
    )
        .hash(hasher);
}

fn hash_start(answer: Option<&StartAnswer>, hasher: &mut DefaultHasher) {
    match answer {
        None => 0.hash(hasher),
        Some(StartAnswer::Reply(reply)) => hash_reply(reply, hasher),
        Some(StartAnswer::Refused { .. }) => 1.hash(hasher),
        Some(StartAnswer::Unknown(why)) => (2, why).hash(hasher),
    }
}

fn hash_status(answer: Option<&StatusAnswer>, hasher: &mut DefaultHasher) {
    match answer {
        None => 0.hash(hasher),
        Some(StatusAnswer::Reply(reply)) => hash_reply(reply, hasher),
        Some(StatusAnswer::Failed(failure)) => (1, failure).hash(hasher),
    }
}

fn hash_record(record: &Record, hasher: &mut DefaultHasher) {
    record.order.hash(hasher);
    record.phase.hash(hasher);
    record.start.hash(hasher);
    record.payment_id.hash(hasher);
    record.journey.is_some().hash(hasher);
    record.presentation.hash(hasher);
    record.surface.hash(hasher);
    record.version.hash(hasher);
    record.cancel.hash(hasher);
    record.cancels.hash(hasher);
    record.outcomes.hash(hasher);
    if let Some(outcome) = &record.outcome {
        (outcome.number, &outcome.verdict, outcome.acknowledged).hash(hasher);
        outcome.deliveries.min(2).hash(hasher);
    }
}

fn hash_live(live: &Live, revision: u64, now: u64, hasher: &mut DefaultHasher) {
    let mut alike = live.clone();
    alike.written = u64::from(live.written >= revision) + u64::from(live.written > 0);
    alike.refused = u64::from(live.refused >= revision);
    alike.asks = 0;
    if let Some(asking) = &mut alike.asking {
        asking.number = live.asks - asking.number;
    }
    alike.wake = None;
    live.times.relative(now, HORIZON).hash(hasher);
    alike.times = Times::default();
    alike.hash(hasher);
}

fn hash_effect(effect: &Effect, revision: u64, asks: u32, hasher: &mut DefaultHasher) {
    match effect {
        Effect::Persist { revision: written } => (0, revision - written).hash(hasher),
        Effect::Authorize { send } => (1, send).hash(hasher),
        Effect::Present { number, surface } => (2, number, surface).hash(hasher),
        Effect::Dismiss { number } => (3, number).hash(hasher),
        Effect::AskStatus { number, wait, .. } => (4, asks - number, wait).hash(hasher),
        Effect::CancelAtBackend { number } => (5, number).hash(hasher),
        Effect::Deliver(outcome) => (6, outcome.number, &outcome.verdict).hash(hasher),
        Effect::Forget { tombstone } => (7, tombstone).hash(hasher),
        Effect::WakeAt(_) | Effect::Emit(_) => {}
    }
}
