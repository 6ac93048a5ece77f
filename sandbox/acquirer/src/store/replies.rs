//! Answers kept under the idempotency key of a start, so that the same key gives the same answer.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Store, StoreError, payments::Start};

/// For how long a key is remembered.
const REMEMBERED_MS: i64 = 24 * 3_600_000;

/// An answer that was given and is given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptReply {
    pub http_status: u16,
    pub body: String,
}

/// What is known under a key.
pub(crate) enum Kept {
    Nothing,
    NoReplyYet,
    Reply(KeptReply),
    OtherContent,
}

pub(super) fn find(tx: &Transaction<'_>, start: &Start<'_>) -> rusqlite::Result<Kept> {
    tx.execute(
        "DELETE FROM start_reply WHERE customer = ?1 AND key = ?2 AND created_at <= ?3",
        params![start.customer, start.key, start.now - REMEMBERED_MS],
    )?;
    let kept = tx
        .query_row(
            "SELECT fingerprint, http_status, body FROM start_reply WHERE customer = ?1 AND key = ?2",
            [start.customer, start.key],
            |row| {
                Ok((
                    row.get::<_, Vec<u8>>(0)?,
                    row.get::<_, Option<u16>>(1)?,
                    row.get::<_, Option<String>>(2)?,
                ))
            },
        )
        .optional()?;
    Ok(match kept {
        None => Kept::Nothing,
        Some((fingerprint, ..)) if fingerprint != start.fingerprint => Kept::OtherContent,
        Some((_, Some(http_status), Some(body))) => Kept::Reply(KeptReply { http_status, body }),
        Some(_) => Kept::NoReplyYet,
    })
}

pub(super) fn begin(tx: &Transaction<'_>, start: &Start<'_>) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO start_reply (key, customer, fingerprint, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![start.key, start.customer, start.fingerprint, start.now],
    )?;
    Ok(())
}

impl Store {
    /// Keeps a definite answer. Of two that raced the first stays, and both callers are given it.
    pub(crate) fn keep_reply(
        &self,
        customer: &str,
        key: &str,
        reply: KeptReply,
    ) -> Result<KeptReply, StoreError> {
        self.transaction(|tx| {
            tx.execute(
                "UPDATE start_reply SET http_status = ?3, body = ?4 WHERE customer = ?1 AND key = ?2 AND body IS NULL",
                params![customer, key, reply.http_status, reply.body],
            )?;
            let kept = tx
                .query_row(
                    "SELECT http_status, body FROM start_reply WHERE customer = ?1 AND key = ?2",
                    [customer, key],
                    |row| {
                        Ok(KeptReply {
                            http_status: row.get(0)?,
                            body: row.get(1)?,
                        })
                    },
                )
                .optional()?;
            Ok(kept.unwrap_or(reply))
        })
    }
}
