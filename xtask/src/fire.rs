//! The acquirer under fire: requests made up from its own `OpenAPI` file, sensible and senseless ones, by schemathesis.

use std::process::Command;

use crate::process::{self, Outcome};
use crate::project::Project;
use crate::sandbox::Server;
use crate::tally::Tally;
use crate::toolchain::schemathesis;

/// The same requests every time.
const SEED: &str = "20261125";
/// Requests of each kind and phase for each operation.
const REQUESTS: &str = "40";
const REQUESTS_LONG: &str = "1000";
/// Neither opens anything: both ends are made here and end here.
const API_KEY: &str = "sandbox-api-key";
const SIGNING_KEY: &str = "sandbox=sandbox-signing-key";

/// No answer may be a 5xx, or something that `docs/backend-api.yaml` does not foresee.
pub fn run(project: &Project, long: bool) -> Outcome<Tally> {
    let mut schemathesis = schemathesis::command(project)?;
    let klarna = "stepup-sandbox-klarna";
    let klarna = Server::start(project, klarna, klarna, |server| {
        server.env("SANDBOX_KLARNA_API_KEY", API_KEY);
    })?;
    let acquirer = Server::start(
        project,
        "stepup-sandbox-acquirer",
        "stepup-acquirer",
        |server| {
            server
                .env("KLARNA_BASE_URL", klarna.address())
                .env("KLARNA_ACCOUNT", "krn:partner:global:account:test:M4CIYH2N")
                .env("KLARNA_API_KEY", API_KEY)
                .env("KLARNA_SIGNING_KEYS", SIGNING_KEY)
                // Questions that wait would fill the time with nothing.
                .env("ACQUIRER_LONGEST_WAIT", "1")
                .env("RUST_LOG", "error");
        },
    )?;
    aim(project, &mut schemathesis, acquirer.address(), long)?;
    let mut tally = Tally::default();
    tally.count(process::run(schemathesis).is_ok());
    Ok(tally)
}

fn aim(project: &Project, schemathesis: &mut Command, acquirer: &str, long: bool) -> Outcome<()> {
    let folder = project.root.join("sandbox/acquirer");
    let requests = if long { REQUESTS_LONG } else { REQUESTS };
    let mut path = folder.clone().into_os_string();
    if let Some((_, Some(known))) = schemathesis
        .get_envs()
        .find(|(name, _)| *name == "PYTHONPATH")
    {
        path.push(":");
        path.push(known);
    }
    schemathesis
        .env("PYTHONPATH", path)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SCHEMATHESIS_HOOKS", "schemathesis_hooks")
        .env("KLARNA_SIGNING_KEYS", SIGNING_KEY)
        // It leaves notes for replaying where it runs.
        .current_dir(project.target()?)
        .arg("--config-file")
        .arg(folder.join("schemathesis.toml"))
        .args(["run", &format!("{acquirer}/openapi.yaml")])
        .args(["--url", acquirer])
        .args(["--seed", SEED, "--max-examples", requests])
        .args(["--generation-database", "none", "--no-color"])
        .args(["--continue-on-failure", "--request-timeout", "30"]);
    Ok(())
}
