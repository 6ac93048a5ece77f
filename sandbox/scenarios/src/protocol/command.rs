//! What the phone is told.

use serde::{Deserialize, Serialize};

use super::configuration::{Configure, Reading, SurfaceName};

/// What the phone is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Makes the client; the first command, and only once in a process.
    Configure(Box<Configure>),
    /// Stops the core for ever at an effect, until the process is killed.
    HoldAt(HoldPoint),
    /// `pay`.
    Pay {
        /// Names the call in its answer.
        call: u64,
        /// What is paid.
        order: OrderText,
        /// Abandon an unfinished attempt of the order first.
        #[serde(default)]
        replace: bool,
    },
    /// `prepare`.
    Prepare {
        /// Names the call in its answer.
        call: u64,
        /// What is paid.
        order: OrderText,
    },
    /// `continue_payment`.
    Continue {
        /// Names the call in its answer.
        call: u64,
        /// The attempt.
        attempt: String,
        /// What the app's own start request brought.
        reply: StartReply,
    },
    /// `resume`.
    Resume {
        /// Names the call in its answer.
        call: u64,
        /// The attempt.
        attempt: String,
    },
    /// `reopen`.
    Reopen {
        /// Names the call in its answer.
        call: u64,
        /// The attempt.
        attempt: String,
        /// Where; the first that works when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        surface: Option<SurfaceName>,
    },
    /// `stop_waiting` for a `pay` or `resume`.
    StopWaiting {
        /// The call that waits.
        call: u64,
    },
    /// `abandon`.
    Abandon {
        /// Names the call in its answer.
        call: u64,
        /// The attempt.
        attempt: String,
    },
    /// `check_again`.
    CheckAgain {
        /// Names the call in its answer.
        call: u64,
        /// The attempt.
        attempt: String,
    },
    /// The system hands over a link.
    Link {
        /// The link.
        uri: String,
    },
    /// `surface_presented`.
    SurfacePresented {
        /// The attempt.
        attempt: String,
        /// The presentation.
        number: u32,
    },
    /// `surface_failed`.
    SurfaceFailed {
        /// The attempt.
        attempt: String,
        /// The presentation.
        number: u32,
        /// There is no window to present from, rather than no such surface.
        #[serde(default)]
        no_host: bool,
    },
    /// `surface_closed`.
    SurfaceClosed {
        /// The attempt.
        attempt: String,
        /// The presentation.
        number: u32,
        /// The link that ended it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uri: Option<String>,
    },
    /// The app came to the front.
    Foreground,
    /// The app went to the back.
    Background,
    /// The network changed.
    NetworkChanged,
    /// Fresh credentials are there.
    CredentialsChanged,
    /// The disk takes nothing more, or does again.
    DiskFull {
        /// Whether it is full.
        full: bool,
    },
    /// There is a window again.
    AttachHost,
    /// The window is gone.
    DetachHost,
    /// Somebody signed in or out.
    SetOwner {
        /// The account; nobody when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
        /// A guest keeps their attempts.
        #[serde(default)]
        adopt_current: bool,
    },
    /// `acknowledge`.
    Acknowledge {
        /// The outcome's id.
        outcome: String,
    },
    /// `set_observed`.
    Observe {
        /// The attempt.
        attempt: String,
        /// Somebody shows its state to the customer.
        observed: bool,
    },
    /// Sets virtual time.
    Clock(Reading),
    /// Lets timers that are due fire.
    Wake,
    /// Asks for a sign of life; answered with `pong` once every outcome that was delivered has been reported.
    Ping,
    /// The trace of an attempt.
    Trace {
        /// The attempt.
        attempt: String,
    },
    /// The unfinished attempts.
    Unfinished,
    /// The outcomes that were not acknowledged.
    Outcomes,
    /// Ends the client and the process.
    Shutdown,
}

/// What is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderText {
    /// The Partner's name for it.
    pub reference: String,
    /// What the backend wants, as JSON text.
    pub json: String,
}

/// What the app's own start request brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum StartReply {
    /// An answer.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: String,
    },
    /// None, and it may have been sent.
    Lost,
    /// Provably nothing was sent.
    NotSent,
}

/// Where the core is to stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldPoint {
    /// The effect by its name in traces: `Persist`, `Authorize`, `Present`, `Dismiss`, `AskStatus`, `CancelAtBackend`, `Deliver`, `Forget`;
    /// or `any` of them.
    pub effect: String,
    /// Before or after it.
    pub when: When,
    /// Which one, counted from when the point was set; the first when left out.
    #[serde(default = "first")]
    pub nth: u32,
}

const fn first() -> u32 {
    1
}

impl HoldPoint {
    /// Stands for every effect.
    pub const ANY: &str = "any";

    /// True at this place, the first time or a later one.
    #[must_use]
    pub fn is_at(&self, effect: &str, when: When) -> bool {
        self.when == when && (self.effect == effect || self.effect == Self::ANY)
    }
}

/// Before or after an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// It has not been done.
    Before,
    /// It was done.
    After,
}
