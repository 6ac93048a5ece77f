//! A phone of the test's: the real client with a clock that stands still, a scripted backend, and a surface that does what it is told.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, mpsc};
use std::thread::JoinHandle;

use klarna_step_up::StepUpClient;
use klarna_step_up::host_error::HostError;
use klarna_step_up::hosts::Environment;
use klarna_step_up::links::ReturnLinks;
use klarna_step_up::machine::Surface;
use klarna_step_up::model::{
    AttemptState, Configuration, DeliveredOutcome, Device, Event, FieldNames, LinkNonceMode, Order,
    PayOptions, Presentation,
};
use klarna_step_up::policy::ConfirmationPolicy;
use klarna_step_up::seams::{
    Clock, ClockReading, DeviceFacts, HostParts, Listener, Presenter, TestParts, Waker,
};
use klarna_step_up::transport::host::{
    HostHttpFailure, HostHttpHeader, HostHttpReply, HostHttpRequest, HttpCompletion, HttpTransport,
};

/// The address under which the journeys of these tests are.
pub const JOURNEY: &str = "https://pay.test.klarna.com/eu/requests/SECRET-journey/start";

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .expect("no test thread panics with a lock held")
}

/// What the scripted backend does with the next request.
pub enum Next {
    /// Answers.
    Reply(u16, String),
    /// Takes the request and never answers it: the connection is lost.
    Lost,
    /// Cannot be reached.
    NotSent,
}

/// One request as it left the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub line: String,
    pub origin: String,
    pub key: Option<String>,
    pub body: Option<String>,
    pub authorization: Option<String>,
    pub at: u64,
}

/// What to do with a request, by its method and path.
type Rule = Box<dyn Fn(&str) -> Next + Send>;

#[derive(Default)]
struct BackendState {
    script: VecDeque<Next>,
    otherwise: Option<Rule>,
    sent: Vec<Sent>,
    date: Option<String>,
}

/// The backend: what is in the script, then what `otherwise` says.
pub struct Backend {
    state: Mutex<BackendState>,
    time: Arc<Time>,
}

impl Backend {
    pub fn then(&self, next: Next) {
        lock(&self.state).script.push_back(next);
    }

    /// Answers everything that the script has no answer for, by method and path.
    pub fn otherwise(&self, answer: impl Fn(&str) -> Next + Send + 'static) {
        lock(&self.state).otherwise = Some(Box::new(answer));
    }

    /// Says this time in every answer.
    pub fn set_date(&self, date: &str) {
        lock(&self.state).date = Some(date.to_owned());
    }

    pub fn sent(&self) -> Vec<Sent> {
        lock(&self.state).sent.clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.sent().into_iter().map(|sent| sent.line).collect()
    }
}

impl HttpTransport for Backend {
    fn start(
        &self,
        request: HostHttpRequest,
        completion: Arc<HttpCompletion>,
    ) -> Result<(), HostError> {
        let path = request.url.split_once("/api").map_or("", |(_, path)| path);
        let header = |name: &str| {
            request
                .headers
                .iter()
                .find(|header| header.name == name)
                .map(|header| header.value.clone())
        };
        let attempt = header("StepUp-Attempt").unwrap_or_default();
        let line = format!("{} {}", request.method, path.replace(&attempt, "{attempt}"));
        let at = self.time.now_mono();
        let mut state = lock(&self.state);
        state.sent.push(Sent {
            line: line.clone(),
            origin: request
                .url
                .split("/api")
                .next()
                .unwrap_or_default()
                .to_owned(),
            key: header("Idempotency-Key").map(|key| key.replace(&attempt, "{attempt}")),
            body: request
                .body
                .map(|body| String::from_utf8(body).expect("JSON is UTF-8")),
            authorization: header("Authorization"),
            at,
        });
        let next = state
            .script
            .pop_front()
            .or_else(|| state.otherwise.as_ref().map(|answer| answer(&line)));
        match next.expect("the backend was not told what to do with this request") {
            Next::Reply(status, body) => {
                let date = state.date.clone().map(|value| HostHttpHeader {
                    name: "Date".to_owned(),
                    value,
                });
                drop(state);
                completion.replied(HostHttpReply {
                    status,
                    headers: date.into_iter().collect(),
                    body: body.into_bytes(),
                });
            }
            Next::Lost => {
                drop(state);
                completion.failed(HostHttpFailure::MaybeSent);
            }
            Next::NotSent => {
                drop(state);
                completion.failed(HostHttpFailure::NotSent);
            }
        }
        Ok(())
    }

