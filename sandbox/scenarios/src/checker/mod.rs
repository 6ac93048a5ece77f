//! Compares what the app was told with what acquirer, Klarna and gateway recorded.
//!
//! It reads the JSON of a played scenario and nothing else: no type or rule is shared with the core or the runner, so that a mistake
//! of theirs cannot hide here. Every finding is a sentence; none means that all agree.

mod books;
mod bounds;
mod expected;
mod owed;
mod told;

#[cfg(test)]
mod tests;

use serde_json::Value;

/// What is wrong with a played scenario; nothing if all is well.
#[must_use]
pub fn check(record: &Value) -> Vec<String> {
    let mut findings = Findings::default();
    if !can_be_judged(record, &mut findings) {
        return findings.0;
    }
    told::check(record, &mut findings);
    books::check(record, &mut findings);
    bounds::check(record, &mut findings);
    expected::check(record, &mut findings);
    findings.0
}

/// The same for an app that was killed in the midst of it, so that nobody can say how its scenario should have gone: what must hold
/// however it goes. Besides, every attempt that anybody but the core heard of has its outcome.
#[must_use]
pub fn check_survivor(record: &Value) -> Vec<String> {
    let mut findings = Findings::default();
    if !can_be_judged(record, &mut findings) {
        return findings.0;
    }
    told::check(record, &mut findings);
    books::check_survivor(record, &mut findings);
    expected::at_the_end(record, &mut findings);
    owed::check(record, &mut findings);
    findings.0
}

/// Whether there is anything to compare; says so if not, and if it was not played to its end.
fn can_be_judged(record: &Value, findings: &mut Findings) -> bool {
    if let Some(problem) = record["problem"].as_str() {
        findings.add(format!("not played to its end: {problem}"));
    }
    if record["books"].is_null() {
        findings.add("there are no books");
        return false;
    }
    true
}

#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn add(&mut self, finding: impl Into<String>) {
        let finding = finding.into();
        if !self.0.contains(&finding) {
            self.0.push(finding);
        }
    }
}

/// The entries of a list; none if it is missing.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn number(value: &Value, name: &str) -> i64 {
    value[name].as_i64().unwrap_or_default()
}

/// The scenario says that the app still waits for this order.
fn may_wait(record: &Value, reference: &str) -> bool {
    list(&record["expect"]["waiting"])
        .iter()
        .any(|waits| waits.as_str() == Some(reference))
}

/// The outcome that a word of the backend's stands for; none for `pending` and for words that do not exist.
fn outcome_of(word: &str) -> Option<&'static str> {
    match word {
        "approved" => Some("approved"),
        "declined" | "failed" => Some("declined"),
        "canceled" | "expired" => Some("canceled"),
        _ => None,
    }
}
