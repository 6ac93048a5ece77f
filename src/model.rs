//! What the app gives and gets: the records of the exported surface.
//!
//! Records rather than objects, because they cross the language boundary in one piece.

use core::fmt;

use crate::hosts::Environment;
use crate::links::{RefusedReason, ReturnLinks};
use crate::machine::{
    CanceledReason, IfBusy, NotStartedReason, Phase, Surface, UndeterminedReason, WhoActs,
};
use crate::policy::ConfirmationPolicy;
use crate::reply::Word;

/// How a client is set up. Checked once, when the client is made.
#[derive(Clone, uniffi::Record)]
pub struct Configuration {
    /// The base URL of the Partner's or Acquiring Partner's backend; `/payments` follows.
    pub backend: String,
    /// Tells backends apart in the journal; the origin of `backend` if not given.
    #[uniffi(default = None)]
    pub backend_id: Option<String>,
    /// Which Klarna hosts a journey may be on.
    pub environment: Environment,
    /// The links on which the customer comes back.
    pub links: ReturnLinks,
    /// Whether links carry the attempt's nonce.
    pub link_nonce: LinkNonceMode,
    /// Hosts that a `redirect_url` may be on.
    #[uniffi(default = [])]
    pub redirect_hosts: Vec<String>,
    /// How the start request names the two links.
    pub field_names: FieldNames,
    /// The backend's words where they differ from the contract's.
    #[uniffi(default = [])]
    pub words: Vec<WordMapping>,
    /// Headers for every request.
    #[uniffi(default = [])]
    pub headers: Vec<RequestHeader>,
    /// The signed-in account at the start, as for `set_owner`.
    #[uniffi(default = None)]
    pub owner: Option<String>,
    /// When to ask and how long to wait.
    pub policy: ConfirmationPolicy,
    /// Where the journal lives: a directory of its own, not backed up, readable after the first unlock.
    pub journal_directory: String,
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configuration")
            .field("environment", &self.environment)
            .field("link_nonce", &self.link_nonce)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// Whether links carry the attempt's nonce.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, uniffi::Enum)]
pub enum LinkNonceMode {
    /// As the query parameter `stepup`.
    #[default]
    Query,
    /// Not at all, for acquirers that register exact URLs. Links can then only make us ask.
    Off,
}

/// How the start request names the two links.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct FieldNames {
    /// The completion link.
    pub return_url: String,
    /// The handover link.
    pub app_return_url: String,
}

impl Default for FieldNames {
    fn default() -> Self {
        Self {
            return_url: "return_url".to_owned(),
            app_return_url: "app_return_url".to_owned(),
        }
    }
}

/// One word of the backend's own.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct WordMapping {
    /// As the backend writes it.
    pub text: String,
    /// What it means.
    pub word: Word,
}

/// A header of requests to the backend. Its value is never shown.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct RequestHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl fmt::Debug for RequestHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHeader")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What is being paid.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Order {
    /// The Partner's own name for it, at most 256 characters. One payment per reference.
    pub reference: String,
    /// The JSON object that the backend wants, at most 48 KiB.
    pub json: String,
    /// Tells contents of the same order apart; without it, the JSON with sorted keys does.
    #[uniffi(default = None)]
    pub revision: Option<String>,
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order")
            .field("json_bytes", &self.json.len())
            .finish_non_exhaustive()
    }
}

/// How `pay` behaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct PayOptions {
    /// What to do when the order has an unfinished attempt.
    pub if_busy: IfBusy,
    /// Names the wait for `stop_waiting`; 0 if it will not be stopped by name.
    pub wait: u64,
}

/// What became of a payment, and how to acknowledge that the app knows.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct DeliveredOutcome {
    /// Pass it to `acknowledge` once the app has dealt with the outcome. The same at every delivery; empty where there is nothing
    /// to acknowledge.
    pub id: String,
    /// The attempt, where there is one.
    pub attempt: Option<String>,
    /// The order's reference.
    pub reference: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The id of an earlier outcome that this one replaces.
    pub supersedes: Option<String>,
}

impl fmt::Debug for DeliveredOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveredOutcome")
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

/// What became of a payment. Only the backend's word makes it anything but `Undetermined` or `NotStarted`.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Outcome {
    /// Paid. Show the receipt.
    Approved {
        /// The backend's `details`, as JSON.
        receipt: Option<String>,
    },
    /// Not paid, and no money will move. Offer another method.
    Declined {
        /// The backend's word was `failed` rather than `declined`.
        failed: bool,
        /// The backend's reason, for the log.
        reason: Option<String>,
    },
    /// Not paid, and no money will move. Go back to the choice of methods.
    Canceled {
        /// Why.
        reason: CanceledReason,
    },
    /// Not known yet; never ask the customer to pay again. A later outcome may replace it.
    Undetermined {
        /// Why.
        reason: UndeterminedReason,
    },
    /// This call started nothing, and nothing will come of it. Its reason says whether trying again makes sense.
    NotStarted {
        /// Why.
        reason: NotStartedReason,
    },
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Approved { .. } => f.write_str("Approved"),
            Self::Declined { failed: true, .. } => f.write_str("Declined(failed)"),
            Self::Declined { .. } => f.write_str("Declined"),
            Self::Canceled { reason } => f.debug_tuple("Canceled").field(reason).finish(),
            Self::Undetermined { reason } => f.debug_tuple("Undetermined").field(reason).finish(),
            Self::NotStarted { reason } => f.debug_tuple("NotStarted").field(reason).finish(),
        }
    }
}

