//! The rows of payments, and the names that attempts give them.

use rusqlite::{OptionalExtension, Row, Transaction, named_params, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Store, StoreError, replies};
use crate::config::Secret;
use crate::order::{Order, Refusal};
use crate::payment::{Payment, Stage, Status};

/// A start as it came in.
pub(crate) struct Start<'a> {
    pub key: &'a str,
    pub attempt: &'a str,
    pub customer: &'a str,
    pub fingerprint: &'a [u8],
    pub now: i64,
}

/// What a start turned out to be.
#[derive(Debug)]
pub(crate) enum Recorded {
    /// Answered before: the same answer again.
    Replay(replies::KeptReply),
    /// The key was used with other content.
    KeyReused,
    /// The attempt was cancelled before it was started.
    Closed,
    /// The attempt or the order is another customer's.
    OtherCustomer,
    Refused(Refusal),
    /// The payment that answers, new or not.
    Payment(String),
}

/// A payment after a change.
pub(crate) struct Change<T> {
    pub payment: Payment,
    /// Whether whoever waits for news has some.
    pub news: bool,
    /// Whether somebody has to look at it at another time than before.
    pub rescheduled: bool,
    pub result: T,
}

/// What a name stands for.
#[derive(Debug)]
pub(crate) enum Named {
    Payment(Box<Payment>),
    /// Cancelled before it was started.
    Tombstone,
}

impl Store {
    /// Writes a start down before Klarna hears of it. One transaction decides between all starts and cancels of an attempt
    /// and of an order.
    pub(crate) fn record(
        &self,
        start: &Start<'_>,
        order: Result<Order, Refusal>,
        new: impl FnOnce(Order) -> Payment,
    ) -> Result<Recorded, StoreError> {
        self.transaction(|tx| {
            match replies::find(tx, start)? {
                replies::Kept::Reply(reply) => return Ok(Recorded::Replay(reply)),
                replies::Kept::OtherContent => return Ok(Recorded::KeyReused),
                replies::Kept::NoReplyYet => {}
                replies::Kept::Nothing => replies::begin(tx, start)?,
            }
            if let Some((customer, payment)) = attempt(tx, start.attempt)? {
                return Ok(match payment {
                    _ if customer != start.customer => Recorded::OtherCustomer,
                    None => Recorded::Closed,
                    Some(id) => Recorded::Payment(id),
                });
            }
            let order = match order {
                Ok(order) => order,
                Err(refusal) => return Ok(Recorded::Refused(refusal)),
            };
            let live = tx
                .query_row(
                    "SELECT customer, id FROM payment WHERE reference = ?1 AND status IN ('pending', 'approved')",
                    [&order.reference],
                    |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)),
                )
                .optional()?;
            let id = match live {
                Some((customer, _)) if customer != start.customer => {
                    return Ok(Recorded::OtherCustomer);
                }
                Some((_, id)) => id,
                None => {
                    let payment = new(order);
                    save(tx, &payment)?;
                    write_history(tx, &payment, start.now)?;
                    payment.id
                }
            };
            name(tx, start.attempt, start.customer, Some(&id), start.now)?;
            Ok(Recorded::Payment(id))
        })
    }

    /// Finds what an attempt id or a payment id names, if it is this customer's.
    pub(crate) fn named(&self, name: &str, customer: &str) -> Result<Option<Named>, StoreError> {
        self.transaction(|tx| find_named(tx, name, customer))
    }

    /// Like [`named`](Self::named), but an attempt that nobody knows is closed: it can't be started any more.
    pub(crate) fn named_or_closed(
        &self,
        id: &str,
        customer: &str,
        now: i64,
    ) -> Result<Option<Named>, StoreError> {
        self.transaction(|tx| {
            if let Some(named) = find_named(tx, id, customer)? {
                return Ok(Some(named));
            }
            if attempt(tx, id)?.is_some() || load(tx, "id", id)?.is_some() {
                return Ok(None);
            }
            name(tx, id, customer, None, now)?;
            Ok(Some(Named::Tombstone))
        })
    }

    pub(crate) fn payment(&self, id: &str) -> Result<Option<Payment>, StoreError> {
        self.transaction(|tx| load(tx, "id", id))
    }

    pub(crate) fn payment_by_page(&self, page_key: &str) -> Result<Option<Payment>, StoreError> {
        self.transaction(|tx| load(tx, "page_key", page_key))
    }

    pub(crate) fn payment_by_request(
        &self,
        request_id: &str,
    ) -> Result<Option<Payment>, StoreError> {
        self.transaction(|tx| load(tx, "request_id", request_id))
    }

    /// Changes a payment in one transaction. The version grows if others can see the difference.
    pub(crate) fn change<T>(
        &self,
        id: &str,
        now: i64,
        act: impl FnOnce(&mut Payment) -> T,
    ) -> Result<Option<Change<T>>, StoreError> {
        self.transaction(|tx| {
            let Some(before) = load(tx, "id", id)? else {
                return Ok(None);
            };
            let mut payment = before.clone();
            let result = act(&mut payment);
            let news = payment.visible() != before.visible();
            if news {
                payment.version = before.version + 1;
                write_history(tx, &payment, now)?;
            }
            save(tx, &payment)?;
            Ok(Some(Change {
                news,
                rescheduled: payment.due_at != before.due_at,
                payment,
                result,
            }))
        })
    }

    /// Open payments that somebody has to look at now.
    pub(crate) fn due(&self, now: i64) -> Result<Vec<String>, StoreError> {
        self.ids(
            "SELECT id FROM payment WHERE due_at <= ?1 ORDER BY due_at",
            now,
        )
    }

    /// When the next one is due after `now`.
    pub(crate) fn next_due(&self, now: i64) -> Result<Option<i64>, StoreError> {
        Ok(self.connection().query_row(
            "SELECT min(due_at) FROM payment WHERE due_at > ?1",
            [now],
            |row| row.get(0),
        )?)
    }

    /// After a start of the process: whatever is open is due, since nobody knows what was missed.
    pub(crate) fn wake_open(&self, now: i64) -> Result<(), StoreError> {
        self.connection().execute(
            "UPDATE payment SET due_at = ?1 WHERE status = 'pending'",
            [now],
        )?;
        Ok(())
    }

    pub(crate) fn payment_ids(&self) -> Result<Vec<String>, StoreError> {
        self.ids(
            "SELECT id FROM payment WHERE created_at >= ?1 ORDER BY created_at, rowid",
            i64::MIN,
        )
    }

    pub(crate) fn attempts(&self, payment: &str) -> Result<Vec<String>, StoreError> {
        self.ids(
            "SELECT id FROM attempt WHERE payment = ?1 ORDER BY created_at, rowid",
            payment,
        )
    }

    /// Attempts that were closed before they were started.
    pub(crate) fn tombstones(&self) -> Result<Vec<String>, StoreError> {
        self.ids(
            "SELECT id FROM attempt WHERE payment IS NULL AND created_at >= ?1 ORDER BY created_at, rowid",
            i64::MIN,
        )
    }

    fn ids(&self, sql: &str, value: impl rusqlite::ToSql) -> Result<Vec<String>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql)?;
        let ids = statement.query_map([value], |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }
}

