//! The time that a run measures and waits in.

use std::future::Future;
use std::time::{Duration, Instant};

use stepup_sandbox_clock::{BusyGuard, Clock};

/// Real time, or an embedded sandbox's virtual time, which passes only while somebody waits for it.
#[derive(Clone, Debug)]
pub enum Time {
    /// Begins at this instant.
    Real(Instant),
    /// The sandbox's.
    Virtual(Clock),
}

impl Time {
    /// Real time from now on.
    #[must_use]
    pub fn real() -> Self {
        Self::Real(Instant::now())
    }

    pub(crate) fn now_ms(&self) -> i64 {
        match self {
            Self::Real(begin) => i64::try_from(begin.elapsed().as_millis()).unwrap_or(i64::MAX),
            Self::Virtual(clock) => clock.now_ms(),
        }
    }

    /// Counts a request as acting until the guard is dropped.
    pub(crate) fn acting(&self) -> Option<BusyGuard> {
        match self {
            Self::Real(_) => None,
            Self::Virtual(clock) => Some(clock.busy()),
        }
    }

    pub(crate) async fn sleep(&self, ms: i64) {
        match self {
            Self::Real(_) => {
                tokio::time::sleep(Duration::from_millis(u64::try_from(ms).unwrap_or(0))).await;
            }
            Self::Virtual(clock) => {
                let _acting = clock.busy();
                self.pass(clock.sleep(ms)).await;
            }
        }
    }

    /// Does `work`, and lets time pass while all of it waits for time.
    pub(crate) async fn pass<T>(&self, work: impl Future<Output = T>) -> T {
        match self {
            Self::Real(_) => work.await,
            Self::Virtual(clock) => {
                tokio::select! {
                    biased;
                    result = work => result,
                    () = run_on(clock) => unreachable!("time never ends"),
                }
            }
        }
    }
}

async fn run_on(clock: &Clock) {
    let mut counts = clock.watch();
    loop {
        if counts.wait_for(|counts| counts.busy <= 0).await.is_err() {
            return std::future::pending().await;
        }
        match clock.next_sleeper() {
            Some(due) => clock.advance_to(due),
            // What comes next is an answer that is on its way.
            None => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    }
}
