//! The sandbox's programs.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};

use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;

/// The package that holds the three programs `demo`, `scenarios` and `sandbox`.
pub const PACKAGE: &str = "stepup-sandbox-scenarios";

/// One of the sandbox's programs: its package and its name.
#[derive(Clone, Copy)]
pub struct Program(&'static str, &'static str);

pub const DEMO: Program = Program(PACKAGE, "demo");
pub const SCENARIOS: Program = Program(PACKAGE, "scenarios");
pub const SANDBOX: Program = Program(PACKAGE, "sandbox");
pub const TORTURE: Program = Program(PACKAGE, "torture");
pub const PHONE: Program = Program("stepup-sandbox-phone", "phone-page");
pub const CONFORMANCE: Program = Program("stepup-sandbox-conformance", "conformance");

/// The simulation of a fleet, whose millions want the optimiser; the tests' thousands do without.
const FLEET: &str = "stepup-sandbox-fleet";

/// `cargo run` of the fleet, to be given its arguments.
pub fn fleet(project: &Project, phones: &[&str], optimised: bool) -> Outcome<Command> {
    let mut cargo = project.cargo()?;
    cargo.args(["run", "--quiet", "--package", FLEET, "--bin", "fleet"]);
    if optimised {
        cargo.arg("--release");
    }
    cargo.arg("--").args(phones);
    Ok(cargo)
}

/// Where tests in other languages find the control API: `http://127.0.0.1:PORT/_control`.
const ADDRESS: &str = "STEPUP_CONTROL";

/// Builds the program and runs it in our place.
pub fn run(
    project: &Project,
    Program(package, name): Program,
    arguments: &[String],
) -> Outcome<ExitCode> {
    let mut program = process::command(build(project, package, name)?);
    program.args(arguments);
    process::forward(program)
}

/// The program's path, once it is built.
pub fn build(project: &Project, package: &str, name: &str) -> Outcome<PathBuf> {
    let mut cargo = project.cargo()?;
    cargo.args(["build", "--quiet", "--bin", name]);
    // The second package is not built for it, but makes cargo choose the features of dependencies that the other programs
    // have: without it most of them are compiled once more.
    cargo.args(["--package", package, "--package", PACKAGE]);
    process::run(cargo)?;
    Ok(project.target()?.join("debug").join(name))
}

/// A running server of the sandbox. It ends with this value.
pub struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Builds the package's program and starts it; it says on a line of its standard output when it is ready, and where.
    pub fn start(
        project: &Project,
        package: &str,
        program: &str,
        configure: impl FnOnce(&mut Command),
    ) -> Outcome<Self> {
        let program = build(project, package, program)?;
        let mut command = process::command(&program);
        configure(&mut command);
        let child = command
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
                .map_err(|error| Failure::new(format!("a server of the sandbox: {error}")))?;
        }
        // Made before the line is looked at, so that the child ends whatever it says.
        let mut server = Self {
            child,
            address: String::new(),
        };
        let address = line.split_whitespace().last();
        address
            .filter(|address| line.contains("ready") && address.starts_with("http://"))
            .ok_or_else(|| {
                Failure::new("a server of the sandbox ended, or said something else than ready")
            })?
            .clone_into(&mut server.address);
        Ok(server)
    }

    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its state lives in memory: there is nothing to save.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A running `stepup-control`, which makes worlds for tests that are not written in Rust.
pub struct Control(Server);

impl Control {
    /// Builds it and starts it on a free port of 127.0.0.1.
    pub fn start(project: &Project) -> Outcome<Self> {
        Server::start(project, "stepup-sandbox-control", "stepup-control", |_| {}).map(Self)
    }

    /// Where it is.
    pub fn address(&self) -> &str {
        self.0.address()
    }

    /// Tells a command that runs tests where it is.
    pub fn tell(&self, command: &mut Command) {
        command.env(ADDRESS, self.address());
    }
}

#[cfg(test)]
mod checks {
    use super::*;

    fn saying(text: &str) -> Outcome<Server> {
        let mut shell = process::command("sh");
        shell.args(["-c", &format!("echo '{text}'; exec sleep 60")]);
        Server::ready(shell.stdout(Stdio::piped()).spawn().expect("a shell"))
    }

    #[test]
    fn the_address_is_what_stands_behind_ready() {
        let control = Control(saying("ready http://127.0.0.1:1/_control").expect("ready"));
        let mut command = process::command("true");
        control.tell(&mut command);
        let told: Vec<_> = command.get_envs().filter_map(|(_, value)| value).collect();
        assert_eq!(told, ["http://127.0.0.1:1/_control"]);
        let klarna = saying("klarna ready on http://127.0.0.1:2").expect("ready");
        assert_eq!(klarna.address(), "http://127.0.0.1:2");
    }

    #[test]
    fn anything_else_is_a_failure() {
        assert!(saying("Address already in use").is_err());
        assert!(saying("getting ready").is_err());
    }
}
