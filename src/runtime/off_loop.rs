//! Calls into the host, off the loop: a host that blocks stops its own calls, and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

use super::{Message, Post};

/// Calls that were handed over and have not returned.
pub(super) type Outstanding = Arc<AtomicU32>;

/// One thread for the calls of one host trait, in order; started at the first call, ended with its owner.
pub(super) struct OffLoop {
    name: &'static str,
    jobs: Option<mpsc::Sender<Box<dyn FnOnce() + Send>>>,
    outstanding: Outstanding,
    post: Post,
}

impl OffLoop {
    pub fn new(name: &'static str, outstanding: &Outstanding, post: &Post) -> Self {
        Self {
            name,
            jobs: None,
            outstanding: Arc::clone(outstanding),
            post: post.clone(),
        }
    }

    pub fn run(&mut self, job: impl FnOnce() + Send + 'static) {
        let outstanding = Arc::clone(&self.outstanding);
        let post = self.post.clone();
        outstanding.fetch_add(1, Ordering::SeqCst);
        let job = Box::new(move || {
            // The host's panic is the host's: it must not take the thread, or the account of its calls, along.
            let _ = catch_unwind(AssertUnwindSafe(job));
            outstanding.fetch_sub(1, Ordering::SeqCst);
            post.send(Message::Nudge);
        });
        let sent = self.sender().is_some_and(|jobs| jobs.send(job).is_ok());
        if !sent {
            self.outstanding.fetch_sub(1, Ordering::SeqCst);
        }
    }

    fn sender(&mut self) -> Option<&mpsc::Sender<Box<dyn FnOnce() + Send>>> {
        if self.jobs.is_none() {
            let (jobs, queue) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
            let name = format!("step-up-{}", self.name);
            std::thread::Builder::new()
                .name(name)
                .spawn(move || queue.into_iter().for_each(|job| job()))
                .ok()?;
            self.jobs = Some(jobs);
        }
        self.jobs.as_ref()
    }
}
