//! Where a payment is worked on, by one worker at a time, and where those wait who want to know.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stepup_sandbox_clock::{Clock, Signal};

use crate::payment::Wish;

pub(crate) struct Desk {
    work: Mutex<Work>,
    /// Given when the payment has changed visibly, and when the worker has left.
    pub changed: Signal,
}

#[derive(Default)]
struct Work {
    running: bool,
    again: bool,
    wish: Wish,
}

impl Desk {
    pub(crate) fn new(clock: &Clock) -> Self {
        Self {
            work: Mutex::default(),
            changed: clock.signal(),
        }
    }

    /// Asks for the payment to be looked at. The place of the worker if there is none yet; otherwise the one who is there
    /// looks once more before leaving.
    pub(crate) fn ask(self: Arc<Self>, wish: Wish) -> Option<Place> {
        {
            let mut work = self.work();
            work.wish = work.wish.max(wish);
            if work.running {
                work.again = true;
                return None;
            }
            work.running = true;
        }
        Some(Place {
            desk: self,
            left: false,
        })
    }

    pub(crate) fn is_idle(&self) -> bool {
        !self.work().running
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The worker's place at a desk, given up however the work ends.
pub(crate) struct Place {
    desk: Arc<Desk>,
    left: bool,
}

impl Place {
    /// What was asked for since the last look.
    pub(crate) fn take_wish(&self) -> Wish {
        let mut work = self.desk.work();
        work.again = false;
        std::mem::take(&mut work.wish)
    }

    /// Leaves unless somebody asked again. One step under the lock: nobody is turned away by a worker who has already gone.
    pub(crate) fn leave(&mut self) -> bool {
        let mut work = self.desk.work();
        work.running = work.again;
        self.left = !work.again;
        self.left
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.left {
            self.desk.work().running = false;
        }
        self.desk.changed.notify_all();
    }
}
