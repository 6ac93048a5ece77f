//! cargo-deny.

use std::path::PathBuf;

use crate::process::{self, Outcome, at};
use crate::project::Project;
use crate::system;

/// The program.
pub fn program(project: &Project) -> Outcome<PathBuf> {
    let recipe = project.recipe("cargo-deny.sh");
    let text = std::fs::read(&recipe).map_err(at(&recipe))?;
    let folder = project.cache.entry("cargo-deny", &[&text]).get(|out| {
        system::ensure(&[system::PIP])?;
        let mut script = project.script("cargo-deny.sh");
        script.arg(out);
        process::run(script)
    })?;
    Ok(folder.join("cargo-deny"))
}
