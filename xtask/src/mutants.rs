//! Do the core's tests notice when its pure parts are changed? cargo-mutants over them.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::process::{self, Outcome};
use crate::project::Project;

/// Built, because no registry of programs has it ready-made.
const VERSION: &str = "27.1.0";
/// What is changed: whatever decides, and has no I/O but the journal's.
const PARTS: [&str; 5] = [
    "src/machine/**",
    "src/links/**",
    "src/reply.rs",
    "src/policy.rs",
    "src/journal/**",
];
/// The quickest tests that decide. Not the model check: it takes minutes a mutant.
const TESTS: [&str; 9] = [
    "--lib",
    "--test",
    "machine",
    "--test",
    "traces",
    "--test",
    "parts_vectors",
    "--test",
    "rules",
];

/// Changes the parts one by one; `--shard K/N` is a sample.
pub fn run(project: &Project, arguments: &[String]) -> Outcome<ExitCode> {
    let mut mutants = process::command(program(project)?);
    mutants
        .args(["mutants", "--package", "klarna-step-up", "--output"])
        .arg(project.target()?.join("mutants"))
        .current_dir(&project.root)
        // Its copies of the tree need target folders of their own.
        .env_remove("CARGO_TARGET_DIR");
    for part in PARTS {
        mutants.args(["--file", part]);
    }
    mutants.args(arguments).arg("--").args(TESTS);
    process::forward(mutants)
}

fn program(project: &Project) -> Outcome<PathBuf> {
    let key = VERSION.as_bytes();
    let folder = project.cache.entry("cargo-mutants", &[key]).get(|out| {
        let mut install = project.cargo()?;
        install
            .args(["install", "--quiet", "--locked", "--root"])
            .arg(out)
            .arg(format!("cargo-mutants@{VERSION}"));
        process::run(install)
    })?;
    Ok(folder.join("bin/cargo-mutants"))
}
