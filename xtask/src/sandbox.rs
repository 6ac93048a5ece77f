//! The sandbox's programs.

use std::process::ExitCode;

use crate::process::{self, Outcome};
use crate::project::Project;

/// The package that holds the three programs `demo`, `scenarios` and `sandbox`.
pub const PACKAGE: &str = "stepup-sandbox-scenarios";

/// Builds the program and runs it in our place.
pub fn run(project: &Project, program: &str, arguments: &[String]) -> Outcome<ExitCode> {
    let mut cargo = project.cargo()?;
    cargo
        .args([
            "run",
            "--quiet",
            "--package",
            PACKAGE,
            "--bin",
            program,
            "--",
        ])
        .args(arguments);
    process::forward(cargo)
}
