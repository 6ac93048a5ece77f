//! The sandbox's programs.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};

use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;

/// The package that holds the three programs `demo`, `scenarios` and `sandbox`.
pub const PACKAGE: &str = "stepup-sandbox-scenarios";

/// Where tests in other languages find the control API: `http://127.0.0.1:PORT/_control`.
const ADDRESS: &str = "STEPUP_CONTROL";

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

/// A running `stepup-control`, which makes worlds for tests that are not written in Rust. It ends with this value.
pub struct Control {
    child: Child,
    address: String,
}

impl Control {
    /// Builds it and starts it on a free port of 127.0.0.1.
    pub fn start(project: &Project) -> Outcome<Self> {
        let mut cargo = project.cargo()?;
        cargo.args(["build", "--quiet", "--bin", "stepup-control"]);
        // The second package is not built for it, but makes cargo choose the features of dependencies that the other programs
        // have: without it most of them are compiled once more.
        cargo.args(["--package", "stepup-sandbox-control", "--package", PACKAGE]);
        process::run(cargo)?;
        let program = project.target()?.join("debug/stepup-control");
        let child = process::command(&program)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(at(&program))?;
        Self::ready(child)
    }

    fn ready(mut child: Child) -> Outcome<Self> {
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut line)
                .map_err(|error| Failure::new(format!("stepup-control: {error}")))?;
        }
        // Made before the line is looked at, so that the child ends whatever it says.
        let mut control = Self {
            child,
            address: String::new(),
        };
        line.trim()
            .strip_prefix("ready ")
            .ok_or_else(|| Failure::new("stepup-control ended, or said something else than ready"))?
            .clone_into(&mut control.address);
        Ok(control)
    }

    /// Tells a command that runs tests where it is.
    pub fn tell(&self, command: &mut Command) {
        command.env(ADDRESS, &self.address);
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // Its worlds live in memory: there is nothing to save.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod checks {
    use super::*;

    fn saying(text: &str) -> Outcome<Control> {
        let mut shell = process::command("sh");
        shell.args(["-c", &format!("echo '{text}'; exec sleep 60")]);
        Control::ready(shell.stdout(Stdio::piped()).spawn().expect("a shell"))
    }

    #[test]
    fn the_address_is_what_stands_behind_ready() {
        let control = saying("ready http://127.0.0.1:1/_control").expect("ready");
        let mut command = process::command("true");
        control.tell(&mut command);
        let told: Vec<_> = command.get_envs().filter_map(|(_, value)| value).collect();
        assert_eq!(told, ["http://127.0.0.1:1/_control"]);
    }

    #[test]
    fn anything_else_is_a_failure() {
        assert!(saying("Address already in use").is_err());
    }
}
