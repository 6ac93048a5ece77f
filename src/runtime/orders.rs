//! `pay`, `prepare`, `resume`, `reopen`: from an order to an attempt, by way of the device's facts and rule 7.

use serde_json::{Map, Value};

use super::delivery::Waiter;
use super::event_loop::Loop;
use super::journaling::{hex, random};
use super::{Answer, Message};
use crate::doctor;
use crate::error::StepUpError;
use crate::journal::store::RecordName;
use crate::links::{AttemptLinks, LinkForm};
use crate::machine::{
    Admission, AttemptId, Entry, Input, NotStartedReason, OrderKey, Starter, Surface, admit,
};
use crate::model::{
    BackendReply, DeliveredOutcome, Device, Finding, Order, Outcome, PayOptions, PreparedAttempt,
};

/// How long the host may take for the device's facts, milliseconds.
const FACTS_DEADLINE: u64 = 2_000;
/// The longest order that is taken, in bytes of JSON.
const MAX_ORDER: usize = 48 * 1024;
/// The longest reference, in characters.
const MAX_REFERENCE: usize = 256;

/// A `pay` that has not become an attempt yet.
pub(super) struct Pending {
    pub order: Order,
    pub options: PayOptions,
    pub waiter: Waiter,
}

impl Pending {
    pub fn not_started(self, reason: NotStartedReason) {
        (self.waiter.answer)(not_started(self.order.reference, reason));
    }
}

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

fn not_started(reference: String, reason: NotStartedReason) -> DeliveredOutcome {
    DeliveredOutcome {
        id: String::new(),
        attempt: None,
        reference,
        outcome: Outcome::NotStarted { reason },
        supersedes: None,
    }
}

/// The order was paid before; its receipt is gone with its record.
fn paid(reference: String, outcome: String) -> DeliveredOutcome {
    DeliveredOutcome {
        id: outcome,
        attempt: None,
        reference,
        outcome: Outcome::Approved { receipt: None },
        supersedes: None,
    }
}

/// The order's JSON, if it may be sent.
pub(super) fn read_order(order: &Order) -> Result<Map<String, Value>, NotStartedReason> {
    let bad = |problem: &str| {
        Err(NotStartedReason::BadOrder {
            problem: problem.to_owned(),
        })
    };
    if order.reference.is_empty() || order.reference.chars().count() > MAX_REFERENCE {
        return bad("the reference is empty or longer than 256 characters");
    }
    if order.json.len() > MAX_ORDER {
        return bad("the JSON is longer than 48 KiB");
    }
    match serde_json::from_str(&order.json) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => bad("the JSON is not an object"),
        Err(_) => bad("the JSON cannot be read"),
    }
}

impl Loop {
    pub fn pay(&mut self, order: Order, options: PayOptions, answer: Answer<DeliveredOutcome>) {
        let waiter = waiter(options.wait, answer);
        let pending = Pending {
            order,
            options,
            waiter,
        };
        match read_order(&pending.order) {
            Err(reason) => pending.not_started(reason),
            Ok(_) => self.ask_device(AfterDevice::Pay(pending)),
        }
    }

    /// The waiters of this name among the calls that have no attempt yet, replaced by ones that nobody hears: the call goes on.
    pub fn take_pending_waiters(&mut self, wait: u64) -> Vec<(String, Waiter)> {
        let pending = self
            .pending
            .values_mut()
            .filter_map(|(_, after)| match after {
                AfterDevice::Pay(pending) => Some(pending),
                _ => None,
            });
        let successors = self
            .slots
            .values_mut()
            .flat_map(|slot| slot.successors.iter_mut());
        pending
            .chain(successors.map(|(_, pending)| pending))
            .filter(|pending| pending.waiter.wait == wait)
            .map(|pending| {
                let unheard = Waiter {
                    wait: 0,
                    answer: Box::new(|_| false),
                };
                let waiter = std::mem::replace(&mut pending.waiter, unheard);
                (pending.order.reference.clone(), waiter)
            })
            .collect()
    }

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

