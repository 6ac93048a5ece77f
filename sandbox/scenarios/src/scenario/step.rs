//! What can happen in a scenario, and what can be expected on the way.

use serde::Deserialize;
use stepup_sandbox_control::{AcquirerFaults, Fault, KlarnaFaults, Step as CustomerStep};

use crate::protocol::{HoldPoint, SurfaceName};

/// One thing that happens. After each, everything runs until nothing more would happen without time passing.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// The app calls `pay`.
    Pay {
        /// Abandon an unfinished attempt of the order first.
        #[serde(default)]
        replace: bool,
        /// For another order, by its reference.
        #[serde(default)]
        order: Option<String>,
        /// For another amount.
        #[serde(default)]
        amount: Option<i64>,
        /// So often, one right after the other.
        #[serde(default = "once")]
        times: u32,
    },
    /// The app calls `stop_waiting` for its last `pay` or `resume`.
    StopWaiting,
    /// The app calls `prepare`; with `times`, for orders `{order}-1`, `{order}-2` and so on.
    Prepare {
        /// For another order, by its reference.
        #[serde(default)]
        order: Option<String>,
        /// For so many orders.
        #[serde(default = "once")]
        times: u32,
    },
    /// The app sends the start request of the attempt prepared last itself, and calls `continue_payment`.
    Continue {
        /// What came of the request.
        reply: OwnReply,
    },
    /// What follows is about the attempt of this order.
    TurnTo {
        /// Its reference.
        order: String,
    },
    /// The app calls `resume` for the attempt that was begun last.
    Resume,
    /// The customer chooses *Continue*.
    Reopen {
        /// Where; the first that works when left out.
        #[serde(default)]
        surface: Option<SurfaceName>,
    },
    /// The customer chooses *Use another method*.
    Abandon,
    /// The app asks again.
    CheckAgain,
    /// The app acknowledges every outcome that it was told and has not acknowledged.
    Acknowledge,
    /// The customer does this in the journey that is shown; opens it first if need be.
    Customer {
        /// Steps of the scripted customer. A link for the app can only come of the last.
        does: Vec<CustomerStep>,
        /// In another browser, or on another device: no surface of ours sees it.
        #[serde(default)]
        elsewhere: bool,
    },
    /// The system hands the link that the journey left by to the surface or the app.
    DeliverLink {
        /// How often.
        #[serde(default = "once")]
        times: u32,
        /// What happened to it on the way.
        #[serde(default)]
        altered: Altered,
        /// Whom it is handed to.
        #[serde(default)]
        to: Recipient,
        /// The link that was kept, rather than the last one.
        #[serde(default)]
        kept: bool,
    },
    /// Nobody hands over the link that the journey left by.
    LoseLink,
    /// Nor this one; it is kept for later.
    KeepLink,
    /// A surface of an earlier presentation says only now that it was closed.
    StaleResult {
        /// The number of that presentation.
        presentation: u32,
    },
    /// The customer closes the surface.
    CloseSurface,
    /// The app goes to the back.
    Background,
    /// The app comes to the front.
    Foreground,
    /// The phone loses its network, or has it again.
    Network {
        /// Whether it has one.
        online: bool,
    },
    /// The phone changes from one network to another.
    NetworkSwitched,
    /// The phone's wall clock is set forward, or back.
    ClockJump {
        /// Milliseconds.
        ms: i64,
    },
    /// The disk is full, or has room again.
    DiskFull {
        /// Whether it is full.
        full: bool,
    },
    /// Every record of the journal is damaged, or not of this release. The app must not be running.
    DamageJournal {
        /// How.
        how: Damage,
    },
    /// The journal can't be read, as before the first unlock, or can be again.
    LockJournal {
        /// Whether it can't be read.
        locked: bool,
    },
    /// The app is removed with everything it kept, and installed again; `restart` starts it.
    Reinstall,
    /// Another process makes a client of the same journal, and must be refused.
    SecondClient,
    /// Somebody signs in or out.
    SetOwner {
        /// The account; nobody when left out.
        #[serde(default)]
        owner: Option<String>,
        /// A guest keeps their attempts.
        #[serde(default)]
        adopt: bool,
    },
    /// The app has fresh credentials.
    CredentialsChanged,
    /// The app shows the attempt's state to the customer, or no longer does.
    Observe {
        /// Whether it does.
        observed: bool,
    },
    /// The backend is killed with everything it had going on, and started again.
    RestartAcquirer,
    /// Sets where the core will stop, and be killed by the next `kill`.
    HoldAt(HoldPoint),
    /// The app's process is killed, at the hold point if one was set.
    Kill,
    /// The app is started again, with the same journal.
    Restart {
        /// It was started by the link that the journey left by.
        #[serde(default)]
        by_link: bool,
        /// It is set up for another backend, called this.
        #[serde(default)]
        backend: Option<String>,
    },
    /// Time passes.
    Advance {
        /// Milliseconds.
        ms: i64,
    },
    /// Time passes until the app is told a further outcome.
    UntilOutcome {
        /// At most so many milliseconds.
        #[serde(default = "half_an_hour")]
        within_ms: i64,
    },
    /// Something goes wrong between phone and backend.
    Fault(Fault),
    /// Ends all faults between phone and backend.
    ClearFaults,
    /// Something goes wrong at Klarna.
    KlarnaFaults(KlarnaFaults),
    /// The backend deviates.
    AcquirerFaults(AcquirerFaults),
    /// The attempt that was begun last is shown like this.
    ExpectState(ExpectedState),
    /// The last link was this.
    ExpectDisposition {
        /// Its name.
        is: String,
        /// It names the attempt, or does not; either will do when left out.
        #[serde(default)]
        with_attempt: Option<bool>,
    },
    /// A journey of this kind is, or is not, on the screen.
    ExpectSurface {
        /// None: nothing is shown.
        is: Option<SurfaceName>,
    },
    /// The core refused the call of the step before, in these words.
    ExpectRefusal {
        /// A part of them.
        is: String,
    },
    /// So many attempts are listed as unfinished.
    ExpectUnfinished {
        /// How many.
        attempts: usize,
    },
    /// An event of this name was heard.
    ExpectEvent {
        /// Its name.
        is: String,
    },
    /// So many handover links were passed to a custom surface.
    ExpectForwarded {
        /// How many.
        links: u32,
    },
    /// The app was told so many outcomes so far.
    ExpectTold {
        /// How many.
        outcomes: usize,
    },
}

