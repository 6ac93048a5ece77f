//! The phone process, as the runner holds it.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin};
use tokio::sync::mpsc;

use super::RunError;
use crate::protocol::{Command, Report};

/// How a phone process is started.
#[derive(Clone, Debug)]
pub struct PhoneProgram {
    /// The program.
    pub path: PathBuf,
    /// What it is told, so that a program can be its own phone.
    pub arguments: Vec<String>,
}

/// A running phone.
pub(super) struct PhoneProcess {
    child: Child,
    stdin: ChildStdin,
    reports: mpsc::UnboundedReceiver<Report>,
    /// Commands sent so far.
    pub sent: u64,
    strike: Option<Strike>,
}

/// SIGKILL so long, in real time, after so many commands: in the middle of whatever the core does then.
struct Strike {
    command: u64,
    delay: Duration,
    struck: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl PhoneProcess {
    /// Starts the program; it wants `configure` first.
    pub fn start(program: &PhoneProgram) -> Result<Self, RunError> {
        let mut child = tokio::process::Command::new(&program.path)
            .args(&program.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(RunError::Phone)?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(RunError::PhoneGone);
        };
        let (sender, reports) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut lines = BufReader::new(stdout).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let report = serde_json::from_str(&line).unwrap_or_else(|error| Report::Refused {
                    error: format!("a line that is no report: {error}"),
                });
                if sender.send(report).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            child,
            stdin,
            reports,
            sent: 0,
            strike: None,
        })
    }

    /// Sets when the process will be killed.
    pub fn strike_after(&mut self, command: u64, delay: Duration) {
        self.strike = Some(Strike {
            command,
            delay,
            struck: Arc::default(),
            thread: None,
        });
    }

    /// It was killed when that was to happen, so that its end is no surprise.
    pub fn was_struck(&self) -> bool {
        self.strike
            .as_ref()
            .is_some_and(|strike| strike.struck.load(Ordering::SeqCst))
    }

    fn strike(&mut self) {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok());
        let (Some(strike), Some(pid)) = (&mut self.strike, id.and_then(Pid::from_raw)) else {
            return;
        };
        if strike.thread.is_some() || self.sent < strike.command {
            return;
        }
        let (delay, struck) = (strike.delay, Arc::clone(&strike.struck));
        // A thread, because the runtime's timers know milliseconds only, and its workers may be busy.
        strike.thread = Some(std::thread::spawn(move || {
            std::thread::sleep(delay);
            struck.store(true, Ordering::SeqCst);
            // It is not waited for before this thread has ended, so the number is still its own.
            let _ = kill_process(pid, Signal::KILL);
        }));
    }

    pub async fn send(&mut self, command: &Command) -> Result<(), RunError> {
        let mut line = serde_json::to_vec(command).map_err(RunError::Json)?;
        line.push(b'\n');
        self.sent += 1;
        let written = self.stdin.write_all(&line).await;
        written.map_err(|_| RunError::PhoneGone)?;
        self.stdin.flush().await.map_err(|_| RunError::PhoneGone)?;
        self.strike();
        Ok(())
    }

    /// The next report; an error once the process has ended.
    pub async fn next(&mut self) -> Result<Report, RunError> {
        self.reports.recv().await.ok_or(RunError::PhoneGone)
    }

    /// A report that is there already.
    pub fn waiting(&mut self) -> Option<Report> {
        self.reports.try_recv().ok()
    }

    /// SIGKILL, as the system does it; returns when the process is gone.
    pub async fn kill(&mut self) -> Result<(), RunError> {
        let strike = self.strike.as_mut();
        if let Some(thread) = strike.and_then(|strike| strike.thread.take()) {
            // It sleeps a few milliseconds at most.
            let _ = thread.join();
        }
        self.child.kill().await.map_err(RunError::Phone)
    }
}
