//! Handing outcomes to whoever waits, else to the listener; and acknowledging them.

use super::Message;
use super::effects::outcome as outcome_of;
use super::event_loop::Loop;
use crate::machine::{
    AttemptId, Input, OutcomeRecord, UndeterminedReason, Verdict, outcome_id, superseded_id,
};
use crate::model::{DeliveredOutcome, Outcome};
use crate::seams::Listener;
use std::sync::Arc;

/// How many waits are remembered that were stopped before they were known here.
const EARLY_STOPS: usize = 64;

/// A call that waits for an attempt's next outcome.
pub(super) struct Waiter {
    /// Names it for `stop_waiting`; 0: it has no name.
    pub wait: u64,
    /// True if somebody still listened.
    pub answer: Box<dyn FnOnce(DeliveredOutcome) -> bool + Send>,
}

impl Loop {
    pub fn delivered_outcome(&self, id: &AttemptId, outcome: &OutcomeRecord) -> DeliveredOutcome {
        let reference = self
            .slots
            .get(id)
            .map(|slot| slot.machine.record().order.reference.clone());
        DeliveredOutcome {
            id: outcome_id(id, outcome),
            attempt: Some(id.0.clone()),
            reference: reference.unwrap_or_default(),
            outcome: outcome_of(&outcome.verdict),
            supersedes: superseded_id(id, outcome),
        }
    }

    /// To every call that waits; if none does any more, to the listener. What a waiter received is not emitted live as well.
    pub fn deliver(&mut self, id: &AttemptId, outcome: &OutcomeRecord) {
        let delivered = self.delivered_outcome(id, outcome);
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        let waiters = std::mem::take(&mut slot.waiters);
        let heard = waiters
            .into_iter()
            .map(|waiter| (waiter.answer)(delivered.clone()))
            .filter(|heard| *heard)
            .count();
        let for_others = outcome.verdict == Verdict::Undetermined(UndeterminedReason::OwnerChanged);
        if heard > 0 {
            self.told(id, outcome.number);
        } else if !for_others {
            self.emit_outcome(id, outcome.number, delivered);
        }
    }

    /// Counts as a delivery (rule 9) only once the listener has taken it: one that throws, panics or never returns has not.
    fn emit_outcome(&mut self, id: &AttemptId, number: u32, outcome: DeliveredOutcome) {
        let Some(listener) = self.listener.clone() else {
            return;
        };
        let attempt = id.clone();
        let post = self.post.clone();
        self.threads.listener.run(move || {
            if listener.on_outcome(outcome).is_ok() {
                post.send(Message::OutcomeTaken { attempt, number });
            }
        });
    }

    /// A listener that was set anew meanwhile may have been given the same outcome: that is one delivery.
    pub fn told(&mut self, id: &AttemptId, number: u32) {
        if let Some(slot) = self.slots.get_mut(id)
            && slot.told < number
        {
            slot.told = number;
            self.drive(id, Input::Delivered { number });
        }
    }

    /// A listener that comes later, or comes again, gets what nobody has taken in this process.
    pub fn set_listener(&mut self, listener: Option<Arc<dyn Listener>>) {
        self.listener = listener;
        if self.listener.is_none() {
            return;
        }
        let untold: Vec<(AttemptId, OutcomeRecord)> = self
            .slots
            .iter()
            .filter(|(_, slot)| slot.machine.live().visible)
            .filter_map(|(id, slot)| {
                let outcome = slot.machine.record().outcome.as_ref()?;
                (!outcome.acknowledged && outcome.number > slot.told)
                    .then(|| (id.clone(), outcome.clone()))
            })
            .collect();
        for (id, outcome) in untold {
            let delivered = self.delivered_outcome(&id, &outcome);
            self.emit_outcome(&id, outcome.number, delivered);
        }
    }

    pub fn latest_outcome(&self, id: &AttemptId) -> Option<DeliveredOutcome> {
        let outcome = self.slots.get(id)?.machine.record().outcome.as_ref()?;
        Some(self.delivered_outcome(id, outcome))
    }

    /// The latest outcome of an attempt, to a call that came after it.
    pub fn return_outcome(&mut self, id: &AttemptId, waiter: Waiter) {
        let Some(delivered) = self.latest_outcome(id) else {
            return;
        };
        let number = self
            .slots
            .get(id)
            .map(|slot| slot.machine.record().outcomes);
        if (waiter.answer)(delivered)
            && let Some(number) = number
        {
            self.told(id, number);
        }
    }

    pub fn acknowledge(&mut self, outcome: &str) {
        let Some((attempt, _)) = outcome.rsplit_once('.') else {
            return;
        };
        let id = AttemptId(attempt.to_owned());
        if !self.is_visible(&id) {
            return;
        }
        let latest = self.slots.get(&id).and_then(|slot| {
            let latest = slot.machine.record().outcome.as_ref()?;
            (outcome_id(&id, latest) == outcome).then_some(latest.number)
        });
        if let Some(number) = latest {
            self.drive(&id, Input::Acknowledged { number });
        }
    }

    /// Rule 8: the payment goes on; only this wait ends. A caller's cancellation may overtake the very call that it cancels, or come
    /// while the device is being asked: then the wait ends as soon as it is known.
    pub fn stop_waiting(&mut self, wait: u64) {
        if wait == 0 || self.stop_known(wait) {
            return;
        }
        self.early_stops.truncate(EARLY_STOPS - 1);
        self.early_stops.push_front(wait);
    }

    /// Ends the waits that were stopped before they were known.
    pub fn stop_early(&mut self) {
        if !self.early_stops.is_empty() {
            let mut stops = std::mem::take(&mut self.early_stops);
            stops.retain(|wait| !self.stop_known(*wait));
            self.early_stops = stops;
        }
    }

    /// True if there is such a wait.
    fn stop_known(&mut self, wait: u64) -> bool {
        let mut known = false;
        for (reference, waiter) in self.take_pending_waiters(wait) {
            known = true;
            (waiter.answer)(stopped(None, reference));
        }
        let ids: Vec<AttemptId> = self.slots.keys().cloned().collect();
        for id in ids {
            let Some(slot) = self.slots.get_mut(&id) else {
                continue;
            };
            let (ended, kept) = std::mem::take(&mut slot.waiters)
                .into_iter()
                .partition(|waiter| waiter.wait == wait);
            slot.waiters = kept;
            for waiter in ended {
                known = true;
                self.stop(&id, waiter);
            }
        }
        known
    }

    /// Ends all waits of an attempt that will have no outcome in this process.
    pub fn end_waiters(&mut self, id: &AttemptId) {
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        let waiters = std::mem::take(&mut slot.waiters);
        let successors = std::mem::take(&mut slot.successors);
        for waiter in waiters {
            self.stop(id, waiter);
        }
        for (_, pending) in successors {
            pending.not_started(crate::machine::NotStartedReason::ShutDown);
        }
    }

    fn stop(&mut self, id: &AttemptId, waiter: Waiter) {
        let reference = self
            .slots
            .get(id)
            .map(|slot| slot.machine.record().order.reference.clone());
        (waiter.answer)(stopped(Some(id.0.clone()), reference.unwrap_or_default()));
    }
}

fn stopped(attempt: Option<String>, reference: String) -> DeliveredOutcome {
    DeliveredOutcome {
        id: String::new(),
        attempt,
        reference,
        outcome: Outcome::Undetermined {
            reason: UndeterminedReason::StoppedWaiting,
        },
        supersedes: None,
    }
}