    fn order_key(&self, order: &Order, fields: &Map<String, Value>) -> OrderKey {
        // serde_json's map sorts its keys: the same content gives the same text.
        let content = order
            .revision
            .clone()
            .unwrap_or_else(|| Value::Object(fields.clone()).to_string());
        self.journal
            .order_key(&self.settings.backend, &order.reference, &content)
    }

    fn admission(&mut self, key: &OrderKey, options: &PayOptions) -> Admission {
        let now = self.time.now().wall;
        let entries = self.slots.iter().map(|(id, slot)| {
            let record = slot.machine.record();
            Entry {
                id,
                order: &record.order,
                visible: slot.machine.live().visible,
                verdict: record.outcome.as_ref().map(|outcome| &outcome.verdict),
                settled: record.is_settled(),
            }
        });
        admit(key, options.if_busy, entries, &self.journal.tombstones, now)
    }

    fn pay_on(&mut self, pending: Pending, device: &Device) {
        let fields = match read_order(&pending.order) {
            Ok(fields) => fields,
            Err(reason) => return pending.not_started(reason),
        };
        if !self.restored {
            return pending.not_started(NotStartedReason::JournalUnavailable);
        }
        let key = self.order_key(&pending.order, &fields);
        match self.admission(&key, &pending.options) {
            Admission::Start => self.start(pending, key, fields, device),
            Admission::Join(id) => {
                self.wait_for(&id, pending.waiter);
                self.use_form(&id, device);
                self.drive(
                    &id,
                    Input::Join {
                        surfaces: device.surfaces.clone(),
                    },
                );
            }
            Admission::Replace(id) => {
                if let Some(slot) = self.slots.get_mut(&id) {
                    let seen = slot.machine.record().outcomes;
                    slot.successors.push((seen, pending));
                }
                self.drive(&id, Input::Abandon);
            }
            Admission::Return(id) => {
                self.return_outcome(&id, pending.waiter);
            }
            Admission::Paid(outcome) => {
                (pending.waiter.answer)(paid(pending.order.reference, outcome));
            }
            Admission::Refuse(reason) => pending.not_started(reason),
        }
    }

    fn start(
        &mut self,
        pending: Pending,
        key: OrderKey,
        fields: Map<String, Value>,
        device: &Device,
    ) {
        if device.surfaces.is_empty() {
            return pending.not_started(NotStartedReason::NoBrowser);
        }
        let Some((id, links)) = self.new_attempt(key, Starter::Core, device) else {
            return pending.not_started(NotStartedReason::JournalUnavailable);
        };
        let mut body = fields;
        let names = &self.settings.field_names;
        body.insert(
            names.return_url.clone(),
            Value::String(links.completion.expose().to_owned()),
        );
        body.insert(
            names.app_return_url.clone(),
            Value::String(links.handover.expose().to_owned()),
        );
        if let Some(slot) = self.slots.get_mut(&id) {
            slot.body = Some(Value::Object(body).to_string().into_bytes());
        }
        self.wait_for(&id, pending.waiter);
        self.drive(
            &id,
            Input::Start {
                surfaces: device.surfaces.clone(),
            },
        );
    }

    fn new_attempt(
        &mut self,
        key: OrderKey,
        starter: Starter,
        device: &Device,
    ) -> Option<(AttemptId, AttemptLinks)> {
        let id = AttemptId(attempt_id(random(self.entropy.as_ref())?));
        let form = self.settings.links.form(device.https_links);
        let name = RecordName {
            attempt: id.0.clone(),
            order_hash: key.hash.clone(),
        };
        let record = self.new_record(id.clone(), key, starter)?;
        let links = self.settings.links.for_attempt(&record.nonce, form.clone());
        let slot = self.slot(record, name, None, form);
        self.slots.insert(id.clone(), slot);
        Some((id, links))
    }

