//! One background thread with one single-writer loop: takes messages, runs the machines, carries out their effects, owns the timers.
//!
//! The thread is started at the first need: a `pay`, or an attempt in the journal. Callers post a message and await an answer; nothing
//! they hold can block the loop, and nothing that the loop does can block them.

mod answers;
mod attempts;
mod delivery;
mod device;
mod effects;
mod event_loop;
mod journaling;
mod off_loop;
mod orders;
mod requests;
mod sending;
mod shared;
mod table;
mod time;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use crate::error::StepUpError;
use crate::machine::{CloseHint, Input, LinkSignal, PresentProblem};
use crate::model::{
    BackendReply, DeliveredOutcome, Device, Finding, Order, PayOptions, PreparedAttempt,
    RequestHeader,
};
use crate::seams::{HostParts, Listener, Presenter, StatusProblem, StatusWord, TestParts};
use crate::settings::Settings;
use crate::transport::{HttpReply, TransportFailure};

use event_loop::Loop;
pub(crate) use shared::Shared;

/// Where the answer to a call goes. Dropping the receiver only stops the waiting (rule 8).
pub(crate) type Answer<T> = oneshot::Sender<T>;

/// Everything that can be posted to the loop.
pub(crate) enum Message {
    Pay {
        order: Order,
        options: PayOptions,
        answer: Answer<DeliveredOutcome>,
    },
    Prepare {
        order: Order,
        answer: Answer<Result<PreparedAttempt, Box<DeliveredOutcome>>>,
    },
    Continue {
        attempt: String,
        reply: BackendReply,
        wait: u64,
        answer: Answer<Result<DeliveredOutcome, StepUpError>>,
    },
    Resume {
        attempt: String,
        wait: u64,
        answer: Answer<Result<DeliveredOutcome, StepUpError>>,
    },
    Reopen {
        attempt: String,
        surface: Option<crate::machine::Surface>,
        answer: Answer<Result<(), StepUpError>>,
    },
    StopWaiting {
        wait: u64,
    },
    ToAttempt {
        attempt: String,
        input: Input,
    },
    ToAll {
        input: fn() -> Input,
    },
    CredentialsChanged,
    Link {
        attempt: String,
        signal: LinkSignal,
        uri: crate::redact::Secret,
    },
    UnprovenLink {
        uri: crate::redact::Secret,
    },
    EarlyLink {
        uri: crate::redact::Secret,
    },
    Presented {
        attempt: String,
        number: u32,
    },
    PresentFailed {
        attempt: String,
        number: u32,
        problem: PresentProblem,
    },
    SurfaceClosed {
        attempt: String,
        number: u32,
        hint: CloseHint,
    },
    AttachHost(Arc<dyn Presenter>),
    DetachHost,
    SetListener(Option<Arc<dyn Listener>>),
    SetOwner {
        owner: Option<String>,
        adopt_current: bool,
    },
    OutcomeTaken {
        attempt: crate::machine::AttemptId,
        number: u32,
    },
    Acknowledge {
        outcome: String,
    },
    Doctor {
        answer: Answer<Vec<Finding>>,
    },
    WarmUp,
    Device {
        ticket: u64,
        device: Option<Device>,
    },
    Headers {
        request: u64,
        headers: Option<Vec<RequestHeader>>,
    },
    Replied {
        request: u64,
        result: Result<HttpReply, TransportFailure>,
    },
    Answered {
        request: u64,
        answer: Option<Result<StatusWord, StatusProblem>>,
    },
    Nudge,
    ShutDown,
}

/// The loop's inbox and what may be read of the loop from any thread.
pub(crate) struct Core {
    inbox: mpsc::UnboundedSender<Message>,
    counters: Arc<Counters>,
    pub shared: Arc<Shared>,
    pub settings: Arc<Settings>,
    fingerprint: u64,
    waits: AtomicU64,
    thread: Mutex<Stage>,
    /// Held by whoever ends the loop, until it has ended.
    ending: Mutex<()>,
}

/// How many messages were posted, and how many were dealt with: equal exactly when the loop has nothing to do.
#[derive(Default)]
pub(crate) struct Counters {
    posted: AtomicU64,
    done: AtomicU64,
}

impl Counters {
    fn posted(&self) -> u64 {
        self.posted.load(Ordering::SeqCst)
    }

    fn done(&self) -> u64 {
        self.done.load(Ordering::SeqCst)
    }

    fn dealt_with(&self) {
        self.done.fetch_add(1, Ordering::SeqCst);
    }
}

/// Posts to the loop from wherever an answer arrives.
#[derive(Clone)]
pub(crate) struct Post {
    inbox: mpsc::UnboundedSender<Message>,
    counters: Arc<Counters>,
}

