//! Everything that reads what others wrote, fed with what libFuzzer makes up: `fuzz/`.

mod seeds;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use clap::ValueEnum;

use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::system;
use crate::tally::Tally;

/// libFuzzer's instrumentation and the address sanitizer are in no stable compiler.
const TOOLCHAIN: &str = "nightly";
const SECONDS: u32 = 10;
/// Executions of the long form, a target.
const RUNS: u32 = 10_000_000;
/// The longest input: what may be read is 64 KiB.
const LONGEST: &str = "-max_len=70000";

/// What is fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// Links that reach the app, and links that are configured.
    Links,
    /// Answers to a start.
    Replies,
    /// Answers to a question.
    Status,
    /// Records, tombstones and traces in the journal's folder.
    Journal,
    /// Configurations.
    Configuration,
    /// Whole lives of an attempt, as the golden traces have them.
    Replay,
}

impl Target {
    fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// For how long.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    Seconds(u32),
    Runs(u32),
}

impl Limit {
    pub fn new(long: bool, seconds: Option<u32>) -> Self {
        match seconds {
            Some(seconds) => Self::Seconds(seconds),
            None if long => Self::Runs(RUNS),
            None => Self::Seconds(SECONDS),
        }
    }
}

/// Runs the targets, two at a time, each from the seeds of `tests/vectors` and what earlier runs found worth keeping.
pub fn run(project: &Project, targets: &[Target], limit: Limit) -> Outcome<Tally> {
    let targets = if targets.is_empty() {
        Target::value_variants()
    } else {
        targets
    };
    let programs = build(project)?;
    let folder = project.target()?.join("fuzz-corpus");
    let mut tally = Tally::default();
    tally.count(boundary(&programs));
    for pair in targets.chunks(2) {
        let mut running = Vec::new();
        for target in pair {
            let name = target.name();
            let corpus = folder.join(&name);
            seeds::write(project, *target, &corpus)?;
            let mut command = process::command(programs.join(&name));
            command.args([
                LONGEST,
                "-timeout=10",
                "-rss_limit_mb=2048",
                "-print_final_stats=1",
            ]);
            command.arg(match limit {
                Limit::Seconds(seconds) => format!("-max_total_time={seconds}"),
                Limit::Runs(runs) => format!("-runs={runs}"),
            });
            let findings = folder.join("findings").join(&name);
            std::fs::create_dir_all(&findings).map_err(at(&findings))?;
            command.arg(format!("-artifact_prefix={}/", findings.display()));
            command.arg(&corpus);
            running.push(thread::spawn(move || one(&name, command)));
        }
        for thread in running {
            let said = thread
                .join()
                .map_err(|_| Failure::new("a thread of the fuzzing died"))?;
            tally.count(said?);
        }
    }
    Ok(tally)
}

/// A caller in C over the FFI boundary, under the address sanitizer.
fn boundary(programs: &Path) -> bool {
    let ended = process::run(process::command(programs.join("ffi")));
    if let Err(failure) = &ended {
        println!("{failure}");
    }
    ended.is_ok()
}

/// True if it found nothing.
fn one(name: &str, mut command: Command) -> Outcome<bool> {
    let begun = Instant::now();
    let output = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| Failure::new(format!("{name}: {error}")))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let runs = executions(&said).unwrap_or(0);
    let well = output.status.success() && runs > 0;
    println!(
        "{name:<14} {runs:>10} executions in {:.0} s{}",
        begun.elapsed().as_secs_f64(),
        if well { "" } else { ": FOUND SOMETHING" }
    );
    if !well {
        let lines: Vec<&str> = said.lines().collect();
        let last = lines.len().saturating_sub(60);
        println!("{}", lines[last..].join("\n"));
        println!(
            "put the input into tests/vectors/fuzzed/{name}/, where `cargo test --test fuzzed` finds it, and mend what it found"
        );
    }
    Ok(well)
}

fn executions(said: &str) -> Option<u64> {
    let line = said
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
    line.trim().parse().ok()
}

/// Where the programs are, once they are built.
fn build(project: &Project) -> Outcome<PathBuf> {
    system::ensure(&[system::CXX])?;
    let version = compiler()?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap_or_default();
    let target = project.target()?.join("fuzz");
    let mut build = process::command(program(project)?);
    build
        .args(["build", "--fuzz-dir"])
        .arg(project.root.join("fuzz"))
        .current_dir(&project.root)
        .env("RUSTUP_TOOLCHAIN", TOOLCHAIN)
        .env("CARGO_TARGET_DIR", &target);
    process::run(build)?;
    Ok(programs(&target, host))
}

/// What the nightly compiler says of itself. It is installed if it is not there: `rust-toolchain.toml` names the stable one alone.
fn compiler() -> Outcome<String> {
    let ask = || {
        let mut asked = process::command("rustc");
        asked.env("RUSTUP_TOOLCHAIN", TOOLCHAIN).arg("-vV");
        process::read(asked)
    };
    if let Ok(version) = ask() {
        return Ok(version);
    }
    let mut install = process::command("rustup");
    install.args([
        "toolchain",
        "install",
        TOOLCHAIN,
        "--profile",
        "minimal",
        "--no-self-update",
    ]);
    process::run(install)?;
    ask()
}

fn programs(target: &Path, host: &str) -> PathBuf {
    target.join(host).join("release")
}

fn program(project: &Project) -> Outcome<PathBuf> {
    let recipe = project.recipe("cargo-fuzz.sh");
    let text = std::fs::read(&recipe).map_err(at(&recipe))?;
    let folder = project.cache.entry("cargo-fuzz", &[&text]).get(|out| {
        system::ensure(&[system::PIP])?;
        let mut script = project.script("cargo-fuzz.sh");
        script.arg(out);
        process::run(script)
    })?;
    Ok(folder.join("cargo-fuzz"))
}

#[cfg(test)]
mod checks {
    use super::*;

    #[test]
    fn executions_are_read_from_the_statistics() {
        let said = "#2\tINITED\nDone 12 runs in 1 second(s)\nstat::number_of_executed_units: 1234\nstat::average: 1\n";
        assert_eq!(executions(said), Some(1234));
        assert_eq!(executions("==1==ERROR"), None);
    }
}