    fn prepare(
        &mut self,
        order: &Order,
        device: &Device,
    ) -> Result<PreparedAttempt, Box<DeliveredOutcome>> {
        let refuse = |reason| Err(Box::new(not_started(order.reference.clone(), reason)));
        let fields = match read_order(order) {
            Ok(fields) => fields,
            Err(reason) => return refuse(reason),
        };
        if !self.restored {
            return refuse(NotStartedReason::JournalUnavailable);
        }
        if device.surfaces.is_empty() {
            return refuse(NotStartedReason::NoBrowser);
        }
        let key = self.order_key(order, &fields);
        match self.admission(&key, &PayOptions::default()) {
            Admission::Start => {}
            Admission::Refuse(reason) => return refuse(reason),
            Admission::Paid(outcome) => {
                return Err(Box::new(paid(order.reference.clone(), outcome)));
            }
            Admission::Return(id) => {
                let outcome = self.latest_outcome(&id);
                return Err(Box::new(outcome.unwrap_or_else(|| {
                    not_started(order.reference.clone(), NotStartedReason::OrderBusy)
                })));
            }
            Admission::Join(_) | Admission::Replace(_) => {
                return refuse(NotStartedReason::OrderBusy);
            }
        }
        let Some((id, links)) = self.new_attempt(key, Starter::App, device) else {
            return refuse(NotStartedReason::JournalUnavailable);
        };
        self.drive(&id, Input::Prepare);
        if self.is_settled(&id) {
            return refuse(NotStartedReason::JournalUnavailable);
        }
        Ok(PreparedAttempt {
            idempotency_key: start_key(&id),
            completion_link: links.completion.expose().to_owned(),
            handover_link: links.handover.expose().to_owned(),
            attempt: id.0,
        })
    }

    fn continue_payment(
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

    fn is_settled(&self, id: &AttemptId) -> bool {
        self.slots
            .get(id)
            .is_some_and(|slot| slot.machine.record().is_settled())
    }

    fn resume(
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

    fn reopen(
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
    fn known(
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

    fn wait_for(&mut self, id: &AttemptId, waiter: Waiter) {
        if let Some(slot) = self.slots.get_mut(id) {
            slot.waiters.push(waiter);
        }
    }

    /// After a restart only the device can tell which link form it takes.
    fn use_form(&mut self, id: &AttemptId, device: &Device) {
        let form = self.settings.links.form(device.https_links);
        if let Some(slot) = self
            .slots
            .get_mut(id)
            .filter(|slot| slot.form == LinkForm::AsGiven)
        {
            slot.form = form;
        }
    }

    /// Rule 7: the replacement starts only after a final word that is not `approved`; otherwise it gets that outcome.
    pub fn start_successors(&mut self, id: &AttemptId) {
        let Some(slot) = self.slots.get_mut(id) else {
            return;
        };
        let (settled, outcomes) = {
            let record = slot.machine.record();
            (record.is_settled(), record.outcomes)
        };
        let (answered, waiting) = std::mem::take(&mut slot.successors)
            .into_iter()
            .partition(|(seen, _)| settled || outcomes > *seen);
        slot.successors = waiting;
        for (_, pending) in answered {
            if settled {
                self.ask_device(AfterDevice::Pay(pending));
            } else {
                self.return_outcome(id, pending.waiter);
            }
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

fn waiter(wait: u64, answer: Answer<DeliveredOutcome>) -> Waiter {
    Waiter {
        wait,
        answer: Box::new(move |outcome| answer.send(outcome).is_ok()),
    }
}

/// The same key for every send of an attempt's start.
pub(super) fn start_key(id: &AttemptId) -> String {
    [&id.0, ":start"].concat()
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

/// A version 4 UUID (RFC 9562), which every backend can store.
fn attempt_id(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex(&bytes);
    [
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ]
    .join("-")
}
