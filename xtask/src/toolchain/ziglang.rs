//! Sources and headers out of the Python package `ziglang`, for linking for phones without their makers' kits.

use std::path::PathBuf;

use crate::process::{self, Outcome, at};
use crate::project::Project;
use crate::system;

/// The folder with `libunwind`, `include` and `darwin`.
pub fn folder(project: &Project) -> Outcome<PathBuf> {
    let recipe = project.recipe("ziglang.sh");
    let text = std::fs::read(&recipe).map_err(at(&recipe))?;
    project.cache.entry("ziglang", &[&text]).get(|out| {
        system::ensure(&[system::PIP])?;
        let mut script = project.script("ziglang.sh");
        script.arg(out);
        process::run(script)
    })
}
