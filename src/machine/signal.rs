//! What goes into the machine and what comes out of it.

use serde::{Deserialize, Serialize};

use super::outcome::OutcomeRecord;
use super::record::Surface;
use crate::reply::{StartAnswer, StatusAnswer, StatusFailure};

/// The time, as a value. The machine has no clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Now {
    /// Wall clock, Unix milliseconds; may jump.
    pub wall: i64,
    /// Monotonic milliseconds since some start of this process.
    pub mono: u64,
}

/// A link of this attempt, by what it may cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LinkSignal {
    /// The handover link, or one URL that serves for both.
    Handover,
    /// The completion link, with the attempt's nonce.
    Completion,
    /// A link of ours without nonce: asks, at most once in two seconds.
    Unproven,
}

/// Why a surface could not be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PresentProblem {
    /// No window or activity to present from, or not in the foreground: tried again when there is one.
    NoHost,
    /// This surface is not to be had: the next one is tried.
    Unavailable,
}

/// What the surface says of its end. A hint, never a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CloseHint {
    /// Closed, by the customer or the system, without a link.
    Closed,
    /// It ended on the handover link (surfaces that match by scheme alone).
    ByHandover,
    /// It ended on the completion link.
    ByCompletion,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// `pay` for a new attempt: journal it, then ask the backend to start. `surfaces`: what may show it, best first.
    Start {
        /// Candidates, best first.
        surfaces: Vec<Surface>,
    },
    /// `prepare`: journal it; the app asks its backend itself.
    Prepare,
    /// The app was handed the prepared attempt's reply (`continue_payment`) and wants the journey shown.
    Continue {
        /// Candidates, best first.
        surfaces: Vec<Surface>,
    },
    /// `pay` or `resume` for an attempt that exists.
    Join {
        /// Candidates, best first.
        surfaces: Vec<Surface>,
    },
    /// The start was answered. `forbidden`: its journey may not be opened.
    Reply {
        /// The answer.
        answer: StartAnswer,
        /// The journey in it is not permitted by `hosts`.
        forbidden: bool,
        /// The backend's `Date`, Unix milliseconds.
        date: Option<i64>,
        /// The backend's `Retry-After`, milliseconds.
        retry_after: Option<u64>,
    },
    /// The start was not answered; `sent` unless it provably never left.
    ReplyFailed {
        /// It may have reached the backend.
        sent: bool,
    },
    /// The journal has this revision.
    Persisted {
        /// The revision that is now on disk.
        revision: u64,
    },
    /// The journal could not be written.
    PersistFailed {
        /// The revision that was to be written.
        revision: u64,
    },
    /// The surface of this presentation is up.
    Presented {
        /// The presentation's number.
        number: u32,
    },
    /// It is not.
    PresentFailed {
        /// The presentation's number.
        number: u32,
        /// Why.
        problem: PresentProblem,
    },
    /// It is gone.
    SurfaceClosed {
        /// The presentation's number.
        number: u32,
        /// What it says about it.
        hint: CloseHint,
    },
    /// A link of this attempt came.
    Link(LinkSignal),
    /// The app came to the front.
    Foregrounded,
    /// The app went to the back. Our own surface on top of it is not background.
    Backgrounded,
    /// A presenting window or activity is there (or not).
    HostAttached(bool),
    /// The network changed.
    NetworkChanged,
    /// Fresh credentials are there: ask again now.
    CredentialsChanged,
    /// Somebody shows the attempt's state to the customer (or no longer does).
    Observed(bool),
    /// The client's owner or backend changed: whether this attempt is now visible.
    OwnerChanged {
        /// The attempt belongs to the client's owner and backend.
        visible: bool,
    },
    /// The process was started again and read this attempt from the journal.
    Restored {
        /// It belongs to the client's owner and backend.
        visible: bool,
    },
    /// The answer to question or cancellation. `number`: which question (0: a cancellation).
    Status {
        /// Which question.
        number: u32,
        /// The answer.
        answer: StatusAnswer,
        /// The journey in it is not permitted by `hosts`.
        forbidden: bool,
        /// The backend's `Date`, Unix milliseconds.
        date: Option<i64>,
        /// The backend's `Retry-After`, milliseconds.
        retry_after: Option<u64>,
    },
    /// The cancellation was not answered.
    CancelFailed {
        /// How.
        failure: StatusFailure,
        /// The backend's `Retry-After`, milliseconds.
        retry_after: Option<u64>,
    },
    /// Time has passed.
    Tick,
    /// The customer wants the journey again, elsewhere if `surfaces` says so.
    Reopen {
        /// Candidates, best first.
        surfaces: Vec<Surface>,
    },
    /// The app wants the backend to be asked now.
    CheckAgain,
    /// The customer wants another payment method.
    Abandon,
    /// The app has acknowledged this outcome.
    Acknowledged {
        /// The outcome's number.
        number: u32,
    },
    /// The outcome reached the app (a waiting `pay` or the outcomes stream): counted for rule 9.
    Delivered {
        /// The outcome's number.
        number: u32,
    },
}

/// Something worth telling, without content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Note {
    /// The start was sent.
    StartSent,
    /// The start was answered.
    StartAnswered,
    /// The start's fate is unknown.
    StartUnknown,
    /// The backend was asked.
    Asked,
    /// It answered that the payment is pending.
    StillPending,
    /// The question was not answered.
    AskFailed(StatusFailure),
    /// The customer has to act: offer to continue, or another method.
    WaitingForCustomer,
    /// Klarna is done with the customer; the backend is finishing.
    Finishing,
    /// The customer's evidence was seen.
    Seen(super::record::Evidence),
    /// A version older than one already seen was ignored.
    OldVersionIgnored,
    /// The journey's address is not permitted.
    ForbiddenUrl,
    /// The journal could not be written.
    JournalFailed,
    /// An outcome was dropped after two deliveries and 30 days.
    OutcomeExpired,
    /// An attempt was given up, seven days after its end.
    GaveUp,
}

/// Something to be done by whoever drives the machine, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// Write the record; answer with `Persisted` or `PersistFailed`.
    Persist {
        /// The record's revision.
        revision: u64,
    },
    /// Send the start request (always the same one).
    Authorize {
        /// How many sends there were, this one included.
        send: u32,
    },
    /// Show the journey.
    Present {
        /// The presentation's number.
        number: u32,
        /// Where.
        surface: Surface,
    },
    /// Take the surface away. Nothing waits for it.
    Dismiss {
        /// The presentation's number.
        number: u32,
    },
    /// Ask the backend; a question still in flight is to be aborted.
    AskStatus {
        /// The question's number, from 1.
        number: u32,
        /// How long the backend may hold it, milliseconds; 0: not at all.
        wait: u64,
        /// The version that is known.
        after: Option<u64>,
    },
    /// Ask the backend to cancel.
    CancelAtBackend {
        /// The wish's number.
        number: u32,
    },
    /// Wake the machine (`Tick`) at this monotonic time; replaces an earlier one.
    WakeAt(Option<u64>),
    /// Tell the app.
    Deliver(OutcomeRecord),
    /// Tell listeners and the trace.
    Emit(Note),
    /// Delete the record. `tombstone`: the order is paid; remember that.
    Forget {
        /// The outcome was `Approved`.
        tombstone: bool,
    },
}