impl Post {
    pub fn send(&self, message: Message) {
        self.counters.posted.fetch_add(1, Ordering::SeqCst);
        if self.inbox.send(message).is_err() {
            self.counters.dealt_with();
        }
    }
}

/// The loop's thread.
const LOOP: &str = "step-up";

enum Stage {
    Parked(Box<Loop>),
    Running(JoinHandle<()>),
    Ended,
}

/// The runtimes of this process, by directory: the same directory and configuration gets a handle to the same runtime.
static RUNTIMES: Mutex<Vec<(PathBuf, Weak<Core>)>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Core {
    /// Opens the journal, and starts the loop if there is something in it.
    pub fn open(
        settings: Settings,
        fingerprint: u64,
        parts: HostParts,
        test: TestParts,
    ) -> Result<Arc<Self>, StepUpError> {
        let mut runtimes = lock(&RUNTIMES);
        runtimes.retain(|(_, core)| core.strong_count() > 0);
        let known = runtimes
            .iter()
            .find(|(directory, _)| *directory == settings.directory)
            .and_then(|(_, core)| core.upgrade());
        if let Some(core) = known
            && core.is_alive()
        {
            return if core.fingerprint == fingerprint {
                Ok(core)
            } else {
                Err(StepUpError::JournalInUse)
            };
        }
        let settings = Arc::new(settings);
        let (inbox, messages) = mpsc::unbounded_channel();
        let counters = Arc::new(Counters::default());
        let post = Post {
            inbox: inbox.clone(),
            counters: Arc::clone(&counters),
        };
        let shared = Arc::new(Shared::new());
        let events = Loop::new(
            Arc::clone(&settings),
            parts,
            test,
            messages,
            post,
            Arc::clone(&shared),
        )?;
        let needed = events.has_records();
        let core = Arc::new(Self {
            inbox,
            counters,
            shared,
            settings: Arc::clone(&settings),
            fingerprint,
            waits: AtomicU64::new(0),
            thread: Mutex::new(Stage::Parked(Box::new(events))),
            ending: Mutex::default(),
        });
        runtimes.retain(|(directory, _)| *directory != settings.directory);
        runtimes.push((settings.directory.clone(), Arc::downgrade(&core)));
        drop(runtimes);
        if needed {
            core.post(Message::Nudge);
        }
        Ok(core)
    }

    /// Posts to the loop, and starts it if it does not run yet. False if it was shut down: the message is gone.
    pub fn post(&self, message: Message) -> bool {
        if matches!(*lock(&self.thread), Stage::Ended) {
            return false;
        }
        Post {
            inbox: self.inbox.clone(),
            counters: Arc::clone(&self.counters),
        }
        .send(message);
        let mut stage = lock(&self.thread);
        *stage = match std::mem::replace(&mut *stage, Stage::Ended) {
            Stage::Parked(events) => std::thread::Builder::new()
                .name(LOOP.to_owned())
                .spawn(move || events.run())
                .map_or(Stage::Ended, Stage::Running),
            stage => stage,
        };
        !matches!(*stage, Stage::Ended)
    }

    /// Leaves a message for the loop without starting it: nothing is to be done before there is an attempt.
    pub fn leave(&self, message: Message) {
        if !matches!(*lock(&self.thread), Stage::Ended) {
            Post {
                inbox: self.inbox.clone(),
                counters: Arc::clone(&self.counters),
            }
            .send(message);
        }
    }

    /// A name for a wait that no other handle of this runtime has.
    pub fn new_wait(&self) -> u64 {
        self.waits.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The loop has been started.
    pub fn is_running(&self) -> bool {
        matches!(*lock(&self.thread), Stage::Running(_))
    }

    /// The loop runs, or can be started.
    fn is_alive(&self) -> bool {
        match &*lock(&self.thread) {
            Stage::Parked(_) => true,
            Stage::Running(thread) => !thread.is_finished(),
            Stage::Ended => false,
        }
    }

    /// Ends the loop and releases the journal at once; every wait ends.
    pub fn shut_down(&self) {
        let mut stage = lock(&self.thread);
        if let Stage::Running(thread) = std::mem::replace(&mut *stage, Stage::Ended) {
            // Held before anybody can see the end, and until it has come.
            let _ending = lock(&self.ending);
            drop(stage);
            Post {
                inbox: self.inbox.clone(),
                counters: Arc::clone(&self.counters),
            }
            .send(Message::ShutDown);
            // From a callback of the host's, the loop may be waiting for that very thread only if the host blocks on purpose.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        } else {
            drop(stage);
            // Whoever comes second finds the journal released as well. The loop itself cannot wait for its own end.
            if std::thread::current().name() != Some(LOOP) {
                drop(lock(&self.ending));
            }
        }
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        // Waits for the loop, which ends at once: whoever makes a client of the same directory next finds it free.
        self.shut_down();
    }
}
