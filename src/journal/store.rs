//! The journal's directory: the only file I/O of the core.

mod files;
mod lock;

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::format::MAX_RECORD;
use files::{Disk, Files};
use lock::DirectoryLock;

const RECORD_END: &str = ".json";
const DAMAGED_END: &str = ".json.damaged";
const TEMPORARY_END: &str = ".tmp";
const SALT: &str = "salt";
const TOMBSTONES: &str = "tombstones";
const TRACES: &str = "traces";
const MAX_NAME_PART: usize = 64;

/// Names the record of an attempt. Even if the record itself is damaged, its name says which order it blocks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordName {
    /// The attempt's id.
    pub attempt: String,
    /// The salted hash of backend and reference.
    pub order_hash: String,
}

impl RecordName {
    /// The file name `<attempt>.<order_hash>.json`. `None` if a part is empty, longer than 64 bytes or holds anything
    /// but letters, digits, `-` and `_`.
    #[must_use]
    pub fn file_name(&self) -> Option<String> {
        self.with_end(RECORD_END)
    }

    /// Reads what [`RecordName::file_name`] writes.
    #[must_use]
    pub fn parse(file_name: &str) -> Option<Self> {
        Self::before_end(file_name, RECORD_END)
    }

    fn with_end(&self, end: &str) -> Option<String> {
        (is_name_part(&self.attempt) && is_name_part(&self.order_hash))
            .then(|| [&self.attempt, ".", &self.order_hash, end].concat())
    }

    fn before_end(file_name: &str, end: &str) -> Option<Self> {
        let (attempt, order_hash) = file_name.strip_suffix(end)?.split_once('.')?;
        (is_name_part(attempt) && is_name_part(order_hash)).then(|| Self {
            attempt: attempt.to_owned(),
            order_hash: order_hash.to_owned(),
        })
    }
}

fn is_name_part(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_NAME_PART
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Why the journal can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another client, in this or in another process, holds the directory.
    #[error("another client holds the journal's directory")]
    InUse,
    /// Not readable or writable now: permission, not there, or the device has not been unlocked yet. May pass.
    #[error("the journal's directory can't be used now")]
    Unavailable,
    /// No space left.
    #[error("there is no space left for the journal")]
    Full,
    /// Any other failure.
    #[error("the journal's directory failed: {0}")]
    Io(io::ErrorKind),
}

impl From<io::Error> for StoreError {
    fn from(failure: io::Error) -> Self {
        use io::ErrorKind::{
            NotFound, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
        };
        match failure.kind() {
            PermissionDenied | NotFound | ReadOnlyFilesystem => Self::Unavailable,
            StorageFull | QuotaExceeded => Self::Full,
            kind => Self::Io(kind),
        }
    }
}

/// The directory, held until dropped. The lock dies with the process.
#[derive(Debug)]
#[expect(
    private_bounds,
    reason = "the bound is for the tests of this module alone"
)]
pub struct Store<F: Files = Disk> {
    files: F,
    directory: PathBuf,
    /// None only where a test's file system needs none.
    _lock: Option<DirectoryLock>,
}

impl Store {
    /// Creates the directory (readable by the app alone) if need be, locks it, and removes what an interrupted write
    /// left behind.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        if !fs::exists(directory)? {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(directory)?;
            // Without it a power cut can take the whole directory. A parent that can't be opened is not the app's own.
            let _ = directory.parent().map(|parent| Disk.sync_directory(parent));
        }
        let directory = fs::canonicalize(directory)?;
        let lock = DirectoryLock::take(&directory)?;
        Self::held(Disk, directory, Some(lock))
    }
}

#[expect(
    private_bounds,
    reason = "the bound is for the tests of this module alone"
)]
impl<F: Files> Store<F> {
    fn held(files: F, directory: PathBuf, lock: Option<DirectoryLock>) -> Result<Self, StoreError> {
        let store = Self {
            files,
            directory,
            _lock: lock,
        };
        for name in store.file_names()? {
            if name.ends_with(TEMPORARY_END) {
                // One that stays does no harm: the next write truncates it.
                let _ = store.files.remove(&store.directory.join(name));
            }
        }
        Ok(store)
    }

    /// The salt of this installation; `fresh` becomes it when there is none yet.
    pub fn installation_salt(&self, fresh: [u8; 16]) -> Result<[u8; 16], StoreError> {
        if let Some(bytes) = self.read_optional(SALT)?
            && let Ok(salt) = bytes.try_into()
        {
            return Ok(salt);
        }
        self.write_file(SALT, &fresh)?;
        Ok(fresh)
    }

