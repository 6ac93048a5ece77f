//! The state: one `SQLite` database, every change one short transaction on one connection.
//!
//! Two of the promises are kept by the database itself, whatever the code above does: at most one open or approved payment
//! for an order reference (a unique index), and a final word that never changes (a trigger).

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
#[error("the acquirer's database failed: {0}")]
pub struct StoreError(#[from] rusqlite::Error);

pub(crate) struct Store(Mutex<Connection>);

/// For how long attempts, tombstones and what hangs on them stay readable.
const KEPT_MS: i64 = 90 * 24 * 3_600_000;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS payment (
  id TEXT PRIMARY KEY, attempt TEXT NOT NULL, customer TEXT NOT NULL, reference TEXT NOT NULL,
  amount INTEGER NOT NULL, currency TEXT NOT NULL, items TEXT NOT NULL, purchase TEXT NOT NULL,
  return_url TEXT NOT NULL, app_return_url TEXT NOT NULL, internal_return_url TEXT NOT NULL, reply TEXT NOT NULL, page_key TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL, reason TEXT, version INTEGER NOT NULL, stage TEXT NOT NULL,
  created_at INTEGER NOT NULL, settled_at INTEGER,
  first_sends INTEGER NOT NULL, first_sent_at INTEGER, second_sends INTEGER NOT NULL, unknowns INTEGER NOT NULL,
  cancel_wanted INTEGER NOT NULL, cancels INTEGER NOT NULL,
  renews INTEGER NOT NULL, renewals INTEGER NOT NULL, request_id TEXT, request_url TEXT, klarna_state TEXT, klarna_reason TEXT, klarna_at INTEGER NOT NULL,
  expires_at TEXT, token TEXT, token_at INTEGER, transaction_id TEXT,
  last_read_at INTEGER NOT NULL, due_at INTEGER
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS one_live_payment ON payment (reference) WHERE status IN ('pending', 'approved');
CREATE INDEX IF NOT EXISTS payment_request ON payment (request_id);
CREATE INDEX IF NOT EXISTS payment_due ON payment (due_at) WHERE due_at IS NOT NULL;
CREATE TRIGGER IF NOT EXISTS final_word_stays BEFORE UPDATE ON payment
  WHEN (OLD.status <> 'pending' AND NEW.status <> OLD.status) OR NEW.version < OLD.version
  BEGIN SELECT RAISE(ABORT, 'a final word never changes and a version only grows'); END;

-- Whatever an app calls a payment. Without a payment: it was cancelled before it was started, and can't be started any more.
CREATE TABLE IF NOT EXISTS attempt (
  id TEXT PRIMARY KEY, customer TEXT NOT NULL, payment TEXT REFERENCES payment (id), created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS attempt_payment ON attempt (payment);

CREATE TABLE IF NOT EXISTS start_reply (
  key TEXT NOT NULL, customer TEXT NOT NULL, fingerprint BLOB NOT NULL, created_at INTEGER NOT NULL,
  http_status INTEGER, body TEXT, PRIMARY KEY (customer, key)
) STRICT;

CREATE TABLE IF NOT EXISTS webhook_event (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, payment TEXT, received_at INTEGER NOT NULL, times INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS history (
  payment TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT,
  klarna_state TEXT, PRIMARY KEY (payment, version)
) STRICT;
";

impl Store {
    pub(crate) fn open(database: &Database) -> Result<Self, StoreError> {
        let connection = match database {
            Database::Memory => Connection::open_in_memory()?,
            Database::File(path) => Connection::open(path)?,
        };
        // FULL: what was promised to an app or acknowledged to Klarna survives a power cut.
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA secure_delete = ON;",
        )?;
        connection.execute_batch(SCHEMA)?;
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
