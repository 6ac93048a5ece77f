//! The only place that reads a clock.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{Message, Post};
use crate::machine::Now;
use crate::seams::{Clock, Waker};

/// The system's clocks, or a test's.
pub(super) enum TimeSource {
    System(Instant),
    Host { clock: Arc<dyn Clock>, last: Now },
}

impl TimeSource {
    pub fn system() -> Self {
        Self::System(Instant::now())
    }

    pub fn now(&mut self) -> Now {
        match self {
            Self::System(start) => Now {
                wall: SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .map_or(0, |time| {
                        i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
                    }),
                mono: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            },
            Self::Host { clock, last, .. } => {
                if let Ok(reading) = clock.now() {
                    *last = Now {
                        wall: reading.wall,
                        mono: reading.monotonic.max(last.mono),
                    };
                }
                *last
            }
        }
    }

    /// Nothing is to be done until `at`.
    pub fn rest(&mut self, at: Option<u64>, in_flight: u32, post: &Post) {
        if let Self::Host { clock, .. } = self {
            let (nudge, counters, seen) = (
                post.clone(),
                Arc::clone(&post.counters),
                post.counters.done(),
            );
            let waker = Waker::new(
                move || nudge.send(Message::Nudge),
                move || counters.posted() == seen,
            );
            // A clock that fails wakes nobody; the next message does.
            let _ = clock.wake_at(at, in_flight, waker);
        }
    }

    /// How long the loop may sleep by itself; for ever where a test wakes it.
    pub fn sleep(&mut self, at: Option<u64>) -> Option<Duration> {
        let at = at?;
        match self {
            Self::System(_) => Some(Duration::from_millis(at.saturating_sub(self.now().mono))),
            Self::Host { .. } => None,
        }
    }
}
