//! Events that others wait for, with the account kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock::Clock;

/// Why a waiter goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The signal was given.
    Woken,
    /// The deadline came first.
    TimedOut,
}

/// How often a [`Signal`] had been given when the waiter last looked at what it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u64);

/// An event that any number of tasks can wait for. Clones are the same event. Made by [`Clock::signal`].
///
/// ```
/// # use stepup_sandbox_clock::{Clock, Wake};
/// # tokio::runtime::Builder::new_current_thread().build().expect("runtime").block_on(async {
/// # let clock = Clock::virtual_at(0); let signal = clock.signal(); let changed = || true; let _busy = clock.busy();
/// loop {
///     let ticket = signal.ticket(); // before looking, so that a change in between is not missed
///     if changed() { break; }
///     if signal.wait(ticket, Some(clock.now_ms() + 25_000)).await == Wake::TimedOut { break; }
/// }
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Signal {
    clock: Clock,
    id: u64,
    given: Arc<AtomicU64>,
}

impl Signal {
    pub(crate) fn new(clock: Clock, id: u64) -> Self {
        Self {
            clock,
            id,
            given: Arc::default(),
        }
    }

    /// Take this *before* looking at the condition that the signal announces.
    #[must_use]
    pub fn ticket(&self) -> Ticket {
        Ticket(self.given.load(Ordering::SeqCst))
    }

    /// Wakes all who wait. Each of them counts as busy before this returns.
    pub fn notify_all(&self) {
        self.given.fetch_add(1, Ordering::SeqCst);
        self.clock.notify(self.id);
    }

    /// Waits until the signal is given after `ticket` was taken, or until the clock shows `deadline_ms`. The caller's guard is
    /// given back meanwhile.
    pub async fn wait(&self, ticket: Ticket, deadline_ms: Option<i64>) -> Wake {
        let Some(mut parked) = self.clock.register(deadline_ms, Some(self.id)) else {
            return if self.ticket() == ticket {
                Wake::TimedOut
            } else {
                Wake::Woken
            };
        };
        // Parked first and compared then: a signal given before the parking shows here, one given after it wakes us.
        if self.ticket() != ticket {
            return Wake::Woken;
        }
        parked.woken().await
    }
}
