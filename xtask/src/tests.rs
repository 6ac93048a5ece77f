//! `cargo xtask test`: every part, its time, one count at the end.

use std::process::{Command, ExitCode};
use std::time::Instant;

use clap::ValueEnum;

use crate::android_demo;
use crate::apple;
use crate::coverage;
use crate::fire;
use crate::fuzz;
use crate::ios_demo;
use crate::kotlin;
use crate::package;
use crate::phone;
use crate::process::{self, Failure, Outcome};
use crate::project::Project;
use crate::sabotage;
use crate::sandbox;
use crate::swift;
use crate::swift_shop;
use crate::tally::Tally;
use crate::toolchain::deny;
use crate::torture;

/// One part of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Formatting (rustfmt).
    Fmt,
    /// Lints, in both flavours of the library.
    Clippy,
    /// Licences, sources and duplicates of dependencies (cargo-deny).
    Deny,
    /// Advisories about dependencies. Only by name: they come from a database that changes by the day, and cargo-deny fetches it from GitHub.
    Advisories,
    /// The library's dependencies are those of xtask/recipes/core-dependencies.txt, and no more.
    Tree,
    /// The core: unit, property, rule and model tests, examples in its documentation.
    Rust,
    /// This command's own tests.
    Xtask,
    /// Klarna's side, the acquirer, control.
    Sandbox,
    /// The acquirer under fire: requests made up from its `OpenAPI` file, sensible and senseless (schemathesis).
    Fire,
    /// Every scenario of tests/scenarios, by the real core against real servers.
    Scenarios,
    /// Apps that are killed in the midst of their payments: nothing lost, doubled or false, and planted faults are found.
    Torture,
    /// Links, replies, records, configurations and whole lives as libFuzzer makes them up.
    Fuzz,
    /// Phones that wait through an outage, a brown-out and a `Retry-After` never ask half as much again as in peace (a seeded simulation).
    Fleet,
    /// `cargo xtask demo` ends well.
    Demo,
    /// The phone in a browser, by a person's hands (Playwright with the system's Chromium).
    Phone,
    /// The documentation builds without a warning.
    Docs,
    /// The Kotlin façade against the real library and the real sandbox, on a JVM; every scenario through it.
    Kotlin,
    /// The Android shell against the Android framework and the real sandbox, on a JVM (Robolectric).
    AndroidShell,
    /// The demo app for Android: its own buttons against the real library and the real sandbox, on a JVM; how each screen looks; its Gradle files.
    AndroidDemo,
    /// The Swift façade against the real library and the real sandbox, in Swift 6 mode; every scenario through it; its public
    /// interface and format.
    Swift,
    /// The demo app for iOS: its model with the real library and the real sandbox, its views type-checked, its Xcode project read.
    IosDemo,
    /// The Swift package as an app gets it: manifest, a shop's own package that pays against the sandbox, the guide's snippets, the pages.
    PackageIos,
    /// The library for Android links; imports, page size and download size hold.
    Android,
    /// The packages for Android: what is in them, twice the same bytes, an app that is shrunk by their rules and pays, the guide's code.
    PackageAndroid,
    /// The library for iOS builds for the right versions.
    Ios,
    /// On a Mac: the package by Xcode, the tests in a simulator, the demo's schemes (only by name).
    Apple,
    /// Each rule's sabotage makes its test go red (only with --long, or by name).
    Sabotage,
    /// The core's tests reach enough of machine, links and journal (only with --long, or by name).
    Coverage,
}

