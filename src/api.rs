//! The client that a façade holds. Every method posts a message and, where it has an answer, awaits it: none does I/O, none holds a
//! lock while the host is called, all may be called from any thread.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::error::StepUpError;
use crate::links::{LinkKind, LinkNonce, ReadLink, RefusedReason};
use crate::machine::{
    CloseHint, Input, NotStartedReason, PresentProblem, Surface, UndeterminedReason,
};
use crate::model::{
    AttemptState, BackendReply, Configuration, DeliveredOutcome, Finding, LinkDisposition, Order,
    Outcome, PayOptions, PreparedAttempt,
};
use crate::redact::Secret;
use crate::runtime::{Core, Message};
use crate::seams::{HostParts, Listener, Presenter, TestParts};
use crate::settings::Settings;

/// One client of one backend. Make one a process and keep it.
///
/// Cancelling a wait (dropping the future) never cancels the payment; `abandon` asks the backend to. Every outcome has to be
/// acknowledged, or it comes again at the next start.
#[derive(uniffi::Object)]
pub struct StepUpClient {
    core: Arc<Core>,
}

/// The result of `prepare`.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Prepared {
    /// Send the start request with these.
    Ready {
        /// What to send.
        attempt: PreparedAttempt,
    },
    /// Send nothing: this is the outcome already (the order is paid, or must not be started).
    Ended {
        /// What became of it.
        outcome: DeliveredOutcome,
    },
}

/// What a presenter reports when a surface could not be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum PresentFailure {
    /// There is no window or activity to present from, or the app is not in front: tried again when there is.
    NoHost,
    /// This surface is not to be had: the next one is tried.
    Unavailable,
}

#[uniffi::export]
#[allow(
    clippy::needless_pass_by_value,
    clippy::must_use_candidate,
    reason = "values are what crosses the language boundary; what a surface's link was matters to few"
)]
impl StepUpClient {
    /// Checks the configuration and opens the journal. No socket; no thread unless the journal has attempts.
    #[uniffi::constructor]
    pub fn new(configuration: Configuration, parts: HostParts) -> Result<Arc<Self>, StepUpError> {
        Self::open(&configuration, parts, TestParts::default())
    }

    /// For the testing product only: with a clock, entropy and kill points of the test's.
    #[uniffi::constructor]
    pub fn for_testing(
        configuration: Configuration,
        parts: HostParts,
        test: TestParts,
    ) -> Result<Arc<Self>, StepUpError> {
        Self::open(&configuration, parts, test)
    }

    /// Names a wait for `stop_waiting`.
    #[must_use]
    pub fn new_wait(&self) -> u64 {
        self.core.new_wait()
    }

    /// Takes the customer through the step-up and returns what became of the payment. Always ends, with `Undetermined` after the
    /// policy's `max_wait` at the latest.
    pub async fn pay(&self, order: Order, options: PayOptions) -> DeliveredOutcome {
        let reference = order.reference.clone();
        let (answer, outcome) = oneshot::channel();
        if !self.core.post(Message::Pay {
            order,
            options,
            answer,
        }) {
            return shut_down(reference);
        }
        // The loop answers every call before it ends; should it ever fail to, nothing may invite a second payment.
        outcome.await.unwrap_or_else(|_| unknown(reference))
    }

    /// Journals an attempt that the app starts at its backend itself.
    pub async fn prepare(&self, order: Order) -> Prepared {
        let reference = order.reference.clone();
        let (answer, prepared) = oneshot::channel();
        self.core.post(Message::Prepare { order, answer });
        // Nothing is sent by `prepare`: without its answer nothing was started.
        match prepared
            .await
            .unwrap_or_else(|_| Err(Box::new(shut_down(reference))))
        {
            Ok(attempt) => Prepared::Ready { attempt },
            Err(outcome) => Prepared::Ended { outcome: *outcome },
        }
    }

    /// Hands over what the app's start request brought, and waits like `pay`. `wait` as in `PayOptions`.
    pub async fn continue_payment(
        &self,
        attempt: String,
        reply: BackendReply,
        wait: u64,
    ) -> Result<DeliveredOutcome, StepUpError> {
        let (answer, outcome) = oneshot::channel();
        self.core.post(Message::Continue {
            attempt,
            reply,
            wait,
            answer,
        });
        outcome.await.unwrap_or(Err(StepUpError::ShutDown))
    }

    /// Waits for an unfinished attempt: asks once, and shows the journey again if the payment is still pending. `wait` as in
    /// `PayOptions`.
    pub async fn resume(
        &self,
        attempt: String,
        wait: u64,
    ) -> Result<DeliveredOutcome, StepUpError> {
        let (answer, outcome) = oneshot::channel();
        self.core.post(Message::Resume {
            attempt,
            wait,
            answer,
        });
        outcome.await.unwrap_or(Err(StepUpError::ShutDown))
    }

    /// Shows the same payment request again, on `surface` if given ("open in browser").
    pub async fn reopen(
        &self,
        attempt: String,
        surface: Option<Surface>,
    ) -> Result<(), StepUpError> {
        let (answer, done) = oneshot::channel();
        self.core.post(Message::Reopen {
            attempt,
            surface,
            answer,
        });
        done.await.unwrap_or(Err(StepUpError::ShutDown))
    }

