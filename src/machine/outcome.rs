//! Outcomes: what the app is told, as the machine and the journal know it.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::record::{AttemptId, CancelCause};

/// Why this call did not start a payment. It charged nothing and nothing will come of it; after `OrderBusy` the order's other
/// attempt goes on.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
pub enum NotStartedReason {
    /// Nothing on this device may show the journey. Offer another payment method.
    NoBrowser,
    /// The backend could not be reached, and no request left the device. Paying again later is safe.
    Unreachable,
    /// The backend refused in so many words.
    Refused {
        /// Its reason, for the log rather than for the customer.
        reason: Option<String>,
    },
    /// The journal cannot be written or read now (device locked, disk full, no permission). Try again later.
    JournalUnavailable,
    /// 32 attempts are unfinished. Resume or abandon some of them.
    TooManyUnfinished,
    /// The order has an unfinished attempt of other content or of another owner.
    OrderBusy,
    /// The order is not a JSON object, has no reference, or is too large. Fix the call.
    BadOrder {
        /// What is wrong with its shape.
        problem: String,
    },
    /// `abandon` came before anything was sent.
    Abandoned,
    /// The client was shut down.
    ShutDown,
}

/// Why the payment is canceled. No money moves.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
pub enum CanceledReason {
    /// The customer chose another method (`abandon`).
    ByCustomer,
    /// The payment expired.
    Expired,
    /// The start's answer was lost and the backend closed the attempt before it became a payment.
    StartClosed,
    /// Nothing on the device could show the journey.
    NoSurface,
    /// The journey's address is not permitted.
    ForbiddenUrl,
    /// The device's journal failed before the journey could be shown.
    JournalFailed,
    /// The backend or Klarna canceled it.
    ByBackend,
}

/// Why nothing final is known yet. The attempt stays in the journal and is asked about again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
pub enum UndeterminedReason {
    /// It is not known whether the start reached the backend.
    StartUnknown,
    /// The customer came back as done, and the backend had no final word within the time for it.
    StillPending,
    /// The longest time to wait is over.
    MaxWait,
    /// The surface was closed, nobody shows the waiting screen, and the backend has no final word.
    CustomerLeft,
    /// Another owner signed in; the attempt waits for its own.
    OwnerChanged,
    /// Long after its end the backend still has no final word; nothing more will be asked.
    GaveUp,
    /// The app stopped waiting, or the client was shut down.
    StoppedWaiting,
}

/// What became of an attempt.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// The backend says that the payment is approved.
    Approved {
        /// The backend's `details`, as JSON.
        receipt: Option<String>,
    },
    /// The backend says that it is declined, or failed.
    Declined {
        /// The word was `failed`.
        failed: bool,
        /// The backend's reason, for the log.
        reason: Option<String>,
    },
    /// The backend says that it is canceled, or expired.
    Canceled(CanceledReason),
    /// No final word yet.
    Undetermined(UndeterminedReason),
    /// Nothing was started.
    NotStarted(NotStartedReason),
}

impl Verdict {
    /// Rules 1 and 5: everything but a plain `Undetermined` ends the attempt; giving up ends it without a word.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Undetermined(reason) if *reason != UndeterminedReason::GaveUp)
    }
}

impl fmt::Debug for NotStartedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadOrder { problem } => f.debug_tuple(self.name()).field(problem).finish(),
            other => f.write_str(other.name()),
        }
    }
}

impl NotStartedReason {
    fn name(&self) -> &'static str {
        match self {
            Self::NoBrowser => "NoBrowser",
            Self::Unreachable => "Unreachable",
            Self::Refused { .. } => "Refused",
            Self::JournalUnavailable => "JournalUnavailable",
            Self::TooManyUnfinished => "TooManyUnfinished",
            Self::OrderBusy => "OrderBusy",
            Self::BadOrder { .. } => "BadOrder",
            Self::Abandoned => "Abandoned",
            Self::ShutDown => "ShutDown",
        }
    }
}

/// Without what the backend wrote: a receipt, or a reason, may name the customer.
impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Approved { .. } => f.write_str("Approved"),
            Self::Declined { failed: true, .. } => f.write_str("Declined(failed)"),
            Self::Declined { .. } => f.write_str("Declined"),
            Self::Canceled(reason) => f.debug_tuple("Canceled").field(reason).finish(),
            Self::Undetermined(reason) => f.debug_tuple("Undetermined").field(reason).finish(),
            Self::NotStarted(reason) => f.debug_tuple("NotStarted").field(reason).finish(),
        }
    }
}

/// An outcome as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OutcomeRecord {
    /// Its number within the attempt, from 1.
    pub number: u32,
    /// The number of the outcome that it replaces, if there was one.
    pub supersedes: Option<u32>,
    /// What it says.
    pub verdict: Verdict,
    /// Wall clock, Unix milliseconds.
    pub at: i64,
    /// How often it was delivered.
    pub deliveries: u32,
    /// The app has acknowledged it.
    pub acknowledged: bool,
}

/// The id under which the app acknowledges an outcome: the same at every delivery. There is one final outcome per attempt (rule 2),
/// so its id needs no number, and is the same one even if the journal lost that it was told before.
#[must_use]
pub fn outcome_id(attempt: &AttemptId, outcome: &OutcomeRecord) -> String {
    if outcome.verdict.is_final() {
        [&attempt.0, ".final"].concat()
    } else {
        undetermined_id(attempt, outcome.number)
    }
}

/// The id of the outcome that this one replaces. Only one that is not final can be replaced.
#[must_use]
pub fn superseded_id(attempt: &AttemptId, outcome: &OutcomeRecord) -> Option<String> {
    let number = outcome.supersedes?;
    Some(undetermined_id(attempt, number))
}

fn undetermined_id(attempt: &AttemptId, number: u32) -> String {
    format!("{}.{number}", attempt.0)
}

impl From<CancelCause> for CanceledReason {
    fn from(cause: CancelCause) -> Self {
        match cause {
            CancelCause::Abandoned => Self::ByCustomer,
            CancelCause::StartClosed => Self::StartClosed,
            CancelCause::NoSurface => Self::NoSurface,
            CancelCause::ForbiddenUrl => Self::ForbiddenUrl,
            CancelCause::JournalFailed => Self::JournalFailed,
        }
    }
}
