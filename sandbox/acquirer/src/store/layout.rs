//! How the tables are laid out, and which files are ours.

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// In every file of ours (`PRAGMA application_id`): "KSUA".
const OURS: i64 = 0x4b53_5541;
/// The layout below (`PRAGMA user_version`). It grows with every change of it, and [`prepare`] then learns to bring older files up.
const LAYOUT: i64 = 1;

const TABLES: &str = "
CREATE TABLE payment (
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
CREATE UNIQUE INDEX one_live_payment ON payment (reference) WHERE status IN ('pending', 'approved');
CREATE INDEX payment_request ON payment (request_id);
CREATE INDEX payment_due ON payment (due_at) WHERE due_at IS NOT NULL;
CREATE TRIGGER final_word_stays BEFORE UPDATE ON payment
  WHEN (OLD.status <> 'pending' AND NEW.status <> OLD.status) OR NEW.version < OLD.version
  BEGIN SELECT RAISE(ABORT, 'a final word never changes and a version only grows'); END;

-- Whatever an app calls a payment. Without a payment: it was cancelled before it was started, and can't be started any more.
CREATE TABLE attempt (
  id TEXT PRIMARY KEY, customer TEXT NOT NULL, payment TEXT REFERENCES payment (id), created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attempt_payment ON attempt (payment);

CREATE TABLE start_reply (
  key TEXT NOT NULL, customer TEXT NOT NULL, fingerprint BLOB NOT NULL, created_at INTEGER NOT NULL,
  http_status INTEGER, body TEXT, PRIMARY KEY (customer, key)
) STRICT;

CREATE TABLE webhook_event (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, payment TEXT, received_at INTEGER NOT NULL, times INTEGER NOT NULL
) STRICT;

CREATE TABLE history (
  payment TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT,
  klarna_state TEXT, PRIMARY KEY (payment, version)
) STRICT;
";

/// Makes the tables in an empty file. A file that is not ours, or of a layout that this program does not know, is left as it is.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let number = |sql| transaction.query_row(sql, [], |row| row.get::<_, i64>(0));
    let (owner, layout) = (
        number("PRAGMA application_id")?,
        number("PRAGMA user_version")?,
    );
    if owner == OURS && layout == LAYOUT {
        return Ok(());
    }
    if owner == OURS {
        return Err(StoreError::OtherLayout {
            found: layout,
            known: LAYOUT,
        });
    }
    if number("SELECT count(*) FROM sqlite_schema")? > 0 || owner != 0 {
        return Err(StoreError::NotOurs);
    }
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "application_id", OURS)?;
    transaction.pragma_update(None, "user_version", LAYOUT)?;
    Ok(transaction.commit()?)
}
