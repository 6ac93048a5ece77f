//! One payment: what it is, what happened to it, and what has to happen next. No I/O, no clock.
//!
//! ```text
//! Authorize --APPROVED--------------------------------> Settled(approved)
//!     |  \---DECLINED / refused-----------------------> Settled(declined | failed)
//!     | STEP_UP_REQUIRED
//!     v
//! Journey ---EXPIRED / CANCELED / DECLINED------------> Settled(expired | canceled | declined)
//!     | COMPLETED + token
//!     v
//! Finalise --APPROVED / DECLINED / refused------------> Settled(approved | declined | failed)
//! ```
//!
//! In `Authorize` and `Finalise` only the result of the authorize settles: as long as that is unknown nothing else can.

mod next;
mod transitions;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::{ReplyShape, Secret};

pub(crate) use next::{Step, Wish};

/// The backend's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not decided.
    Pending,
    /// Paid.
    Approved,
    /// Klarna does not pay.
    Declined,
    /// Called off, and nothing can be charged any more.
    Canceled,
    /// The customer did not finish in time.
    Expired,
    /// It went wrong, and no money can move.
    Failed,
}

impl Status {
    /// Whether this word never changes again.
    #[must_use]
    pub fn is_final(self) -> bool {
        self != Self::Pending
    }

    /// The word itself.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }
}

/// How far a payment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The first authorize has no answer yet.
    Authorize,
    /// The customer has to act.
    Journey,
    /// The customer has approved; the second authorize has no answer yet.
    Finalise,
    /// Nothing happens any more.
    Settled,
}

/// One row of the table `payment`.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub id: String,
    /// The attempt that started it. Others may name it too.
    pub attempt: String,
    pub customer: String,
    pub reference: String,
    pub amount: i64,
    pub currency: String,
    pub items: Value,
    pub purchase: Value,
    pub return_url: Secret,
    pub app_return_url: Secret,
    /// Our own page that Klarna sends browsers to. Written down, because a repeated authorize has to be the same to the byte
    /// although our address may have changed since.
    pub internal_return_url: Secret,
    pub reply: ReplyShape,
    /// Names its pages to browsers, which know nothing else of it.
    pub page_key: Secret,

    pub status: Status,
    pub reason: Option<String>,
    pub version: i64,
    pub stage: Stage,
    pub created_at: i64,
    pub settled_at: Option<i64>,

    pub first_sends: i64,
    pub first_sent_at: Option<i64>,
    pub second_sends: i64,
    /// Calls in a row whose result is unknown.
    pub unknowns: i64,
    pub cancel_wanted: bool,
    pub cancels: i64,

    /// An expired payment request is replaced by a new one, once.
    pub renews: bool,
    /// How often that was done.
    pub renewals: i64,
    pub request_id: Option<String>,
    pub request_url: Option<Secret>,
    pub klarna_state: Option<String>,
    pub klarna_reason: Option<String>,
    pub klarna_at: i64,
    pub expires_at: Option<String>,
    pub token: Option<Secret>,
    pub token_at: Option<i64>,
    pub transaction_id: Option<String>,

    pub last_read_at: i64,
    /// When somebody has to look at it next although nothing happens. Survives a restart.
    pub due_at: Option<i64>,
}

impl Payment {
    /// What a change of has to be noticed by whoever waits.
    pub(crate) fn visible(&self) -> impl PartialEq + use<> {
        (
            self.status,
            self.reason.clone(),
            self.klarna_state.clone(),
            self.request_id.clone(),
            self.request_url.is_some(),
            self.expires_at.clone(),
        )
    }
}
