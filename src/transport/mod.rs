//! HTTP, as the core sees it: one request, one reply or a typed failure. Nothing is repeated here.

pub mod host;
#[cfg(feature = "reqwest")]
pub mod reqwest;

use core::fmt;
use std::time::UNIX_EPOCH;

use crate::redact::Secret;
use crate::reply::StatusFailure;

/// The longest reply body, in bytes.
pub const MAX_REPLY: usize = crate::reply::MAX_BODY;
/// Longest wait that a `Retry-After` can ask for: beyond a day it is nonsense.
const MAX_RETRY_AFTER_MS: u64 = 24 * 60 * 60 * 1000;

/// The methods of the backend contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Asks.
    Get,
    /// Changes something; carries an idempotency key.
    Post,
}

impl Method {
    /// Its name in HTTP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// One header of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Secret,
}

/// One request.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Names the request for cancelling it.
    pub id: u64,
    /// GET or POST.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// In this order.
    pub headers: Vec<Header>,
    /// JSON, for a POST.
    pub body: Option<Vec<u8>>,
    /// From the call to the last byte of the reply.
    pub timeout_ms: u32,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_request(
            f,
            self.id,
            self.method.name(),
            &self.url,
            self.body.as_deref(),
            self.timeout_ms,
        )
    }
}

/// Origin and sizes: what a developer needs, and nothing that identifies a payment.
fn debug_request(
    f: &mut fmt::Formatter<'_>,
    id: u64,
    method: &str,
    url: &str,
    body: Option<&[u8]>,
    timeout_ms: u32,
) -> fmt::Result {
    let origin = url::Url::parse(url)
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default();
    f.debug_struct("HttpRequest")
        .field("id", &id)
        .field("method", &method)
        .field("origin", &origin)
        .field("body_bytes", &body.map(<[u8]>::len))
        .field("timeout_ms", &timeout_ms)
        .finish_non_exhaustive()
}

/// The reply, whatever its HTTP status.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpReply {
    /// The HTTP status.
    pub status: u16,
    /// The `Date` header, milliseconds since 1970.
    pub date_ms: Option<i64>,
    /// How long to wait before asking again.
    pub retry_after_ms: Option<u64>,
    /// At most 64 KiB.
    pub body: Vec<u8>,
}

impl fmt::Debug for HttpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpReply")
            .field("status", &self.status)
            .field("date_ms", &self.date_ms)
            .field("retry_after_ms", &self.retry_after_ms)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// Why there is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum TransportFailure {
    /// Provably nothing of the request reached the backend.
    #[error("the request was not sent")]
    NotSent,
    /// Anything else, and whatever is in doubt.
    #[error("the request may have been sent, there is no reply")]
    MaybeSent,
    /// The reply is longer than 64 KiB. The request was sent.
    #[error("the reply is too large")]
    TooLarge,
}

impl From<TransportFailure> for StatusFailure {
    fn from(failure: TransportFailure) -> Self {
        match failure {
            TransportFailure::NotSent => Self::NotSent,
            TransportFailure::MaybeSent => Self::MaybeSent,
            TransportFailure::TooLarge => Self::Malformed,
        }
    }
}

fn date_ms(value: &str) -> Option<i64> {
    let since_1970 = httpdate::parse_http_date(value)
        .ok()?
        .duration_since(UNIX_EPOCH)
        .ok()?;
    i64::try_from(since_1970.as_millis()).ok()
}

/// Seconds, or a date: that one only against the reply's own `Date`, because the device's clock may be wrong.
fn retry_after_ms(value: &str, date_ms: Option<i64>) -> Option<u64> {
    let value = value.trim();
    let wait = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        value
            .parse::<u64>()
            .unwrap_or(u64::MAX)
            .saturating_mul(1000)
    } else {
        let until = self::date_ms(value)?;
        u64::try_from(until.saturating_sub(date_ms?)).unwrap_or(0)
    };
    Some(wait.min(MAX_RETRY_AFTER_MS))
}

#[cfg(test)]
mod tests;
