//! Kills apps in the midst of their payments, and checks that nothing was lost and nothing false was told.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use stepup_sandbox_scenarios::phone;
use stepup_sandbox_scenarios::runner::{PhoneProgram, Plan, Plant};
use stepup_sandbox_scenarios::scenario::{Scenario, read_all};
use stepup_sandbox_scenarios::torture::{self, Play, Red, Toll};

/// Makes this program a phone.
const AS_PHONE: &str = "--be-a-phone";
/// What the short form kills at every effect.
const SHORT_EVERY_EFFECT: [&str; 1] = ["happy-url"];
const SHORT_BY_CHANCE: usize = 50;
const LONG_BY_CHANCE: usize = 2_000;

/// Kills the app's process (SIGKILL) at every effect of the core's and at random instants, under every fault of the scenarios, starts
/// it again until each attempt has its outcome, and lets the independent checker compare what the app was told with the books of
/// acquirer and Klarna: none lost, doubled, false or without an outcome, and no second authorize. In the end faults are planted that
/// must be found.
#[derive(Parser)]
#[command(name = "torture", max_term_width = 100)]
struct Arguments {
    /// Every effect of every scenario, and 2,000 kills by chance; else every effect of one scenario, and 50.
    #[arg(long)]
    long: bool,
    /// What chance is made from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// So many kills by chance.
    #[arg(long)]
    kills: Option<usize>,
    /// Only these scenarios.
    #[arg(long)]
    scenario: Vec<String>,
    /// One play of `--scenario`, as a red one was printed.
    #[arg(long, requires = "scenario", conflicts_with_all = ["long", "kills"])]
    plan: Option<Plan>,
    /// Plays at a time.
    #[arg(long, default_value_t = 4)]
    at_a_time: usize,
    /// Where the records of red plays go: what happened at an instant may not happen again.
    #[arg(long)]
    records: Option<PathBuf>,
    /// Where the scenarios are.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/scenarios"), hide_default_value = true)]
    folder: PathBuf,
}

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(AS_PHONE) {
        return phone::run();
    }
    let arguments = Arguments::parse();
    let done = tokio::runtime::Runtime::new()
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(run(&arguments)));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("torture: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<bool, String> {
    let begun = Instant::now();
    let all = read_all(&arguments.folder).map_err(|error| error.to_string())?;
    let named = |name: &String| all.iter().any(|scenario| scenario.name == *name);
    if let Some(unknown) = arguments.scenario.iter().find(|name| !named(name)) {
        return Err(format!("there is no scenario `{unknown}`"));
    }
    let chosen: Vec<Scenario> = all
        .iter()
        .filter(|one| arguments.scenario.is_empty() || arguments.scenario.contains(&one.name))
        .cloned()
        .collect();
    let phone = PhoneProgram {
        path: std::env::current_exe().map_err(|error| error.to_string())?,
        arguments: vec![AS_PHONE.to_owned()],
    };
    if let Some(plan) = &arguments.plan {
        let plays = chosen.into_iter().map(|scenario| Play {
            scenario,
            plan: plan.clone(),
        });
        let toll = torture::run(plays, &phone, 1, usize::MAX, |toll, red| {
            progress(toll, red, arguments);
        })
        .await;
        return Ok(report("as planned", &toll) && toll.plays > 0);
    }
    println!("seed {}", arguments.seed);
    let mut every = Vec::new();
    for scenario in &chosen {
        let is_chosen = arguments.long || !arguments.scenario.is_empty();
        if is_chosen || SHORT_EVERY_EFFECT.contains(&scenario.name.as_str()) {
            every.extend(torture::every_effect(scenario, &phone, arguments.seed).await);
        }
    }
    let planned = every.len();
    let toll = torture::run(
        every.into_iter(),
        &phone,
        arguments.at_a_time,
        usize::MAX,
        |toll, red| progress(toll, red, arguments),
    )
    .await;
    let mut green = report("at every effect", &toll);
    let mut counts = (toll.plays - toll.red.len(), toll.red.len());
    if toll.plays != planned || toll.at_effects == 0 {
        println!("RED: {planned} plays were planned, {} played", toll.plays);
        green = false;
    }
    let wanted = arguments.kills.unwrap_or(if arguments.long {
        LONG_BY_CHANCE
    } else {
        SHORT_BY_CHANCE
    });
    let plays = torture::by_chance(chosen, arguments.seed);
    let toll = torture::run(plays, &phone, arguments.at_a_time, wanted, |toll, red| {
        progress(toll, red, arguments);
    })
    .await;
    green &= report("by chance", &toll);
    counts.0 += toll.plays - toll.red.len();
    counts.1 += toll.red.len();
    for plant in Plant::ALL {
        match torture::notices(plant, &all, &phone).await {
            Ok(findings) => {
                println!("planted {plant:?}: found ({})", findings.join("; "));
                counts.0 += 1;
            }
            Err(missed) => {
                println!("planted {missed}: NOT FOUND");
                counts.1 += 1;
                green = false;
            }
        }
    }
    println!("{:.0} s", begun.elapsed().as_secs_f64());
    println!("{} passed, {} failed", counts.0, counts.1);
    Ok(green)
}

/// A sign of life in a long run, and what is red at once.
fn progress(toll: &Toll, red: Option<&Red>, arguments: &Arguments) {
    if let Some(red) = red {
        eprintln!("red: {} {}: {:?}", red.scenario, red.plan, red.findings);
        if let Some(folder) = &arguments.records {
            keep(folder, red);
        }
    }
    if toll.plays.is_multiple_of(100) {
        eprintln!(
            "… {} plays, {} kills, {} red",
            toll.plays,
            toll.kills(),
            toll.red.len()
        );
    }
}

fn report(how: &str, toll: &Toll) -> bool {
    println!(
        "{how}: {} plays of {} scenarios, {} kills ({} at an effect, {} at an instant), {} processes, {} attempts, told {} times, {} red",
        toll.plays,
        toll.scenarios.len(),
        toll.kills(),
        toll.at_effects,
        toll.at_instants,
        toll.processes,
        toll.attempts,
        toll.told,
        toll.red.len()
    );
    for red in &toll.red {
        println!(
            "RED: cargo xtask torture --scenario {} --plan {}",
            red.scenario, red.plan
        );
        for finding in &red.findings {
            println!("    {finding}");
        }
    }
    toll.red.is_empty()
}

fn keep(folder: &Path, red: &Red) {
    let name = format!(
        "{}-{}.json",
        red.scenario,
        red.plan.replace(['/', ':'], "-")
    );
    let file = folder.join(name);
    let text = format!("{:#}", red.record);
    match std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, text)) {
        Ok(()) => eprintln!("    {}", file.display()),
        Err(error) => eprintln!("    its record could not be written: {error}"),
    }
}
