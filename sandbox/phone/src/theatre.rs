//! The scenarios of the project's tests, played here and now and shown at human speed: what was expected, beside what came of it.

use std::path::Path;

use serde_json::Value;
use stepup_sandbox_scenarios::checker;
use stepup_sandbox_scenarios::runner::{self, PhoneProgram};
use stepup_sandbox_scenarios::scenario::{self, Scenario, ScenarioError};
use tokio::sync::Semaphore;

use crate::books;
use crate::replay::{self, Show, ShowEntry};
use crate::timeline::Lane;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/scenarios");
/// So many at a time; each has a world of its own.
const AT_ONCE: usize = 2;

/// All scenarios.
#[derive(Debug)]
pub struct Theatre {
    scenarios: Vec<Scenario>,
    stage: Semaphore,
}

impl Theatre {
    /// Reads them.
    pub fn open() -> Result<Self, ScenarioError> {
        Ok(Self {
            scenarios: scenario::read_all(Path::new(FOLDER))?,
            stage: Semaphore::new(AT_ONCE),
        })
    }

    /// Their names, and what each is about.
    #[must_use]
    pub fn list(&self) -> Vec<(String, String)> {
        let named = |scenario: &Scenario| (scenario.name.clone(), scenario.about.clone());
        self.scenarios.iter().map(named).collect()
    }

    /// Plays one; none if there is none of that name.
    pub async fn play(&self, name: &str) -> Option<Show> {
        let scenario = self
            .scenarios
            .iter()
            .find(|scenario| scenario.name == name)?;
        let phone = PhoneProgram {
            path: std::env::current_exe().ok()?,
            arguments: vec![crate::AS_APP.to_owned()],
        };
        let turn = self.stage.acquire().await.ok()?;
        let played = runner::play(scenario, &phone).await;
        drop(turn);
        let record = played.record(scenario);
        let findings = checker::check(&record);
        Some(Show {
            title: scenario.about.clone(),
            entries: entries(&record, played.trace.as_ref()),
            expected: expected(&record["expect"]),
            actual: actual(&record),
            findings: Some(findings),
        })
    }
}

fn entries(record: &Value, trace: Option<&Value>) -> Vec<ShowEntry> {
    let begun = record["app"]["began_at_ms"].as_i64().unwrap_or_default();
    let mut entries: Vec<ShowEntry> = books::facts(&record["books"])
        .into_iter()
        .map(|fact| entry(fact.at_ms - begun, fact.lane, fact.kind, fact.text))
        .collect();
    let customers = record["books"]["customers"]
        .as_array()
        .into_iter()
        .flatten();
    for step in
        customers.flat_map(|customer| customer["transcript"].as_array().into_iter().flatten())
    {
        let at = step["at_ms"].as_i64().unwrap_or_default() - begun;
        let what = step["step"].as_str().unwrap_or_default();
        // A number or a code is the customer's own.
        let what = what.split(':').next().unwrap_or_default();
        entries.push(entry(
            at,
            Lane::You,
            format!("customer:{what}"),
            format!("as the customer: {what}"),
        ));
    }
    for told in record["app"]["told"].as_array().into_iter().flatten() {
        let at = told["at_ms"].as_i64().unwrap_or_default() - begun;
        let outcome = outcome(told);
        entries.push(entry(
            at,
            Lane::App,
            format!("outcome:{outcome}"),
            format!("is told the outcome: {outcome}"),
        ));
    }
    if let Some(trace) = trace {
        let since = trace["begun"].as_i64().unwrap_or_default() - begun;
        let steps = replay::steps(trace).unwrap_or_default();
        entries.extend(steps.into_iter().map(|step| ShowEntry {
            at: step.at + since,
            ..step
        }));
    }
    // Stable: what happened at one instant of virtual time stays in the order of its kind.
    entries.sort_by_key(|entry| entry.at);
    entries
}

const fn entry(at: i64, lane: Lane, kind: String, text: String) -> ShowEntry {
    ShowEntry {
        at,
        lane,
        kind,
        text,
    }
}

fn outcome(told: &Value) -> String {
    let outcome = told["outcome"].as_str().unwrap_or_default();
    told["reason"].as_str().map_or_else(
        || outcome.to_owned(),
        |reason| format!("{outcome} ({reason})"),
    )
}

fn expected(expect: &Value) -> Vec<String> {
    let mut lines = told_line(&expect["told"]);
    for order in expect["orders"].as_array().into_iter().flatten() {
        let reference = order["reference"].as_str().unwrap_or_default();
        let backend = order["acquirer"].as_str().unwrap_or("nothing");
        let money = order["transactions"].as_u64().unwrap_or_default();
        let money = usize::try_from(money).unwrap_or(usize::MAX);
        lines.push(format!(
            "Order {reference}: the backend says {backend}; money moves {}",
            times(money)
        ));
    }
    lines
}

/// How often, for people.
fn times(count: usize) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        more => format!("{more} times"),
    }
}

fn told_line(told: &Value) -> Vec<String> {
    let told: Vec<String> = told.as_array().into_iter().flatten().map(outcome).collect();
    vec![if told.is_empty() {
        "The app is told nothing".to_owned()
    } else {
        format!("The app is told: {}", told.join(", then "))
    }]
}

fn actual(record: &Value) -> Vec<String> {
    let mut lines = told_line(&record["app"]["told"]);
    for payment in record["books"]["acquirer"].as_array().into_iter().flatten() {
        let Some(reference) = payment["reference"].as_str() else {
            continue;
        };
        let backend = payment["status"].as_str().unwrap_or("nothing");
        let money: usize = record["books"]["klarna"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|klarna| klarna["purchase_reference"] == payment["reference"])
            .map(|klarna| klarna["transactions"].as_array().map_or(0, Vec::len))
            .sum();
        lines.push(format!(
            "Order {reference}: the backend says {backend}; money moves {}",
            times(money)
        ));
    }
    lines
}