const fn once() -> u32 {
    1
}

const fn half_an_hour() -> i64 {
    30 * 60_000
}

/// What happened to a link on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Altered {
    /// Nothing.
    #[default]
    No,
    /// Another nonce stands in it.
    WrongNonce,
    /// The nonce was dropped.
    NoNonce,
}

/// Whom a link is handed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipient {
    /// The surface if it waits for such a link, else the app.
    #[default]
    WhoeverWaits,
    /// The surface.
    Surface,
    /// The app.
    App,
}

/// What came of the app's own start request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnReply {
    /// An answer.
    Answered,
    /// It was sent, and the answer was lost.
    Lost,
    /// It was not sent.
    NotSent,
}

/// What happened to a record of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Damage {
    /// A byte of it is another one.
    Flipped,
    /// Its end is missing.
    Cut,
    /// It is whole, and of version 2.
    Newer,
    /// It is whole, and of version 0.
    Older,
}

/// What a state must say; what is left out does not matter.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectedState {
    /// `starting`, `ready`, `in-journey`, `confirming`.
    pub phase: Option<String>,
    /// `nobody`, `customer`, `backend`.
    pub who_acts: Option<String>,
    /// *Continue* and *Use another method* are offered now.
    pub waiting_for_customer: Option<bool>,
    /// *Continue* makes sense.
    pub can_reopen: Option<bool>,
    /// *Use another method* makes sense.
    pub can_abandon: Option<bool>,
}