    fn cancel(&self, _id: u64) -> Result<(), HostError> {
        Ok(())
    }
}

struct TimeState {
    wall: i64,
    mono: u64,
    wake_at: Option<u64>,
    in_flight: u32,
    waker: Option<Arc<Waker>>,
    stopped: bool,
}

/// A clock that stands still until the test moves it.
pub struct Time {
    state: Mutex<TimeState>,
    rested: Condvar,
}

impl Time {
    fn new() -> Arc<Self> {
        let state = TimeState {
            wall: 1_800_000_000_000,
            mono: 1_000,
            wake_at: None,
            in_flight: 0,
            waker: None,
            stopped: false,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            rested: Condvar::new(),
        })
    }

    /// Lets a stopped clock be read.
    pub fn go_on(&self) {
        lock(&self.state).stopped = false;
        self.rested.notify_all();
    }

    /// The loop has run.
    pub fn has_rested(&self) -> bool {
        lock(&self.state).waker.is_some()
    }

    pub fn now_mono(&self) -> u64 {
        lock(&self.state).mono
    }
}

impl Clock for Time {
    fn now(&self) -> Result<ClockReading, HostError> {
        let mut state = lock(&self.state);
        while state.stopped {
            state = self
                .rested
                .wait(state)
                .expect("no test thread panics with a lock held");
        }
        Ok(ClockReading {
            wall: state.wall,
            monotonic: state.mono,
        })
    }

    fn wake_at(&self, at: Option<u64>, in_flight: u32, waker: Arc<Waker>) -> Result<(), HostError> {
        let mut state = lock(&self.state);
        state.wake_at = at;
        state.in_flight = in_flight;
        state.waker = Some(waker);
        self.rested.notify_all();
        Ok(())
    }
}

/// What the app's screen did.
#[derive(Default)]
pub struct Screen {
    pub shown: Mutex<Vec<Presentation>>,
    pub dismissed: Mutex<Vec<u32>>,
    pub forwarded: Mutex<Vec<String>>,
    client: Mutex<Option<std::sync::Weak<StepUpClient>>>,
    /// Says nothing of whether the surface opened.
    pub silent: Mutex<bool>,
    /// Throws.
    pub failing: Mutex<bool>,
}

impl Presenter for Screen {
    fn present(&self, presentation: Presentation) -> Result<(), HostError> {
        if *lock(&self.failing) {
            return Err(HostError::Failed {
                reason: "SECRET reason".to_owned(),
            });
        }
        let (attempt, number) = (presentation.attempt.clone(), presentation.number);
        lock(&self.shown).push(presentation);
        let client = lock(&self.client)
            .as_ref()
            .and_then(std::sync::Weak::upgrade);
        if let Some(client) = client.filter(|_| !*lock(&self.silent)) {
            client.surface_presented(attempt, number);
        }
        Ok(())
    }

    fn dismiss(&self, _attempt: String, number: u32) -> Result<(), HostError> {
        lock(&self.dismissed).push(number);
        Ok(())
    }

    fn forward_link(&self, _attempt: String, uri: String) -> Result<(), HostError> {
        lock(&self.forwarded).push(uri);
        Ok(())
    }
}

/// Everything that a listener was told.
#[derive(Default)]
pub struct Heard {
    pub events: Mutex<Vec<Event>>,
    pub outcomes: Mutex<Vec<DeliveredOutcome>>,
    pub states: Mutex<Vec<AttemptState>>,
    /// Takes no outcomes.
    pub away: Mutex<bool>,
}

impl Listener for Heard {
    fn on_event(&self, event: Event) -> Result<(), HostError> {
        lock(&self.events).push(event);
        Ok(())
    }

    fn on_outcome(&self, outcome: DeliveredOutcome) -> Result<(), HostError> {
        if *lock(&self.away) {
            return Err(HostError::Failed {
                reason: "nobody collects".to_owned(),
            });
        }
        lock(&self.outcomes).push(outcome);
        Ok(())
    }