impl Part {
    fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// Runs the parts and reports. The exit code says whether everything passed.
pub fn run(project: &Project, parts: &[Part], long: bool) -> ExitCode {
    let parts: Vec<Part> = if parts.is_empty() {
        Part::value_variants()
            .iter()
            .copied()
            .filter(|part| *part != Part::Advisories)
            .filter(|part| long || !matches!(part, Part::Sabotage | Part::Coverage))
            .filter(|part| *part != Part::Apple)
            .collect()
    } else {
        parts.to_vec()
    };
    if let Err(failure) = project.trim_target() {
        println!("the target folder could not be trimmed: {failure}");
    }
    let mut total = Tally::default();
    let mut lines = Vec::new();
    let started = Instant::now();
    for part in parts {
        println!("\n==> {}", part.name());
        let started = Instant::now();
        let failed_once = Tally {
            failed: 1,
            ..Tally::default()
        };
        let result = one(project, part, long)
            .map_err(|failure| (failed_once, failure.to_string()))
            .and_then(judged);
        let seconds = started.elapsed().as_secs_f64();
        let (tally, said) = match result {
            Ok(tally) => (tally, String::new()),
            Err((tally, reason)) => {
                println!("{}: {reason}", part.name());
                // Only its first line is repeated at the end.
                (
                    tally,
                    format!("  {}", reason.lines().next().unwrap_or_default()),
                )
            }
        };
        total.add(tally);
        let word = if tally.failed == 0 { "ok" } else { "FAILED" };
        lines.push(format!(
            "{:<10} {word:<7} {:>5} passed {:>3} failed {seconds:>7.1} s{said}",
            part.name(),
            tally.passed,
            tally.failed
        ));
        println!("<== {} in {seconds:.1} s", part.name());
    }
    println!(
        "\n{}\nall parts in {:.1} s\n",
        lines.join("\n"),
        started.elapsed().as_secs_f64()
    );
    println!("total: {} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 && total.passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What a part's tests came to, and whether what ran them ended well.
pub type Ran = (Tally, Outcome<()>);

/// A part that failed without a failing test, skipped a test or ran none has failed once.
fn judged((mut tally, ended_well): Ran) -> Result<Tally, (Tally, String)> {
    let reason = match ended_well {
        Err(failure) => failure.to_string(),
        Ok(()) if tally.failed > 0 => format!("{} failed", tally.failed),
        Ok(()) if tally.skipped > 0 => {
            format!("{} skipped: what would they find?", tally.skipped)
        }
        Ok(()) if tally.passed == 0 => "ran no test".to_owned(),
        Ok(()) => return Ok(tally),
    };
    tally.failed = tally.failed.max(1);
    Err((tally, reason))
}

fn one(project: &Project, part: Part, long: bool) -> Outcome<Ran> {
    let test = |arguments: &str| {
        Ok(counted(
            lengthened(cargo(project, arguments)?, long),
            Tally::of_cargo,
        ))
    };
    let program = |name| {
        cargo(
            project,
            &format!("run --quiet --package {} --bin {name}", sandbox::PACKAGE),
        )
    };
    match part {
        Part::Fmt => Ok(checked(cargo(project, "fmt --all --check")?)),
        Part::Clippy => clippy(project),
        Part::Deny => {
            // Not `advisories`: their database is a repository of its own, not a package.
            Ok(checked(denied(project, &["bans", "licenses", "sources"])?))
        }
        Part::Advisories => Ok(checked(denied(project, &["advisories"])?)),
        Part::Tree => tree(project),
        Part::Rust => test("test --no-fail-fast --package klarna-step-up"),
        Part::Xtask => test("test --package xtask"),
        Part::Sandbox => test(
            "test --no-fail-fast --workspace --exclude klarna-step-up --exclude xtask --exclude stepup-bindgen",
        ),
        Part::Fire => Ok((fire::run(project, long)?, Ok(()))),
        Part::Scenarios => Ok(counted(program("scenarios")?, Tally::of_plain)),
        Part::Torture => torture::check(project, long),
        Part::Fuzz => Ok((
            // Ten million executions of the slowest target take hours: those are for `cargo xtask fuzz --long`.
            fuzz::run(project, &[], fuzz::Limit::new(false, long.then_some(600)))?,
            Ok(()),
        )),
        Part::Fleet => {
            let phones = if long { "1000000" } else { "20000" };
            let fleet = sandbox::fleet(project, &["--phones", phones], long)?;
            Ok(counted(fleet, Tally::of_plain))
        }
        Part::Demo => Ok(checked(program("demo")?)),
        Part::Phone => phone::check(project, long),
        Part::Docs => {
            let mut doc = cargo(project, "doc --no-deps --package klarna-step-up")?;
            doc.env("RUSTDOCFLAGS", "-D warnings");
            Ok(checked(doc))
        }
        Part::Kotlin => kotlin::check(project, long),
        Part::AndroidShell => kotlin::shell(project, long),
        Part::AndroidDemo => android_demo::check(project, long),
        Part::Swift => swift::check(project),
        Part::IosDemo => ios_demo::check(project),
        Part::PackageIos => swift_shop::check(project, long),
        Part::Android => Ok((
            package::android::check(project, &package::chosen(&[]))?,
            Ok(()),
        )),
        Part::PackageAndroid => package::android_test::run(project, long),
        Part::Ios => {
            let mut tally = package::ios::check(project, &package::chosen(&[]))?;
            if long {
                tally.add(package::ios_twice::check(project)?);
            }
            Ok((tally, Ok(())))
        }
        Part::Apple => Ok((apple::check(project)?, Ok(()))),
        Part::Sabotage => Ok((sabotage::run(project)?, Ok(()))),
        Part::Coverage => Ok((coverage::run(project)?, Ok(()))),
    }
}

/// cargo-deny with these of its checks.
fn denied(project: &Project, checks: &[&str]) -> Outcome<Command> {
    let mut deny = process::command(deny::program(project)?);
    deny.args(["--all-features", "check", "--hide-inclusion-graph"]);
    deny.args(checks).current_dir(&project.root);
    Ok(deny)
}

/// Cargo with arguments, none of which holds a space.
fn cargo(project: &Project, arguments: &str) -> Outcome<Command> {
    let mut cargo = project.cargo()?;
    cargo.args(arguments.split_whitespace());
    Ok(cargo)
}

/// The slow forms: more cases for proptest, and a word to the tests that have a long form of their own.
fn lengthened(mut command: Command, long: bool) -> Command {
    if long {
        command
            .env("PROPTEST_CASES", "20000")
            .env("STEPUP_LONG", "1");
    }
    command
}

/// A command that is one check.
fn checked(command: Command) -> Ran {
    let ended = process::run(command);
    let mut tally = Tally::default();
    tally.count(ended.is_ok());
    (tally, ended)
}

/// A test runner: what it prints is counted.
pub fn counted(command: Command, count: fn(&str) -> Tally) -> Ran {
    match process::watch(command) {
        Err(failure) => (Tally::default(), Err(failure)),
        Ok((ended_well, said)) => {
            let tally = count(&said);
            let died = || Failure::new("the runner ended with an error, without a failed test");
            let ended = if ended_well || tally.failed > 0 {
                Ok(())
            } else {
                Err(died())
            };
            (tally, ended)
        }
    }
}

fn clippy(project: &Project) -> Outcome<Ran> {
    let mut tally = Tally::default();
    for flavour in [
        "--workspace",
        "--package klarna-step-up --no-default-features",
    ] {
        let mut clippy = cargo(
            project,
            &format!("clippy --quiet --keep-going --all-targets {flavour}"),
        )?;
        clippy.args(["--", "--deny", "warnings"]);
        tally.count(process::run(clippy).is_ok());
    }
    Ok((tally, Ok(())))
}

/// Compares the names of the library's dependencies with the list.
fn tree(project: &Project) -> Outcome<Ran> {
    let list = project.recipe("core-dependencies.txt");
    let listed = std::fs::read_to_string(&list).map_err(process::at(&list))?;
    let mut found = Vec::new();
    for target in ["aarch64-linux-android", "aarch64-apple-ios"] {
        let arguments = "tree --package klarna-step-up --edges normal,no-proc-macro --prefix none --format {p} --target";
        let said = process::read(cargo(project, &format!("{arguments} {target}"))?)?;
        let names = said
            .lines()
            .filter_map(|line| line.split_whitespace().next());
        found.extend(names.map(str::to_owned));
    }
    let differences = differences(&listed, &found);
    for difference in &differences {
        println!("{difference}");
    }
    let mut tally = Tally::default();
    tally.count(differences.is_empty());
    Ok((tally, Ok(())))
}

fn differences(listed: &str, found: &[String]) -> Vec<String> {
    let listed: Vec<&str> = listed
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty())
        .collect();
    let mut found: Vec<&str> = found.iter().map(String::as_str).collect();
    found.sort_unstable();
    found.dedup();
    let new = found
        .iter()
        .filter(|name| !listed.contains(name))
        .map(|name| {
            format!("{name} is new: is it worth its size in every app? then add it to the list")
        });
    let gone = listed
        .iter()
        .filter(|name| !found.contains(name))
        .map(|name| format!("{name} is gone: take it off the list"));
    new.chain(gone).collect()
}

#[cfg(test)]
mod checks {
    use super::*;

    fn tally(passed: u32, failed: u32, skipped: u32) -> Tally {
        Tally {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn a_part_that_ran_nothing_is_red() {
        assert!(judged((tally(3, 0, 0), Ok(()))).is_ok());
        for red in [tally(0, 0, 0), tally(3, 1, 0), tally(3, 0, 1)] {
            let (counted, _) = judged((red, Ok(()))).expect_err("red");
            assert_eq!(counted.failed, 1);
        }
    }

    #[test]
    fn a_runner_that_died_is_red_whatever_it_counted() {
        let (counted, reason) =
            judged((tally(3, 0, 0), Err(Failure::new("killed")))).expect_err("red");
        assert_eq!(
            (counted.passed, counted.failed, reason.as_str()),
            (3, 1, "killed")
        );
    }

    #[test]
    fn a_new_and_a_missing_dependency_are_named() {
        let found = ["url", "url", "serde", "openssl"].map(str::to_owned);
        let said = differences("# ours\nserde\nurl\ntokio # threads\n", &found);
        assert_eq!(said.len(), 2);
        assert!(said[0].starts_with("openssl is new") && said[1].starts_with("tokio is gone"));
    }
}
