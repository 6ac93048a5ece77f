//! A trace that somebody pastes, also one of a real device: read with suspicion, shown as text.

use serde::Serialize;
use serde_json::Value;

use crate::timeline::Lane;

/// The largest trace, in bytes. Those of the core have at most 400 steps.
pub const LARGEST: usize = 512 * 1024;
/// The most steps.
const MOST: usize = 2_000;
/// The longest text of a step, in characters; the core's are far shorter.
const LONGEST: usize = 400;

/// Something to watch step by step.
#[derive(Clone, Debug, Serialize)]
pub struct Show {
    /// What it is.
    pub title: String,
    /// What happens.
    pub entries: Vec<ShowEntry>,
    /// What was expected, if anything was, as lines for people.
    pub expected: Vec<String>,
    /// What came of it.
    pub actual: Vec<String>,
    /// What is wrong with it; nothing if all is well. None: nobody knows what should be.
    pub findings: Option<Vec<String>>,
}

/// One step of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShowEntry {
    /// Milliseconds since its begin.
    pub at: i64,
    /// Who.
    pub lane: Lane,
    /// A name.
    pub kind: String,
    /// A sentence.
    pub text: String,
}

/// Why a text is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATrace {
    /// It is larger than any trace.
    #[error("This is too large for a trace: at most 512 KiB.")]
    TooLarge,
    /// It is no JSON, or is nested deeper than any trace.
    #[error("This is no JSON that a trace could be.")]
    NotJson,
    /// It is other JSON.
    #[error(
        "This is JSON, but no trace: `trace` has to be 1, and `steps` a list of {{\"ms\": …, \"in\" or \"out\": \"…\"}}."
    )]
    OtherJson,
    /// It has more steps than any trace.
    #[error("This has more steps than any trace.")]
    TooLong,
}

/// Reads what `trace()` gives.
pub fn read(text: &str) -> Result<Show, NotATrace> {
    if text.len() > LARGEST {
        return Err(NotATrace::TooLarge);
    }
    let trace: Value = serde_json::from_str(text).map_err(|_| NotATrace::NotJson)?;
    let entries = steps(&trace)?;
    let attempt = trace["attempt"].as_str().map(cut).unwrap_or_default();
    let left_out = trace["dropped"].as_u64().unwrap_or(0);
    let mut title = format!("Trace of attempt {attempt}");
    if left_out > 0 {
        title = format!("{title}, {left_out} steps left out");
    }
    Ok(Show {
        title,
        entries,
        expected: Vec::new(),
        actual: Vec::new(),
        findings: None,
    })
}

/// The steps of a trace.
pub(crate) fn steps(trace: &Value) -> Result<Vec<ShowEntry>, NotATrace> {
    let steps = trace["steps"].as_array().filter(|_| trace["trace"] == 1);
    let steps = steps.ok_or(NotATrace::OtherJson)?;
    if steps.len() > MOST {
        return Err(NotATrace::TooLong);
    }
    steps
        .iter()
        .map(|step| one(step).ok_or(NotATrace::OtherJson))
        .collect()
}

fn one(step: &Value) -> Option<ShowEntry> {
    let (lane, what) = match (step["in"].as_str(), step["out"].as_str()) {
        (Some(what), None) => (Lane::Saw, what),
        (None, Some(what)) => (Lane::Does, what),
        _ => return None,
    };
    let name = what.split(['(', '{', ' ']).next().unwrap_or_default();
    Some(ShowEntry {
        at: step["ms"].as_i64()?,
        lane,
        kind: format!("core:{}", cut(name)),
        text: cut(what),
    })
}

fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_read_step_by_step() {
        let show = read(r#"{"trace":1,"attempt":"ab","dropped":0,"steps":[{"ms":0,"in":"Start"},{"ms":3,"out":"Persist { revision: 1 }"}]}"#)
            .expect("a trace");
        assert_eq!(show.title, "Trace of attempt ab");
        assert_eq!(show.entries[1].kind, "core:Persist");
        assert_eq!(
            (show.entries[0].lane, show.entries[1].lane),
            (Lane::Saw, Lane::Does)
        );
    }

    #[test]
    fn what_is_no_trace_is_refused() {
        let deep = "[".repeat(100_000);
        for (text, why) in [
            ("", NotATrace::NotJson),
            (deep.as_str(), NotATrace::NotJson),
            ("{}", NotATrace::OtherJson),
            (r#"{"trace":1,"steps":[{"ms":0}]}"#, NotATrace::OtherJson),
            (
                r#"{"trace":1,"steps":[{"ms":"<b>","in":"x"}]}"#,
                NotATrace::OtherJson,
            ),
            (r#"{"trace":2,"steps":[]}"#, NotATrace::OtherJson),
        ] {
            assert_eq!(read(text).err(), Some(why));
        }
        assert_eq!(
            read(&" ".repeat(LARGEST + 1)).err(),
            Some(NotATrace::TooLarge)
        );
    }

    #[test]
    fn long_texts_are_cut() {
        let step = format!(
            r#"{{"trace":1,"steps":[{{"ms":0,"in":"{}"}}]}}"#,
            "é".repeat(1_000)
        );
        let show = read(&step).expect("a trace");
        assert_eq!(show.entries[0].text.chars().count(), LONGEST + 1);
    }
}
