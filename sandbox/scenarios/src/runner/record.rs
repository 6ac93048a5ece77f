//! What is written down while a scenario is played: what the app did and was told. The checker compares it with the books.

use std::collections::BTreeSet;

use serde::Serialize;
use stepup_sandbox_control::KlarnaFaults;

use crate::protocol::{HoldPoint, StateReport, Told};

/// What the app did and was told.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AppLog {
    /// Every outcome that it was told, in order.
    pub told: Vec<ToldEntry>,
    /// Its calls that end with an outcome.
    pub calls: Vec<CallEntry>,
    /// What it still waits for at the end, as the core lists it.
    pub unfinished: Vec<StateReport>,
    /// Outcomes that the core still keeps for it at the end.
    pub kept: Vec<String>,
    /// Points at which the core was to be killed.
    pub kills: Vec<KillEntry>,
    /// What went wrong at Klarna on purpose.
    pub klarna_faults: Vec<KlarnaFaults>,
    /// Attempts of which the app knows nothing any more, because it was installed anew.
    pub forgotten: Vec<String>,
    /// Attempts that were prepared for the app or shown to the customer: each is owed an outcome.
    pub owed: BTreeSet<String>,
    /// How often the backend was killed.
    pub acquirer_restarts: u32,
    /// Journeys that were shown.
    pub presented: u32,
    /// How often the app was started.
    pub processes: u32,
    /// Sandbox time at the begin, Unix milliseconds.
    pub began_at_ms: i64,
    /// Sandbox time at the end.
    pub ended_at_ms: i64,
}

/// An outcome that the app was told.
#[derive(Clone, Debug, Serialize)]
pub struct ToldEntry {
    /// Sandbox time, Unix milliseconds.
    pub at_ms: i64,
    /// Which process of the app was told, from 1.
    pub process: u32,
    /// The app acknowledged it, and the process that it told lived on.
    pub acknowledged: bool,
    /// What it was told.
    #[serde(flatten)]
    pub told: Told,
}

/// A call that ends with an outcome.
#[derive(Clone, Debug, Serialize)]
pub struct CallEntry {
    /// Its number.
    pub call: u64,
    /// `pay`, `prepare`, `continue` or `resume`.
    pub kind: &'static str,
    /// The order.
    pub reference: String,
    /// Which process of the app called, from 1.
    pub process: u32,
    /// It ended.
    pub answered: bool,
}

/// A point at which the core was to be killed.
#[derive(Clone, Debug, Serialize)]
pub struct KillEntry {
    /// The point.
    pub at: HoldPoint,
    /// It was reached, and the process killed there.
    pub hit: bool,
}