    fn on_state(&self, state: AttemptState) -> Result<(), HostError> {
        lock(&self.states).push(state);
        Ok(())
    }
}

/// Device facts that do not change.
pub struct Facts(pub Device);

impl DeviceFacts for Facts {
    fn device(&self) -> Result<Device, HostError> {
        Ok(self.0.clone())
    }
}

pub fn iphone() -> Device {
    Device {
        surfaces: vec![Surface::AuthSession],
        https_links: true,
        registered_schemes: Some(vec!["shop".to_owned()]),
        debuggable: true,
    }
}

pub fn configuration(directory: &Path) -> Configuration {
    Configuration {
        backend: "https://shop.example/api".to_owned(),
        backend_id: None,
        environment: Environment::Test,
        links: ReturnLinks {
            handover: "shop://klarna".to_owned(),
            completion: "shop://done".to_owned(),
            fallback_scheme: None,
        },
        link_nonce: LinkNonceMode::Query,
        redirect_hosts: vec!["pay.acquirer.example".to_owned()],
        field_names: FieldNames::default(),
        words: Vec::new(),
        headers: Vec::new(),
        owner: None,
        policy: ConfirmationPolicy {
            long_poll: 0,
            ..ConfirmationPolicy::default()
        },
        journal_directory: directory
            .to_str()
            .expect("the directory's name is UTF-8")
            .to_owned(),
    }
}

/// The phone.
pub struct Phone {
    pub client: Arc<StepUpClient>,
    pub backend: Arc<Backend>,
    pub time: Arc<Time>,
    pub screen: Arc<Screen>,
    pub heard: Arc<Heard>,
}

/// A `pay` under way.
pub struct Paying {
    outcome: mpsc::Receiver<DeliveredOutcome>,
    thread: Option<JoinHandle<()>>,
}

impl Paying {
    /// The outcome; the test hangs visibly if there is none.
    pub fn outcome(mut self) -> DeliveredOutcome {
        let outcome = self.outcome.recv().expect("pay always ends");
        if let Some(thread) = self.thread.take() {
            thread.join().expect("pay does not panic");
        }
        outcome
    }

    pub fn is_waiting(&self) -> bool {
        matches!(self.outcome.try_recv(), Err(mpsc::TryRecvError::Empty))
    }
}

impl Phone {
    pub fn new(directory: &Path) -> Self {
        Self::with(configuration(directory), iphone(), |_| {})
    }

    /// One that is started this many days later, by an app that takes no outcomes.
    pub fn of_an_app_that_is_away(directory: &Path, days: i64) -> Self {
        let time = Time::new();
        lock(&time.state).wall += days * 24 * 60 * 60 * 1_000;
        let phone = Self::at(time, configuration(directory), iphone(), |_| {});
        *lock(&phone.heard.away) = true;
        phone
    }

    /// One whose loop cannot read the clock before the test says so.
    pub fn stopped(directory: &Path) -> Self {
        let time = Time::new();
        lock(&time.state).stopped = true;
        Self::at(time, configuration(directory), iphone(), |_| {})
    }

    pub fn with(
        configuration: Configuration,
        device: Device,
        change: impl FnOnce(&mut HostParts),
    ) -> Self {
        Self::at(Time::new(), configuration, device, change)
    }

    fn at(
        time: Arc<Time>,
        configuration: Configuration,
        device: Device,
        change: impl FnOnce(&mut HostParts),
    ) -> Self {
        let backend = Arc::new(Backend {
            state: Mutex::default(),
            time: Arc::clone(&time),
        });
        let heard = Arc::new(Heard::default());
        let mut parts = HostParts {
            transport: Some(Arc::clone(&backend) as Arc<dyn HttpTransport>),
            device_facts: Some(Arc::new(Facts(device))),
            listener: Some(Arc::clone(&heard) as Arc<dyn Listener>),
            ..HostParts::default()
        };
        change(&mut parts);
        let test = TestParts {
            clock: Some(Arc::clone(&time) as Arc<dyn Clock>),
            ..TestParts::default()
        };
        let client = StepUpClient::for_testing(configuration, parts, test)
            .expect("the configuration is good");
        let screen = Arc::new(Screen::default());
        *lock(&screen.client) = Some(Arc::downgrade(&client));
        Self {
            client,
            backend,
            time,
            screen,
            heard,
        }
    }

