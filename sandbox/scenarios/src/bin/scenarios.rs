//! Plays scenarios and prints what came of them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use serde_json::{Value, json};
use stepup_sandbox_scenarios::runner::{self, PhoneProgram};
use stepup_sandbox_scenarios::scenario::{Scenario, read_all};
use stepup_sandbox_scenarios::{checker, phone, wire};

/// Makes this program a phone.
const AS_PHONE: &str = "--be-a-phone";

/// Plays whole payments, headless and in virtual time: the real core in a process of its own, real servers, a scripted customer on
/// the real pages, faults. A checker that shares no code with the core compares what the app was told with everybody's books.
#[derive(Parser)]
#[command(name = "scenarios", max_term_width = 100)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
struct Arguments {
    /// Only these scenarios; all when none is named.
    names: Vec<String>,
    /// Print one JSON object a scenario instead of the table.
    #[arg(long)]
    json: bool,
    /// Only name the scenarios and what they show.
    #[arg(long, conflicts_with = "json")]
    list: bool,
    /// Print the core's trace of each scenario, too.
    #[arg(long, short)]
    verbose: bool,
    /// Play with this phone in place of the built-in one: a program that speaks the lines of `protocol.rs` on stdin and stdout.
    #[arg(long, value_name = "PROGRAM")]
    phone: Option<PathBuf>,
    /// What that program is told when it is started; once an argument.
    #[arg(
        long,
        value_name = "ARGUMENT",
        requires = "phone",
        allow_hyphen_values = true
    )]
    phone_argument: Vec<String>,
    /// Play each scenario with the built-in phone as well: both must send the backend the same requests at the same times.
    #[arg(long, requires = "phone")]
    compare: bool,
    /// Where the scenarios are.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/scenarios"), hide_default_value = true)]
    folder: PathBuf,
}

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(AS_PHONE) {
        return phone::run();
    }
    let arguments = Arguments::parse();
    let played = tokio::runtime::Runtime::new()
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(run(&arguments)));
    match played {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("scenarios: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<bool, String> {
    let all = read_all(&arguments.folder).map_err(|error| error.to_string())?;
    let known: BTreeSet<&str> = all.iter().map(|scenario| scenario.name.as_str()).collect();
    if let Some(unknown) = arguments
        .names
        .iter()
        .find(|name| !known.contains(name.as_str()))
    {
        return Err(format!("there is no scenario `{unknown}`; see --list"));
    }
    if arguments.list {
        for scenario in &all {
            println!("{:28} {}", scenario.name, scenario.about);
        }
        return Ok(true);
    }
    let chosen: Vec<&Scenario> = all
        .iter()
        .filter(|scenario| arguments.names.is_empty() || arguments.names.contains(&scenario.name))
        .collect();
    let built_in = built_in_phone()?;
    let phones = Phones {
        played: arguments.phone.clone().map_or_else(
            || built_in.clone(),
            |path| PhoneProgram {
                path,
                arguments: arguments.phone_argument.clone(),
            },
        ),
        compared: arguments.compare.then_some(built_in),
    };
    if !arguments.json {
        println!(
            "{:28} {:34} {:>8} {:>12}  books",
            "scenario", "outcome", "requests", "virtual time"
        );
    }
    let (mut played, mut passed) = (BTreeSet::new(), 0);
    for scenario in &chosen {
        passed += usize::from(play(scenario, &phones, arguments).await);
        played.insert(scenario.name.as_str());
    }
    // A list that silently leaves something out would look just as green.
    let expected: BTreeSet<&str> = chosen
        .iter()
        .map(|scenario| scenario.name.as_str())
        .collect();
    let complete = played == expected && !(arguments.names.is_empty() && played != known);
    let failed = chosen.len() - passed;
    let summary = format!(
        "{} of {} scenarios played\n{passed} passed, {failed} failed",
        played.len(),
        all.len()
    );
    if arguments.json {
        eprintln!("{summary}");
    } else {
        println!("{summary}");
    }
    Ok(failed == 0 && complete && !chosen.is_empty())
}

/// The phone that is played with, and the one whose requests its own must equal.
struct Phones {
    played: PhoneProgram,
    compared: Option<PhoneProgram>,
}

async fn play(scenario: &Scenario, phones: &Phones, arguments: &Arguments) -> bool {
    let begun = Instant::now();
    let played = runner::play(scenario, &phones.played).await;
    let record = played.record(scenario);
    let mut findings = checker::check(&record);
    if let Some(built_in) = &phones.compared {
        findings.extend(compare(scenario, phones, built_in, &record).await);
    }
    let told = told(&record);
    let requests = record["books"]["wire"].as_array().map_or(0, Vec::len);
    let virtual_ms = played.app.ended_at_ms - played.app.began_at_ms;
    if arguments.json {
        let line = json!({
            "name": scenario.name, "passed": findings.is_empty(), "told": record["app"]["told"], "requests": requests,
            "virtual_ms": virtual_ms, "real_ms": u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX), "findings": findings,
        });
        println!("{line}");
        return findings.is_empty();
    }
    let verdict = if findings.is_empty() { "agree" } else { "RED" };
    println!(
        "{:28} {told:34} {requests:>8} {:>12}  {verdict}",
        scenario.name,
        seconds(virtual_ms)
    );
    for finding in &findings {
        println!("    {finding}");
    }
    if arguments.verbose || !findings.is_empty() {
        print_trace(&record, played.trace.as_ref());
    }
    findings.is_empty()
}

