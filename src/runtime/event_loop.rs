//! The loop: one message at a time, then whatever is due, then rest.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::mpsc;

use super::delivery::Waiter;
use super::device::AfterDevice;
use super::journaling::Journal;
use super::off_loop::{OffLoop, Outstanding};
use super::orders::Pending;
use super::requests::Requests;
use super::table::Table;
use super::time::TimeSource;
use super::{Message, Post, Shared};
use crate::error::StepUpError;
use crate::journal::store::RecordName;
use crate::links::{LinkForm, LinkNonce, ReadLink};
use crate::machine::{AttemptId, Input, LinkSignal, Machine, Now, Surface};
use crate::model::Event;
use crate::redact::Secret;
use crate::seams::{Entropy, HostParts, Listener, Presenter, StepObserver, TestParts};
use crate::settings::Settings;

/// How many links are kept while the journal cannot be read.
const EARLY_LINKS: usize = 8;

/// An attempt in this process.
pub(super) struct Slot {
    pub machine: Machine,
    pub name: RecordName,
    /// The start request's body; only in the process that made the order.
    pub body: Option<Vec<u8>>,
    pub form: LinkForm,
    pub waiters: Vec<Waiter>,
    /// `pay` calls that start anew once this attempt has its word, with the number of outcomes that it had when they came.
    pub successors: Vec<(u32, Pending)>,
    pub wake: Option<u64>,
    /// The outcome that a waiter received or the listener took in this process.
    pub told: u32,
}

/// Threads for calls into the host, one a trait.
pub(super) struct HostThreads {
    pub presenter: OffLoop,
    pub listener: OffLoop,
    pub transport: OffLoop,
    pub credentials: OffLoop,
    pub facts: OffLoop,
    pub status: OffLoop,
}

pub(super) struct Loop {
    pub settings: Arc<Settings>,
    pub parts: HostParts,
    pub entropy: Option<Arc<dyn Entropy>>,
    pub observer: Option<Arc<dyn StepObserver>>,
    pub time: TimeSource,
    messages: mpsc::UnboundedReceiver<Message>,
    pub post: Post,
    pub shared: Arc<Shared>,
    pub journal: Journal,
    pub slots: Table<AttemptId, Slot>,
    /// Salted hash of the signed-in owner.
    pub owner: Option<String>,
    pub foreground: bool,
    pub presenter: Option<Arc<dyn Presenter>>,
    pub listener: Option<Arc<dyn Listener>>,
    pub threads: HostThreads,
    pub outstanding: Outstanding,
    pub requests: Requests,
    /// Calls that wait for the device's facts, by ticket, with their deadline.
    pub pending: Table<u64, (u64, AfterDevice)>,
    pub inputs: VecDeque<(AttemptId, Input)>,
    /// An input is being taken.
    pub driving: bool,
    /// Links that came before the journal was read.
    pub early_links: Vec<Secret>,
    /// Waits that were stopped before they were known, the latest first.
    pub early_stops: VecDeque<u64>,
    pub last_ticket: u64,
    pub restored: bool,
}

impl Loop {
    pub fn new(
        settings: Arc<Settings>,
        parts: HostParts,
        test: TestParts,
        messages: mpsc::UnboundedReceiver<Message>,
        post: Post,
        shared: Arc<Shared>,
    ) -> Result<Self, StepUpError> {
        let requests = Requests::new(&settings, &parts)?;
        let entropy = test.entropy;
        let journal = Journal::open(&settings.directory, entropy.as_ref())?;
        if journal.is_open() && !journal.has_records() {
            shared.set_loaded();
        }
        let time = match test.clock {
            None => TimeSource::system(),
            Some(clock) => TimeSource::Host {
                clock,
                last: Now { wall: 0, mono: 0 },
            },
        };
        let outstanding: Outstanding = Arc::new(AtomicU32::new(0));
        let thread = |name| OffLoop::new(name, &outstanding, &post);
        Ok(Self {
            threads: HostThreads {
                presenter: thread("presenter"),
                listener: thread("listener"),
                transport: thread("transport"),
                credentials: thread("credentials"),
                facts: thread("facts"),
                status: thread("status"),
            },
            outstanding,
            listener: parts.listener.clone(),
            settings,
            parts,
            entropy,
            observer: test.step_observer,
            time,
            messages,
            post,
            shared,
            journal,
            slots: Table::new(),
            owner: None,
            foreground: true,
            presenter: None,
            requests,
            pending: Table::new(),
            inputs: VecDeque::new(),
            driving: false,
            early_links: Vec::new(),
            early_stops: VecDeque::new(),
            last_ticket: 0,
            restored: false,
        })
    }