    /// Ends the wait of this name with `Undetermined(StoppedWaiting)`. The payment goes on.
    pub fn stop_waiting(&self, wait: u64) {
        self.core.leave(Message::StopWaiting { wait });
    }

    /// Asks the backend now.
    pub fn check_again(&self, attempt: String) -> Result<(), StepUpError> {
        self.to_visible(attempt, Input::CheckAgain)
    }

    /// The customer wants another method: asks the backend to cancel. The outcome is what the backend then says; if the payment was
    /// approved meanwhile, it is `Approved`.
    pub fn abandon(&self, attempt: String) -> Result<(), StepUpError> {
        let state = self
            .core
            .shared
            .state(&attempt)
            .ok_or(StepUpError::UnknownAttempt)?;
        if !state.can_abandon {
            return Err(StepUpError::NotPossible);
        }
        self.to_visible(attempt, Input::Abandon)
    }

    /// The state of an unfinished attempt of this owner at this backend.
    #[must_use]
    pub fn state(&self, attempt: &str) -> Option<AttemptState> {
        self.core.shared.state(attempt)
    }

    /// All unfinished attempts of this owner at this backend.
    #[must_use]
    pub fn unfinished(&self) -> Vec<AttemptState> {
        self.core.shared.states()
    }

    /// Somebody shows this attempt's state to the customer (or no longer does): `pay` then waits longer after a closed surface.
    pub fn set_observed(&self, attempt: String, observed: bool) {
        self.core.leave(Message::ToAttempt {
            attempt,
            input: Input::Observed(observed),
        });
    }

    /// Outcomes that the app has not acknowledged.
    #[must_use]
    pub fn outcomes(&self) -> Vec<DeliveredOutcome> {
        self.core.shared.outcomes()
    }

    /// The app has dealt with this outcome: it does not come again.
    pub fn acknowledge(&self, outcome: String) {
        self.core.leave(Message::Acknowledge { outcome });
    }

    /// Receives events, outcomes nobody waits for, and states; replaces an earlier listener.
    pub fn set_listener(&self, listener: Option<Arc<dyn Listener>>) {
        self.core.leave(Message::SetListener(listener));
    }

    /// There is a window or activity to present from.
    pub fn attach_host(&self, presenter: Arc<dyn Presenter>) {
        self.core.leave(Message::AttachHost(presenter));
    }

    /// There is none any more.
    pub fn detach_host(&self) {
        self.core.leave(Message::DetachHost);
    }

    /// The signed-in account (opaque; only a salted hash is stored), or none. `adopt_current` lets a guest who signs in keep the
    /// attempts made before.
    pub fn set_owner(&self, owner: Option<String>, adopt_current: bool) {
        self.core.leave(Message::SetOwner {
            owner,
            adopt_current,
        });
    }

    /// Fresh credentials are there: whatever waits for them is asked again.
    pub fn credentials_changed(&self) {
        self.core.leave(Message::CredentialsChanged);
    }

    /// Says what a link is, at once, and lets it cause a question. Safe on the main thread.
    #[must_use]
    pub fn handle_link(&self, uri: &str) -> LinkDisposition {
        match self.core.settings.links.read(uri) {
            ReadLink::NotOurs => LinkDisposition::NotOurs,
            ReadLink::Refused(reason) => LinkDisposition::Refused { reason },
            ReadLink::Ours { kind, nonce } => self.our_link(uri, kind, nonce),
        }
    }

    /// The surface of this presentation is up.
    pub fn surface_presented(&self, attempt: String, number: u32) {
        self.core.post(Message::Presented { attempt, number });
    }

    /// It could not be shown.
    pub fn surface_failed(&self, attempt: String, number: u32, failure: PresentFailure) {
        let problem = match failure {
            PresentFailure::NoHost => PresentProblem::NoHost,
            PresentFailure::Unavailable => PresentProblem::Unavailable,
        };
        self.core.post(Message::PresentFailed {
            attempt,
            number,
            problem,
        });
    }

    /// It is gone. `uri`: the link that came as its result, if one did; it is dealt with like any other link.
    pub fn surface_closed(
        &self,
        attempt: String,
        number: u32,
        uri: Option<String>,
    ) -> LinkDisposition {
        let disposition = uri.map_or(LinkDisposition::NotOurs, |uri| self.handle_link(&uri));
        let hint = match &disposition {
            LinkDisposition::Completion { .. } => CloseHint::ByCompletion,
            LinkDisposition::Handover { .. } | LinkDisposition::Accepted => CloseHint::ByHandover,
            LinkDisposition::Duplicate { .. } if self.is_completed(&attempt) => {
                CloseHint::ByCompletion
            }
            _ => CloseHint::Closed,
        };
        self.core.post(Message::SurfaceClosed {
            attempt,
            number,
            hint,
        });
        disposition
    }

