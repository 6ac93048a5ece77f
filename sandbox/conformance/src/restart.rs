//! Killing the backend and starting it again.

use stepup_sandbox_control::World;

use crate::report::Finding;

/// How the backend is killed and started again.
#[derive(Clone, Debug)]
pub enum Restart {
    /// A command of those who run the backend, for a shell. It comes back when the backend is starting.
    Command(String),
    /// The acquirer of a sandbox in this process.
    Acquirer(World),
}

impl Restart {
    pub(crate) async fn run(&self) -> Result<(), Finding> {
        match self {
            Self::Command(command) => {
                let command = command.clone();
                let ended = tokio::task::spawn_blocking(move || {
                    std::process::Command::new("sh")
                        .args(["-c", &command])
                        .stdin(std::process::Stdio::null())
                        // Standard output is the report's.
                        .stdout(std::process::Stdio::null())
                        .status()
                });
                match ended.await {
                    Ok(Ok(status)) if status.success() => Ok(()),
                    Ok(Ok(status)) => Finding::not_checked(format!(
                        "the command of --restart ended with {status}"
                    )),
                    _ => Finding::not_checked("the command of --restart could not be run"),
                }
            }
            Self::Acquirer(world) => world
                .restart_acquirer()
                .await
                .map_err(|error| Finding::NotChecked(error.to_string())),
        }
    }
}
