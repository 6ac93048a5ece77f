//! Taking turns: a mutex for work that may have to wait for time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::clock::Clock;
use crate::signal::Signal;

/// Lets one at a time go on, across `await`s. Unlike with an ordinary mutex those who queue are accounted for as waiting.
/// Clones are the same queue.
#[derive(Clone, Debug)]
pub struct Turns {
    taken: Arc<AtomicBool>,
    free: Signal,
}

impl Turns {
    /// A queue on this clock.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        Self {
            taken: Arc::default(),
            free: clock.signal(),
        }
    }

    /// Waits for its turn, which lasts until the result is dropped.
    pub async fn take(&self) -> Turn {
        loop {
            let ticket = self.free.ticket();
            if !self.taken.swap(true, Ordering::SeqCst) {
                return Turn(self.clone());
            }
            self.free.wait(ticket, None).await;
        }
    }
}

/// A turn in [`Turns`]; dropping it lets the next one go on.
#[derive(Debug)]
pub struct Turn(Turns);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.taken.store(false, Ordering::SeqCst);
        self.0.free.notify_all();
    }
}
