//! Webhook events that were seen, each once however often it is delivered.

use rusqlite::params;

use super::{Store, StoreError};
use crate::books::SeenEvent;

impl Store {
    /// Counts a repeated event. False: it was never noted.
    pub(crate) fn is_repeated(&self, id: &str) -> Result<bool, StoreError> {
        let rows = self.connection().execute(
            "UPDATE webhook_event SET times = times + 1 WHERE id = ?1",
            [id],
        )?;
        Ok(rows > 0)
    }

    /// Notes an event *after* it was acted upon: one that is noted is never acted upon again, and a crash in between must not
    /// lose it.
    pub(crate) fn note_event(
        &self,
        id: &str,
        kind: &str,
        payment: Option<&str>,
        now: i64,
    ) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO webhook_event (id, kind, payment, received_at, times) VALUES (?1, ?2, ?3, ?4, 1)
             ON CONFLICT (id) DO UPDATE SET times = times + 1",
            params![id, kind, payment, now],
        )?;
        Ok(())
    }

    pub(crate) fn events(&self, payment: &str) -> Result<Vec<SeenEvent>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT id, kind, received_at, times FROM webhook_event WHERE payment = ?1 ORDER BY received_at, rowid",
        )?;
        let rows = statement.query_map([payment], |row| {
            Ok(SeenEvent {
                event_id: row.get(0)?,
                event_type: row.get(1)?,
                received_at_ms: row.get(2)?,
                times: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
