//! A disk that takes nothing more: the system refuses every byte that would be written to a file.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// `SIGXFSZ` of Linux and Apple's systems alike. It would end the process; caught, the write fails, as on a full disk.
const FILE_TOO_LARGE: i32 = 25;

/// From now on every write to a file fails, or works again.
pub(super) fn full(full: bool) -> std::io::Result<()> {
    signal_hook::flag::register(FILE_TOO_LARGE, Arc::new(AtomicBool::new(false)))?;
    let limit = getrlimit(Resource::Fsize);
    let current = if full { Some(0) } else { limit.maximum };
    Ok(setrlimit(Resource::Fsize, Rlimit { current, ..limit })?)
}
