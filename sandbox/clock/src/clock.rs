//! Time, sleepers and the account of activity, under one lock.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::{oneshot, watch};

use crate::signal::{Signal, Wake};

/// Who is acting and who is waiting, at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Initiators that act right now. 0: nothing happens any more unless time passes or the phone acts.
    pub busy: i64,
    /// Requests of the phone that have arrived and are not answered yet. While `busy` is 0 each of them is parked.
    pub phone_requests: usize,
}

/// The sandbox's clock. Clones share one time and one account.
#[derive(Clone)]
pub struct Clock(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    counts: watch::Sender<Counts>,
}

struct State {
    time: Time,
    counts: Counts,
    waiters: BTreeMap<u64, Waiter>,
    next_id: u64,
}

enum Time {
    Real { offset_ms: i64 },
    Virtual { now_ms: i64 },
}

struct Waiter {
    due_ms: Option<i64>,
    signal: Option<u64>,
    wake: oneshot::Sender<Wake>,
}

impl Clock {
    /// The system's time, plus an offset that [`move_by`](Self::move_by) changes.
    #[must_use]
    pub fn real() -> Self {
        Self::new(Time::Real { offset_ms: 0 })
    }

    /// A clock that stands still at `unix_ms` until it is advanced.
    #[must_use]
    pub fn virtual_at(unix_ms: i64) -> Self {
        Self::new(Time::Virtual { now_ms: unix_ms })
    }

    fn new(time: Time) -> Self {
        let state = State {
            time,
            counts: Counts::default(),
            waiters: BTreeMap::new(),
            next_id: 0,
        };
        Self(Arc::new(Shared {
            state: Mutex::new(state),
            counts: watch::Sender::new(Counts::default()),
        }))
    }

