//! The shop's app as a process of its own: the phone program of the scenarios, with the real core in it.

use std::process::Stdio;

use stepup_sandbox_scenarios::protocol::{Command, Report};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin};
use tokio::sync::mpsc;

use super::Message;

/// A running app. It dies with this value.
#[derive(Debug)]
pub(super) struct App {
    child: Child,
    stdin: ChildStdin,
    /// Which process of the app it is, from 1.
    pub process: u32,
}

impl App {
    /// Starts this very program as the app; what it says comes as messages.
    pub fn start(process: u32, phone: mpsc::UnboundedSender<Message>) -> std::io::Result<Self> {
        let mut child = tokio::process::Command::new(std::env::current_exe()?)
            .arg(crate::AS_APP)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(std::io::Error::other("the app's process has no pipes"));
        };
        tokio::spawn(async move {
            let mut lines = BufReader::new(stdout).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let report = serde_json::from_str(&line).unwrap_or_else(|error| Report::Refused {
                    error: format!("a line that is no report: {error}"),
                });
                if phone
                    .send(Message::Heard(process, Box::new(report)))
                    .is_err()
                {
                    return;
                }
            }
            // A phone that is gone needs no telling.
            let _ = phone.send(Message::Ended(process));
        });
        Ok(Self {
            child,
            stdin,
            process,
        })
    }

    /// Tells it something. A process that has just ended hears nothing, and says so itself.
    pub async fn send(&mut self, command: &Command) {
        let Ok(mut line) = serde_json::to_vec(command) else {
            return;
        };
        line.push(b'\n');
        if self.stdin.write_all(&line).await.is_ok() {
            let _ = self.stdin.flush().await;
        }
    }

    /// SIGKILL, as the system does it; returns when the process is gone.
    pub async fn kill(mut self) {
        // One that has ended by itself is dead as well.
        let _ = self.child.kill().await;
    }
}
