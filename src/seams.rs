//! The host's side: everything that the core asks of the app, the platform or a test.
//!
//! Traits are synchronous and fallible, and what can wait answers through a completion object, because async foreign traits do not
//! compile in Swift 6 mode (uniffi-rs #2929, fixed after 0.32.2; until then this stays). Those of `HostParts` are called off the
//! core's loop, each trait on a thread of its own, in order; those of `TestParts` on the loop itself. A completion counts once; one that is dropped unanswered counts as a failure.

use core::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::host_error::HostError;
use crate::model::{AttemptState, DeliveredOutcome, Device, Event, Presentation, RequestHeader};
use crate::reply::Word;
use crate::transport::host::HttpTransport;

/// Shows journeys. Attached while there is a window or activity to present from.
///
/// Both calls return at once; what became of a presentation is reported by `surface_presented`, `surface_failed` and
/// `surface_closed` of the client, with the presentation's number.
#[uniffi::export(foreign)]
pub trait Presenter: Send + Sync {
    /// Shows this journey.
    fn present(&self, presentation: Presentation) -> Result<(), HostError>;
    /// Takes it away again, if it is still there.
    fn dismiss(&self, attempt: String, number: u32) -> Result<(), HostError>;
    /// A handover link came for a journey on a `Custom` surface (Klarna's own SDK needs it).
    fn forward_link(&self, attempt: String, uri: String) -> Result<(), HostError>;
}

/// Says what the device can do.
#[uniffi::export(foreign)]
pub trait DeviceFacts: Send + Sync {
    /// Asked before each payment and each reopening; within two seconds.
    fn device(&self) -> Result<Device, HostError>;
}

/// Gives headers that expire.
#[uniffi::export(foreign)]
pub trait Credentials: Send + Sync {
    /// Asks for headers, within ten seconds; `after_rejection` if the backend answered 401 to the last ones.
    fn start(
        &self,
        id: u64,
        after_rejection: bool,
        completion: Arc<CredentialsCompletion>,
    ) -> Result<(), HostError>;
    /// The headers of this call are no longer wanted.
    fn cancel(&self, id: u64) -> Result<(), HostError>;
}

/// Asks the backend in the app's own way, in place of the built-in requests for status and cancellation.
#[uniffi::export(foreign)]
pub trait StatusSource: Send + Sync {
    /// Asks, or cancels.
    fn start(&self, question: Question, completion: Arc<StatusCompletion>)
    -> Result<(), HostError>;
    /// The answer to this question is no longer wanted.
    fn cancel(&self, id: u64) -> Result<(), HostError>;
}

/// What a status source is asked.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Question {
    /// Names the question for `cancel`.
    pub id: u64,
    /// Ask the backend to cancel the payment, rather than for its status.
    pub cancel_payment: bool,
    /// The attempt's id.
    pub attempt: String,
    /// The backend's name for the payment; the attempt's id where it gave none.
    pub payment: String,
    /// Send it with a cancellation.
    pub idempotency_key: Option<String>,
}

/// What the backend said.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct StatusWord {
    /// Its word.
    pub word: Word,
    /// Its reason.
    pub reason: Option<String>,
    /// Details for the receipt, as JSON, at most 8 KiB.
    pub details: Option<String>,
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusWord")
            .field("word", &self.word)
            .finish_non_exhaustive()
    }
}

/// Sees what happens. Never called with a lock held.
#[uniffi::export(foreign)]
pub trait Listener: Send + Sync {
    /// Something happened.
    fn on_event(&self, event: Event) -> Result<(), HostError>;
    /// An outcome for which nobody waits; replayed from the next start until it is acknowledged. `Ok`: the app has it, which counts as a
    /// delivery. `Err`: nobody there takes outcomes now; it is told again to the listener that is set next. A listener that is set
    /// while an earlier call has not returned may be told the same outcome (the same id) again.
    fn on_outcome(&self, outcome: DeliveredOutcome) -> Result<(), HostError>;
    /// An attempt's state changed.
    fn on_state(&self, state: AttemptState) -> Result<(), HostError>;
}

/// Tells the time, for tests.
#[uniffi::export(foreign)]
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Result<ClockReading, HostError>;
    /// The core has nothing to do until `at` (monotonic milliseconds), or until something happens: call `wake` then. Replaces an earlier
    /// wish. `in_flight`: requests and questions that are under way.
    fn wake_at(&self, at: Option<u64>, in_flight: u32, waker: Arc<Waker>) -> Result<(), HostError>;
}

/// A reading of both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ClockReading {
    /// Unix milliseconds.
    pub wall: i64,
    /// Milliseconds that never go back.
    pub monotonic: u64,
}

