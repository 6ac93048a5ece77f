//! What may be read of the loop from any thread, without waiting for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::table::Table;
use crate::links::{LinkKind, Nonce};
use crate::machine::LinkSignal;
use crate::model::{AttemptState, DeliveredOutcome, LinkDisposition};
use crate::trace::{PastTraces, TraceLog};

/// An attempt as `handle_link` has to know it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct LinkEntry {
    pub attempt: String,
    pub nonce: Nonce,
    pub visible: bool,
    pub settled: bool,
    pub in_journey: bool,
    pub handover_seen: bool,
    pub completion_seen: bool,
}

/// The loop writes, everybody reads.
pub(crate) struct Shared {
    links: RwLock<Vec<LinkEntry>>,
    states: RwLock<Table<String, AttemptState>>,
    outcomes: RwLock<Table<String, DeliveredOutcome>>,
    traces: Mutex<Table<String, TraceLog>>,
    past: Mutex<PastTraces>,
    /// Everything in the journal is known here.
    loaded: AtomicBool,
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

/// How many attempts' traces and nonces are remembered.
const REMEMBERED: usize = 64;

impl Shared {
    pub fn new() -> Self {
        Self {
            links: RwLock::new(Vec::new()),
            states: RwLock::new(Table::new()),
            outcomes: RwLock::new(Table::new()),
            traces: Mutex::new(Table::new()),
            past: Mutex::new(PastTraces::default()),
            loaded: AtomicBool::new(false),
        }
    }

    /// Everything in the journal is known here: a nonce that is not, is wrong.
    pub fn is_loaded(&self) -> bool {
        self.loaded.load(Ordering::Acquire)
    }

    pub fn set_loaded(&self) {
        self.loaded.store(true, Ordering::Release);
    }

    /// Adds or updates an attempt; what was seen of its links stays.
    pub fn put_link(&self, entry: LinkEntry) {
        let mut links = write(&self.links);
        if let Some(known) = links
            .iter_mut()
            .find(|known| known.attempt == entry.attempt)
        {
            *known = LinkEntry {
                handover_seen: known.handover_seen,
                completion_seen: known.completion_seen,
                ..entry
            };
            return;
        }
        if links.len() == REMEMBERED
            && let Some(oldest) = links.iter().position(|known| known.settled)
        {
            links.remove(oldest);
        }
        links.push(entry);
    }

    /// Finds the attempt of a nonce and says what the link is to it, and what it causes.
    pub fn recognise(
        &self,
        nonce: &Nonce,
        kind: LinkKind,
    ) -> Option<(LinkDisposition, Option<(String, LinkSignal)>)> {
        let mut links = write(&self.links);
        // Every entry is compared: how long it takes says nothing about which one it is.
        let mut found = None;
        for (index, entry) in links.iter().enumerate() {
            if entry.nonce.matches(nonce) {
                found = Some(index);
            }
        }
        let entry = &mut links[found?];
        let attempt = entry.attempt.clone();
        if !entry.visible {
            return Some((LinkDisposition::Late { attempt: None }, None));
        }
        if entry.settled {
            return Some((
                LinkDisposition::Late {
                    attempt: Some(attempt),
                },
                None,
            ));
        }
        let (seen, signal) = match kind {
            LinkKind::Completion => (&mut entry.completion_seen, LinkSignal::Completion),
            LinkKind::Handover | LinkKind::Ambiguous => {
                (&mut entry.handover_seen, LinkSignal::Handover)
            }
        };
        let again = std::mem::replace(seen, true);
        let disposition = match signal {
            _ if again => LinkDisposition::Duplicate {
                attempt: attempt.clone(),
            },
            LinkSignal::Completion => LinkDisposition::Completion {
                attempt: attempt.clone(),
            },
            _ => LinkDisposition::Handover {
                attempt: attempt.clone(),
            },
        };
        Some((disposition, Some((attempt, signal))))
    }

    /// The attempt that a link without nonce can mean, if there is just one in its journey.
    pub fn only_one_in_journey(&self) -> Option<String> {
        let links = read(&self.links);
        let mut open = links
            .iter()
            .filter(|entry| entry.in_journey && entry.visible && !entry.settled);
        let first = open.next()?;
        open.next().is_none().then(|| first.attempt.clone())
    }

    /// Forgets what was seen of an attempt's links: its journey is shown again.
    pub fn expect_links_again(&self, attempt: &str) {
        if let Some(entry) = write(&self.links)
            .iter_mut()
            .find(|entry| entry.attempt == attempt)
        {
            entry.handover_seen = false;
            entry.completion_seen = false;
        }
    }

    /// Replaces an attempt's state; `None` if it is finished or another owner's. True if that changed something.
    pub fn put_state(&self, attempt: &str, state: Option<AttemptState>) -> bool {
        let mut states = write(&self.states);
        if states.get(attempt) == state.as_ref() {
            return false;
        }
        match state {
            Some(state) => states.insert(attempt.to_owned(), state),
            None => states.remove(attempt),
        };
        true
    }

    pub fn state(&self, attempt: &str) -> Option<AttemptState> {
        read(&self.states).get(attempt).cloned()
    }

    pub fn states(&self) -> Vec<AttemptState> {
        read(&self.states).values().cloned().collect()
    }

    /// Replaces an attempt's unacknowledged outcome.
    pub fn put_outcome(&self, attempt: &str, outcome: Option<DeliveredOutcome>) {
        let mut outcomes = write(&self.outcomes);
        match outcome {
            Some(outcome) => outcomes.insert(attempt.to_owned(), outcome),
            None => outcomes.remove(attempt),
        };
    }

    pub fn outcomes(&self) -> Vec<DeliveredOutcome> {
        read(&self.outcomes).values().cloned().collect()
    }

    /// Works on an attempt's trace.
    pub fn trace<T>(&self, attempt: &str, work: impl FnOnce(&mut TraceLog) -> T) -> T {
        let mut traces = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        if !traces.contains_key(attempt)
            && traces.len() >= REMEMBERED
            && let Some(oldest) = traces
                .iter()
                .min_by_key(|(_, log)| log.begun())
                .map(|(id, _)| id.clone())
        {
            traces.remove(&oldest);
        }
        work(traces.get_or_default(attempt.to_owned()))
    }

    /// An attempt's trace as JSON, of this process or an earlier one.
    pub fn trace_json(&self, attempt: &str) -> Option<String> {
        let traces = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(log) = traces.get(attempt) {
            return Some(log.to_value(attempt).to_string());
        }
        let past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        past.find(attempt).map(ToString::to_string)
    }

    /// What earlier processes kept.
    pub fn set_past_traces(&self, past: PastTraces) {
        *self.past.lock().unwrap_or_else(PoisonError::into_inner) = past;
    }

    /// The traces to keep: those of this process, and earlier ones.
    pub fn traces_to_keep(&self, now: i64) -> Vec<u8> {
        let traces = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        let values = traces
            .iter()
            .map(|(attempt, log)| log.to_value(attempt))
            .collect();
        let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        past.take(values, now);
        past.to_bytes()
    }
}
