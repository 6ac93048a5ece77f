//! The library for this machine, for an app's own tests on Linux: static, as the one for iPhones is.

use std::path::PathBuf;

use crate::native;
use crate::process::Outcome;
use crate::project::Project;

use super::Flavour;
use super::ios::LIBRARY;

/// The static library, built or found built from the same inputs. Not optimised, as a test wants it: it is there in a moment, and checks more.
pub fn library(project: &Project, flavour: Flavour) -> Outcome<PathBuf> {
    let inputs = project.core_inputs()?;
    let rustc = project.rustc_version()?;
    let name = format!("host-static-{}", flavour.name());
    let entry = project
        .cache
        .entry(&name, &[inputs.as_bytes(), rustc.as_bytes()]);
    let folder = entry.get(|out| {
        let mut cargo = project.cargo()?;
        cargo.args(["rustc", "--quiet", "--package", "klarna-step-up", "--lib"]);
        cargo
            .args(["--crate-type", "staticlib"])
            .args(flavour.cargo_arguments());
        let target = project.target()?;
        native::build(project, &inputs, cargo, &target, "debug", LIBRARY, out)
    })?;
    Ok(folder.join(LIBRARY))
}
