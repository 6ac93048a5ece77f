//! What the acquirer recorded, for whoever checks it against what the app was told. No links, tokens or keys.

use serde::{Deserialize, Serialize};

use crate::payment::{Stage, Status};
use crate::store::{Store, StoreError};

/// One payment, or one attempt that was cancelled before it was started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcquirerRecord {
    /// Every attempt that names it, the one that started it first.
    pub attempts: Vec<String>,
    /// The acquirer's own name for it. None: never started.
    pub payment_id: Option<String>,
    /// The order.
    pub reference: Option<String>,
    /// In minor units of `currency`; 0 if never started.
    pub amount: i64,
    /// ISO 4217.
    pub currency: Option<String>,
    /// The word it stands at.
    pub status: Status,
    /// Explains the word.
    pub reason: Option<String>,
    /// How often it changed visibly.
    pub version: i64,
    /// How far it has come.
    pub stage: Stage,
    /// Klarna's name of the payment request.
    pub payment_request_id: Option<String>,
    /// Klarna's last state that was heard of.
    pub klarna_state: Option<String>,
    /// Klarna's name of the transaction.
    pub payment_transaction_id: Option<String>,
    /// How often the first authorize was sent.
    pub first_authorizes: i64,
    /// How often the second authorize was sent, always with the same token.
    pub second_authorizes: i64,
    /// How often cancelling was asked for while it was open.
    pub cancels: i64,
    /// Every version, oldest first.
    pub history: Vec<History>,
    /// The webhook events that were about it.
    pub webhook_events: Vec<SeenEvent>,
}

/// A payment as it was from one version on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The version that began.
    pub version: i64,
    /// When, in ms of the epoch.
    pub at_ms: i64,
    /// Its word.
    pub status: Status,
    /// Its reason.
    pub reason: Option<String>,
    /// Klarna's state as far as known.
    pub klarna_state: Option<String>,
}

/// A webhook event with a good signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenEvent {
    /// Klarna's id of the event.
    pub event_id: String,
    /// For example `payment.request.state-change.completed`.
    pub event_type: String,
    /// When it first came, in ms of the epoch.
    pub received_at_ms: i64,
    /// How often it came.
    pub times: i64,
}

pub(crate) fn read(store: &Store) -> Result<Vec<AcquirerRecord>, StoreError> {
    let mut books = Vec::new();
    for id in store.payment_ids()? {
        let Some(payment) = store.payment(&id)? else {
            continue;
        };
        books.push(AcquirerRecord {
            attempts: store.attempts(&id)?,
            history: store.history(&id)?,
            webhook_events: store.events(&id)?,
            payment_id: Some(payment.id),
            reference: Some(payment.reference),
            amount: payment.amount,
            currency: Some(payment.currency),
            status: payment.status,
            reason: payment.reason,
            version: payment.version,
            stage: payment.stage,
            payment_request_id: payment.request_id,
            klarna_state: payment.klarna_state,
            payment_transaction_id: payment.transaction_id,
            first_authorizes: payment.first_sends,
            second_authorizes: payment.second_sends,
            cancels: payment.cancels,
        });
    }
    books.extend(store.tombstones()?.into_iter().map(never_started));
    Ok(books)
}

fn never_started(attempt: String) -> AcquirerRecord {
    AcquirerRecord {
        attempts: vec![attempt],
        payment_id: None,
        reference: None,
        amount: 0,
        currency: None,
        status: Status::Canceled,
        reason: Some(NEVER_STARTED.into()),
        version: 1,
        stage: Stage::Settled,
        payment_request_id: None,
        klarna_state: None,
        payment_transaction_id: None,
        first_authorizes: 0,
        second_authorizes: 0,
        cancels: 1,
        history: Vec::new(),
        webhook_events: Vec::new(),
    }
}

/// The reason of an attempt that was cancelled before it was started.
pub(crate) const NEVER_STARTED: &str = "never_started";