    /// Whether this clock stands still until advanced.
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        matches!(self.lock().time, Time::Virtual { .. })
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.lock().now_ms()
    }

    /// Waits until the clock shows `unix_ms`; returns at once, without parking, if it already does.
    ///
    /// The caller (or whoever called it) holds a guard; it is given back while this waits.
    pub async fn sleep_until(&self, unix_ms: i64) {
        self.wait(Some(unix_ms), None).await;
    }

    /// Waits for `ms` milliseconds of this clock, see [`sleep_until`](Self::sleep_until).
    pub async fn sleep(&self, ms: i64) {
        let due = self.now_ms().saturating_add(ms);
        self.sleep_until(due).await;
    }

    /// Moves the clock (backwards too, as a wrongly set clock would) and wakes every sleeper that is due.
    pub fn move_by(&self, ms: i64) {
        self.change(|state| {
            match &mut state.time {
                Time::Real { offset_ms } => *offset_ms = offset_ms.saturating_add(ms),
                Time::Virtual { now_ms } => *now_ms = now_ms.saturating_add(ms),
            }
            state.wake_due();
        });
    }

    /// Moves the clock forward to `unix_ms` (never backwards) and wakes every sleeper that is due, earliest first.
    /// Each woken sleeper counts as busy before this returns. To let sleepers see their own due time, advance to
    /// [`next_sleeper`](Self::next_sleeper) one by one.
    pub fn advance_to(&self, unix_ms: i64) {
        let ahead = unix_ms.saturating_sub(self.now_ms());
        self.move_by(ahead.max(0));
    }

    /// The earliest due time among those who wait for time.
    #[must_use]
    pub fn next_sleeper(&self) -> Option<i64> {
        self.lock()
            .waiters
            .values()
            .filter_map(|waiter| waiter.due_ms)
            .min()
    }

    /// Counts the caller as acting until the guard is dropped.
    #[must_use]
    pub fn busy(&self) -> BusyGuard {
        self.change(|state| state.counts.busy += 1);
        BusyGuard(self.clone())
    }

    /// Counts the caller as acting, and one more request of the phone as open, until the guard is dropped.
    #[must_use]
    pub fn phone_request(&self) -> PhoneGuard {
        self.change(|state| {
            state.counts.busy += 1;
            state.counts.phone_requests += 1;
        });
        PhoneGuard(self.clone())
    }

    /// Gives the caller's guard back while it waits for something that neither time nor a [`Signal`] brings, such as a
    /// peer that hangs up. The guard is taken back when this is dropped, that is by the waiter itself: where anybody in the sandbox
    /// does the waking, use a [`Signal`].
    #[must_use]
    pub fn park(&self) -> ParkGuard {
        self.change(|state| state.counts.busy -= 1);
        ParkGuard(self.clone())
    }

    /// Who is acting and who is waiting.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.lock().counts
    }

    /// The counts as a stream, for a driver that waits for `busy == 0`.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Counts> {
        self.0.counts.subscribe()
    }

    /// An event that others can wait for.
    #[must_use]
    pub fn signal(&self) -> Signal {
        let id = self.change(State::take_id);
        Signal::new(self.clone(), id)
    }

    pub(crate) async fn wait(&self, due_ms: Option<i64>, signal: Option<u64>) -> Wake {
        match self.register(due_ms, signal) {
            Some(mut parked) => parked.woken().await,
            None => Wake::TimedOut,
        }
    }

    /// Parks the caller, unless its time has come already.
    pub(crate) fn register(&self, due_ms: Option<i64>, signal: Option<u64>) -> Option<Parked> {
        let (wake, woken) = oneshot::channel();
        let id = self.change(|state| {
            if due_ms.is_some_and(|due| due <= state.now_ms()) {
                return None;
            }
            let id = state.take_id();
            state.waiters.insert(
                id,
                Waiter {
                    due_ms,
                    signal,
                    wake,
                },
            );
            state.counts.busy -= 1;
            Some(id)
        })?;
        Some(Parked {
            clock: self.clone(),
            id,
            due_ms,
            woken,
        })
    }

    pub(crate) fn notify(&self, signal: u64) {
        self.change(|state| {
            let ids: Vec<u64> = state
                .waiters
                .iter()
                .filter(|(_, w)| w.signal == Some(signal))
                .map(|(id, _)| *id)
                .collect();
            for id in ids {
                state.wake(id, Wake::Woken);
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = act(&mut state);
        let counts = state.counts;
        // Inside the lock, so that watchers see the counts in the order in which they were true.
        self.0
            .counts
            .send_if_modified(|seen| std::mem::replace(seen, counts) != counts);
        result
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Clock")
            .field("now_ms", &state.now_ms())
            .field("counts", &state.counts)
            .field("waiters", &state.waiters.len())
            .finish()
    }
}

impl State {
    fn now_ms(&self) -> i64 {
        match self.time {
            Time::Real { offset_ms } => system_ms().saturating_add(offset_ms),
            Time::Virtual { now_ms } => now_ms,
        }
    }

    fn take_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn wake_due(&mut self) {
        let now = self.now_ms();
        let mut due: Vec<(i64, u64)> = self
            .waiters
            .iter()
            .filter_map(|(id, waiter)| {
                waiter
                    .due_ms
                    .filter(|due| *due <= now)
                    .map(|due| (due, *id))
            })
            .collect();
        due.sort_unstable();
        for (_, id) in due {
            self.wake(id, Wake::TimedOut);
        }
    }

    /// Takes the waiter's guard back on its behalf, then lets it run.
    fn wake(&mut self, id: u64, why: Wake) {
        if let Some(waiter) = self.waiters.remove(&id) {
            self.counts.busy += 1;
            // A waiter that is being dropped at this moment finds itself gone from the list: its guard is settled either way.
            let _ = waiter.wake.send(why);
        }
    }
}

fn system_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// One who waits. Dropping it early (a cancelled request) takes the guard back, for the guard's own drop to settle.
pub(crate) struct Parked {
    clock: Clock,
    id: u64,
    due_ms: Option<i64>,
    woken: oneshot::Receiver<Wake>,
}

impl Parked {
    pub(crate) async fn woken(&mut self) -> Wake {
        loop {
            let Some(timer) = self.timer() else {
                // The sender lives in the list until it is used, and this waiter is the only one to take it out unused.
                return (&mut self.woken).await.unwrap_or(Wake::TimedOut);
            };
            tokio::select! {
                why = &mut self.woken => return why.unwrap_or(Wake::TimedOut),
                () = tokio::time::sleep(timer) => self.clock.change(State::wake_due),
            }
        }
    }

    /// How long the system's time still has to run, for a real clock and a waiter with a due time.
    fn timer(&self) -> Option<Duration> {
        let due = self.due_ms?;
        let state = self.clock.lock();
        match state.time {
            Time::Real { .. } => {
                let left = due.saturating_sub(state.now_ms()).max(0);
                Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
            }
            Time::Virtual { .. } => None,
        }
    }
}

impl Drop for Parked {
    fn drop(&mut self) {
        self.clock.change(|state| {
            if state.waiters.remove(&self.id).is_some() {
                state.counts.busy += 1;
            }
        });
    }
}

/// Counts its holder as acting, see [`Clock::busy`].
#[derive(Debug)]
pub struct BusyGuard(Clock);

impl Drop for BusyGuard {
    fn drop(&mut self) {
        self.0.change(|state| state.counts.busy -= 1);
    }
}

/// Counts its holder as acting for a request of the phone, see [`Clock::phone_request`].
#[derive(Debug)]
pub struct PhoneGuard(Clock);

impl Drop for PhoneGuard {
    fn drop(&mut self) {
        self.0.change(|state| {
            state.counts.busy -= 1;
            state.counts.phone_requests -= 1;
        });
    }
}

/// Takes its holder's guard back when dropped, see [`Clock::park`].
#[derive(Debug)]
pub struct ParkGuard(Clock);

impl Drop for ParkGuard {
    fn drop(&mut self) {
        self.0.change(|state| state.counts.busy += 1);
    }
}