    /// All records, sorted. Other files are none of ours and stay.
    pub fn names(&self) -> Result<Vec<RecordName>, StoreError> {
        self.names_with(RECORD_END)
    }

    /// The bytes of a record; at most one byte more than a record may have.
    pub fn read(&self, name: &RecordName) -> Result<Vec<u8>, StoreError> {
        self.read_file(&checked(name.file_name())?)
    }

    /// Writes a record: after `Ok` it survives a power cut. After an error, or a power cut before `Ok`, there is the former one or,
    /// if only the last step failed, the new one; never a part of either.
    pub fn write(&self, name: &RecordName, bytes: &[u8]) -> Result<(), StoreError> {
        self.write_file(&checked(name.file_name())?, bytes)
    }

    /// Removes a record. One that is gone already is no error.
    pub fn remove(&self, name: &RecordName) -> Result<(), StoreError> {
        self.remove_file(&checked(name.file_name())?)
    }

    /// Renames a damaged record out of the way; [`Store::damaged`] still lists it.
    pub fn set_aside(&self, name: &RecordName) -> Result<(), StoreError> {
        let from = self.directory.join(checked(name.file_name())?);
        let to = self.directory.join(checked(name.with_end(DAMAGED_END))?);
        self.files.rename(&from, &to)?;
        self.sync_directory()
    }

    /// The records that were set aside, sorted.
    pub fn damaged(&self) -> Result<Vec<RecordName>, StoreError> {
        self.names_with(DAMAGED_END)
    }

    /// Removes a record that was set aside.
    pub fn remove_damaged(&self, name: &RecordName) -> Result<(), StoreError> {
        self.remove_file(&checked(name.with_end(DAMAGED_END))?)
    }

    /// Writes the tombstones of approved orders.
    pub fn write_tombstones(&self, bytes: &[u8]) -> Result<(), StoreError> {
        self.write_file(TOMBSTONES, bytes)
    }

    /// The tombstones, if there are any.
    pub fn read_tombstones(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.read_optional(TOMBSTONES)
    }

    /// Writes the traces of past attempts.
    pub fn write_traces(&self, bytes: &[u8]) -> Result<(), StoreError> {
        self.write_file(TRACES, bytes)
    }

    /// The traces, if there are any.
    pub fn read_traces(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.read_optional(TRACES)
    }

    fn names_with(&self, end: &str) -> Result<Vec<RecordName>, StoreError> {
        let mut names: Vec<_> = self
            .file_names()?
            .iter()
            .filter_map(|name| RecordName::before_end(name, end))
            .collect();
        names.sort();
        Ok(names)
    }

    fn file_names(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.files.list(&self.directory)?)
    }

    fn read_optional(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        if self.files.exists(&self.directory.join(name))? {
            self.read_file(name).map(Some)
        } else {
            Ok(None)
        }
    }

    fn read_file(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        Ok(self
            .files
            .read(&self.directory.join(name), MAX_RECORD + 1)?)
    }

    fn write_file(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let temporary = self.directory.join([name, TEMPORARY_END].concat());
        let written = self
            .write_synced(&temporary, bytes)
            .and_then(|()| self.files.rename(&temporary, &self.directory.join(name)));
        if let Err(failure) = written {
            // Best effort: opening the store removes it as well.
            let _ = self.files.remove(&temporary);
            return Err(failure.into());
        }
        self.sync_directory()
    }

    fn write_synced(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.files.create(path)?;
        self.files.write(&mut file, bytes)?;
        self.files.sync(&file)
    }

    fn remove_file(&self, name: &str) -> Result<(), StoreError> {
        match self.files.remove(&self.directory.join(name)) {
            Err(failure) if failure.kind() == io::ErrorKind::NotFound => return Ok(()),
            removed => removed?,
        }
        self.sync_directory()
    }

    /// Without it a power cut can undo the rename or the removal.
    fn sync_directory(&self) -> Result<(), StoreError> {
        Ok(self.files.sync_directory(&self.directory)?)
    }
}

fn checked(name: Option<String>) -> Result<String, StoreError> {
    name.ok_or(StoreError::Io(io::ErrorKind::InvalidInput))
}

#[cfg(test)]
mod faults;
#[cfg(test)]
mod tests;
