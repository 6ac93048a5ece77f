//! The wire log: what the phone asked and what it was told, in the order in which the requests arrived.

use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, Method, Uri};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::order::Order;

/// One of the contract's endpoints (design.md 3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// `POST /payments`.
    Start,
    /// `GET /payments/{id}`.
    Status,
    /// `POST /payments/{id}/cancel`.
    Cancel,
    /// Anything else that came to the gateway (`/healthz`, a followed redirect, a wrong path).
    Other,
}

impl Endpoint {
    /// The endpoint and, where the path has one, the name of the payment.
    pub(crate) fn of(method: &Method, path: &str) -> (Self, Option<String>) {
        let mut segments = path.trim_start_matches('/').split('/');
        let found = match (segments.next(), segments.next(), segments.next()) {
            (Some("payments"), None, _) if method == Method::POST => (Self::Start, None),
            (Some("payments"), Some(id), None) if method == Method::GET => (Self::Status, Some(id)),
            (Some("payments"), Some(id), Some("cancel")) if method == Method::POST => {
                (Self::Cancel, Some(id))
            }
            _ => (Self::Other, None),
        };
        (found.0, found.1.map(str::to_owned))
    }
}

/// What a reply of the backend said, as far as the checker needs it. Links and bodies are not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The HTTP status.
    pub status: u16,
    /// `status` of the body: the word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// `reason` of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// `version` of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// `payment_id` of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
}

impl Said {
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            status,
            word: text("status"),
            reason: text("reason"),
            version: body.get("version").and_then(Value::as_i64),
            payment_id: text("payment_id"),
        }
    }
}

/// One passing-on of a request to the backend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendReply {
    /// Its place among everything that gateway and customers recorded.
    pub order: u64,
    /// When it answered, unix ms of the sandbox's clock.
    pub at_ms: i64,
    /// What it said; `None` when it could not be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// How a request of the phone ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Answer {
    /// The phone was sent a reply.
    Reply {
        /// Its place among everything that gateway and customers recorded.
        order: u64,
        /// When, unix ms of the sandbox's clock.
        at_ms: i64,
        /// What it says.
        #[serde(flatten)]
        said: Said,
    },
    /// The connection was reset.
    Reset {
        /// Its place among everything that gateway and customers recorded.
        order: u64,
        /// When, unix ms of the sandbox's clock.
        at_ms: i64,
    },
    /// The phone went away before there was an answer.
    Gone {
        /// Its place among everything that gateway and customers recorded.
        order: u64,
        /// When, unix ms of the sandbox's clock.
        at_ms: i64,
    },
}

/// One request of the phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireEntry {
    /// Order of arrival among the phone's requests, from 1.
    pub seq: u64,
    /// Its place among everything that gateway and customers recorded, for virtual time often stands still.
    pub order: u64,
    /// When it arrived, unix ms of the sandbox's clock.
    pub at_ms: i64,
    /// Which endpoint.
    pub endpoint: Endpoint,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The payment named by the path: a payment id or an attempt id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// `StepUp-Attempt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<String>,
    /// `Idempotency-Key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// `reference` of a start's body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<String>,
    /// SHA-256 of the body, in hex; the body itself is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_sha256: Option<String>,
    /// `wait` of the query, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<String>,
    /// `after` of the query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Whether it carried an `Authorization` header. The value is not kept.
    pub authorized: bool,
    /// The fault that struck it, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// What the backend answered each time the request was passed on; empty when it never was.
    #[serde(default)]
    pub backend: Vec<BackendReply>,
    /// How often the request was passed on (an answer may still be missing).
    pub forwarded: u32,
    /// How it ended; `None` while the phone still waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

impl WireEntry {
    pub(crate) fn arrived(at_ms: i64, method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let (endpoint, payment) = Endpoint::of(method, uri.path());
        let header = |name: &str| {
            let value = headers.get(name)?;
            Some(value.to_str().unwrap_or("(not text)").to_owned())
        };
        let query = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(uri.query().unwrap_or("").as_bytes());
            pairs
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        Self {
            seq: 0,
            order: 0,
            at_ms,
            endpoint,
            method: method.to_string(),
            path: uri.path().to_owned(),
            payment,
            attempt: header("stepup-attempt"),
            idempotency_key: header("idempotency-key"),
            order_reference: None,
            body_sha256: None,
            wait: query("wait"),
            after: query("after"),
            authorized: headers.contains_key("authorization"),
            fault: None,
            backend: Vec::new(),
            forwarded: 0,
            answer: None,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('?');
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(digit).collect()
}

/// All requests of the phone in a world.
#[derive(Debug)]
pub(crate) struct WireLog {
    pub order: Order,
    entries: Mutex<Vec<WireEntry>>,
}

impl WireLog {
    pub fn new(order: Order) -> Self {
        Self {
            order,
            entries: Mutex::default(),
        }
    }

    /// What can be said of a request once its body is there.
    pub fn read(&self, seq: u64, body: &[u8]) {
        let digest = (!body.is_empty()).then(|| hex(&Sha256::digest(body)));
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let reference = json.get("reference").and_then(Value::as_str);
        self.update(seq, |entry| {
            entry.body_sha256 = digest;
            if entry.endpoint == Endpoint::Start {
                entry.order_reference = reference.map(str::to_owned);
            }
        });
    }

    /// Appends the request and returns its number.
    pub fn arrive(&self, mut entry: WireEntry) -> u64 {
        let mut all = self.lock();
        entry.seq = all.len() as u64 + 1;
        entry.order = self.order.next();
        let seq = entry.seq;
        all.push(entry);
        seq
    }

    pub fn update(&self, seq: u64, change: impl FnOnce(&mut WireEntry)) {
        let mut all = self.lock();
        if let Some(entry) = all.iter_mut().find(|entry| entry.seq == seq) {
            change(entry);
        }
    }

    pub fn len(&self) -> usize {
        self.lock().len()
    }

    pub fn entries(&self) -> Vec<WireEntry> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<WireEntry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