fn find_named(tx: &Transaction<'_>, id: &str, customer: &str) -> rusqlite::Result<Option<Named>> {
    let payment = match attempt(tx, id)? {
        Some((owner, _)) if owner != customer => return Ok(None),
        Some((_, None)) => return Ok(Some(Named::Tombstone)),
        Some((_, Some(payment))) => load(tx, "id", &payment)?,
        None => load(tx, "id", id)?,
    };
    Ok(payment
        .filter(|payment| payment.customer == customer)
        .map(|payment| Named::Payment(Box::new(payment))))
}

fn attempt(tx: &Transaction<'_>, id: &str) -> rusqlite::Result<Option<(String, Option<String>)>> {
    tx.prepare_cached("SELECT customer, payment FROM attempt WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

fn name(
    tx: &Transaction<'_>,
    attempt: &str,
    customer: &str,
    payment: Option<&str>,
    now: i64,
) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO attempt (id, customer, payment, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![attempt, customer, payment, now],
    )?;
    Ok(())
}

fn write_history(tx: &Transaction<'_>, payment: &Payment, now: i64) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO history (payment, version, at, status, reason, klarna_state) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            payment.id,
            payment.version,
            now,
            payment.status.word(),
            payment.reason,
            payment.klarna_state
        ],
    )?;
    Ok(())
}