/// An attempt, for a waiting screen and for a list of unfinished payments.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct AttemptState {
    /// The attempt's id.
    pub attempt: String,
    /// The order's reference.
    pub reference: String,
    /// How far it has come.
    pub phase: Phase,
    /// Who has to act next.
    pub who_acts: WhoActs,
    /// Offer *Continue* and *Use another method* now.
    pub waiting_for_customer: bool,
    /// *Continue* (`reopen`) makes sense.
    pub can_reopen: bool,
    /// *Use another method* (`abandon`) makes sense.
    pub can_abandon: bool,
    /// What is on the screen, as far as is known.
    pub surface: Option<Surface>,
    /// When it was begun, Unix milliseconds.
    pub created_at: i64,
}

impl fmt::Debug for AttemptState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttemptState")
            .field("phase", &self.phase)
            .field("who_acts", &self.who_acts)
            .field("waiting_for_customer", &self.waiting_for_customer)
            .finish_non_exhaustive()
    }
}

/// What a prepared attempt gives the app for its own request to its backend.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct PreparedAttempt {
    /// The attempt's id; send it as `StepUp-Attempt`.
    pub attempt: String,
    /// Send it as `Idempotency-Key`.
    pub idempotency_key: String,
    /// Send it as `return_url`.
    pub completion_link: String,
    /// Send it as `app_return_url`.
    pub handover_link: String,
}

impl fmt::Debug for PreparedAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PreparedAttempt")
    }
}

/// What the app's own request to its backend brought.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
pub enum BackendReply {
    /// An answer, in the contract's shape.
    Answered {
        /// The HTTP status.
        http_status: u16,
        /// The body.
        body: Vec<u8>,
    },
    /// No answer, and the request may have reached the backend. In doubt, this.
    Lost,
    /// Provably nothing was sent.
    NotSent,
}

impl fmt::Debug for BackendReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answered { .. } => "Answered",
            Self::Lost => "Lost",
            Self::NotSent => "NotSent",
        })
    }
}

/// What a link is to us.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum LinkDisposition {
    /// The completion link of this attempt.
    Completion {
        /// The attempt's id.
        attempt: String,
    },
    /// The handover link of this attempt.
    Handover {
        /// The attempt's id.
        attempt: String,
    },
    /// Seen before.
    Duplicate {
        /// The attempt's id.
        attempt: String,
    },
    /// Its attempt has its outcome already, or is not this owner's (then without id).
    Late {
        /// The attempt's id.
        attempt: Option<String>,
    },
    /// Ours by scheme, host and path; an event says later which.
    Accepted,
    /// Not ours: route it yourself.
    NotOurs,
    /// Ours by address, and refused. Do not route it.
    Refused {
        /// Why.
        reason: RefusedReason,
    },
}

/// Something happened, without content.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Event {
    /// Wall clock, Unix milliseconds.
    pub at: i64,
    /// The attempt it belongs to, if any.
    pub attempt: Option<String>,
    /// What happened: a name of `docs/architecture.md`.
    pub name: String,
}

/// One thing that `doctor` found.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Finding {
    /// A stable name.
    pub code: String,
    /// How bad it is.
    pub level: FindingLevel,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub fix: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum FindingLevel {
    /// Payments will not work.
    Broken,
    /// Something works less well than it could.
    Advice,
    /// Looked at, and fine.
    Fine,
}

/// What the device can do, asked before a payment is started.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct Device {
    /// Where a journey can be shown now, best first.
    pub surfaces: Vec<Surface>,
    /// The browser, or the surface, brings https links to the app.
    pub https_links: bool,
    /// The custom schemes that the app has registered; `None` where that cannot be known.
    #[uniffi(default = None)]
    pub registered_schemes: Option<Vec<String>>,
    /// A debuggable build; `Sandbox` is refused in others unless the app insists.
    #[uniffi(default = false)]
    pub debuggable: bool,
}

/// A journey to be shown. `url` is opened exactly as it is, never shown and never logged.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Presentation {
    /// The attempt's id.
    pub attempt: String,
    /// The presentation's number; pass it back with every report.
    pub number: u32,
    /// Where.
    pub surface: Surface,
    /// What to open.
    pub url: String,
    /// For Klarna's own SDK (`Custom`).
    pub payment_request_id: Option<String>,
    /// The scheme of the completion link: what an authentication session has to watch for.
    pub callback_scheme: String,
    /// Host of the completion link, if it is an https link.
    pub callback_host: Option<String>,
    /// Path of the completion link, if it is an https link.
    pub callback_path: Option<String>,
}

impl fmt::Debug for Presentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presentation")
            .field("number", &self.number)
            .field("surface", &self.surface)
            .finish_non_exhaustive()
    }
}
