//! Records the golden traces of `tests/vectors/traces`: plays scenarios and writes down every step of the core's machines.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use klarna_step_up::trace::RECORDER;
use stepup_sandbox_scenarios::runner::PhoneProgram;
use stepup_sandbox_scenarios::scenario::read_all;
use stepup_sandbox_scenarios::{checker, golden, phone};

/// Makes this program a phone; the socket to record to follows.
const AS_PHONE: &str = "--be-a-phone";

/// Plays scenarios, and writes a golden trace of each that is green. To be run when the machine changed on purpose and
/// `cargo test -p klarna-step-up --test traces` says which traces no longer hold.
#[derive(Parser)]
#[command(name = "record-traces", max_term_width = 100)]
struct Arguments {
    /// Only these scenarios; all when none is named.
    names: Vec<String>,
    /// Where the scenarios are.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/scenarios"), hide_default_value = true)]
    scenarios: PathBuf,
    /// Where the traces go.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/traces"), hide_default_value = true)]
    traces: PathBuf,
}

fn main() -> ExitCode {
    let ended = match std::env::args().nth(1).as_deref() {
        Some(AS_PHONE) => be_a_phone(),
        _ => write_traces(&Arguments::parse()),
    };
    ended.unwrap_or_else(|error| {
        eprintln!("record-traces: {error}");
        ExitCode::FAILURE
    })
}

fn be_a_phone() -> Result<ExitCode, String> {
    let socket = std::env::args().nth(2).ok_or("no socket")?;
    let sender = golden::Sender::connect(Path::new(&socket)).map_err(|error| error.to_string())?;
    let _ = RECORDER.set(Box::new(sender));
    Ok(phone::run())
}

fn write_traces(arguments: &Arguments) -> Result<ExitCode, String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let phone = PhoneProgram {
        path: std::env::current_exe().map_err(|error| error.to_string())?,
        arguments: vec![AS_PHONE.to_owned()],
    };
    let all = read_all(&arguments.scenarios).map_err(|error| error.to_string())?;
    std::fs::create_dir_all(&arguments.traces).map_err(|error| error.to_string())?;
    let (mut written, mut red) = (0, 0);
    for scenario in &all {
        if !arguments.names.is_empty() && !arguments.names.contains(&scenario.name) {
            continue;
        }
        let recorded = runtime.block_on(golden::record(scenario, &phone));
        let (played, text) = recorded.map_err(|error| error.to_string())?;
        let findings = checker::check(&played.record(scenario));
        if !findings.is_empty() {
            println!("{}: red, not recorded: {findings:?}", scenario.name);
            red += 1;
            continue;
        }
        let file = arguments.traces.join(format!("{}.json", scenario.name));
        std::fs::write(&file, text).map_err(|error| error.to_string())?;
        written += 1;
    }
    println!("{written} traces written, {red} scenarios red");
    Ok(if red == 0 && written > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
