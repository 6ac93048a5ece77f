//! Reports, one JSON object a line on stdout.

use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use crate::protocol::Report;

/// Writes reports; clones share the stream.
#[derive(Clone, Debug)]
pub(super) struct Output(Arc<Mutex<std::io::Stdout>>);

impl Output {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(std::io::stdout())))
    }

    /// Writes a line and flushes it. A runner that is gone is no reason to stop: the end of stdin is.
    pub fn say(&self, report: &Report) {
        let Ok(mut line) = serde_json::to_vec(report) else {
            return;
        };
        line.push(b'\n');
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = out.write_all(&line).and_then(|()| out.flush());
    }
}
