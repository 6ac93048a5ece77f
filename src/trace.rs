//! Timelines: what happened to an attempt, by name and time, without content, to paste in a ticket.

use serde_json::{Value, json};

use crate::machine::{Effect, Input};
use crate::redact::short_hash;
use crate::reply::{StartAnswer, StatusAnswer};

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
    pub fn to_json(&self, attempt: &str) -> String {
        let begun = self.begun.unwrap_or(0);
        let steps: Vec<Value> = self
            .steps
            .iter()
            .map(|(at, side, what)| json!({"ms": at - begun, (*side): what}))
            .collect();
        json!({"trace": 1, "attempt": short_hash(attempt), "begun": begun, "dropped": self.dropped, "steps": steps}).to_string()
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
