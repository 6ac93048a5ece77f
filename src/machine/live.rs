//! What is known of an attempt in this process only.

use super::record::{Record, StartFate, Surface};
use super::times::Times;
use super::{Around, Starter};
use crate::reply::KlarnaState;

/// How far the start request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// To be sent as soon as the journal has the record.
    Wanted,
    /// On its way.
    InFlight,
    /// To be sent again later.
    Waiting,
    /// The app sends it.
    ByApp,
    /// Over.
    Done,
}

/// Whether the journey is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Want {
    /// No.
    Nothing,
    /// Once the backend says that the payment is pending.
    AfterAnswer,
    /// As soon as it can be.
    Now,
}

/// What is on the screen, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Showing {
    /// Nothing of ours.
    Nothing,
    /// The journal is being told.
    Saving(Surface),
    /// The presenter was asked.
    Opening(Surface),
    /// It is open, or perhaps open.
    Open(Surface),
}

/// The question in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asking {
    /// Its number.
    pub number: u32,
    /// How long the backend may hold it, milliseconds.
    pub wait: u64,
}

/// The part of an attempt that dies with the process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own; most combinations occur"
)]
pub struct Live {
    /// The app is in front.
    pub foreground: bool,
    /// There is a window or activity to present from.
    pub host: bool,
    /// Presenting failed for want of a host or of the foreground; something must change first.
    pub blocked: bool,
    /// Somebody shows the attempt's state to the customer.
    pub observed: bool,
    /// The attempt belongs to the client's owner and backend.
    pub visible: bool,
    /// It was read from the journal.
    pub restored: bool,
    /// The revision that the journal has.
    pub written: u64,
    /// The newest revision that the journal refused.
    pub refused: u64,
    /// How far the start request is.
    pub start: Start,
    /// How often it was sent.
    pub sends: u32,
    /// A send of unknown fate: the backend may have been told to charge.
    pub unaccounted: bool,
    /// Where the journey may be shown, best first.
    pub surfaces: Vec<Surface>,
    /// Whether it is to be shown.
    pub want: Want,
    /// What is on the screen.
    pub showing: Showing,
    /// The customer may have seen the journey.
    pub shown: bool,
    /// The question in flight.
    pub asking: Option<Asking>,
    /// How many questions there were.
    pub asks: u32,
    /// The next question goes without `wait`: something happened that makes a new answer likely.
    pub plain: bool,
    /// Something happened after which no question has been answered yet.
    pub owed: bool,
    /// Questions in a row that were not answered.
    pub failures: u32,
    /// The first of them was one that the backend was to hold.
    pub held_failed: bool,
    /// Unchanged answers that came although the backend was to hold the question.
    pub early: u32,
    /// The next answer "pending" means that the customer has to act.
    pub expect_customer: bool,
    /// The customer was told so.
    pub waiting: bool,
    /// A link came since the app went to the back (Android hands it over before the app is in front): the question it calls for
    /// needs no window to wait for a link.
    pub link_in_background: bool,
    /// What Klarna says about who must act. Settles nothing.
    pub klarna: Option<KlarnaState>,
    /// The cancellation is on its way.
    pub canceling: bool,
    /// Cancellations in a row that were not answered.
    pub cancel_failures: u32,
    /// One of this wish's sends may have reached the backend.
    pub cancel_unaccounted: bool,
    /// `pay` is waiting, or was until its coroutine was cancelled: the schedule runs.
    pub watching: bool,
    /// The number of the outcome that was delivered in this process.
    pub delivered: u32,
    /// Deadlines and marks.
    pub times: Times,
    /// The wake-up that was asked for.
    pub wake: Option<u64>,
}

impl Live {
    pub(super) fn new(around: Around, record: &Record) -> Self {
        let start = match record.starter {
            _ if record.start != StartFate::Open => Start::Done,
            Starter::Core => Start::Wanted,
            Starter::App => Start::ByApp,
        };
        Self {
            foreground: around.foreground,
            host: around.host,
            blocked: false,
            observed: false,
            visible: true,
            restored: false,
            written: record.revision,
            refused: 0,
            start,
            sends: 0,
            unaccounted: false,
            surfaces: Vec::new(),
            want: Want::Nothing,
            showing: Showing::Nothing,
            shown: record.surface_ever(),
            asking: None,
            asks: 0,
            plain: true,
            owed: false,
            failures: 0,
            held_failed: false,
            early: 0,
            expect_customer: false,
            waiting: false,
            link_in_background: false,
            klarna: None,
            canceling: false,
            cancel_failures: 0,
            cancel_unaccounted: false,
            watching: false,
            delivered: 0,
            times: Times::default(),
            wake: None,
        }
    }

    /// A surface of ours is on the screen, or may be.
    #[must_use]
    pub fn is_on_screen(&self) -> bool {
        match self.showing {
            Showing::Nothing | Showing::Saving(_) => false,
            Showing::Opening(surface) | Showing::Open(surface) => !surface.is_elsewhere(),
        }
    }
}
