//! From every state, if nothing more goes wrong, the app is told a final outcome within so many steps.
//!
//! "Nothing more goes wrong" is one world for each state: requests arrive and are answered, the journal writes, surfaces open, the
//! customer approves, the owner is signed in and the app in front, time passes, and who only sleeps is woken by the next foreground.

use std::collections::HashMap;

use crate::acts::Act;
use crate::backend::Payment;
use crate::budget::Budget;
use crate::key;
use crate::world::{CancelRequest, Screen, Slot, World};

/// More would be no end.
const BOUND: u16 = 120;

/// How far it is to the end from states that were looked at.
#[derive(Default)]
pub struct Liveness {
    known: HashMap<u64, u16>,
    pub longest: u16,
}

impl Liveness {
    /// The steps without an end, if there is none.
    pub fn check(&mut self, world: &World) -> Result<(), String> {
        let mut world = calm(world);
        let mut way = Vec::new();
        let mut acts = Vec::new();
        let mut rest = 0;
        while !world.slots.iter().all(has_ended) {
            let key = key::of(&world);
            if let Some(known) = self.known.get(&key) {
                rest = *known;
                break;
            }
            way.push(key);
            let act = next(&world);
            acts.push(act);
            if let Err(broken) = world.apply(act) {
                return Err(format!("{broken}, if nothing more goes wrong: {acts:?}"));
            }
            if acts.len() > usize::from(BOUND) {
                return Err(format!("no end, if nothing more goes wrong: {acts:?}"));
            }
        }
        for key in way.into_iter().rev() {
            rest += 1;
            self.known.insert(key, rest);
        }
        if rest > BOUND {
            return Err(format!("{rest} steps to the end: {acts:?} and on"));
        }
        self.longest = self.longest.max(rest);
        Ok(())
    }
}

/// The same world with all that is left of the adversary taken away.
fn calm(world: &World) -> World {
    let mut world = world.clone();
    world.left = Budget::default();
    world.pays.clear();
    for at in 0..world.slots.len() {
        let late = &world.slots[at];
        if late.late_reply.is_some() || late.late_status.is_some() {
            let slot = &mut world.slots[at];
            slot.late_reply = None;
            slot.late_status = None;
        }
    }
    world
}

fn has_ended(slot: &Slot) -> bool {
    let told = slot.machine.live().delivered == slot.machine.record().outcomes;
    let idle = slot.todo.is_empty() && slot.writing.is_empty();
    slot.gone || (slot.machine.record().is_settled() && told && idle)
}

fn next(world: &World) -> Act {
    if let Some(forced) = world.forced() {
        return forced;
    }
    if let Some(at) = world.slots.iter().position(|slot| !slot.writing.is_empty()) {
        return Act::Written(at);
    }
    if world.due() {
        return Act::Wake;
    }
    if !world.visible {
        return Act::Owner;
    }
    if !world.foreground {
        return Act::Foreground;
    }
    let of_one = (0..world.slots.len()).find_map(|at| next_of(&world.slots[at], at));
    of_one.unwrap_or_else(|| {
        if world.slots.iter().any(|slot| slot.wake.is_some()) {
            Act::Wake
        } else {
            // Whoever was told "undetermined" is asked about again when the app next comes to the front.
            Act::Background
        }
    })
}

fn next_of(slot: &Slot, at: usize) -> Option<Act> {
    for (nth, start) in slot.starts.iter().enumerate() {
        if start.answer.is_none() {
            return Some(Act::StartArrives(at, nth, 0));
        }
        if start.awaited {
            return Some(Act::StartAnswered(at, nth));
        }
    }
    if slot.stray_cancel {
        return Some(Act::StrayCancelArrives(at, 0));
    }
    if slot.gone {
        return None;
    }
    if slot.may_app_send() {
        return Some(Act::AppSends(at));
    }
    match &slot.question {
        Some((_, None)) => return Some(Act::QuestionArrives(at)),
        Some((_, Some(_))) => return Some(Act::QuestionAnswered(at)),
        None => {}
    }
    match &slot.cancel {
        Some(CancelRequest { answer: None }) => return Some(Act::CancelArrives(at, 0)),
        Some(CancelRequest { answer: Some(_) }) => return Some(Act::CancelAnswered(at)),
        None => {}
    }
    if !slot.has_host() {
        return Some(Act::HostBack(at));
    }
    if matches!(slot.screen, Screen::Asked(_)) {
        return Some(Act::Opens(at));
    }
    match slot.payment {
        Payment::Pending | Payment::Finishing => Some(Act::Moves(at, 0)),
        _ => None,
    }
}
