//! Time that can be set, and the report that nothing will happen any more by itself.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use klarna_step_up::host_error::HostError;
use klarna_step_up::seams::{Clock, ClockReading, Waker};

use super::executor::Executor;
use super::output::Output;
use crate::protocol::{Reading, Report};

/// How long between two looks at a core that is busy. It is never slept on when there is something to do.
const LOOK_AGAIN: Duration = Duration::from_micros(200);

#[derive(Default)]
struct Seen {
    changes: u64,
    commands: u64,
    in_flight: u32,
    wake_at: Option<u64>,
    waker: Option<Arc<Waker>>,
}

/// A reading, and when it was set.
struct Set {
    reading: Reading,
    at: Instant,
}

/// The core's time, which somebody sets, and what the core says about its rest.
pub(super) struct Quiet {
    set: Mutex<Set>,
    /// Time runs on from what was set.
    runs: bool,
    seen: Mutex<Seen>,
    changed: Condvar,
    /// Requests that were begun.
    pub begun: AtomicUsize,
    /// Requests that the core counts as under way although they wait for the app's credentials, and have not left.
    pub withheld: AtomicU32,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Quiet {
    pub fn new(begin: Reading, runs: bool) -> Arc<Self> {
        Arc::new(Self {
            set: Mutex::new(Set {
                reading: begin,
                at: Instant::now(),
            }),
            runs,
            seen: Mutex::default(),
            changed: Condvar::new(),
            begun: AtomicUsize::new(0),
            withheld: AtomicU32::new(0),
        })
    }

    pub fn set(&self, now: Reading) {
        *lock(&self.set) = Set {
            reading: now,
            at: Instant::now(),
        };
        self.changed.notify_all();
    }

    fn reading(&self) -> Reading {
        let set = lock(&self.set);
        let passed = if self.runs {
            set.at.elapsed()
        } else {
            Duration::ZERO
        };
        let passed = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
        Reading {
            wall: set.reading.wall.saturating_add_unsigned(passed),
            mono: set.reading.mono.saturating_add(passed),
        }
    }

    /// Where time runs, lets timers fire when they are due; where it stands still, whoever sets it does.
    pub fn wake_in_time(self: &Arc<Self>) -> std::io::Result<()> {
        if !self.runs {
            return Ok(());
        }
        let quiet = Arc::clone(self);
        let run = move || {
            let mut seen = lock(&quiet.seen);
            loop {
                let now = quiet.reading().mono;
                seen = match seen.wake_at {
                    Some(due) if due <= now => {
                        seen.wake_at = None;
                        let waker = seen.waker.clone();
                        drop(seen);
                        if let Some(waker) = waker {
                            waker.wake();
                        }
                        lock(&quiet.seen)
                    }
                    Some(due) => {
                        let left = Duration::from_millis(due - now);
                        let waited = quiet.changed.wait_timeout(seen, left);
                        waited.unwrap_or_else(PoisonError::into_inner).0
                    }
                    None => {
                        let waited = quiet.changed.wait(seen);
                        waited.unwrap_or_else(PoisonError::into_inner)
                    }
                };
            }
        };
        thread::Builder::new().name("time".to_owned()).spawn(run)?;
        Ok(())
    }

    /// Lets the core look at the time.
    pub fn wake(&self) {
        let waker = lock(&self.seen).waker.clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// A command was dealt with.
    pub fn command_done(&self) {
        let mut seen = lock(&self.seen);
        seen.commands += 1;
        seen.changes += 1;
        self.changed.notify_all();
    }

    /// Something was done that may have been the last.
    pub fn changed(&self) {
        lock(&self.seen).changes += 1;
        self.changed.notify_all();
    }

    /// Reports `idle` whenever the core has come to rest.
    pub fn report(self: &Arc<Self>, executor: Executor, output: Output) -> std::io::Result<()> {
        let quiet = Arc::clone(self);
        let run = move || {
            let mut reported = 0;
            loop {
                let mut seen = lock(&quiet.seen);
                while seen.changes == reported {
                    seen = quiet
                        .changed
                        .wait(seen)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                let changes = seen.changes;
                // The core's thread starts with the client: without a waker it has not come to rest once.
                let rests = seen.waker.as_ref().is_some_and(|waker| waker.is_idle());
                if rests && executor.is_idle() {
                    let report = Report::Idle {
                        commands: seen.commands,
                        in_flight: seen
                            .in_flight
                            .saturating_sub(quiet.withheld.load(Ordering::SeqCst)),
                        begun: quiet.begun.load(Ordering::SeqCst),
                        wake_at: seen.wake_at,
                    };
                    drop(seen);
                    output.say(&report);
                    reported = changes;
                } else {
                    drop(seen);
                    thread::sleep(LOOK_AGAIN);
                }
            }
        };
        thread::Builder::new().name("quiet".to_owned()).spawn(run)?;
        Ok(())
    }
}

impl Clock for Quiet {
    fn now(&self) -> Result<ClockReading, HostError> {
        let now = self.reading();
        Ok(ClockReading {
            wall: now.wall,
            monotonic: now.mono,
        })
    }

    fn wake_at(&self, at: Option<u64>, in_flight: u32, waker: Arc<Waker>) -> Result<(), HostError> {
        let mut seen = lock(&self.seen);
        seen.wake_at = at;
        seen.in_flight = in_flight;
        seen.waker = Some(waker);
        seen.changes += 1;
        self.changed.notify_all();
        Ok(())
    }
}
