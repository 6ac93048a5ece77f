//! The project's command surface: one command that works on a fresh machine, used alike by people, CI and the README.

mod android_demo;
mod apple;
mod bindings;
mod cache;
mod coverage;
mod fire;
mod fuzz;
mod internalize;
mod ios_demo;
mod kotlin;
mod mutants;
mod native;
mod package;
mod phone;
mod process;
mod project;
mod release;
mod sabotage;
mod sandbox;
mod swift;
mod swift_guide;
mod swift_interface;
mod swift_pages;
mod swift_shop;
mod system;
mod tally;
mod tests;
mod toolchain;
mod torture;
mod version;
#[cfg(test)]
mod workflows;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::process::Outcome;
use crate::project::Project;

const EXAMPLES: &str = "\
Examples:
  cargo xtask demo                     watch a payment go through, from nothing
  cargo xtask scenarios link-twice     one scenario; --json for a program
  cargo xtask phone                    hold a phone in the browser, and spoil what you like
  cargo xtask conformance --sandbox    what a backend looks like that keeps every promise
  cargo xtask test                     everything that CI runs
  cargo xtask test rust kotlin         some parts, in this order
  cargo xtask package android --check  does it link for phones, and how large is it?
  cargo xtask cache clear swift-root   make one toolchain anew at the next need";

/// Builds, tests, packages and demonstrates `KlarnaStepUp`.
///
/// What a command needs beyond Rust (a Swift root, the standard library for phones, a linker for Android) it fetches and
/// builds once, into ~/.cache/klarna-step-up (or below `XDG_CACHE_HOME`); system packages it installs when it runs as root, and otherwise
/// it stops and says which to install. Cargo's own output goes to `CARGO_TARGET_DIR` if that is set, else into the same folder.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
#[command(after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Take two payments through the whole step-up, against real servers, and print what happened.
    ///
    /// Starts Klarna's side and the acquirer on this machine, lets the real core pay by `payment_request_url` and by
    /// `redirect_url` while a scripted customer walks the real pages. Ends with 1 if an outcome is not the expected one.
    #[command(disable_help_flag = true)]
    Demo(Passed),
    /// Run the named scenarios of tests/scenarios (all of them by default) and check every outcome against the books.
    #[command(disable_help_flag = true)]
    Scenarios(Passed),
    /// Serve Klarna's side and the acquirer until interrupted, and print the configuration for an app.
    #[command(disable_help_flag = true)]
    Sandbox(Passed),
    /// Kill apps in the midst of their payments, start them again, and compare what they were told with the books.
    ///
    /// The short form; `--long` kills at every effect of the core's in every scenario, and 2,000 times by chance.
    #[command(disable_help_flag = true)]
    Torture(Passed),
    /// Simulate a million phones that wait while their backend is down, browns out and asks for rest; beside ours, other SDKs' schedules.
    #[command(disable_help_flag = true)]
    Fleet(Passed),
    /// Serve a simulated phone as a web page: lose a link, kill the app, and see what becomes of the payment.
    ///
    /// The real core runs behind it in a process of its own. Prints the address to open; only this computer can.
    #[command(disable_help_flag = true)]
    Phone(Passed),
    /// Feed what libFuzzer makes up to everything that reads what others wrote, 10 s a target.
    ///
    /// Needs a nightly compiler. `--long`: ten million executions a target.
    Fuzz {
        /// Which targets (default: all).
        #[arg(value_enum)]
        targets: Vec<fuzz::Target>,
        /// Ten million executions a target.
        #[arg(long)]
        long: bool,
        /// So many seconds a target.
        #[arg(long, conflicts_with = "long")]
        seconds: Option<u32>,
    },
    /// Change the core's pure parts one by one and see whether its tests notice (cargo-mutants): hours; `--shard 0/20` is a sample.
    #[command(disable_help_flag = true)]
    Mutants(Passed),
    /// Check anyone's backend against the promises that an app relies on (docs/backend-guide.md), and say how to mend what is broken.
    #[command(disable_help_flag = true)]
    Conformance(Passed),
    /// Run the tests: all of them, or the named parts. CI runs exactly this.
    ///
    /// Prints each part's wall time and ends with `total: N passed, N failed`. A part that cannot run fails and says what
    /// to install; a part that ran no test fails.
    Test {
        /// The parts to run, in this order (default: all).
        #[arg(value_enum)]
        parts: Vec<tests::Part>,
        /// Also the slow forms: long property runs, and each rule's sabotage, under which its test must go red.
        #[arg(long)]
        long: bool,
    },
    /// Generate the Kotlin and Swift bindings from the built library, and put them and the library where the packages look.
    Bindings {
        /// Which language (default: both).
        #[arg(value_enum)]
        languages: Vec<bindings::Language>,
    },
    /// Build the library for phones.
    Package {
        #[command(subcommand)]
        platform: Platform,
    },
    /// Show the version of everything, or set it in every file that names it.
    ///
    /// Fails if two of them disagree; `cargo xtask test xtask` looks at that as well.
    Version {
        /// Three numbers: what was unreleased in the changelog gets a heading.
        version: Option<String>,
        /// Fail unless it is this one; a tag's `v` in front is allowed.
        #[arg(long, conflicts_with = "version")]
        expect: Option<String>,
    },
    /// Tell `Package.swift` where this version's library is to be downloaded, with its check sum (after `cargo xtask package ios`).
    Release {
        /// The folder of the downloads; the version and the zip file's name follow.
        #[arg(long)]
        downloads: Option<String>,
        /// Show the change and write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Run the benchmarks; arguments go to criterion (`cargo xtask bench -- links`). `kotlin`, `swift`: what the façades cost
    /// beside the raw calls, on a JVM and on Linux.
    #[command(disable_help_flag = true)]
    Bench(Passed),
    /// Show where things are kept and how large they are, or remove them.
    Cache {
        #[command(subcommand)]
        action: Option<CacheAction>,
    },
}

