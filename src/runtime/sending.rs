//! How a request is sent: its address, headers, key and body, and the credentials that come with it.

use super::Message;
use super::event_loop::Loop;
use super::orders::start_key;
use super::requests::{GRACE, PROBE_TIMEOUT, Purpose};
use crate::machine::AttemptId;
use crate::model::RequestHeader;
use crate::redact::Secret;
use crate::seams::CredentialsCompletion;
use crate::settings::check_headers;
use crate::transport::{Header, HttpRequest, Method, TransportFailure, host};

/// How long the host may take for credentials, milliseconds.
const CREDENTIALS_DEADLINE: u64 = 10_000;

impl Loop {
    pub fn ask_credentials(&mut self, number: u64, after_rejection: bool) {
        let Some(credentials) = self.parts.credentials.clone() else {
            return;
        };
        let deadline = self.time.now().mono + CREDENTIALS_DEADLINE;
        if let Some(request) = self.requests.open.get_mut(&number) {
            request.deadline = request.deadline.min(deadline);
        }
        let post = self.post.clone();
        let completion = CredentialsCompletion::new(move |headers| {
            post.send(Message::Headers {
                request: number,
                headers,
            });
        });
        self.threads.credentials.run(move || {
            let _ = credentials.start(number, after_rejection, completion);
        });
    }

    pub fn headers_known(&mut self, number: u64, headers: Option<Vec<RequestHeader>>) {
        if !self.requests.open.contains_key(&number) {
            return;
        }
        match headers.and_then(|headers| check_headers(&headers).ok()) {
            Some(headers) => {
                self.requests.credentials = Some(headers);
                self.send(number);
            }
            None => self.finish(number, Err(TransportFailure::NotSent)),
        }
    }

    pub fn send(&mut self, number: u64) {
        let Some(http) = self.http_request(number) else {
            self.finish(number, Err(TransportFailure::NotSent));
            return;
        };
        let deadline = self.time.now().mono + u64::from(http.timeout_ms) + GRACE;
        if let Some(request) = self.requests.open.get_mut(&number) {
            request.deadline = deadline;
            request.sent = true;
        }
        let post = self.post.clone();
        let answer = move |result| {
            post.send(Message::Replied {
                request: number,
                result,
            });
        };
        if let Some(transport) = self.parts.transport.clone() {
            self.threads
                .transport
                .run(move || host::send(&*transport, &http, answer));
            return;
        }
        #[cfg(feature = "reqwest")]
        match self.requests.built_in() {
            Some(built_in) => {
                let task = tokio::spawn(async move { answer(built_in.send(&http).await) });
                if let Some(request) = self.requests.open.get_mut(&number) {
                    request.task = Some(task.abort_handle());
                }
            }
            None => answer(Err(TransportFailure::NotSent)),
        }
        #[cfg(not(feature = "reqwest"))]
        answer(Err(TransportFailure::NotSent));
    }

    fn http_request(&self, number: u64) -> Option<HttpRequest> {
        let request = self.requests.open.get(&number)?;
        let id = &request.attempt;
        let name = || {
            self.slots
                .get(id)
                .map(|slot| slot.machine.record().payment_name().to_owned())
        };
        let policy = &self.settings.policy;
        let base = [&self.settings.base, "/payments"].concat();
        let (method, url, key, body, timeout) = match &request.purpose {
            Purpose::Start => {
                let body = self.slots.get(id)?.body.clone()?;
                (
                    Method::Post,
                    base,
                    Some(start_key(id)),
                    Some(body),
                    policy.start_timeout,
                )
            }
            Purpose::Ask { wait, after, .. } => {
                let mut url = [&base, "/", &name()?].concat();
                if *wait > 0 {
                    url = format!("{url}?wait={}", wait / 1_000);
                    if let Some(version) = after {
                        url = format!("{url}&after={version}");
                    }
                }
                (Method::Get, url, None, None, policy.ask_timeout + wait)
            }
            Purpose::Cancel { number } => {
                let url = [&base, "/", &name()?, "/cancel"].concat();
                (
                    Method::Post,
                    url,
                    Some(cancel_key(id, *number)),
                    Some(b"{}".to_vec()),
                    policy.ask_timeout,
                )
            }
            Purpose::Probe(..) => (
                Method::Get,
                [&base, "/doctor"].concat(),
                None,
                None,
                PROBE_TIMEOUT,
            ),
        };
        let mut headers = vec![header("Accept", "application/json")];
        if body.is_some() {
            headers.push(header("Content-Type", "application/json"));
        }
        if let Some(key) = &key {
            headers.push(header("Idempotency-Key", key));
        }
        if !id.0.is_empty() {
            headers.push(header("StepUp-Attempt", &id.0));
        }
        headers.extend(self.settings.headers.iter().cloned());
        headers.extend(self.requests.credentials.iter().flatten().cloned());
        Some(HttpRequest {
            id: number,
            method,
            url,
            headers,
            body,
            timeout_ms: u32::try_from(timeout).unwrap_or(u32::MAX),
        })
    }
}

fn header(name: &str, value: &str) -> Header {
    Header {
        name: name.to_owned(),
        value: Secret::new(value.to_owned()),
    }
}

/// The same key for every send of one cancellation.
pub(super) fn cancel_key(id: &AttemptId, number: u32) -> String {
    format!("{}:cancel:{number}", id.0)
}
