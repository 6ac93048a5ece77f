//! All phones of this process: made when a page asks for one, put away when nobody has looked at it for a while.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::device::{self, Device};
use crate::phone::{self, Act, Message, PhoneError, Shared};
use crate::stream::Stream;

/// More than this many phones are a mistake rather than a wish.
const MOST: usize = 100;

/// A phone, as the pages reach it.
pub(crate) struct Handle {
    to: mpsc::UnboundedSender<Message>,
    pub shared: Arc<Shared>,
    pub stream: Stream,
    pub device: &'static Device,
    pub klarna_app: bool,
    task: JoinHandle<()>,
}

impl Handle {
    /// Tells it what a person did.
    pub fn act(&self, act: Act) {
        // A phone that is being put away takes nothing more.
        let _ = self.to.send(Message::Act(act));
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // With it go the app's process, the servers and the journal.
        self.task.abort();
    }
}

/// All phones.
#[derive(Clone)]
pub(crate) struct Fleet {
    phones: Arc<Mutex<BTreeMap<String, Arc<Handle>>>>,
    forget_after: Duration,
}

/// Why there is no new phone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoPhone {
    #[error("there are {MOST} phones already; close the pages of some")]
    TooMany,
    #[error(transparent)]
    Phone(#[from] PhoneError),
}

impl Fleet {
    pub fn new(forget_after: Duration) -> Self {
        Self {
            phones: Arc::default(),
            forget_after,
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Handle>>> {
        self.phones.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a phone and returns its name, which nobody can guess.
    pub async fn make(
        &self,
        device: &str,
        klarna_app: bool,
        page_origin: &str,
    ) -> Result<String, NoPhone> {
        if self.lock().len() >= MOST {
            return Err(NoPhone::TooMany);
        }
        let device = device::find(device);
        let (to, shared, task) = phone::start(device, klarna_app, page_origin).await?;
        let stream = Stream::open(Arc::clone(&shared), page_origin).await;
        let id = uuid::Uuid::new_v4().simple().to_string();
        let handle = Arc::new(Handle {
            to,
            shared,
            stream: stream.map_err(PhoneError::Io)?,
            device,
            klarna_app,
            task,
        });
        self.lock().insert(id.clone(), handle);
        Ok(id)
    }

    pub fn find(&self, id: &str) -> Option<Arc<Handle>> {
        self.lock().get(id).cloned()
    }

    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Puts phones away that nobody looks at; for ever.
    pub async fn forget(self) {
        let mut tick = tokio::time::interval(self.forget_after.min(Duration::from_secs(5)));
        loop {
            tick.tick().await;
            let now = Instant::now();
            let mut gone = Vec::new();
            self.lock().retain(|_, handle| {
                let viewers = handle.shared.viewers();
                let kept =
                    viewers.now > 0 || now.duration_since(viewers.last_left) < self.forget_after;
                drop(viewers);
                if !kept {
                    gone.push(Arc::clone(handle));
                }
                kept
            });
            // Dropped without the lock.
            drop(gone);
        }
    }

    /// Puts all phones away.
    pub fn end(&self) {
        let all = std::mem::take(&mut *self.lock());
        drop(all);
    }
}
