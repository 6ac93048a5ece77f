//! Replays the golden traces of `tests/vectors/traces`: the machine takes the same inputs and must want the same done, to the letter.
//!
//! They are recorded by `cargo run -p stepup-sandbox-scenarios --bin record-traces`, and only on purpose.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use klarna_step_up::machine::{Around, Input, Machine, Now, Record};
use klarna_step_up::policy::ConfirmationPolicy;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Trace {
    scenario: String,
    policy: ConfirmationPolicy,
    machines: Vec<Life>,
}

/// One attempt in one process of the app.
#[derive(Deserialize)]
struct Life {
    attempt: String,
    process: u32,
    foreground: bool,
    host: bool,
    record: Record,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Step {
    Adopt {
        adopt: String,
    },
    Take {
        now: Now,
        input: Box<Input>,
        effects: Value,
    },
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

fn names_in(name: &str) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder(name)).expect("the folder is there");
    files
        .map(|file| file.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into())
        .filter(|name| name != "schema")
        .collect()
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("the file is there");
    serde_json::from_str(&text).expect("the file is JSON")
}

/// As the recorder writes: without fields that are absent, unless their name is all there is.
fn pruned(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let alone = fields.len() == 1;
            let kept = fields
                .into_iter()
                .filter(|(_, value)| alone || !value.is_null())
                .map(|(name, value)| (name, pruned(value)))
                .collect();
            Value::Object(kept)
        }
        Value::Array(items) => items.into_iter().map(pruned).collect(),
        other => other,
    }
}

/// Replays one machine; how many steps it took, or the first in which it wants something else.
fn replay(policy: &Arc<ConfirmationPolicy>, life: Life) -> Result<usize, String> {
    let around = Around {
        foreground: life.foreground,
        host: life.host,
    };
    let mut machine = Machine::new(Arc::clone(policy), life.record, around);
    let count = life.steps.len();
    for (number, step) in life.steps.into_iter().enumerate() {
        match step {
            Step::Adopt { adopt } => machine.adopt(&adopt),
            Step::Take {
                now,
                input,
                effects,
            } => {
                let said = format!("{input:?}");
                let wanted = machine.step(*input, now);
                let wanted = pruned(serde_json::to_value(wanted).expect("effects are data"));
                if wanted != effects {
                    return Err(format!(
                        "attempt {} in process {}, step {} ({said}):\n  recorded {effects}\n  now      {wanted}",
                        life.attempt,
                        life.process,
                        number + 1
                    ));
                }
            }
        }
    }
    Ok(count)
}

#[test]
fn every_scenario_has_its_golden_trace_and_the_machine_still_does_the_same() {
    let scenarios = names_in("scenarios");
    let traces = names_in("vectors/traces");
    assert_eq!(traces, scenarios, "golden traces and scenarios differ");
    let schema = read(&folder("vectors/traces.schema.json"));
    let validator = jsonschema::validator_for(&schema).expect("the schema is sound");
    let (mut machines, mut steps) = (0, 0);
    let mut drifted = BTreeMap::new();
    for name in &traces {
        let file = read(&folder("vectors/traces").join(format!("{name}.json")));
        let flaw = validator.iter_errors(&file).next();
        let flaw = flaw.map(|flaw| format!("{}: {flaw:.300}", flaw.instance_path()));
        assert_eq!(flaw, None, "{name}");
        let trace: Trace = serde_json::from_value(file).expect("the schema says so");
        assert_eq!(trace.scenario, *name);
        let policy = Arc::new(trace.policy);
        for life in trace.machines {
            machines += 1;
            match replay(&policy, life) {
                Ok(count) => steps += count,
                Err(what) => {
                    drifted.insert(name.clone(), what);
                }
            }
        }
    }
    let said: Vec<&str> = drifted.values().map(String::as_str).collect();
    assert!(
        drifted.is_empty(),
        "{} of {} traces no longer hold; if that is meant, record them again: {:?}\n{}",
        drifted.len(),
        traces.len(),
        drifted.keys(),
        said.join("\n")
    );
    println!(
        "{} golden traces: {machines} machines, {steps} steps",
        traces.len()
    );
    // An empty recording would hold as well.
    assert!(machines > traces.len() && steps > 10 * traces.len());
}

/// What is recorded says what it is compared with: another answer, another reaction.
#[test]
fn a_step_that_differs_is_named() {
    let file = read(&folder("vectors/traces/happy-url.json"));
    let mut trace: Trace = serde_json::from_value(file).expect("as recorded");
    let mut life = trace.machines.remove(0);
    let at = life.steps.iter().position(
        |step| matches!(step, Step::Take { input, .. } if matches!(**input, Input::Reply { .. })),
    );
    let at = at.expect("the start was answered");
    let other = match life.steps.remove(at) {
        Step::Take { now, effects, .. } => Step::Take {
            now,
            input: Box::new(Input::ReplyFailed { sent: true }),
            effects,
        },
        adopt @ Step::Adopt { .. } => adopt,
    };
    life.steps.insert(at, other);
    let what = replay(&Arc::new(trace.policy), life).expect_err("it differs");
    assert!(what.contains("ReplyFailed"), "{what}");
}