/// How often each phone plays a scenario before what they send counts as different.
const COURSES: usize = 4;

/// What this phone sends and the built-in one does not. What happens at one instant of virtual time may come in either order (see
/// `tests/scenarios/README.md`), so a scenario can have more than one course: both play it again until they took the same one. Says
/// nothing if they did; every further course has to pass the checker, too.
async fn compare(
    scenario: &Scenario,
    phones: &Phones,
    built_in: &PhoneProgram,
    first: &Value,
) -> Vec<String> {
    let mut ours = vec![first.clone()];
    let mut theirs = Vec::new();
    let mut said = Vec::new();
    for course in 1..=COURSES {
        theirs.push(runner::play(scenario, built_in).await.record(scenario));
        if ours.iter().any(|our| {
            theirs
                .iter()
                .any(|their| wire::differences(their, our).is_empty())
        }) {
            if course > 1 {
                eprintln!("{}: the same requests in course {course}", scenario.name);
            }
            return Vec::new();
        }
        if said.is_empty() {
            said = wire::differences(&theirs[0], first);
        }
        let again = runner::play(scenario, &phones.played)
            .await
            .record(scenario);
        let findings = checker::check(&again);
        if !findings.is_empty() {
            return findings;
        }
        ours.push(again);
    }
    said
}

fn told(record: &Value) -> String {
    let told = record["app"]["told"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let names: Vec<String> = told
        .iter()
        .map(|told| {
            let outcome = told["outcome"].as_str().unwrap_or_default();
            match told["reason"].as_str() {
                Some(reason) => format!("{outcome} ({reason})"),
                None => outcome.to_owned(),
            }
        })
        .collect();
    names.join(", ")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "for people; no scenario lasts that long"
)]
fn seconds(ms: i64) -> String {
    format!("{:.1} s", ms as f64 / 1000.0)
}

fn print_trace(record: &Value, trace: Option<&Value>) {
    let steps = trace.and_then(|trace| trace["steps"].as_array());
    for step in steps.into_iter().flatten() {
        let (side, what) = if step["in"].is_string() {
            ("->", &step["in"])
        } else {
            ("  ", &step["out"])
        };
        println!(
            "    {:>8} ms {side} {}",
            step["ms"],
            what.as_str().unwrap_or_default()
        );
    }
    for entry in record["books"]["wire"].as_array().into_iter().flatten() {
        println!(
            "    wire {} {} wait={} fault={} -> {}",
            entry["at_ms"], entry["endpoint"], entry["wait"], entry["fault"], entry["answer"]
        );
    }
}

/// This very program, told to be a phone: there is nothing else that would have to be built first.
fn built_in_phone() -> Result<PhoneProgram, String> {
    Ok(PhoneProgram {
        path: std::env::current_exe().map_err(|error| error.to_string())?,
        arguments: vec![AS_PHONE.to_owned()],
    })
}
