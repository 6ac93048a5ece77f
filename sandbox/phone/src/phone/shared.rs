//! What the pages see of a phone while it goes on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::watch;

use crate::timeline::Timeline;
use crate::view::View;

/// What others see of a phone.
#[derive(Debug)]
pub(crate) struct Shared {
    pub view: watch::Sender<Arc<View>>,
    timeline: Mutex<Timeline>,
    /// Counts changes of either.
    pub changed: watch::Sender<u64>,
    pub trace: Mutex<Option<serde_json::Value>>,
    pub viewers: Mutex<Viewers>,
}

/// Who looks at a phone.
#[derive(Debug)]
pub(crate) struct Viewers {
    pub now: usize,
    pub last_left: Instant,
}

impl Shared {
    /// Of a phone that is made now, Unix milliseconds.
    pub fn new(now_ms: i64) -> Arc<Self> {
        Arc::new(Self {
            view: watch::Sender::new(Arc::new(View::default())),
            timeline: Mutex::new(Timeline::new(now_ms)),
            changed: watch::Sender::new(0),
            trace: Mutex::new(None),
            viewers: Mutex::new(Viewers {
                now: 0,
                last_left: Instant::now(),
            }),
        })
    }

    pub fn timeline(&self) -> MutexGuard<'_, Timeline> {
        self.timeline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn viewers(&self) -> MutexGuard<'_, Viewers> {
        self.viewers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn trace(&self) -> MutexGuard<'_, Option<serde_json::Value>> {
        self.trace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something changed.
    pub fn tell(&self) {
        self.changed.send_modify(|count| *count += 1);
    }
}
