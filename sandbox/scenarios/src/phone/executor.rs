//! Runs the client's futures on one thread, and knows at every moment whether one of them was woken and not polled yet. Without
//! that an outcome could be on its way while the phone says that nothing will happen.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs futures.
#[derive(Clone)]
pub(super) struct Executor {
    queue: mpsc::Sender<Arc<Task>>,
    woken: Arc<AtomicUsize>,
}

struct Task {
    work: Mutex<Option<Work>>,
    executor: Executor,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let executor = self.executor.clone();
        executor.woken.fetch_add(1, Ordering::SeqCst);
        if executor.queue.send(self).is_err() {
            executor.woken.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl Executor {
    /// `polled` is called after each poll.
    pub fn start(polled: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let (queue, tasks) = mpsc::channel::<Arc<Task>>();
        let woken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&woken);
        let run = move || {
            for task in tasks {
                let waker = Waker::from(Arc::clone(&task));
                let mut work = task.work.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(future) = work.as_mut()
                    && future.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Ready(())
                {
                    *work = None;
                }
                drop(work);
                count.fetch_sub(1, Ordering::SeqCst);
                polled();
            }
        };
        thread::Builder::new().name("calls".to_owned()).spawn(run)?;
        Ok(Self { queue, woken })
    }

    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let task = Task {
            work: Mutex::new(Some(Box::pin(work))),
            executor: self.clone(),
        };
        Arc::new(task).wake();
    }

    /// No future was woken that has not been polled since.
    pub fn is_idle(&self) -> bool {
        self.woken.load(Ordering::SeqCst) == 0
    }
}
