//! Requests to the backend: one at a time an attempt and purpose, from their beginning to their end or deadline.

#[cfg(feature = "reqwest")]
use std::sync::Arc;

use super::Message;
use super::event_loop::Loop;
use super::sending::cancel_key;
use super::table::Table;
use crate::doctor;
use crate::error::StepUpError;
use crate::machine::{AttemptId, Input};
use crate::model::Finding;
use crate::reply::{StatusAnswer, read_status};
use crate::seams::{HostParts, Question, StatusCompletion};
use crate::settings::Settings;
use crate::transport::{Header, HttpReply, TransportFailure};

/// The transport has its own time limit; the loop's is a little later, for one that forgets.
pub(super) const GRACE: u64 = 2_000;
/// Time limit of the doctor's question to the backend, milliseconds.
pub(super) const PROBE_TIMEOUT: u64 = 5_000;

pub(super) enum Purpose {
    Start,
    Ask {
        number: u32,
        wait: u64,
        after: Option<u64>,
    },
    Cancel {
        number: u32,
    },
    Probe(Vec<Finding>, super::Answer<Vec<Finding>>),
}

pub(super) struct Request {
    pub attempt: AttemptId,
    pub purpose: Purpose,
    pub deadline: u64,
    /// The credentials were asked for again after a 401.
    pub retried: bool,
    /// It was handed to the transport.
    pub sent: bool,
    #[cfg(feature = "reqwest")]
    pub task: Option<tokio::task::AbortHandle>,
}

/// Requests under way.
pub(super) struct Requests {
    pub open: Table<u64, Request>,
    last: u64,
    /// Headers that expire, until the backend rejects them.
    pub credentials: Option<Vec<Header>>,
    #[cfg(feature = "reqwest")]
    http_allowed: bool,
    #[cfg(feature = "reqwest")]
    built_in: Option<Arc<crate::transport::reqwest::BuiltIn>>,
}

impl Requests {
    #[cfg_attr(
        not(feature = "reqwest"),
        allow(
            unused_variables,
            reason = "the settings matter to the built-in transport"
        )
    )]
    pub fn new(settings: &Settings, parts: &HostParts) -> Result<Self, StepUpError> {
        if parts.transport.is_none() && !cfg!(feature = "reqwest") {
            return Err(StepUpError::configuration(
                "transport",
                "this build has no HTTP of its own",
                "pass an HttpTransport, or use the build with reqwest",
            ));
        }
        Ok(Self {
            open: Table::new(),
            last: 0,
            credentials: None,
            #[cfg(feature = "reqwest")]
            http_allowed: settings.http_allowed(),
            #[cfg(feature = "reqwest")]
            built_in: None,
        })
    }

    pub fn count(&self) -> u32 {
        u32::try_from(self.open.len()).unwrap_or(u32::MAX)
    }

    pub fn next_deadline(&self) -> Option<u64> {
        self.open.values().map(|request| request.deadline).min()
    }

    pub fn overdue(&self, now: u64) -> Vec<u64> {
        self.open
            .iter()
            .filter(|(_, request)| request.deadline <= now)
            .map(|(id, _)| *id)
            .collect()
    }

    pub fn forget_credentials(&mut self) {
        self.credentials = None;
    }

    /// Makes the built-in client before it is needed.
    #[cfg(feature = "reqwest")]
    pub fn warm_up(&mut self) {
        self.built_in();
    }

    #[cfg(feature = "reqwest")]
    pub fn built_in(&mut self) -> Option<Arc<crate::transport::reqwest::BuiltIn>> {
        if self.built_in.is_none() {
            self.built_in = crate::transport::reqwest::BuiltIn::new(self.http_allowed)
                .ok()
                .map(Arc::new);
        }
        self.built_in.clone()
    }

    pub fn abort_all(&mut self) {
        #[cfg(feature = "reqwest")]
        for request in self.open.values() {
            if let Some(task) = &request.task {
                task.abort();
            }
        }
        self.open.clear();
    }
}

impl Loop {
    pub fn authorize(&mut self, id: &AttemptId) {
        let timeout = self.settings.policy.start_timeout;
        self.begin(id.clone(), Purpose::Start, timeout);
    }

    pub fn ask_status(&mut self, id: &AttemptId, number: u32, wait: u64, after: Option<u64>) {
        let older: Vec<u64> = self
            .requests
            .open
            .iter()
            .filter(|(_, request)| {
                request.attempt == *id && matches!(request.purpose, Purpose::Ask { .. })
            })
            .map(|(request, _)| *request)
            .collect();
        for request in older {
            self.abort(request);
        }
        let timeout = self.settings.policy.ask_timeout + wait;
        self.begin(
            id.clone(),
            Purpose::Ask {
                number,
                wait,
                after,
            },
            timeout,
        );
    }

    pub fn cancel_at_backend(&mut self, id: &AttemptId, number: u32) {
        let timeout = self.settings.policy.ask_timeout;
        self.begin(id.clone(), Purpose::Cancel { number }, timeout);
    }

