//! What the device can do, asked of the host before anything that depends on it.

use super::event_loop::Loop;
use super::orders::{Pending, not_started};
use super::{Answer, Message};
use crate::doctor;
use crate::error::StepUpError;
use crate::links::LinkForm;
use crate::machine::{AttemptId, NotStartedReason, Surface};
use crate::model::{BackendReply, DeliveredOutcome, Device, Finding, Order, PreparedAttempt};

/// How long the host may take for the device's facts, milliseconds.
const FACTS_DEADLINE: u64 = 2_000;

/// What goes on once the device's facts are known.
pub(super) enum AfterDevice {
    Pay(Pending),
    Prepare {
        order: Order,
        answer: Answer<Result<PreparedAttempt, Box<DeliveredOutcome>>>,
    },
    Continue {
        attempt: String,
        reply: BackendReply,
        wait: u64,
        answer: Answer<Result<DeliveredOutcome, StepUpError>>,
    },
    Resume {
        attempt: String,
        wait: u64,
        answer: Answer<Result<DeliveredOutcome, StepUpError>>,
    },
    Reopen {
        attempt: String,
        surface: Option<Surface>,
        answer: Answer<Result<(), StepUpError>>,
    },
    Doctor {
        answer: Answer<Vec<Finding>>,
    },
}

impl AfterDevice {
    /// The client is shut down before anything came of it. Other answers are dropped, which their callers see as `ShutDown`.
    pub fn shut_down(self) {
        match self {
            Self::Pay(pending) => pending.not_started(NotStartedReason::ShutDown),
            Self::Prepare { order, answer } => {
                let _ = answer.send(Err(Box::new(not_started(
                    order.reference,
                    NotStartedReason::ShutDown,
                ))));
            }
            _ => {}
        }
    }
}

impl Loop {
    /// Asks the host what the device can do; what follows waits for it, not longer than its deadline.
    pub fn ask_device(&mut self, after: AfterDevice) {
        let ticket = self.new_ticket();
        let deadline = self.time.now().mono + FACTS_DEADLINE;
        self.pending.insert(ticket, (deadline, after));
        let Some(facts) = self.parts.device_facts.clone() else {
            self.device_known(ticket, None);
            return;
        };
        let post = self.post.clone();
        self.threads.facts.run(move || {
            post.send(Message::Device {
                ticket,
                device: facts.device().ok(),
            });
        });
    }

    pub fn device_known(&mut self, ticket: u64, device: Option<Device>) {
        let Some((_, after)) = self.pending.remove(&ticket) else {
            return;
        };
        let mut device = device.unwrap_or_default();
        device.surfaces.sort_by_key(|surface| rank(*surface));
        device.surfaces.dedup();
        self.restore();
        match after {
            AfterDevice::Pay(pending) => self.pay_on(pending, &device),
            AfterDevice::Prepare { order, answer } => {
                let _ = answer.send(self.prepare(&order, &device));
            }
            AfterDevice::Continue {
                attempt,
                reply,
                wait,
                answer,
            } => {
                let id = AttemptId(attempt);
                if let Some(waiter) = self.known(&id, wait, answer) {
                    self.continue_payment(&id, reply, device, waiter);
                }
            }
            AfterDevice::Resume {
                attempt,
                wait,
                answer,
            } => self.resume(&AttemptId(attempt), wait, device, answer),
            AfterDevice::Reopen {
                attempt,
                surface,
                answer,
            } => {
                let _ = answer.send(self.reopen(&AttemptId(attempt), surface, device));
            }
            AfterDevice::Doctor { answer } => self.examine(&device, answer),
        }
    }

    /// After a restart only the device can tell which link form it takes.
    pub fn use_form(&mut self, id: &AttemptId, device: &Device) {
        let form = self.settings.links.form(device.https_links);
        if let Some(slot) = self
            .slots
            .get_mut(id)
            .filter(|slot| slot.form == LinkForm::AsGiven)
        {
            slot.form = form;
        }
    }

    fn examine(&mut self, device: &Device, answer: Answer<Vec<Finding>>) {
        let findings = doctor::examine(
            &self.settings,
            device,
            self.journal.is_open(),
            self.parts.device_facts.is_some(),
        );
        self.probe(findings, answer);
    }
}

/// Best first, whatever order the host gave: the app's own, Klarna's app, then what notices a closed tab.
fn rank(surface: Surface) -> u8 {
    match surface {
        Surface::Custom => 0,
        Surface::KlarnaApp => 1,
        Surface::AuthSession => 2,
        Surface::AuthTab => 3,
        Surface::CustomTab => 4,
        Surface::Browser => 5,
    }
}
