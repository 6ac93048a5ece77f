//! An app with short patience, in real time and with the built-in HTTP.

use std::path::Path;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use klarna_step_up::StepUpClient;
use klarna_step_up::host_error::HostError;
use klarna_step_up::hosts::Environment;
use klarna_step_up::links::ReturnLinks;
use klarna_step_up::machine::{IfBusy, Surface};
use klarna_step_up::model::{
    AttemptState, Configuration, DeliveredOutcome, Device, Event, FieldNames, LinkNonceMode, Order,
    PayOptions, Presentation,
};
use klarna_step_up::policy::ConfirmationPolicy;
use klarna_step_up::seams::{DeviceFacts, HostParts, Listener, Presenter};

/// When `pay` gives up waiting, milliseconds.
const PATIENCE: u64 = 2_000;
/// How long after that it may end at the latest: this machine may be busy.
pub const LATEST: Duration = Duration::from_secs(20);

pub struct Phone {
    pub client: Arc<StepUpClient>,
    outcomes: Mutex<mpsc::Receiver<DeliveredOutcome>>,
    shown: Mutex<mpsc::Receiver<Presentation>>,
    events: Arc<Ear>,
}

struct Facts;

impl DeviceFacts for Facts {
    fn device(&self) -> Result<Device, HostError> {
        Ok(Device {
            surfaces: vec![Surface::CustomTab],
            https_links: true,
            registered_schemes: None,
            debuggable: true,
        })
    }
}

struct Ear {
    outcomes: mpsc::Sender<DeliveredOutcome>,
    events: Mutex<Vec<String>>,
}

impl Listener for Ear {
    fn on_event(&self, event: Event) -> Result<(), HostError> {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.push(event.name);
        Ok(())
    }

    fn on_outcome(&self, outcome: DeliveredOutcome) -> Result<(), HostError> {
        let _ = self.outcomes.send(outcome);
        Ok(())
    }

    fn on_state(&self, _state: AttemptState) -> Result<(), HostError> {
        Ok(())
    }
}

struct Screen {
    client: Weak<StepUpClient>,
    shown: mpsc::Sender<Presentation>,
}

impl Presenter for Screen {
    fn present(&self, presentation: Presentation) -> Result<(), HostError> {
        if let Some(client) = self.client.upgrade() {
            client.surface_presented(presentation.attempt.clone(), presentation.number);
        }
        let _ = self.shown.send(presentation);
        Ok(())
    }

    fn dismiss(&self, _attempt: String, _number: u32) -> Result<(), HostError> {
        Ok(())
    }

    fn forward_link(&self, _attempt: String, _uri: String) -> Result<(), HostError> {
        Ok(())
    }
}

impl Phone {
    pub fn new(backend: &str, journal: &Path) -> Self {
        let configuration = Configuration {
            backend: backend.to_owned(),
            backend_id: None,
            environment: Environment::Sandbox { hosts: Vec::new() },
            links: ReturnLinks {
                handover: "shop://back".to_owned(),
                completion: "shop://done".to_owned(),
                fallback_scheme: None,
            },
            link_nonce: LinkNonceMode::Query,
            redirect_hosts: vec!["127.0.0.1".to_owned()],
            field_names: FieldNames::default(),
            words: Vec::new(),
            headers: Vec::new(),
            owner: None,
            policy: ConfirmationPolicy {
                start_budget: 500,
                start_timeout: 1_000,
                ask_timeout: 1_000,
                base_interval: 500,
                long_poll: 0,
                max_wait: PATIENCE,
                ..ConfirmationPolicy::default()
            },
            journal_directory: journal.to_str().expect("UTF-8").to_owned(),
        };
        let (told, outcomes) = mpsc::channel();
        let (showing, shown) = mpsc::channel();
        let events = Arc::new(Ear {
            outcomes: told,
            events: Mutex::default(),
        });
        let parts = HostParts {
            device_facts: Some(Arc::new(Facts)),
            listener: Some(Arc::clone(&events) as _),
            ..HostParts::default()
        };
        let client = StepUpClient::new(configuration, parts).expect("a client");
        client.attach_host(Arc::new(Screen {
            client: Arc::downgrade(&client),
            shown: showing,
        }));
        Self {
            client,
            outcomes: Mutex::new(outcomes),
            shown: Mutex::new(shown),
            events,
        }
    }

    /// Pays; what the call ended with, and how long it took.
    pub fn pay(&self) -> (DeliveredOutcome, Duration) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let order = Order {
            reference: "42".to_owned(),
            json: "{}".to_owned(),
            revision: None,
        };
        let options = PayOptions {
            if_busy: IfBusy::Join,
            wait: 1,
        };
        let begun = Instant::now();
        let outcome = runtime.block_on(self.client.pay(order, options));
        (outcome, begun.elapsed())
    }

    /// What comes by itself next, within reason.
    pub fn outcome(&self) -> Option<DeliveredOutcome> {
        let outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.recv_timeout(LATEST).ok()
    }

    /// What came by itself so far.
    pub fn outcome_so_far(&self) -> Option<DeliveredOutcome> {
        let outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.try_recv().ok()
    }

    /// The journey that was shown.
    pub fn shown(&self) -> Presentation {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.recv_timeout(LATEST).expect("a journey is shown")
    }

    pub fn events(&self) -> Vec<String> {
        let events = self.events.events.lock();
        events.unwrap_or_else(PoisonError::into_inner).clone()
    }
}
