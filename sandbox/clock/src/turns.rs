//! Taking turns: a fair mutex for work that may have to wait for time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::signal::Signal;

/// Lets one at a time go on, across `await`s, in the order in which they queued. Unlike with an ordinary mutex those who queue
/// are accounted for as waiting. Clones are the same queue.
#[derive(Clone, Debug)]
pub struct Turns {
    line: Arc<Mutex<Line>>,
    moved: Signal,
}

#[derive(Debug, Default)]
struct Line {
    places: VecDeque<u64>,
    last: u64,
}

impl Turns {
    /// A queue on this clock.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        Self {
            line: Arc::default(),
            moved: clock.signal(),
        }
    }

    /// Takes a place in the queue now, for a task that waits for its turn later.
    #[must_use]
    pub fn queue(&self) -> Place {
        let mut line = self.lock();
        line.last += 1;
        let number = line.last;
        line.places.push_back(number);
        drop(line);
        Place {
            turns: self.clone(),
            number,
        }
    }

    /// Queues and waits for its turn, which lasts until the result is dropped.
    pub async fn take(&self) -> Turn {
        self.queue().turn().await
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue of [`Turns`]. Dropping it leaves the queue.
#[derive(Debug)]
pub struct Place {
    turns: Turns,
    number: u64,
}

impl Place {
    /// Waits for its turn, which lasts until the result is dropped. The caller's guard is given back meanwhile.
    pub async fn turn(self) -> Turn {
        loop {
            let ticket = self.turns.moved.ticket();
            if self.turns.lock().places.front() == Some(&self.number) {
                return Turn { _place: self };
            }
            self.turns.moved.wait(ticket, None).await;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.turns
            .lock()
            .places
            .retain(|number| *number != self.number);
        self.turns.moved.notify_all();
    }
}

/// A turn in [`Turns`]; dropping it lets the next one go on.
#[derive(Debug)]
pub struct Turn {
    _place: Place,
}
