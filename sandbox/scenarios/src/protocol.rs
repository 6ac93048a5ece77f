//! What the runner and the phone process say to each other: one JSON object a line, commands in, reports out.
//!
//! Commands are carried out in order. Addresses of journeys and links travel in full, because both sides need them; whoever shows
//! a line to a person shortens them first.

use serde::{Deserialize, Serialize};

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

/// A phone to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configure {
    /// The backend's base URL.
    pub backend: String,
    /// What the backend is called in the journal.
    #[serde(default = "sandbox")]
    pub backend_id: String,
    /// The account that is signed in; nobody when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What the app answers, one after the other, when it is asked for credentials; the last for ever. It is not asked when there are
    /// none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<CredentialsAnswer>,
    /// The handover link.
    pub handover: String,
    /// The completion link.
    pub completion: String,
    /// Replaces https where the device does not bring https links to the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback_scheme: Option<String>,
    /// Whether links carry the attempt's nonce.
    #[serde(default = "yes")]
    pub nonce: bool,
    /// Where the journal lives.
    pub journal: String,
    /// What can show a journey.
    pub surfaces: Vec<SurfaceName>,
    /// Whether https links come to the app.
    #[serde(default)]
    pub https_links: bool,
    /// What the presenter does.
    #[serde(default)]
    pub presenter: PresenterManner,
    /// Changes to the policy.
    #[serde(default)]
    pub policy: PolicyChanges,
    /// Virtual time now; the system's clock when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Reading>,
    /// What ids, nonces and jitter are made from, so that a run can be repeated; the system's randomness when left out. No two
    /// processes with the same journal may have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

const fn yes() -> bool {
    true
}

fn sandbox() -> String {
    "sandbox".to_owned()
}

/// What the app answers when it is asked for credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialsAnswer {
    /// This bearer token.
    Token(String),
    /// It has none now.
    NotNow,
    /// Nothing, ever.
    Silence,
}

/// A reading of both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Unix milliseconds.
    pub wall: i64,
    /// Milliseconds that never go back.
    pub mono: u64,
}

/// Changes to the policy; what is left out keeps its default. Milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyChanges {
    /// `long_poll`; 0 never asks the backend to hold a question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long_poll: Option<u64>,
    /// `max_wait`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_wait: Option<u64>,
    /// `customer_left`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_left: Option<u64>,
    /// `start_budget`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_budget: Option<u64>,
}

/// What the presenter does when it is asked to show a journey.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PresenterManner {
    /// Says at once that the surface is up.
    #[default]
    Confirm,
    /// Says nothing.
    Silent,
    /// Has none of the surfaces after all.
    Refuse,
    /// Has no window to present from.
    NoHost,
}

/// Where a journey can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SurfaceName {
    /// Klarna's own app.
    KlarnaApp,
    /// iOS `ASWebAuthenticationSession`.
    AuthSession,
    /// Android Auth Tab.
    AuthTab,
    /// Android Custom Tab.
    CustomTab,
    /// The system's browser.
    Browser,
    /// An adapter of the app's own.
    Custom,
}

impl SurfaceName {
    /// The journey runs in another app: ours goes to the back.
    #[must_use]
    pub const fn is_elsewhere(self) -> bool {
        matches!(self, Self::KlarnaApp | Self::Browser)
    }

    /// The surface ends by itself on a link of the app's, and hands it over as its result.
    #[must_use]
    pub const fn ends_on_link(self) -> bool {
        matches!(self, Self::AuthSession | Self::AuthTab)
    }
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
    /// The effect by its name in traces: `Persist`, `Authorize`, `Present`, `Dismiss`, `AskStatus`, `CancelAtBackend`, `Deliver`, `Forget`.
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

/// Before or after an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// It has not been done.
    Before,
    /// It was done.
    After,
}

