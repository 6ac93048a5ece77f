//! Rule 7: one payment per order, whoever is signed in.

use serde::{Deserialize, Serialize};

use super::{AttemptId, NotStartedReason, OrderKey, UndeterminedReason, Verdict};

/// How many attempts may be unfinished at once.
pub const UNFINISHED_LIMIT: usize = 32;

/// What to do when the order has an unfinished attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, uniffi::Enum)]
pub enum IfBusy {
    /// Wait for that attempt's outcome (same content), or be refused.
    #[default]
    Join,
    /// Abandon it, and start anew after a final word that is not `approved`.
    Replace,
}

/// An attempt in the journal, as far as admission needs it.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Its id.
    pub id: &'a AttemptId,
    /// Its order.
    pub order: &'a OrderKey,
    /// It belongs to the client's owner and backend.
    pub visible: bool,
    /// Its latest verdict.
    pub verdict: Option<&'a Verdict>,
    /// It has a final outcome.
    pub settled: bool,
}

/// The memory of an approved order, kept 30 days after its record is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Salted hash of backend and reference.
    pub order: String,
    /// The id of the outcome that was `Approved`.
    pub outcome: String,
    /// Wall clock, Unix milliseconds.
    pub at: i64,
}

/// How long a tombstone is kept, milliseconds.
pub const TOMBSTONE_LIFE: i64 = 30 * 24 * 60 * 60 * 1_000;

/// What `pay` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Start a new attempt.
    Start,
    /// Wait for this one.
    Join(AttemptId),
    /// Abandon this one, wait for its word, and ask again.
    Replace(AttemptId),
    /// The outcome of this one is the answer.
    Return(AttemptId),
    /// The order was paid; its outcome's id.
    Paid(String),
    /// No.
    Refuse(NotStartedReason),
}

/// Decides what a `pay` for `order` does, given everything in the journal (other owners' attempts included, without details).
#[must_use]
pub fn admit<'a>(
    order: &OrderKey,
    if_busy: IfBusy,
    entries: impl Iterator<Item = Entry<'a>>,
    tombstones: &[Tombstone],
    now_wall: i64,
) -> Admission {
    let mut unfinished = 0;
    let mut busy: Option<Entry<'a>> = None;
    let mut told: Option<Entry<'a>> = None;
    for entry in entries {
        if !entry.settled && entry.visible {
            unfinished += 1;
        }
        // The reference counts as well: should the installation's salt be lost, the hashes of the same order differ.
        let named = !order.reference.is_empty() && entry.order.reference == order.reference;
        let same = entry.visible && named;
        if entry.order.hash != order.hash && !same {
            continue;
        }
        let gave_up = entry.verdict == Some(&Verdict::Undetermined(UndeterminedReason::GaveUp));
        if !entry.settled {
            busy = Some(entry);
        } else if gave_up || matches!(entry.verdict, Some(Verdict::Approved { .. })) {
            told = Some(entry);
        }
    }
    if let Some(entry) = told {
        return if entry.visible {
            Admission::Return(entry.id.clone())
        } else {
            Admission::Refuse(NotStartedReason::OrderBusy)
        };
    }
    if let Some(entry) = busy {
        return match if_busy {
            _ if !entry.visible => Admission::Refuse(NotStartedReason::OrderBusy),
            IfBusy::Replace => Admission::Replace(entry.id.clone()),
            IfBusy::Join if entry.order.content == order.content => {
                Admission::Join(entry.id.clone())
            }
            IfBusy::Join => Admission::Refuse(NotStartedReason::OrderBusy),
        };
    }
    let paid = tombstones.iter().find(|stone| {
        stone.order == order.hash && now_wall.saturating_sub(stone.at) <= TOMBSTONE_LIFE
    });
    match paid {
        Some(stone) => Admission::Paid(stone.outcome.clone()),
        None if unfinished >= UNFINISHED_LIMIT => {
            Admission::Refuse(NotStartedReason::TooManyUnfinished)
        }
        None => Admission::Start,
    }
}
