//! Timelines: what happened to an attempt, by name and time, without content, to paste in a ticket.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::machine::{Effect, Input, Machine, Now};
use crate::redact::short_hash;
use crate::reply::{StartAnswer, StatusAnswer};

/// Sees every step of every machine of this process with all that is in it, secrets included. Nothing of the library's sets one: it
/// is for the program that records the golden traces of `tests/vectors/traces`.
pub static RECORDER: OnceLock<Box<dyn Recorder>> = OnceLock::new();

/// What records whole steps. It is called on the loop.
pub trait Recorder: Send + Sync {
    /// The machine is about to take this input.
    fn input(&self, machine: &Machine, input: &Input, now: Now);
    /// It has taken it, and wants this done.
    fn effects(&self, machine: &Machine, effects: &[Effect]);
}

/// How many steps a trace keeps; the first ones stay, because they say how it began.
const KEPT: usize = 400;

/// The timeline of one attempt.
#[derive(Clone, Debug, Default)]
pub struct TraceLog {
    begun: Option<i64>,
    steps: Vec<(i64, &'static str, String)>,
    dropped: u32,
}

impl TraceLog {
    /// When the first step was, Unix milliseconds.
    #[must_use]
    pub fn begun(&self) -> i64 {
        self.begun.unwrap_or(i64::MAX)
    }

    /// Adds a step.
    pub fn add(&mut self, at: i64, side: &'static str, what: String) {
        self.begun.get_or_insert(at);
        if self.steps.len() >= KEPT {
            self.steps.remove(KEPT / 2);
            self.dropped += 1;
        }
        self.steps.push((at, side, what));
    }

    /// The trace as JSON. Ids are shortened to a hash.
    #[must_use]
    pub fn to_value(&self, attempt: &str) -> Value {
        let begun = self.begun.unwrap_or(0);
        let steps: Vec<Value> = self
            .steps
            .iter()
            .map(|(at, side, what)| json!({"ms": at - begun, (*side): what}))
            .collect();
        json!({
            "trace": 1,
            "attempt": short_hash(attempt),
            "begun": begun,
            "dropped": self.dropped,
            "steps": steps
        })
    }
}

/// The traces of earlier processes, newest first. They help to find out, and nothing depends on them.
#[derive(Debug, Default)]
pub struct PastTraces(Vec<Value>);

/// How many traces are kept.
const PAST: usize = 20;
/// How long, milliseconds.
const PAST_LIFE: i64 = 14 * 24 * 60 * 60 * 1_000;

impl PastTraces {
    /// Reads what [`PastTraces::to_bytes`] wrote; what cannot be read is forgotten.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        Self(serde_json::from_slice(bytes).unwrap_or_default())
    }

    /// The traces as they are kept.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0).unwrap_or_default()
    }

    /// Takes in traces of this process, in place of older ones of the same attempts.
    pub fn take(&mut self, traces: Vec<Value>, now: i64) {
        self.0.retain(|past| {
            let again = traces
                .iter()
                .any(|trace| trace["attempt"] == past["attempt"]);
            !again
        });
        self.0.extend(traces);
        let begun = |trace: &Value| trace["begun"].as_i64().unwrap_or(0);
        self.0
            .retain(|trace| now.saturating_sub(begun(trace)) <= PAST_LIFE);
        self.0.sort_by_key(|trace| std::cmp::Reverse(begun(trace)));
        self.0.truncate(PAST);
    }

    /// The trace of an attempt, if it is kept.
    #[must_use]
    pub fn find(&self, attempt: &str) -> Option<&Value> {
        let hash = short_hash(attempt);
        self.0.iter().find(|trace| trace["attempt"] == hash)
    }
}

/// An input by name, with what is safe of it.
#[must_use]
pub fn input_name(input: &Input) -> String {
    match input {
        Input::Start { .. } => "Start".to_owned(),
        Input::Prepare => "Prepare".to_owned(),
        Input::Continue { .. } => "Continue".to_owned(),
        Input::Join { .. } => "Join".to_owned(),
        Input::Reply {
            answer, forbidden, ..
        } => match answer {
            StartAnswer::Reply(reply) => format!(
                "Reply({:?}{})",
                reply.word,
                if *forbidden { ", forbidden" } else { "" }
            ),
            StartAnswer::Refused { .. } => "Reply(Refused)".to_owned(),
            StartAnswer::Unknown(why) => format!("Reply(Unknown({why:?}))"),
        },
        Input::Status { number, answer, .. } => match answer {
            StatusAnswer::Reply(reply) => format!(
                "Status({number}, {:?}, {:?})",
                reply.word, reply.klarna_state
            ),
            StatusAnswer::Failed(failure) => format!("Status({number}, {failure:?})"),
        },
        Input::Reopen { .. } => "Reopen".to_owned(),
        other => format!("{other:?}"),
    }
}

/// An effect by name, with what is safe of it; the name alone is the kill point's.
#[must_use]
pub fn effect_name(effect: &Effect) -> &'static str {
    match effect {
        Effect::Persist { .. } => "Persist",
        Effect::Authorize { .. } => "Authorize",
        Effect::Present { .. } => "Present",
        Effect::Dismiss { .. } => "Dismiss",
        Effect::AskStatus { .. } => "AskStatus",
        Effect::CancelAtBackend { .. } => "CancelAtBackend",
        Effect::WakeAt(_) => "WakeAt",
        Effect::Deliver(_) => "Deliver",
        Effect::Emit(_) => "Emit",
        Effect::Forget { .. } => "Forget",
    }
}

/// An effect as a trace shows it; `None` for what says nothing.
#[must_use]
pub fn effect_text(effect: &Effect) -> Option<String> {
    match effect {
        Effect::WakeAt(_) => None,
        Effect::Deliver(outcome) => Some(format!(
            "Deliver({}, {})",
            outcome.number,
            format_args!("{:?}", outcome.verdict)
        )),
        Effect::Emit(note) => Some(format!("{note:?}")),
        other => Some(format!("{other:?}")),
    }
}
