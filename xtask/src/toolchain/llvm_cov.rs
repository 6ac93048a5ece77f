//! cargo-llvm-cov, with Debian's tools for reading what was counted.

use std::process::Command;

use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::system;

/// The LLVM whose tools `system::LLVM` brings.
const LLVM: &str = "22";

/// `cargo llvm-cov`, to be given its arguments.
pub fn command(project: &Project) -> Outcome<Command> {
    let version = project.rustc_version()?;
    let compiler = version
        .lines()
        .find_map(|line| line.strip_prefix("LLVM version: "))
        .unwrap_or_default();
    // Older tools cannot read what a newer compiler counted.
    if compiler.split('.').next() != Some(LLVM) {
        return Err(Failure::new(format!(
            "rustc is built with LLVM {compiler}; coverage is read with the tools of LLVM {LLVM} (xtask/src/toolchain/llvm_cov.rs)"
        )));
    }
    system::ensure(&[system::LLVM])?;
    let recipe = project.recipe("cargo-llvm-cov.sh");
    let text = std::fs::read(&recipe).map_err(at(&recipe))?;
    let folder = project.cache.entry("cargo-llvm-cov", &[&text]).get(|out| {
        system::ensure(&[system::PIP])?;
        let mut script = project.script("cargo-llvm-cov.sh");
        script.arg(out);
        process::run(script)
    })?;
    let mut command = process::command(folder.join("cargo-llvm-cov"));
    command
        .arg("llvm-cov")
        .current_dir(&project.root)
        .env("CARGO_TARGET_DIR", project.target()?)
        .env("LLVM_COV", format!("/usr/bin/llvm-cov-{LLVM}"))
        .env("LLVM_PROFDATA", format!("/usr/bin/llvm-profdata-{LLVM}"));
    Ok(command)
}
