//! Faults that are planted where none may be: a torture that stays green with one of them would prove nothing.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// A fault that must be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// Records are gone when the app starts again, as if they had never been written.
    RecordsLost,
    /// A record is back that was deleted, as if deleting had not been written.
    RecordsBack,
    /// An outcome is acknowledged, and nobody was told.
    Swallowed,
    /// The app is told that it was paid, whatever the outcome is.
    AlwaysApproved,
    /// The acquirer finalises a payment a second time.
    FinalisedTwice,
}

impl Plant {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::RecordsLost,
        Self::RecordsBack,
        Self::Swallowed,
        Self::AlwaysApproved,
        Self::FinalisedTwice,
    ];

    /// What the checker must say of it.
    #[must_use]
    pub const fn finding(self) -> &'static str {
        match self {
            Self::RecordsLost => "without an outcome",
            Self::RecordsBack => "doubled",
            Self::Swallowed => "lost",
            Self::AlwaysApproved => "false",
            Self::FinalisedTwice => "second authorize",
        }
    }

    /// A scenario in which it shows.
    #[must_use]
    pub const fn shows_in(self) -> &'static str {
        match self {
            Self::RecordsLost => "killed-in-journey",
            Self::RecordsBack | Self::FinalisedTwice => "happy-url",
            Self::Swallowed => "approved-while-dead",
            Self::AlwaysApproved => "declined-at-once",
        }
    }

    pub(super) fn before_start(
        self,
        journal: &Path,
        kept: &[(PathBuf, Vec<u8>)],
    ) -> std::io::Result<()> {
        match self {
            Self::RecordsLost => {
                for (file, _) in records(journal)? {
                    fs::remove_file(file)?;
                }
            }
            Self::RecordsBack => {
                for (file, bytes) in kept {
                    fs::write(file, bytes)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn doctor(self, record: &mut Value) {
        if self != Self::FinalisedTwice {
            return;
        }
        for klarna in record["books"]["klarna"]
            .as_array_mut()
            .into_iter()
            .flatten()
        {
            let Some(calls) = klarna["authorize_calls"].as_array_mut() else {
                continue;
            };
            let second = calls.iter().find(|call| call["call"] == "second");
            if let Some(mut again) = second.cloned() {
                again["repeated"] = json!(false);
                calls.push(again);
            }
        }
    }
}

/// The records of a journal, with their bytes.
pub(super) fn records(journal: &Path) -> std::io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut records = Vec::new();
    for entry in fs::read_dir(journal)? {
        let file = entry?.path();
        if file.extension().is_some_and(|end| end == "json") {
            let bytes = fs::read(&file)?;
            records.push((file, bytes));
        }
    }
    Ok(records)
}
