//! Everything this side knows, and the only place where a payment request changes its state.

use std::collections::HashMap;

use serde_json::{Value, json};
use stepup_sandbox_clock::Clock;
use uuid::Uuid;

use crate::books::{CallNumber, HistoryEntry, KlarnaRecord};
use crate::config::{KlarnaConfig, SigningKey};
use crate::faults::KlarnaFaults;
use crate::journey::Progress;
use crate::payment_request::{Interaction, PaymentRequest, Purchase, Token};
use crate::rfc3339;
use crate::secret::Secret;
use crate::state::{PaymentState, StateReason};
use crate::webhook::{Event, Outgoing};

/// A reply kept under its idempotency key.
pub(crate) struct StoredReply {
    pub fingerprint: String,
    pub at_ms: i64,
    pub call: CallNumber,
    pub record: usize,
    pub result: &'static str,
    pub answer: Value,
}

pub(crate) struct World {
    pub clock: Clock,
    pub config: KlarnaConfig,
    pub faults: KlarnaFaults,
    pub signing_keys: Vec<SigningKey>,
    pub records: Vec<KlarnaRecord>,
    pub replies: HashMap<String, StoredReply>,
    requests: Vec<PaymentRequest>,
    by_id: HashMap<String, usize>,
    by_opaque: HashMap<Secret, usize>,
    by_token: HashMap<Secret, usize>,
    /// Webhooks of the changes made since it was last emptied.
    pub outbox: Vec<Event>,
}

impl World {
    pub(crate) fn new(config: KlarnaConfig) -> Self {
        Self {
            clock: config.clock.clone(),
            signing_keys: config.signing_keys.clone(),
            config,
            faults: KlarnaFaults::default(),
            records: Vec::new(),
            replies: HashMap::new(),
            requests: Vec::new(),
            by_id: HashMap::new(),
            by_opaque: HashMap::new(),
            by_token: HashMap::new(),
            outbox: Vec::new(),
        }
    }

    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub(crate) fn find_opaque(&self, opaque: &str) -> Option<usize> {
        self.by_opaque.get(&Secret::new(opaque)).copied()
    }

    pub(crate) fn find_token(&self, token: &str) -> Option<usize> {
        self.by_token.get(&Secret::new(token)).copied()
    }

    pub(crate) fn request(&self, index: usize) -> &PaymentRequest {
        &self.requests[index]
    }

    pub(crate) fn request_mut(&mut self, index: usize) -> &mut PaymentRequest {
        &mut self.requests[index]
    }

    /// Creates a payment request for a line of the books that exists already.
    pub(crate) fn create(
        &mut self,
        record: usize,
        reference: Option<String>,
        purchase: Purchase,
        interaction: Interaction,
        now_ms: i64,
    ) -> usize {
        let index = self.requests.len();
        let id = format!("krn:payment:eu1:request:{}", Uuid::new_v4());
        let opaque = Secret::new(Uuid::new_v4().to_string());
        let line = &mut self.records[record];
        line.payment_request_id = Some(id.clone());
        line.payment_request_reference.clone_from(&reference);
        let request = PaymentRequest {
            id: id.clone(),
            opaque: opaque.clone(),
            reference,
            amount: line.amount,
            currency: line.currency.clone(),
            purchase,
            expires_ms: interaction
                .expires_ms
                .unwrap_or(now_ms.saturating_add(self.config.request_life_ms)),
            interaction,
            state: PaymentState::Submitted,
            previous: None,
            reason: None,
            created_ms: now_ms,
            updated_ms: now_ms,
            token: None,
            progress: Progress::default(),
            record,
            settled: self.clock.signal(),
            outgoing: Outgoing::new(&self.clock),
        };
        self.by_id.insert(id, index);
        self.by_opaque.insert(opaque, index);
        self.requests.push(request);
        self.enter(index, PaymentState::Submitted, None, now_ms);
        index
    }

    /// Takes a step if it is a legal one, and says whether it did.
    pub(crate) fn advance(
        &mut self,
        index: usize,
        next: PaymentState,
        reason: Option<StateReason>,
        now_ms: i64,
    ) -> bool {
        let state = self.requests[index].state;
        if !state.can_become(next) {
            return false;
        }
        self.requests[index].previous = Some(state);
        if next == PaymentState::Completed {
            let value = Secret::new(format!(
                "krn:payment:eu1:klarna-network-session-token:{}",
                Uuid::new_v4()
            ));
            self.by_token.insert(value.clone(), index);
            self.requests[index].token = Some(Token {
                value,
                issued_ms: now_ms,
                finalised: None,
            });
        }
        self.enter(index, next, reason, now_ms);
        true
    }

    /// Expires what nobody finished in time.
    pub(crate) fn expire_due(&mut self, now_ms: i64) {
        for index in 0..self.requests.len() {
            if self.requests[index].expires_ms <= now_ms {
                self.advance(index, PaymentState::Expired, None, now_ms);
            }
        }
    }

    fn enter(
        &mut self,
        index: usize,
        state: PaymentState,
        reason: Option<StateReason>,
        now_ms: i64,
    ) {
        let request = &mut self.requests[index];
        request.state = state;
        request.reason = reason;
        request.updated_ms = now_ms;
        tracing::info!(payment_request = %request.id, state = state.as_str(), "state");
        let record = &mut self.records[request.record];
        record.state = Some(state);
        record.history.push(HistoryEntry {
            state,
            reason,
            at_ms: now_ms,
        });
        let event = self.event(index, state, now_ms);
        self.outbox.push(event);
        if state.is_final() {
            self.requests[index].settled.notify_all();
        }
    }

    fn event(&self, index: usize, state: PaymentState, now_ms: i64) -> Event {
        let request = &self.requests[index];
        let event_id = Uuid::new_v4().to_string();
        let event_type = format!("payment.request.state-change.{}", state.event_name());
        let body = json!({
            "metadata": {
                "event_id": event_id,
                "event_type": event_type,
                "event_version": "v2",
                "occurred_at": rfc3339::format(now_ms),
                "subject_account_id": self.config.partner_account,
                "recipient_account_id": self.config.acquirer_account,
                "product_instance_id": "krn:partner:global:account:product:payment:131c75cd-6a4e-4f0e-9d6a-0f6a3a1f6a10",
                "webhook_id": "krn:partner:global:notification:webhook:8932d175-5d3c-4a52-8f9e-5e4c2b1a7d11",
                "live": false,
            },
            "payload": request.to_payload(&self.config),
        });
        Event {
            record: request.record,
            id: event_id,
            kind: event_type,
            state,
            body: body.to_string().into_bytes(),
            place: request.outgoing.queue.queue(),
            outgoing: request.outgoing.clone(),
        }
    }
}
