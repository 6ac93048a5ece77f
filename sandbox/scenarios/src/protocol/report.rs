//! What the phone says.

use serde::{Deserialize, Serialize};

use super::command::When;
use super::configuration::SurfaceName;

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
