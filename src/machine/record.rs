//! What the journal keeps of an attempt.

use serde::{Deserialize, Serialize};

use super::outcome::OutcomeRecord;
use crate::links::Nonce;
use crate::reply::JourneyLink;

/// Names an attempt everywhere, also at the backend.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptId(pub String);

/// How far an attempt has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
pub enum Phase {
    /// The backend is being asked to start the payment.
    Starting,
    /// The payment is started; the journey has not been shown yet.
    Ready,
    /// The customer is, or may be, in the journey.
    InJourney,
    /// The customer is back, or may never have left; the backend's word is awaited.
    Confirming,
    /// There is a final outcome.
    Settled,
}

/// Where a journey can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
pub enum Surface {
    /// Klarna's own app, reached by universal link or explicit package.
    KlarnaApp,
    /// iOS `ASWebAuthenticationSession`, never ephemeral.
    AuthSession,
    /// Android Auth Tab.
    AuthTab,
    /// Android Custom Tab.
    CustomTab,
    /// The system's browser, outside the app.
    Browser,
    /// An adapter of the app's own, for example around Klarna's SDK.
    Custom,
}

impl Surface {
    /// The journey runs in another app: nothing of it stays on our screen, and its result says nothing.
    #[must_use]
    pub fn is_elsewhere(self) -> bool {
        matches!(self, Self::KlarnaApp | Self::Browser)
    }
}

/// The order as far as an attempt has to remember it. No basket lies on the disk.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrderKey {
    /// Salted hash of backend and reference: what makes two orders the same one.
    pub hash: String,
    /// The Partner's own name for the order; empty where a damaged record lost it.
    pub reference: String,
    /// Salted hash of the content (the order's revision, else its JSON with sorted keys).
    pub content: String,
}

/// Who sends the start request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Starter {
    /// The core.
    Core,
    /// The app, between `prepare` and `continue_payment`.
    App,
}

/// What is known of the start request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StartFate {
    /// It may be on its way: the record is written before the request.
    Open,
    /// It was sent, and no answer will come to it any more.
    Unknown,
    /// The backend answered that the payment exists.
    Answered,
}

/// Why the backend is asked to cancel; it becomes the outcome's reason if the backend agrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CancelCause {
    /// `abandon`.
    Abandoned,
    /// The backend does not know the attempt: cancelling it makes a late start impossible.
    StartClosed,
    /// There is nothing that could show the journey.
    NoSurface,
    /// The journey's address is not one that may be opened.
    ForbiddenUrl,
    /// The journal could not be written before the surface.
    JournalFailed,
}

/// A cancellation that the backend has been, or will be, asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CancelWish {
    /// Why.
    pub cause: CancelCause,
    /// Numbers the wish within the attempt; part of its idempotency key.
    pub number: u32,
    /// The request may have reached the backend, so the wish cannot be withdrawn.
    pub sent: bool,
}

/// A signal seen on the device. It is only ever a reason to ask the backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Evidence {
    /// The handover link came.
    HandoverLink,
    /// The completion link came.
    CompletionLink,
    /// A link of ours without nonce came.
    UnprovenLink,
    /// The surface reported that it is gone.
    SurfaceClosed,
    /// A surface did not answer whether it opened.
    PerhapsOpen,
    /// The process was started again.
    Restart,
}

/// How much evidence a record keeps; older pieces go first.
pub const EVIDENCE_LIMIT: usize = 12;

/// The durable part of an attempt: what a restart needs, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The attempt's id.
    pub id: AttemptId,
    /// The nonce in its links.
    pub nonce: Nonce,
    /// What is being paid.
    pub order: OrderKey,
    /// Salted hash of the owner; `None` for a guest.
    pub owner: Option<String>,
    /// The backend's identity and the environment.
    pub backend: String,
    /// Wall clock, Unix milliseconds.
    pub created_at: i64,
    /// Wall clock of the backend, Unix milliseconds, if it gave one.
    pub expires_at: Option<i64>,
    /// How far it has come.
    pub phase: Phase,
    /// Who sends the start request.
    pub starter: Starter,
    /// What is known of it.
    pub start: StartFate,
    /// The backend's name for the payment, if it has one besides the attempt id.
    pub payment_id: Option<String>,
    /// Where the customer goes. Dropped when the attempt settles.
    pub journey: Option<JourneyLink>,
    /// Number of the latest presentation, 0 before the first.
    pub presentation: u32,
    /// The surface of that presentation. It may be open, whatever else is known.
    pub surface: Option<Surface>,
    /// The newest version that the backend named.
    pub version: Option<u64>,
    /// A cancellation under way.
    pub cancel: Option<CancelWish>,
    /// How many cancellations there were.
    pub cancels: u32,
    /// What was seen, newest last.
    pub evidence: Vec<Evidence>,
    /// The latest outcome, until it is forgotten.
    pub outcome: Option<OutcomeRecord>,
    /// How many outcomes there were; the next one's number.
    pub outcomes: u32,
    /// Counts the writes of this record.
    pub revision: u64,
}

impl Record {
    /// The name under which the backend is asked.
    #[must_use]
    pub fn payment_name(&self) -> &str {
        self.payment_id.as_deref().unwrap_or(&self.id.0)
    }

    /// There is a final outcome.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.phase == Phase::Settled
    }

    /// A surface may have been opened for this attempt, now or before a restart.
    #[must_use]
    pub fn surface_ever(&self) -> bool {
        self.presentation > 0
    }

    /// The backend was never heard to know of the payment, and the customer cannot have seen it. (A name of the payment comes only
    /// with an answer, so a record that has one knows better.)
    #[must_use]
    pub fn start_unheard(&self) -> bool {
        self.start != StartFate::Answered && !self.surface_ever()
    }
}
