//! schemathesis, which makes up requests from an `OpenAPI` file and holds the answers against it.

use std::process::Command;

use crate::process::{self, Outcome, at};
use crate::project::Project;
use crate::system;

/// `schemathesis`, to be given its arguments.
pub fn command(project: &Project) -> Outcome<Command> {
    let (recipe, lock) = (
        project.recipe("schemathesis.sh"),
        project.recipe("schemathesis.lock"),
    );
    let text = std::fs::read(&recipe).map_err(at(&recipe))?;
    let pinned = std::fs::read(&lock).map_err(at(&lock))?;
    system::ensure(&[system::PIP])?;
    // Some of it is compiled for one version of Python.
    let mut version = process::command("python3");
    version.arg("--version");
    let python = process::read(version)?;
    let entry = project
        .cache
        .entry("schemathesis", &[&text, &pinned, python.as_bytes()]);
    let folder = entry.get(|out| {
        let mut script = project.script("schemathesis.sh");
        script.arg(&lock).arg(out);
        process::run(script)
    })?;
    let mut command = process::command("python3");
    command
        .arg(folder.join("site/bin/schemathesis"))
        .env("PYTHONPATH", folder.join("site"));
    Ok(command)
}