    /// The app came to the front.
    pub fn foregrounded(&self) {
        self.to_all(|| Input::Foregrounded);
    }

    /// The app went to the back. Our own surface on top of it is not background.
    pub fn backgrounded(&self) {
        self.to_all(|| Input::Backgrounded);
    }

    /// The network changed.
    pub fn network_changed(&self) {
        self.to_all(|| Input::NetworkChanged);
    }

    /// The timeline of an attempt of this process as JSON, without secrets, to paste in a ticket.
    #[must_use]
    pub fn trace(&self, attempt: &str) -> Option<String> {
        self.core.shared.trace_json(attempt)
    }

    /// Looks at the set-up and says how to fix what is wrong.
    pub async fn doctor(&self) -> Vec<Finding> {
        let (answer, findings) = oneshot::channel();
        self.core.post(Message::Doctor { answer });
        findings.await.unwrap_or_default()
    }

    /// Starts the loop and the HTTP client ahead of the first `pay`.
    pub fn warm_up(&self) {
        self.core.post(Message::WarmUp);
    }

    /// Ends every wait and releases the journal at once. Unfinished attempts stay in it.
    pub fn shutdown(&self) {
        self.core.shut_down();
    }
}

impl StepUpClient {
    fn open(
        configuration: &Configuration,
        parts: HostParts,
        test: TestParts,
    ) -> Result<Arc<Self>, StepUpError> {
        let settings = Settings::check(configuration)?;
        let core = Core::open(settings, fingerprint(configuration), parts, test)?;
        Ok(Arc::new(Self { core }))
    }

    fn our_link(&self, uri: &str, kind: LinkKind, nonce: LinkNonce) -> LinkDisposition {
        let nonce = match nonce {
            LinkNonce::Malformed => {
                return LinkDisposition::Refused {
                    reason: RefusedReason::MalformedNonce,
                };
            }
            LinkNonce::Missing => {
                self.if_running(Message::UnprovenLink {
                    uri: Secret::new(uri.to_owned()),
                });
                let attempt = self.core.shared.only_one_in_journey();
                return attempt.map_or(LinkDisposition::Accepted, |attempt| {
                    LinkDisposition::Handover { attempt }
                });
            }
            LinkNonce::Present(nonce) => nonce,
        };
        match self.core.shared.recognise(&nonce, kind) {
            None if self.core.shared.is_loaded() => LinkDisposition::Refused {
                reason: RefusedReason::WrongNonce,
            },
            None => {
                self.core.post(Message::EarlyLink {
                    uri: Secret::new(uri.to_owned()),
                });
                LinkDisposition::Accepted
            }
            Some((disposition, None)) => disposition,
            Some((disposition, Some((attempt, signal)))) => {
                self.core.post(Message::Link {
                    attempt,
                    signal,
                    uri: Secret::new(uri.to_owned()),
                });
                disposition
            }
        }
    }

    fn is_completed(&self, attempt: &str) -> bool {
        self.core
            .shared
            .state(attempt)
            .is_some_and(|state| state.phase == crate::machine::Phase::Confirming)
    }

    fn to_visible(&self, attempt: String, input: Input) -> Result<(), StepUpError> {
        self.core
            .shared
            .state(&attempt)
            .ok_or(StepUpError::UnknownAttempt)?;
        self.core.post(Message::ToAttempt { attempt, input });
        Ok(())
    }

    fn to_all(&self, input: fn() -> Input) {
        self.if_running(Message::ToAll { input });
    }

    /// What concerns attempts only starts no thread where there are none.
    fn if_running(&self, message: Message) {
        if self.core.is_running() || !self.core.shared.is_loaded() {
            self.core.post(message);
        }
    }
}

fn shut_down(reference: String) -> DeliveredOutcome {
    without_attempt(
        reference,
        Outcome::NotStarted {
            reason: NotStartedReason::ShutDown,
        },
    )
}

fn unknown(reference: String) -> DeliveredOutcome {
    without_attempt(
        reference,
        Outcome::Undetermined {
            reason: UndeterminedReason::StoppedWaiting,
        },
    )
}

fn without_attempt(reference: String, outcome: Outcome) -> DeliveredOutcome {
    DeliveredOutcome {
        id: String::new(),
        attempt: None,
        reference,
        outcome,
        supersedes: None,
    }
}

/// Two configurations are the same one if all their fields are.
fn fingerprint(configuration: &Configuration) -> u64 {
    let mut hasher = DefaultHasher::new();
    let c = configuration;
    (
        &c.backend,
        &c.backend_id,
        format!("{:?}{:?}", c.environment, c.link_nonce),
    )
        .hash(&mut hasher);
    (
        &c.links.handover,
        &c.links.completion,
        &c.links.fallback_scheme,
        &c.redirect_hosts,
    )
        .hash(&mut hasher);
    (
        &c.field_names.return_url,
        &c.field_names.app_return_url,
        format!("{:?}{:?}", c.words, c.policy),
    )
        .hash(&mut hasher);
    for header in &c.headers {
        (&header.name, &header.value).hash(&mut hasher);
    }
    hasher.finish()
}