    pub fn attach(&self) {
        self.client
            .attach_host(Arc::clone(&self.screen) as Arc<dyn Presenter>);
    }

    pub fn pay(&self, reference: &str) -> Paying {
        self.pay_with(order(reference), PayOptions::default())
    }

    pub fn pay_with(&self, order: Order, options: PayOptions) -> Paying {
        self.attach();
        let (told, outcome) = mpsc::channel();
        let client = Arc::clone(&self.client);
        let (posted, started) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("a runtime");
            let outcome = runtime.block_on(async {
                let mut pay = std::pin::pin!(client.pay(order, options));
                // Polled once: the order is with the core when this is told.
                std::future::poll_fn(|context| {
                    let polled = pay.as_mut().poll(context);
                    let _ = posted.send(());
                    polled
                })
                .await
            });
            // Nobody may be listening any more.
            let _ = told.send(outcome);
        });
        started.recv().expect("pay is polled");
        self.settle();
        Paying {
            outcome,
            thread: Some(thread),
        }
    }

    /// Waits until nothing will happen without time passing.
    pub fn settle(&self) {
        let mut state = lock(&self.time.state);
        loop {
            let idle = state.waker.as_ref().is_some_and(|waker| waker.is_idle());
            if idle && state.in_flight == 0 {
                return;
            }
            state = self
                .time
                .rested
                .wait(state)
                .expect("no test thread panics with a lock held");
        }
    }

    /// Lets time pass, from one wake-up to the next.
    pub fn pass(&self, milliseconds: u64) {
        self.settle();
        let end = self.time.now_mono() + milliseconds;
        loop {
            let waker = {
                let mut state = lock(&self.time.state);
                let next = state
                    .wake_at
                    .filter(|at| *at <= end)
                    .unwrap_or(end)
                    .max(state.mono);
                state.wall += i64::try_from(next - state.mono).expect("short");
                state.mono = next;
                if state.wake_at.is_none_or(|at| at > next) {
                    return;
                }
                state.waker.clone()
            };
            if let Some(waker) = waker {
                waker.wake();
            }
            self.settle();
        }
    }

    /// Lets time pass although the host has not answered; for callbacks that never do.
    pub fn pass_even_if_busy(&self, milliseconds: u64) {
        let mut state = lock(&self.time.state);
        while !state.waker.as_ref().is_some_and(|waker| waker.is_idle()) {
            state = self
                .time
                .rested
                .wait(state)
                .expect("no test thread panics with a lock held");
        }
        state.mono += milliseconds;
        state.wall += i64::try_from(milliseconds).expect("short");
        let waker = state.waker.clone();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The link in the latest start's body.
    pub fn link(&self, field: &str) -> String {
        let sent = self.backend.sent();
        let body = sent
            .iter()
            .rev()
            .find_map(|sent| sent.body.clone().filter(|body| body.contains(field)))
            .expect("a start was sent");
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        body[field].as_str().expect("a link").to_owned()
    }

    pub fn attempt(&self) -> String {
        self.client
            .unfinished()
            .first()
            .expect("one attempt is unfinished")
            .attempt
            .clone()
    }

    pub fn event_names(&self) -> Vec<String> {
        lock(&self.heard.events)
            .iter()
            .map(|event| event.name.clone())
            .collect()
    }
}

pub fn order(reference: &str) -> Order {
    Order {
        reference: reference.to_owned(),
        json: r#"{"amount":11800,"currency":"USD"}"#.to_owned(),
        revision: None,
    }
}

pub fn pending_with_journey() -> Next {
    let body = format!(
        r#"{{"status":"pending","payment_id":"pay-1","version":1,"klarna":{{"payment_request_id":"krn:payment:eu1:request:SECRET-id","payment_request_url":"{JOURNEY}"}}}}"#
    );
    Next::Reply(200, body)
}

pub fn status(word: &str) -> Next {
    Next::Reply(
        200,
        format!(r#"{{"status":"{word}","version":2,"details":{{"receipt":"SECRET-receipt"}}}}"#),
    )
}