#[derive(clap::Args)]
struct Passed {
    /// Passed on as they are.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

#[derive(Subcommand)]
enum Platform {
    /// The library for Android, as a Maven repository in dist/android: an AAR for each flavour, the product for tests, and a jar for tests on this machine.
    ///
    /// Linked with the NDK that `ANDROID_NDK_HOME` names, else with LLVM and stub libraries; META-INF/klarna-step-up/build.json in an AAR says which.
    Android {
        /// Link both flavours for arm64 and check imports, page size and compressed size, without packing anything.
        #[arg(long)]
        check: bool,
        /// Only this flavour.
        #[arg(long, value_enum)]
        flavour: Vec<package::Flavour>,
        /// Only for this processor, and without the jar for tests on this machine: quicker, and no release.
        #[arg(long, value_enum, conflicts_with = "check")]
        abi: Vec<package::abi::Abi>,
        /// And an APK of android-demo from the package, debug and release, in dist/android-demo.
        #[arg(long, conflicts_with = "check")]
        demo: bool,
    },
    /// Compare the framework in dist/ with another, for example one that was made on the other system.
    CompareIos {
        /// The other `XCFramework`.
        other: std::path::PathBuf,
    },
    /// The Swift package for iOS: an `XCFramework` and, for the slim flavour, a package folder, in dist/.
    Ios {
        /// Only build the device slice and check what it was built for, what it imports and what an app grows by.
        #[arg(long)]
        check: bool,
        /// Only this flavour.
        #[arg(long, value_enum)]
        flavour: Vec<package::Flavour>,
    },
}

#[derive(Subcommand)]
enum CacheAction {
    /// Remove everything, or the entries whose name begins so (`cargo xtask cache clear swift-root`).
    Clear {
        /// What the entries' names begin with, as `cargo xtask cache` lists them.
        names: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Outcome<ExitCode> {
    let project = Project::open()?;
    match command {
        Command::Demo(passed) => sandbox::run(&project, sandbox::DEMO, &passed.arguments),
        Command::Scenarios(passed) => sandbox::run(&project, sandbox::SCENARIOS, &passed.arguments),
        Command::Sandbox(passed) => sandbox::run(&project, sandbox::SANDBOX, &passed.arguments),
        Command::Fuzz {
            targets,
            long,
            seconds,
        } => {
            let tally = fuzz::run(&project, &targets, fuzz::Limit::new(long, seconds))?;
            Ok(if tally.failed == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        Command::Mutants(passed) => mutants::run(&project, &passed.arguments),
        Command::Torture(passed) => sandbox::run(&project, sandbox::TORTURE, &passed.arguments),
        Command::Fleet(passed) => {
            let arguments: Vec<&str> = passed.arguments.iter().map(String::as_str).collect();
            process::forward(sandbox::fleet(&project, &arguments, true)?)
        }
        Command::Phone(passed) => sandbox::run(&project, sandbox::PHONE, &passed.arguments),
        Command::Conformance(passed) => {
            sandbox::run(&project, sandbox::CONFORMANCE, &passed.arguments)
        }
        Command::Test { parts, long } => Ok(tests::run(&project, &parts, long)),
        Command::Bindings { mut languages } => {
            if languages.is_empty() {
                languages = bindings::Language::value_variants().to_vec();
            }
            bindings::generate(&project, &languages)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Package { platform } => {
            match platform {
                Platform::Android {
                    check: true,
                    flavour,
                    ..
                } => {
                    package::android::check(&project, &package::chosen(&flavour))?;
                }
                Platform::Android {
                    check: false,
                    flavour,
                    abi,
                    demo,
                } => {
                    package::android::package(&project, &package::chosen(&flavour), &abi)?;
                    if demo {
                        android_demo::package(&project)?;
                    }
                }
                Platform::CompareIos { other } => apple::compare(&project, &other)?,
                Platform::Ios {
                    check: true,
                    flavour,
                } => {
                    package::ios::check(&project, &package::chosen(&flavour))?;
                }
                Platform::Ios {
                    check: false,
                    flavour,
                } => package::swift_package::package(&project, &package::chosen(&flavour))?,
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Version {
            version: None,
            expect,
        } => version::show(&project, expect.as_deref()),
        Command::Version {
            version: Some(version),
            ..
        } => version::set(&project, &version),
        Command::Release { downloads, dry_run } => {
            release::run(&project, downloads.as_deref(), dry_run)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Bench(passed) if passed.arguments == ["kotlin"] => kotlin::bench(&project),
        Command::Bench(passed) if passed.arguments == ["swift"] => swift::bench(&project),
        Command::Bench(passed) => {
            let mut bench = project.cargo()?;
            bench
                .args(["bench", "--package", "klarna-step-up"])
                .args(&passed.arguments);
            process::forward(bench)
        }
        Command::Cache { action: None } => cache::show(&project),
        Command::Cache {
            action: Some(CacheAction::Clear { names }),
        } => cache::clear(&project, &names),
    }
}
