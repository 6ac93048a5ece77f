//! One client a directory.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::StoreError;

/// The directories held in this process. `flock` would do on most systems, but where it is emulated by record locks a
/// process never conflicts with itself.
static HELD: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Holds a directory until dropped, at the latest until the process ends.
#[derive(Debug)]
pub(super) struct DirectoryLock {
    /// Closing it releases the lock. `None` only while it is being dropped.
    file: Option<File>,
    directory: PathBuf,
}

impl DirectoryLock {
    /// `directory` must be canonical.
    pub fn take(directory: &Path) -> Result<Self, StoreError> {
        let mut held = held();
        if held.contains(directory) {
            return Err(StoreError::InUse);
        }
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(directory.join("lock"))?;
        // Not `File::try_lock`: unsupported on Android before Rust 1.98 (rust-lang/rust #148325). rustix can go when the
        // floor is there.
        flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|errno| match errno {
            Errno::WOULDBLOCK => StoreError::InUse,
            other => StoreError::from(std::io::Error::from(other)),
        })?;
        held.insert(directory.to_owned());
        Ok(Self {
            file: Some(file),
            directory: directory.to_owned(),
        })
    }
}

impl Drop for DirectoryLock {
    fn drop(&mut self) {
        let mut held = held();
        self.file = None;
        held.remove(&self.directory);
    }
}

fn held() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}
