//! The phone page's tests: a person's hands, by Playwright with the system's Chromium.

use std::process::Command;

use crate::process::{self, Outcome, at};
use crate::project::Project;
use crate::sandbox::Server;
use crate::system;
use crate::tally::Tally;
use crate::tests::{Ran, counted};

/// Seconds after which the tests' server puts a phone away that no page shows.
const FORGET_AFTER: &str = "6";

/// Serves phones and lets the tests loose on them. The long form has all devices, and proves that each switch's test goes red
/// when the switch does nothing.
pub fn check(project: &Project, long: bool) -> Outcome<Ran> {
    let mut tests = tests(project)?;
    let server = Server::start(project, "stepup-sandbox-phone", "phone-page", |server| {
        server.args(["--forget-after", FORGET_AFTER]);
    })?;
    tests.env("PHONE_ADDRESS", server.address());
    if long {
        tests.env("STEPUP_LONG", "1");
    }
    Ok(counted(tests, Tally::of_plain))
}

/// `node run.mjs`, with what it needs: made once, from the lock file.
fn tests(project: &Project) -> Outcome<Command> {
    system::ensure(&[system::NODE, system::NPM, system::CHROMIUM])?;
    let folder = project.root.join("sandbox/phone/tests");
    let (manifest, lock) = (
        folder.join("package.json"),
        folder.join("package-lock.json"),
    );
    let wanted = std::fs::read(&manifest).map_err(at(&manifest))?;
    let pinned = std::fs::read(&lock).map_err(at(&lock))?;
    let entry = project.cache.entry("phone-tests", &[&wanted, &pinned]);
    let modules = entry.get(|out| {
        for file in [&manifest, &lock] {
            let name = file.file_name().unwrap_or_default();
            std::fs::copy(file, out.join(name)).map_err(at(file))?;
        }
        let mut npm = process::command("npm");
        // Nothing that is installed needs a script, and the browser is the system's.
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(out);
        process::run(npm)
    })?;
    let mut node = process::command("node");
    node.arg(folder.join("run.mjs"))
        .env("PHONE_MODULES", modules)
        .current_dir(project.target()?);
    Ok(node)
}
