//! `pay` and `prepare`: from an order to an attempt, by rule 7.

use serde_json::{Map, Value};

use super::Answer;
use super::delivery::Waiter;
use super::device::AfterDevice;
use super::event_loop::Loop;
use super::journaling::{hex, random};
use crate::journal::store::RecordName;
use crate::links::AttemptLinks;
use crate::machine::{
    Admission, AttemptId, Entry, Input, NotStartedReason, OrderKey, Starter, admit,
};
use crate::model::{DeliveredOutcome, Device, Order, Outcome, PayOptions, PreparedAttempt};

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

pub(super) fn not_started(reference: String, reason: NotStartedReason) -> DeliveredOutcome {
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

    pub fn pay_on(&mut self, pending: Pending, device: &Device) {
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

    pub fn prepare(
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