    /// The journal has attempts or outcomes.
    pub fn has_records(&self) -> bool {
        self.journal.has_records()
    }

    /// Runs until shut down, on the calling thread.
    pub fn run(mut self: Box<Self>) {
        // Without a runtime nothing can be asked; every waiter ends when the loop is dropped.
        if let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
        {
            runtime.block_on(self.live());
        }
    }

    async fn live(&mut self) {
        self.restore();
        loop {
            let message = self.next().await;
            if matches!(message, Message::ShutDown) {
                self.end();
                self.post.counters.dealt_with();
                return;
            }
            self.dispatch(message);
            self.fire();
            self.stop_early();
            self.post.counters.dealt_with();
            if self.messages.is_empty() {
                self.rest();
            }
        }
    }

    async fn next(&mut self) -> Message {
        let at = self.next_wake();
        let Some(sleep) = self.time.sleep(at) else {
            return self.messages.recv().await.unwrap_or(Message::ShutDown);
        };
        tokio::select! {
            message = self.messages.recv() => message.unwrap_or(Message::ShutDown),
            () = tokio::time::sleep(sleep) => {
                self.post.counters.posted.fetch_add(1, Ordering::SeqCst);
                Message::Nudge
            }
        }
    }

    fn rest(&mut self) {
        let at = self.next_wake();
        let in_flight = self.requests.count() + self.outstanding.load(Ordering::SeqCst);
        self.time.rest(at, in_flight, &self.post);
    }

    fn next_wake(&self) -> Option<u64> {
        let slots = self.slots.values().filter_map(|slot| slot.wake);
        let pending = self.pending.values().map(|(deadline, _)| *deadline);
        slots
            .chain(pending)
            .chain(self.requests.next_deadline())
            .min()
    }

    /// Acts on the deadlines that have come.
    fn fire(&mut self) {
        let now = self.time.now().mono;
        let due: Vec<AttemptId> = self
            .slots
            .iter()
            .filter(|(_, slot)| slot.wake.is_some_and(|at| at <= now))
            .map(|(id, _)| id.clone())
            .collect();
        for id in due {
            if let Some(slot) = self.slots.get_mut(&id) {
                slot.wake = None;
            }
            self.drive(&id, Input::Tick);
        }
        let late: Vec<u64> = self
            .pending
            .iter()
            .filter(|(_, (deadline, _))| *deadline <= now)
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in late {
            self.device_known(ticket, None);
        }
        for request in self.requests.overdue(now) {
            self.request_overdue(request);
        }
    }

    fn dispatch(&mut self, message: Message) {
        match message {
            Message::Pay {
                order,
                options,
                answer,
            } => self.pay(order, options, answer),
            Message::Prepare { order, answer } => {
                self.ask_device(AfterDevice::Prepare { order, answer });
            }
            Message::Continue {
                attempt,
                reply,
                wait,
                answer,
            } => self.ask_device(AfterDevice::Continue {
                attempt,
                reply,
                wait,
                answer,
            }),
            Message::Resume {
                attempt,
                wait,
                answer,
            } => self.ask_device(AfterDevice::Resume {
                attempt,
                wait,
                answer,
            }),
            Message::Reopen {
                attempt,
                surface,
                answer,
            } => self.ask_device(AfterDevice::Reopen {
                attempt,
                surface,
                answer,
            }),
            Message::StopWaiting { wait } => self.stop_waiting(wait),
            Message::ToAttempt { attempt, input } => self.drive(&AttemptId(attempt), input),
            Message::ToAll { input } => self.each(input),
            Message::CredentialsChanged => {
                self.requests.forget_credentials();
                self.each(|| Input::CredentialsChanged);
            }
            Message::Link {
                attempt,
                signal,
                uri,
            } => self.link(&AttemptId(attempt), signal, &uri),
            Message::UnprovenLink { uri } => self.unproven_link(&uri),
            Message::EarlyLink { uri } => self.early_link(uri),
            Message::Presented { attempt, number } => {
                self.drive(&AttemptId(attempt), Input::Presented { number });
            }
            Message::PresentFailed {
                attempt,
                number,
                problem,
            } => {
                self.drive(
                    &AttemptId(attempt),
                    Input::PresentFailed { number, problem },
                );
            }
            Message::SurfaceClosed {
                attempt,
                number,
                hint,
            } => self.drive(&AttemptId(attempt), Input::SurfaceClosed { number, hint }),
            Message::AttachHost(presenter) => {
                self.presenter = Some(presenter);
                self.each(|| Input::HostAttached(true));
            }
            Message::DetachHost => {
                self.presenter = None;
                self.each(|| Input::HostAttached(false));
            }
            Message::SetListener(listener) => self.set_listener(listener),
            Message::SetOwner {
                owner,
                adopt_current,
            } => self.set_owner(owner.as_deref(), adopt_current),
            Message::OutcomeTaken { attempt, number } => self.told(&attempt, number),
            Message::Acknowledge { outcome } => self.acknowledge(&outcome),
            Message::Doctor { answer } => self.ask_device(AfterDevice::Doctor { answer }),
            Message::WarmUp => {
                #[cfg(feature = "reqwest")]
                self.requests.warm_up();
            }
            Message::Device { ticket, device } => self.device_known(ticket, device),
            Message::Headers { request, headers } => self.headers_known(request, headers),
            Message::Replied { request, result } => self.replied(request, result),
            Message::Answered { request, answer } => self.answered(request, answer),
            Message::Nudge | Message::ShutDown => {}
        }
    }

