//! HTTP by the platform (`URLSession`, `HttpURLConnection`): a callback of the host's.
//!
//! A sync trait with a completion object, because async foreign traits do not compile in Swift 6 mode (uniffi-rs #2929,
//! fixed after 0.32.2; until then this stays).

use core::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::{
    HttpReply, HttpRequest, MAX_REPLY, TransportFailure, date_ms, debug_request, retry_after_ms,
};
use crate::host_error::HostError;

/// Sends requests for the core.
///
/// Called on a thread of the core's own. `start` returns at once and answers through the completion, once: a later answer
/// is ignored, and a completion that is dropped unanswered counts as "may have been sent". Redirects are not followed,
/// cookies and caches not used, nothing is repeated.
#[uniffi::export(foreign)]
pub trait HttpTransport: Send + Sync {
    /// Begins a request.
    fn start(
        &self,
        request: HostHttpRequest,
        completion: Arc<HttpCompletion>,
    ) -> Result<(), HostError>;

    /// The answer to this request is no longer wanted.
    fn cancel(&self, id: u64) -> Result<(), HostError>;
}

/// One request for the host.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct HostHttpRequest {
    /// Names the request for `cancel`.
    pub id: u64,
    /// `GET` or `POST`.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// In this order.
    pub headers: Vec<HostHttpHeader>,
    /// JSON, for a POST.
    pub body: Option<Vec<u8>>,
    /// From the call to the last byte of the reply.
    pub timeout_ms: u32,
}

impl fmt::Debug for HostHttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_request(
            f,
            self.id,
            &self.method,
            &self.url,
            self.body.as_deref(),
            self.timeout_ms,
        )
    }
}

/// One header.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct HostHttpHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl fmt::Debug for HostHttpHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostHttpHeader")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A reply, whatever its HTTP status.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct HostHttpReply {
    /// The HTTP status.
    pub status: u16,
    /// Only `Date` and `Retry-After` are looked at.
    pub headers: Vec<HostHttpHeader>,
    /// At most 64 KiB; longer ones should be answered with `TooLarge` as soon as that is known.
    pub body: Vec<u8>,
}

impl fmt::Debug for HostHttpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostHttpReply")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why there is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum HostHttpFailure {
    /// Provably nothing reached the server: no network, name not found, connection refused, TLS failed.
    NotSent,
    /// Anything else. When in doubt, this.
    MaybeSent,
    /// The reply is longer than 64 KiB.
    TooLarge,
}

type Answer = Box<dyn FnOnce(Result<HttpReply, TransportFailure>) + Send>;

/// Takes the answer to one request.
#[derive(uniffi::Object)]
pub struct HttpCompletion {
    answer: Mutex<Option<Answer>>,
}

impl HttpCompletion {
    /// `answer` is called exactly once, on whichever thread the host answers, or when the completion is dropped.
    pub fn new(
        answer: impl FnOnce(Result<HttpReply, TransportFailure>) + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            answer: Mutex::new(Some(Box::new(answer))),
        })
    }

    fn complete(&self, result: Result<HttpReply, TransportFailure>) {
        // Taken in a statement of its own: the lock must be free again when the answer runs.
        let answer = self
            .answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(answer) = answer {
            answer(result);
        }
    }
}

#[uniffi::export]
impl HttpCompletion {
    /// There is a reply.
    pub fn replied(&self, reply: HostHttpReply) {
        self.complete(read_reply(reply));
    }

    /// There is none.
    pub fn failed(&self, kind: HostHttpFailure) {
        self.complete(Err(match kind {
            HostHttpFailure::NotSent => TransportFailure::NotSent,
            HostHttpFailure::MaybeSent => TransportFailure::MaybeSent,
            HostHttpFailure::TooLarge => TransportFailure::TooLarge,
        }));
    }
}

impl Drop for HttpCompletion {
    fn drop(&mut self) {
        self.complete(Err(TransportFailure::MaybeSent));
    }
}

impl fmt::Debug for HttpCompletion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpCompletion")
    }
}

/// Hands a request to the host. `answer` is called exactly once; a host that throws may have sent it.
pub fn send(
    transport: &dyn HttpTransport,
    request: &HttpRequest,
    answer: impl FnOnce(Result<HttpReply, TransportFailure>) + Send + 'static,
) {
    let completion = HttpCompletion::new(answer);
    let request = HostHttpRequest {
        id: request.id,
        method: request.method.name().to_owned(),
        url: request.url.clone(),
        headers: request
            .headers
            .iter()
            .map(|header| HostHttpHeader {
                name: header.name.clone(),
                value: header.value.expose().to_owned(),
            })
            .collect(),
        body: request.body.clone(),
        timeout_ms: request.timeout_ms,
    };
    if transport.start(request, Arc::clone(&completion)).is_err() {
        completion.complete(Err(TransportFailure::MaybeSent));
    }
}

fn read_reply(reply: HostHttpReply) -> Result<HttpReply, TransportFailure> {
    if reply.body.len() > MAX_REPLY {
        return Err(TransportFailure::TooLarge);
    }
    let header = |name: &str| {
        reply
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value.as_str())
    };
    let date_ms = header("date").and_then(date_ms);
    let retry_after_ms = header("retry-after").and_then(|value| retry_after_ms(value, date_ms));
    Ok(HttpReply {
        status: reply.status,
        date_ms,
        retry_after_ms,
        body: reply.body,
    })
}

#[cfg(test)]
mod tests;