    /// Asks whether there is a backend at all; the findings go to whoever asked for them.
    pub fn probe(&mut self, findings: Vec<Finding>, answer: super::Answer<Vec<Finding>>) {
        self.begin(
            AttemptId(String::new()),
            Purpose::Probe(findings, answer),
            PROBE_TIMEOUT,
        );
    }

    fn begin(&mut self, attempt: AttemptId, purpose: Purpose, timeout: u64) {
        self.requests.last += 1;
        let number = self.requests.last;
        let deadline = self.time.now().mono + timeout + GRACE;
        let by_host = self.parts.status_source.is_some()
            && matches!(purpose, Purpose::Ask { .. } | Purpose::Cancel { .. });
        let request = Request {
            attempt,
            purpose,
            deadline,
            retried: false,
            sent: false,
            #[cfg(feature = "reqwest")]
            task: None,
        };
        self.requests.open.insert(number, request);
        if by_host {
            self.ask_status_source(number);
        } else if self.parts.credentials.is_some() && self.requests.credentials.is_none() {
            self.ask_credentials(number, false);
        } else {
            self.send(number);
        }
    }

    fn ask_status_source(&mut self, number: u64) {
        let (Some(source), Some(request)) = (
            self.parts.status_source.clone(),
            self.requests.open.get(&number),
        ) else {
            return;
        };
        let Some(slot) = self.slots.get(&request.attempt) else {
            return;
        };
        let canceling = match request.purpose {
            Purpose::Cancel { number } => Some(cancel_key(&request.attempt, number)),
            _ => None,
        };
        let question = Question {
            id: number,
            cancel_payment: canceling.is_some(),
            attempt: request.attempt.0.clone(),
            payment: slot.machine.record().payment_name().to_owned(),
            idempotency_key: canceling,
        };
        let post = self.post.clone();
        let completion = StatusCompletion::new(move |answer| {
            post.send(Message::Answered {
                request: number,
                answer,
            });
        });
        self.threads.status.run(move || {
            let _ = source.start(question, completion);
        });
    }

    pub fn replied(&mut self, number: u64, result: Result<HttpReply, TransportFailure>) {
        let rejected = matches!(&result, Ok(reply) if reply.status == 401);
        if rejected
            && self.parts.credentials.is_some()
            && let Some(request) = self.requests.open.get_mut(&number)
            && !std::mem::replace(&mut request.retried, true)
        {
            self.requests.credentials = None;
            self.ask_credentials(number, true);
            return;
        }
        self.finish(number, result);
    }

    pub fn finish(&mut self, number: u64, result: Result<HttpReply, TransportFailure>) {
        let Some(request) = self.requests.open.remove(&number) else {
            return;
        };
        match request.purpose {
            Purpose::Start => {
                let input = match result {
                    Ok(reply) => self.start_reply(
                        reply.status,
                        &reply.body,
                        reply.date_ms,
                        reply.retry_after_ms,
                    ),
                    // A 401 to an earlier send of it proves nothing: that one did reach the backend.
                    Err(failure) => Input::ReplyFailed {
                        sent: request.retried || failure != TransportFailure::NotSent,
                    },
                };
                self.drive(&request.attempt, input);
            }
            Purpose::Probe(findings, answer) => {
                let _ = answer.send(doctor::with_backend(
                    findings,
                    result.map(|reply| (reply.status, reply.date_ms)),
                    self.time.now().wall,
                ));
            }
            Purpose::Ask { .. } | Purpose::Cancel { .. } => match result {
                Ok(reply) => {
                    let answer = read_status(reply.status, &reply.body, &self.settings.words);
                    self.status_known(&request, answer, reply.date_ms, reply.retry_after_ms);
                }
                Err(failure) => {
                    self.status_known(&request, StatusAnswer::Failed(failure.into()), None, None);
                }
            },
        }
    }

    pub fn request_overdue(&mut self, number: u64) {
        let Some(request) = self.requests.open.get(&number) else {
            return;
        };
        let failure = if request.sent || self.parts.status_source.is_some() {
            TransportFailure::MaybeSent
        } else {
            TransportFailure::NotSent
        };
        self.tell_to_stop(number);
        self.finish(number, Err(failure));
    }

    fn abort(&mut self, number: u64) {
        self.tell_to_stop(number);
        self.requests.open.remove(&number);
    }

    fn tell_to_stop(&mut self, number: u64) {
        #[cfg(feature = "reqwest")]
        if let Some(task) = self
            .requests
            .open
            .get(&number)
            .and_then(|request| request.task.as_ref())
        {
            task.abort();
            return;
        }
        let Some(request) = self.requests.open.get(&number) else {
            return;
        };
        let asks = !matches!(request.purpose, Purpose::Start | Purpose::Probe(..));
        if let Some(source) = self.parts.status_source.clone().filter(|_| asks) {
            self.threads.status.run(move || {
                let _ = source.cancel(number);
            });
        } else if let Some(credentials) = self.parts.credentials.clone().filter(|_| !request.sent) {
            self.threads.credentials.run(move || {
                let _ = credentials.cancel(number);
            });
        } else if let Some(transport) = self.parts.transport.clone() {
            self.threads.transport.run(move || {
                let _ = transport.cancel(number);
            });
        }
    }
}
