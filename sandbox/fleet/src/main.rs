//! `cargo xtask fleet`: a million phones, a backend that has a bad hour, and what each policy makes of it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use stepup_sandbox_fleet::plot;
use stepup_sandbox_fleet::report::{self, PEAK_LIMIT};

/// Simulates phones that wait for their payments' outcomes while their backend is down for ten minutes, answers one question of five with
/// an error for ten, and asks for rest for two; beside ours, the fixed schedules of other SDKs.
///
/// Each phone runs the real machine with the default policy. A table says what each policy costs the backend and when its phones know.
/// "steady": requests a second before the outage; "peak": the most in any window until the last phone has begun; "knows": from when the
/// backend could say it. Ends with 1 if the peak of a policy of ours is 1.5 times its steady state or more. The same seed, the same figures.
#[derive(Parser)]
#[command(name = "fleet")]
struct Arguments {
    /// How many phones, over an hour.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1000..))]
    phones: u32,
    /// What the customers' dice begin with.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Over how many seconds a peak is averaged; small fleets need more, or chance makes the peak (default: by the number of phones).
    #[arg(long)]
    window: Option<usize>,
    /// Draw requests over time into this file.
    #[arg(long, value_name = "FILE.svg")]
    svg: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let window = arguments
        .window
        .unwrap_or(if arguments.phones < 500_000 { 10 } else { 1 });
    let fleets = report::run(arguments.phones, arguments.seed);
    println!(
        "{} phones over an hour, seed {}, peaks over {window} s\n\n{}",
        arguments.phones,
        arguments.seed,
        report::table(&fleets, window)
    );
    if let Some(path) = &arguments.svg {
        if let Err(problem) = plot::draw(&fleets, path) {
            eprintln!("error: {} cannot be drawn: {problem}", path.display());
            return ExitCode::FAILURE;
        }
        println!("drawn: {}", path.display());
    }
    let mut failed = 0;
    let ours = fleets.iter().filter(|fleet| fleet.ours);
    for fleet in ours.clone() {
        if fleet.load.ratio(window) >= PEAK_LIMIT {
            failed += 1;
            println!(
                "{}: the peak is {:.2} times the steady state; the limit is {PEAK_LIMIT}",
                fleet.name,
                fleet.load.ratio(window)
            );
        }
        if fleet.load.never > 0 {
            failed += 1;
            println!(
                "{}: {} phones never learned that they had paid",
                fleet.name, fleet.load.never
            );
        }
    }
    println!("{} passed, {failed} failed", ours.count() * 2 - failed);
    ExitCode::from(u8::from(failed > 0))
}
