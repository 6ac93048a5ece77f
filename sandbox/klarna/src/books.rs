//! What happened here, for whoever compares it with what others say.

use serde::{Deserialize, Serialize};

use crate::state::{PaymentState, StateReason};

/// One payment as this side knows it, from call 1 to the end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KlarnaRecord {
    /// The payment request; none where call 1 was decided at once.
    pub payment_request_id: Option<String>,
    /// The Acquiring Partner's reference for the payment request.
    pub payment_request_reference: Option<String>,
    /// The Acquiring Partner's reference for the transaction, as in call 1.
    pub payment_transaction_reference: String,
    /// The Partner's reference for the order.
    pub purchase_reference: Option<String>,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// The payment request's present state.
    pub state: Option<PaymentState>,
    /// All states, oldest first.
    pub history: Vec<HistoryEntry>,
    /// All authorize calls that reached a decision or repeated one, and refused calls with a token of this payment.
    pub authorize_calls: Vec<AuthorizeCall>,
    /// Money that moves. More than one would be a payment taken twice.
    pub transactions: Vec<TransactionRecord>,
    /// Attempts to deliver webhooks.
    pub deliveries: Vec<Delivery>,
}

/// A state that a payment request entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The state.
    pub state: PaymentState,
    /// Why.
    pub reason: Option<StateReason>,
    /// Unix milliseconds.
    pub at_ms: i64,
}

/// Which of the two authorize calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallNumber {
    /// Without a token: starts a payment.
    First,
    /// With the token: finalises it.
    Second,
}

/// An authorize call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizeCall {
    /// Call 1 or call 2.
    pub call: CallNumber,
    /// `APPROVED`, `STEP_UP_REQUIRED`, `DECLINED`, or the `error_code` of a refusal.
    pub result: String,
    /// Whether an earlier decision was only repeated.
    pub repeated: bool,
    /// `Klarna-Idempotency-Key`.
    pub idempotency_key: String,
    /// SHA-256 of the token of call 2.
    pub token_sha256: Option<String>,
    /// Unix milliseconds.
    pub at_ms: i64,
}

/// A payment transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionRecord {
    /// `krn:payment:…:transaction:…`.
    pub payment_transaction_id: String,
    /// The Acquiring Partner's reference.
    pub payment_transaction_reference: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// Unix milliseconds.
    pub at_ms: i64,
}

/// An attempt to deliver a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// `metadata.event_id`: the same for all attempts and copies of one event.
    pub event_id: String,
    /// `metadata.event_type`.
    pub event_type: String,
    /// The key it was signed with.
    pub signing_key_id: String,
    /// HTTP status of the answer; none if it got none (or was lost by a fault).
    pub status: Option<u16>,
    /// Whether it was a forgery.
    pub forged: bool,
    /// Unix milliseconds.
    pub at_ms: i64,
}