    /// The same input for every attempt; also keeps what the loop itself has to know of it.
    fn each(&mut self, input: fn() -> Input) {
        match input() {
            Input::Foregrounded => {
                self.foreground = true;
                self.restore();
            }
            Input::Backgrounded => {
                self.foreground = false;
                self.save_traces();
            }
            _ => {}
        }
        let ids: Vec<AttemptId> = self.slots.keys().cloned().collect();
        for id in ids {
            self.drive(&id, input());
        }
    }

    fn link(&mut self, id: &AttemptId, signal: LinkSignal, uri: &Secret) {
        let custom = self
            .slots
            .get(id)
            .is_some_and(|slot| slot.machine.record().surface == Some(Surface::Custom));
        if custom && signal != LinkSignal::Completion {
            self.forward_link(id, uri.expose().to_owned());
        }
        self.drive(id, Input::Link(signal));
    }

    fn unproven_link(&mut self, uri: &Secret) {
        let open: Vec<AttemptId> = self
            .slots
            .iter()
            .filter(|(_, slot)| {
                slot.machine.record().surface_ever() && !slot.machine.record().is_settled()
            })
            .map(|(id, _)| id.clone())
            .collect();
        for id in open {
            self.link(&id, LinkSignal::Unproven, uri);
        }
    }

    /// A link that came before the journal was read: kept until it is.
    fn early_link(&mut self, uri: Secret) {
        if self.early_links.len() < EARLY_LINKS {
            self.early_links.push(uri);
        }
        self.classify_early_links();
    }

    /// Says by an event what those links are.
    pub fn classify_early_links(&mut self) {
        if !self.restored {
            return;
        }
        for uri in std::mem::take(&mut self.early_links) {
            let ReadLink::Ours {
                kind,
                nonce: LinkNonce::Present(nonce),
            } = self.settings.links.read(uri.expose())
            else {
                continue;
            };
            match self.shared.recognise(&nonce, kind) {
                None => self.event(None, "LinkRefused".to_owned()),
                Some((_, None)) => self.event(None, "LinkLate".to_owned()),
                Some((_, Some((attempt, signal)))) => {
                    self.link(&AttemptId(attempt), signal, &uri);
                }
            }
        }
    }

    pub fn new_ticket(&mut self) -> u64 {
        self.last_ticket += 1;
        self.last_ticket
    }

    /// Tells listeners that something happened.
    pub fn event(&mut self, attempt: Option<&AttemptId>, name: String) {
        let at = self.time.now().wall;
        let event = Event {
            at,
            attempt: attempt.map(|id| id.0.clone()),
            name,
        };
        if let Some(listener) = self.listener.clone() {
            self.threads.listener.run(move || {
                let _ = listener.on_event(event);
            });
        }
    }

    /// Ends every wait.
    fn end(&mut self) {
        let ids: Vec<AttemptId> = self.slots.keys().cloned().collect();
        for id in ids {
            self.end_waiters(&id);
        }
        self.slots.clear();
        for (_, after) in self.pending.take_values() {
            after.shut_down();
        }
        // Messages that came after the shutdown: their answers are dropped, which ends their callers' waits.
        self.messages.close();
        self.requests.abort_all();
        self.save_traces();
        self.journal.close();
    }
}