/// `column` is one of the table's own names, never a caller's text.
fn load(tx: &Transaction<'_>, column: &str, value: &str) -> rusqlite::Result<Option<Payment>> {
    tx.prepare_cached(&format!("SELECT * FROM payment WHERE {column} = ?1"))?
        .query_row([value], read)
        .optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Payment> {
    let secret = |column: &str| -> rusqlite::Result<Secret> {
        Ok(Secret::new(row.get::<_, String>(column)?))
    };
    let maybe_secret = |column: &str| -> rusqlite::Result<Option<Secret>> {
        Ok(row.get::<_, Option<String>>(column)?.map(Secret::new))
    };
    Ok(Payment {
        id: row.get("id")?,
        attempt: row.get("attempt")?,
        customer: row.get("customer")?,
        reference: row.get("reference")?,
        amount: row.get("amount")?,
        currency: row.get("currency")?,
        items: json(row, "items")?,
        purchase: json(row, "purchase")?,
        return_url: secret("return_url")?,
        app_return_url: secret("app_return_url")?,
        internal_return_url: secret("internal_return_url")?,
        reply: from_word(row, "reply")?,
        page_key: secret("page_key")?,
        status: from_word::<_, Status>(row, "status")?,
        reason: row.get("reason")?,
        version: row.get("version")?,
        stage: from_word::<_, Stage>(row, "stage")?,
        created_at: row.get("created_at")?,
        settled_at: row.get("settled_at")?,
        first_sends: row.get("first_sends")?,
        first_sent_at: row.get("first_sent_at")?,
        second_sends: row.get("second_sends")?,
        unknowns: row.get("unknowns")?,
        cancel_wanted: row.get("cancel_wanted")?,
        cancels: row.get("cancels")?,
        renews: row.get("renews")?,
        renewals: row.get("renewals")?,
        request_id: row.get("request_id")?,
        request_url: maybe_secret("request_url")?,
        klarna_state: row.get("klarna_state")?,
        klarna_reason: row.get("klarna_reason")?,
        klarna_at: row.get("klarna_at")?,
        expires_at: row.get("expires_at")?,
        token: maybe_secret("token")?,
        token_at: row.get("token_at")?,
        transaction_id: row.get("transaction_id")?,
        last_read_at: row.get("last_read_at")?,
        due_at: row.get("due_at")?,
    })
}

fn save(tx: &Transaction<'_>, p: &Payment) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO payment VALUES (:id, :attempt, :customer, :reference, :amount, :currency, :items, :purchase,
           :return_url, :app_return_url, :internal_return_url, :reply, :page_key, :status, :reason, :version, :stage, :created_at, :settled_at,
           :first_sends, :first_sent_at, :second_sends, :unknowns, :cancel_wanted, :cancels, :renews, :renewals, :request_id, :request_url,
           :klarna_state, :klarna_reason, :klarna_at, :expires_at, :token, :token_at, :transaction_id, :last_read_at, :due_at)
         ON CONFLICT (id) DO UPDATE SET status = excluded.status, reason = excluded.reason, version = excluded.version,
           stage = excluded.stage, settled_at = excluded.settled_at, first_sends = excluded.first_sends,
           first_sent_at = excluded.first_sent_at, second_sends = excluded.second_sends, unknowns = excluded.unknowns,
           cancel_wanted = excluded.cancel_wanted, cancels = excluded.cancels, renewals = excluded.renewals, request_id = excluded.request_id,
           request_url = excluded.request_url, klarna_state = excluded.klarna_state, klarna_reason = excluded.klarna_reason,
           klarna_at = excluded.klarna_at, expires_at = excluded.expires_at, token = excluded.token,
           token_at = excluded.token_at, transaction_id = excluded.transaction_id, last_read_at = excluded.last_read_at,
           due_at = excluded.due_at",
    )?
    .execute(named_params! {
        ":id": p.id, ":attempt": p.attempt, ":customer": p.customer, ":reference": p.reference,
        ":amount": p.amount, ":currency": p.currency, ":items": p.items.to_string(), ":purchase": p.purchase.to_string(),
        ":return_url": p.return_url.expose(), ":app_return_url": p.app_return_url.expose(),
        ":internal_return_url": p.internal_return_url.expose(), ":reply": to_word(&p.reply),
        ":page_key": p.page_key.expose(), ":status": to_word(&p.status), ":reason": p.reason, ":version": p.version,
        ":stage": to_word(&p.stage), ":created_at": p.created_at, ":settled_at": p.settled_at,
        ":first_sends": p.first_sends, ":first_sent_at": p.first_sent_at, ":second_sends": p.second_sends,
        ":unknowns": p.unknowns, ":cancel_wanted": p.cancel_wanted, ":cancels": p.cancels, ":renews": p.renews, ":renewals": p.renewals, ":request_id": p.request_id,
        ":request_url": p.request_url.as_ref().map(Secret::expose), ":klarna_state": p.klarna_state,
        ":klarna_reason": p.klarna_reason, ":klarna_at": p.klarna_at, ":expires_at": p.expires_at,
        ":token": p.token.as_ref().map(Secret::expose), ":token_at": p.token_at, ":transaction_id": p.transaction_id,
        ":last_read_at": p.last_read_at, ":due_at": p.due_at,
    })?;
    Ok(())
}

fn json(row: &Row<'_>, column: &str) -> rusqlite::Result<Value> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| unreadable(Box::new(error)))
}

/// An enum is stored as the word that serde gives it.
pub(super) fn from_word<I: rusqlite::RowIndex, T: DeserializeOwned>(
    row: &Row<'_>,
    column: I,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_value(Value::String(text)).map_err(|error| unreadable(Box::new(error)))
}

fn to_word(value: &impl Serialize) -> Option<String> {
    serde_json::to_value(value)
        .ok()?
        .as_str()
        .map(str::to_owned)
}

fn unreadable(error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error)
}
