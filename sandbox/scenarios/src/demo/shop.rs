//! The demo's app: a client of the real core, and a surface in which somebody walks through the journey.

use std::sync::{Arc, OnceLock, Weak};

use klarna_step_up::StepUpClient;
use klarna_step_up::error::StepUpError;
use klarna_step_up::host_error::HostError;
use klarna_step_up::hosts::Environment;
use klarna_step_up::links::ReturnLinks;
use klarna_step_up::machine::Surface;
use klarna_step_up::model::{
    AttemptState, Configuration, DeliveredOutcome, Device, Event, FieldNames, LinkNonceMode,
    Presentation,
};
use klarna_step_up::policy::ConfirmationPolicy;
use klarna_step_up::seams::{DeviceFacts, HostParts, Listener, Presenter};
use tokio::sync::mpsc;

use super::timeline::{Timeline, Who, shortened};

/// Makes the app's client. Journeys that it shows come out of the receiver.
pub(super) fn open(
    backend: &str,
    journal: &str,
    surface: Surface,
    timeline: &Timeline,
) -> Result<(Arc<StepUpClient>, mpsc::UnboundedReceiver<Presentation>), StepUpError> {
    let configuration = Configuration {
        backend: backend.to_owned(),
        backend_id: None,
        environment: Environment::Sandbox { hosts: Vec::new() },
        links: ReturnLinks {
            handover: "demoshop://klarna-back".to_owned(),
            completion: "demoshop-done://klarna".to_owned(),
            fallback_scheme: None,
        },
        link_nonce: LinkNonceMode::Query,
        redirect_hosts: Vec::new(),
        field_names: FieldNames::default(),
        words: Vec::new(),
        headers: Vec::new(),
        owner: None,
        policy: ConfirmationPolicy::default(),
        journal_directory: journal.to_owned(),
    };
    let parts = HostParts {
        device_facts: Some(Arc::new(Facts(surface))),
        listener: Some(Arc::new(Ear(timeline.clone()))),
        ..HostParts::default()
    };
    let client = StepUpClient::new(configuration, parts)?;
    let (journeys, shown) = mpsc::unbounded_channel();
    let known = OnceLock::new();
    let _ = known.set(Arc::downgrade(&client));
    client.attach_host(Arc::new(Screen {
        journeys,
        timeline: timeline.clone(),
        client: known,
    }));
    Ok((client, shown))
}

struct Screen {
    journeys: mpsc::UnboundedSender<Presentation>,
    timeline: Timeline,
    client: OnceLock<Weak<StepUpClient>>,
}

impl Presenter for Screen {
    fn present(&self, presentation: Presentation) -> Result<(), HostError> {
        let what = format!(
            "{:?} opens {}",
            presentation.surface,
            shortened(&presentation.url)
        );
        self.timeline.note(Who::Surface, what);
        if let Some(client) = self.client.get().and_then(Weak::upgrade) {
            client.surface_presented(presentation.attempt.clone(), presentation.number);
        }
        // A receiver that is gone means that the demo is over.
        let _ = self.journeys.send(presentation);
        Ok(())
    }

    fn dismiss(&self, _attempt: String, _number: u32) -> Result<(), HostError> {
        self.timeline.note(Who::Surface, "is closed by the core");
        Ok(())
    }

    fn forward_link(&self, _attempt: String, _uri: String) -> Result<(), HostError> {
        Ok(())
    }
}

struct Facts(Surface);

impl DeviceFacts for Facts {
    fn device(&self) -> Result<Device, HostError> {
        Ok(Device {
            surfaces: vec![self.0],
            debuggable: true,
            ..Device::default()
        })
    }
}

struct Ear(Timeline);

impl Listener for Ear {
    fn on_event(&self, event: Event) -> Result<(), HostError> {
        let what = match event.name.as_str() {
            "SeenCompletionLink" => "has seen the completion link, which proves nothing: asks",
            "SeenHandoverLink" => "has seen the handover link, which proves nothing: asks",
            "SeenSurfaceClosed" => "has seen the surface close, which proves nothing: asks",
            "WaitingForCustomer" => "offers the customer to continue, or another method",
            _ => return Ok(()),
        };
        self.0.note_at(event.at, Who::Sight, what);
        Ok(())
    }

    fn on_outcome(&self, outcome: DeliveredOutcome) -> Result<(), HostError> {
        self.0
            .note(Who::Outcome, format!("is told {:?}", outcome.outcome));
        Ok(())
    }

    fn on_state(&self, _state: AttemptState) -> Result<(), HostError> {
        Ok(())
    }
}
