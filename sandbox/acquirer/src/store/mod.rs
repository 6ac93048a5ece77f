//! The state: one `SQLite` database, every change one short transaction on one connection.
//!
//! Two of the promises are kept by the database itself, whatever the code above does: at most one open or approved payment
//! for an order reference (a unique index), and a final word that never changes (a trigger).

mod layout;
mod payments;
mod replies;
mod webhooks;

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub(crate) use payments::{Change, Named, Recorded, Start};
pub(crate) use replies::KeptReply;

use crate::books::History;
use crate::config::Database;

/// The state could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error("the acquirer's database failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// The file was written by a newer or older version of this program. It was left as it is.
    #[error(
        "the database file has layout {found}, this program knows layout {known}: start the version that wrote it, or give a new file"
    )]
    OtherLayout {
        /// The file's.
        found: i64,
        /// This program's.
        known: i64,
    },
    /// The file belongs to something else. It was left as it is.
    #[error("the database file is not an acquirer's: give a new file")]
    NotOurs,
}

pub(crate) struct Store(Mutex<Connection>);

/// For how long attempts, tombstones and what hangs on them stay readable.
const KEPT_MS: i64 = 90 * 24 * 3_600_000;

impl Store {
    pub(crate) fn open(database: &Database) -> Result<Self, StoreError> {
        let mut connection = match database {
            Database::Memory => Connection::open_in_memory()?,
            Database::File(path) => Connection::open(path)?,
        };
        connection.execute_batch("PRAGMA busy_timeout = 5000;")?;
        layout::prepare(&mut connection)?;
        // FULL: what was promised to an app or acknowledged to Klarna survives a power cut.
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;",
        )?;
        Ok(Self(Mutex::new(connection)))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic between two statements rolled its transaction back.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn transaction<T>(
        &self,
        act: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = act(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    /// Forgets what nobody may ask for any more. Open payments stay however old they are.
    pub(crate) fn purge(&self, now: i64) -> Result<(), StoreError> {
        let old = now - KEPT_MS;
        self.transaction(|tx| {
            tx.execute(
                "DELETE FROM attempt WHERE created_at < ?1 AND (payment IS NULL
                   OR payment IN (SELECT id FROM payment WHERE settled_at < ?1))",
                [old],
            )?;
            tx.execute(
                "DELETE FROM payment WHERE settled_at < ?1 AND id NOT IN (SELECT payment FROM attempt WHERE payment IS NOT NULL)",
                [old],
            )?;
            tx.execute(
                "DELETE FROM history WHERE payment NOT IN (SELECT id FROM payment)",
                [],
            )?;
            tx.execute("DELETE FROM webhook_event WHERE received_at < ?1", [old])?;
            tx.execute("DELETE FROM start_reply WHERE created_at < ?1", [old])?;
            Ok(())
        })
    }

    pub(crate) fn history(&self, payment: &str) -> Result<Vec<History>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT version, at, status, reason, klarna_state FROM history WHERE payment = ?1 ORDER BY version",
        )?;
        let rows = statement.query_map([payment], |row| {
            Ok(History {
                version: row.get(0)?,
                at_ms: row.get(1)?,
                status: payments::from_word(row, 2)?,
                reason: row.get(3)?,
                klarna_state: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