/// What the phone says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Report {
    /// The client was made.
    Ready,
    /// It was not, or a command cannot be carried out.
    Refused {
        /// Why.
        error: String,
    },
    /// All commands so far were dealt with, and nothing will happen until a request is answered, a timer fires or somebody acts.
    Idle {
        /// How many commands were dealt with.
        commands: u64,
        /// Requests under way.
        in_flight: u32,
        /// Requests that were ever begun in this process; some were taken back before they left.
        begun: usize,
        /// The earliest timer, monotonic milliseconds.
        wake_at: Option<u64>,
    },
    /// A journey is shown.
    Present {
        /// The attempt.
        attempt: String,
        /// The presentation.
        number: u32,
        /// Where.
        surface: SurfaceName,
        /// What is opened.
        url: String,
        /// The scheme that ends an authentication session.
        callback_scheme: String,
        /// The surface is up.
        shown: bool,
    },
    /// The surface is taken away.
    Dismiss {
        /// The attempt.
        attempt: String,
        /// The presentation.
        number: u32,
    },
    /// A handover link was passed to a custom surface.
    Forward {
        /// The attempt.
        attempt: String,
    },
    /// The app is told what became of a payment.
    Outcome(Told),
    /// An attempt's state changed.
    State(StateReport),
    /// Something happened.
    Event {
        /// Unix milliseconds.
        at: i64,
        /// The attempt, if it belongs to one.
        attempt: Option<String>,
        /// What.
        name: String,
    },
    /// What a link is.
    Disposition {
        /// Its name.
        disposition: String,
        /// The attempt it belongs to.
        attempt: Option<String>,
    },
    /// An effect is done.
    Step {
        /// The attempt.
        attempt: String,
        /// The effect.
        effect: String,
        /// Before or after it.
        when: When,
    },
    /// The hold point was hit: the core stands still until the process is killed.
    Held {
        /// The attempt.
        attempt: String,
        /// The effect.
        effect: String,
        /// Before or after it.
        when: When,
    },
    /// How a call without outcome ended.
    Answer {
        /// The call.
        call: u64,
        /// Why it was refused, if it was.
        error: Option<String>,
    },
    /// `prepare` was answered with an attempt.
    Prepared {
        /// The call.
        call: u64,
        /// The attempt.
        attempt: String,
        /// Sent as `Idempotency-Key`.
        idempotency_key: String,
        /// Sent as `return_url`.
        completion: String,
        /// Sent as `app_return_url`.
        handover: String,
    },
    /// A sign of life.
    Pong,
    /// A trace.
    Trace {
        /// The attempt.
        attempt: String,
        /// Its timeline.
        trace: serde_json::Value,
    },
    /// The unfinished attempts.
    Unfinished {
        /// Their states.
        attempts: Vec<StateReport>,
    },
    /// The outcomes that were not acknowledged.
    Outcomes {
        /// Their ids.
        ids: Vec<String>,
    },
}

/// How the app is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// As the result of a call that waited.
    Call,
    /// Through the stream of outcomes.
    Stream,
}

/// An outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// How.
    pub via: Via,
    /// The call that waited.
    pub call: Option<u64>,
    /// Its id; empty where there is nothing to acknowledge.
    pub id: String,
    /// The attempt, where there is one.
    pub attempt: Option<String>,
    /// The order.
    pub reference: String,
    /// `approved`, `declined`, `canceled`, `undetermined` or `not-started`.
    pub outcome: String,
    /// Why.
    pub reason: Option<String>,
    /// Whether there is a receipt.
    pub receipt: bool,
    /// The outcome that this one replaces.
    pub supersedes: Option<String>,
}

/// An attempt's state.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateReport {
    /// The attempt.
    pub attempt: String,
    /// The order.
    pub reference: String,
    /// How far it is.
    pub phase: String,
    /// Who acts next.
    pub who_acts: String,
    /// The customer is offered to continue, or another method.
    pub waiting_for_customer: bool,
    /// To continue makes sense.
    pub can_reopen: bool,
    /// Another method makes sense.
    pub can_abandon: bool,
    /// A surface is up.
    pub on_surface: bool,
}
