//! The host's side of the core: presenter, device, listener, kill points.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread;

use klarna_step_up::StepUpClient;
use klarna_step_up::api::PresentFailure;
use klarna_step_up::host_error::HostError;
use klarna_step_up::machine::Surface;
use klarna_step_up::model::{AttemptState, DeliveredOutcome, Device, Event, Presentation};
use klarna_step_up::seams::{DeviceFacts, Listener, Presenter, StepObserver};

use super::output::Output;
use super::quiet::Quiet;
use super::words;
use crate::protocol::{HoldPoint, PresenterManner, Report, Via, When};

/// Shows a journey by telling the runner of it.
pub(super) struct Screen {
    pub output: Output,
    pub manner: PresenterManner,
    /// Set once the client is made.
    pub client: Arc<OnceLock<Weak<StepUpClient>>>,
}

impl Presenter for Screen {
    fn present(&self, presentation: Presentation) -> Result<(), HostError> {
        let client = self.client.get().and_then(Weak::upgrade);
        let Some(client) = client else {
            return Err(HostError::Failed {
                reason: "the client is gone".to_owned(),
            });
        };
        let failure = match self.manner {
            PresenterManner::Refuse => Some(PresentFailure::Unavailable),
            PresenterManner::NoHost => Some(PresentFailure::NoHost),
            PresenterManner::Confirm | PresenterManner::Silent => None,
        };
        if let Some(failure) = failure {
            client.surface_failed(presentation.attempt, presentation.number, failure);
            return Ok(());
        }
        let shown = self.manner == PresenterManner::Confirm;
        self.output.say(&Report::Present {
            attempt: presentation.attempt.clone(),
            number: presentation.number,
            surface: presentation.surface.into(),
            url: presentation.url,
            callback_scheme: presentation.callback_scheme,
            shown,
        });
        if shown {
            client.surface_presented(presentation.attempt, presentation.number);
        }
        Ok(())
    }

    fn dismiss(&self, attempt: String, number: u32) -> Result<(), HostError> {
        self.output.say(&Report::Dismiss { attempt, number });
        Ok(())
    }

    fn forward_link(&self, attempt: String, _uri: String) -> Result<(), HostError> {
        self.output.say(&Report::Forward { attempt });
        Ok(())
    }
}

/// A device as configured.
pub(super) struct Facts {
    pub surfaces: Vec<Surface>,
    pub https_links: bool,
}

impl DeviceFacts for Facts {
    fn device(&self) -> Result<Device, HostError> {
        Ok(Device {
            surfaces: self.surfaces.clone(),
            https_links: self.https_links,
            registered_schemes: None,
            debuggable: true,
        })
    }
}

/// The app's ear.
pub(super) struct Ear(pub Output);

impl Listener for Ear {
    fn on_event(&self, event: Event) -> Result<(), HostError> {
        self.0.say(&Report::Event {
            at: event.at,
            attempt: event.attempt,
            name: event.name,
        });
        Ok(())
    }

    fn on_outcome(&self, outcome: DeliveredOutcome) -> Result<(), HostError> {
        self.0
            .say(&Report::Outcome(words::told(outcome, Via::Stream, None)));
        Ok(())
    }

    fn on_state(&self, state: AttemptState) -> Result<(), HostError> {
        self.0.say(&Report::State(words::state(state)));
        Ok(())
    }
}

/// Where the core is to stop, and how often that place was passed.
#[derive(Default)]
pub(super) struct Holds(Mutex<Option<HoldPoint>>);

impl Holds {
    pub fn set(&self, point: HoldPoint) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(point);
    }

    /// True at the point itself.
    fn passes(&self, effect: &str, when: When) -> bool {
        let mut set = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(point) = set.as_mut().filter(|point| point.is_at(effect, when)) else {
            return false;
        };
        if point.nth > 1 {
            point.nth -= 1;
            return false;
        }
        *set = None;
        true
    }
}

/// Reports effects, counts requests, and holds the core where it is told to.
pub(super) struct Observer {
    pub output: Output,
    pub holds: Arc<Holds>,
    pub quiet: Arc<Quiet>,
}

impl Observer {
    fn step(&self, attempt: String, effect: String, when: When) {
        let sends = matches!(
            effect.as_str(),
            "Authorize" | "AskStatus" | "CancelAtBackend"
        );
        if sends && when == When::After {
            self.quiet.begun.fetch_add(1, Ordering::SeqCst);
        }
        if self.holds.passes(&effect, when) {
            self.output.say(&Report::Held {
                attempt,
                effect,
                when,
            });
            loop {
                thread::park();
            }
        }
        self.output.say(&Report::Step {
            attempt,
            effect,
            when,
        });
    }
}

impl StepObserver for Observer {
    fn before(&self, attempt: String, step: String) -> Result<(), HostError> {
        self.step(attempt, step, When::Before);
        Ok(())
    }

    fn after(&self, attempt: String, step: String) -> Result<(), HostError> {
        self.step(attempt, step, When::After);
        Ok(())
    }
}