/// Gives random bytes, for tests.
#[uniffi::export(foreign)]
pub trait Entropy: Send + Sync {
    /// This many of them.
    fn bytes(&self, count: u32) -> Result<Vec<u8>, HostError>;
}

/// Called on the core's own loop before and after each effect, for tests: whoever blocks here stops the core.
#[uniffi::export(foreign)]
pub trait StepObserver: Send + Sync {
    /// The effect `step` of this attempt comes next.
    fn before(&self, attempt: String, step: String) -> Result<(), HostError>;
    /// It was done.
    fn after(&self, attempt: String, step: String) -> Result<(), HostError>;
}

/// The parts that the host provides. All but the device facts have defaults.
#[derive(Clone, Default, uniffi::Record)]
pub struct HostParts {
    /// HTTP; the built-in one where there is none.
    pub transport: Option<Arc<dyn HttpTransport>>,
    /// What the device can do; without it no journey can be shown.
    pub device_facts: Option<Arc<dyn DeviceFacts>>,
    /// Headers that expire.
    pub credentials: Option<Arc<dyn Credentials>>,
    /// Status and cancellation in the app's own way.
    pub status_source: Option<Arc<dyn StatusSource>>,
    /// Events, outcomes and states.
    pub listener: Option<Arc<dyn Listener>>,
}

/// The parts that only tests provide.
#[derive(Clone, Default, uniffi::Record)]
pub struct TestParts {
    /// The time.
    pub clock: Option<Arc<dyn Clock>>,
    /// Random bytes.
    pub entropy: Option<Arc<dyn Entropy>>,
    /// Kill points and traces.
    pub step_observer: Option<Arc<dyn StepObserver>>,
}

type Continuation<T> = Box<dyn FnOnce(Option<T>) + Send>;

/// Calls its function once, with an answer or, when it is dropped, with none.
struct Once<T>(Mutex<Option<Continuation<T>>>);

impl<T> Once<T> {
    fn new(answer: impl FnOnce(Option<T>) + Send + 'static) -> Self {
        Self(Mutex::new(Some(Box::new(answer))))
    }

    fn answer(&self, value: Option<T>) {
        let answer = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(answer) = answer {
            answer(value);
        }
    }
}

impl<T> Drop for Once<T> {
    fn drop(&mut self) {
        self.answer(None);
    }
}

/// Takes the headers.
#[derive(uniffi::Object)]
pub struct CredentialsCompletion(Once<Vec<RequestHeader>>);

impl CredentialsCompletion {
    pub(crate) fn new(
        answer: impl FnOnce(Option<Vec<RequestHeader>>) + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self(Once::new(answer)))
    }
}

#[uniffi::export]
impl CredentialsCompletion {
    /// These headers, until the backend rejects them or `credentials_changed` is called.
    pub fn headers(&self, headers: Vec<RequestHeader>) {
        self.0.answer(Some(headers));
    }

    /// None now: the question counts as failed. `credentials_changed` asks again.
    pub fn not_now(&self) {
        self.0.answer(None);
    }
}

/// Takes the backend's word.
#[derive(uniffi::Object)]
pub struct StatusCompletion(Once<Result<StatusWord, StatusProblem>>);

/// Why there is no word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum StatusProblem {
    /// The backend does not know the payment.
    NotFound,
    /// Anything else.
    Failed,
}

impl StatusCompletion {
    pub(crate) fn new(
        answer: impl FnOnce(Option<Result<StatusWord, StatusProblem>>) + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self(Once::new(answer)))
    }
}

#[uniffi::export]
impl StatusCompletion {
    /// The backend said this.
    pub fn answered(&self, word: StatusWord) {
        self.0.answer(Some(Ok(word)));
    }

    /// There is no word.
    pub fn failed(&self, problem: StatusProblem) {
        self.0.answer(Some(Err(problem)));
    }
}

/// Wakes the core from one rest, and says whether that rest still lasts. For clocks of tests; each `wake_at` brings a new one.
#[derive(uniffi::Object)]
pub struct Waker {
    wake: Box<dyn Fn() + Send + Sync>,
    is_idle: Box<dyn Fn() -> bool + Send + Sync>,
}

impl Waker {
    pub(crate) fn new(
        wake: impl Fn() + Send + Sync + 'static,
        is_idle: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            wake: Box::new(wake),
            is_idle: Box::new(is_idle),
        })
    }
}

#[uniffi::export]
impl Waker {
    /// The time may have come.
    pub fn wake(&self) {
        (self.wake)();
    }

    /// Nothing was posted to the core since it came to rest: what `wake_at` said still holds.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        (self.is_idle)()
    }
}
