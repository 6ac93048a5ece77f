//! What an app may do with attempts that there are: continue, resume, reopen them, and change their owner.

use super::Answer;
use super::delivery::Waiter;
use super::event_loop::Loop;
use crate::error::StepUpError;
use crate::machine::{AttemptId, Input, Surface};
use crate::model::{BackendReply, DeliveredOutcome, Device};

impl Loop {
    pub fn continue_payment(
        &mut self,
        id: &AttemptId,
        reply: BackendReply,
        device: Device,
        waiter: Waiter,
    ) {
        if self.is_settled(id) {
            self.return_outcome(id, waiter);
            return;
        }
        self.wait_for(id, waiter);
        self.drive(
            id,
            Input::Continue {
                surfaces: device.surfaces,
            },
        );
        let input = match reply {
            BackendReply::Answered { http_status, body } => {
                self.start_reply(http_status, &body, None, None)
            }
            BackendReply::Lost => Input::ReplyFailed { sent: true },
            BackendReply::NotSent => Input::ReplyFailed { sent: false },
        };
        self.drive(id, input);
    }

    pub fn resume(
        &mut self,
        id: &AttemptId,
        wait: u64,
        device: Device,
        answer: Answer<Result<DeliveredOutcome, StepUpError>>,
    ) {
        let Some(waiter) = self.known(id, wait, answer) else {
            return;
        };
        if self.is_settled(id) {
            self.return_outcome(id, waiter);
            return;
        }
        self.wait_for(id, waiter);
        self.use_form(id, &device);
        self.drive(
            id,
            Input::Join {
                surfaces: device.surfaces,
            },
        );
    }

    pub fn reopen(
        &mut self,
        id: &AttemptId,
        surface: Option<Surface>,
        mut device: Device,
    ) -> Result<(), StepUpError> {
        let now = self.time.now();
        let slot = self
            .slots
            .get(id)
            .filter(|slot| slot.machine.live().visible)
            .ok_or(StepUpError::UnknownAttempt)?;
        if !slot.machine.can_reopen(now) {
            return Err(StepUpError::NotPossible);
        }
        if let Some(surface) = surface {
            if !device.surfaces.contains(&surface) {
                return Err(StepUpError::NotPossible);
            }
            device
                .surfaces
                .sort_by_key(|candidate| *candidate != surface);
        }
        self.use_form(id, &device);
        self.drive(
            id,
            Input::Reopen {
                surfaces: device.surfaces,
            },
        );
        Ok(())
    }

    /// A waiter on an attempt of this client's, or its caller is told that there is none.
    pub fn known(
        &mut self,
        id: &AttemptId,
        wait: u64,
        answer: Answer<Result<DeliveredOutcome, StepUpError>>,
    ) -> Option<Waiter> {
        if self
            .slots
            .get(id)
            .is_some_and(|slot| slot.machine.live().visible)
        {
            return Some(Waiter {
                wait,
                answer: Box::new(move |outcome| answer.send(Ok(outcome)).is_ok()),
            });
        }
        let _ = answer.send(Err(StepUpError::UnknownAttempt));
        None
    }

    pub fn is_settled(&self, id: &AttemptId) -> bool {
        self.slots
            .get(id)
            .is_some_and(|slot| slot.machine.record().is_settled())
    }

    pub fn wait_for(&mut self, id: &AttemptId, waiter: Waiter) {
        if let Some(slot) = self.slots.get_mut(id) {
            slot.waiters.push(waiter);
        }
    }

    /// The signed-in account changed. A guest who signs in may keep the attempts made as a guest.
    pub fn set_owner(&mut self, owner: Option<&str>, adopt_current: bool) {
        let before = self.owner.clone();
        self.owner = owner.map(|owner| self.journal.owner_hash(owner));
        if self.owner == before {
            return;
        }
        // The last owner's tokens must not ask about the next one's payments.
        self.requests.forget_credentials();
        let ids: Vec<AttemptId> = self.slots.keys().cloned().collect();
        for id in ids {
            if adopt_current
                && let (None, Some(owner)) = (&before, &self.owner)
                && let Some(slot) = self
                    .slots
                    .get_mut(&id)
                    .filter(|slot| slot.machine.live().visible)
            {
                slot.machine.adopt(owner);
            }
            let visible = self.is_visible(&id);
            self.drive(&id, Input::OwnerChanged { visible });
        }
    }
}
