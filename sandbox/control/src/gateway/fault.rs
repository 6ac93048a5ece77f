//! The faults by name: what goes wrong between the phone and its backend, how often, and whether it really did.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::Endpoint;

/// What the gateway does to one request instead of simply passing it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum FaultKind {
    /// `lose-request`: the connection is reset before the backend hears anything.
    LoseRequest,
    /// `lose-reply`: the backend does what was asked, then the connection is reset.
    LoseReply,
    /// `status:CODE` or `status:CODE:SECONDS`: answered by the gateway itself, the latter with `Retry-After`.
    Status {
        /// The HTTP status.
        code: u16,
        /// `Retry-After` in seconds.
        retry_after: Option<u32>,
    },
    /// `reply-status:CODE`: the backend does what was asked, but the phone is answered with this status.
    ReplyStatus(u16),
    /// `delay-ms:N`: the request reaches the backend N ms later on the sandbox's clock.
    DelayMs(i64),
    /// `delay-reply-ms:N`: the backend's answer reaches the phone N ms later on the sandbox's clock.
    DelayReplyMs(i64),
    /// `stall`: the backend hears nothing and the phone is never answered; it ends when the phone goes away.
    Stall,
    /// `stall-reply`: the backend does what was asked, the phone is never answered.
    StallReply,
    /// `garbage`: the backend does what was asked; the phone gets a 200 whose body is not JSON.
    Garbage,
    /// `oversize`: the backend does what was asked; the phone gets valid JSON of a megabyte that says `approved`.
    Oversize,
    /// `redirect`: a 307 to a place that would say `approved`; nobody may follow it.
    Redirect,
    /// `double`: the request is passed on twice, one after the other; the phone gets the second answer.
    Double,
    /// `ignore-wait`: `wait` and `after` are taken out, as by a backend without long-polling. Only a question that
    /// carries them counts as hit.
    IgnoreWait,
}

/// A fault name that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no fault `{0}`; see the list in control-api.yaml")]
pub struct UnknownFault(String);

impl FromStr for FaultKind {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let unknown = || UnknownFault(text.chars().take(60).collect());
        let (name, argument) = match text.split_once(':') {
            Some((name, argument)) => (name, Some(argument)),
            None => (text, None),
        };
        let millis = || {
            argument
                .and_then(|text| text.parse().ok())
                .filter(|ms| *ms >= 0)
                .ok_or_else(unknown)
        };
        let status = |text: &str| {
            text.parse()
                .ok()
                .filter(|code| (200..600).contains(code))
                .ok_or_else(unknown)
        };
        let kind = match (name, argument) {
            ("lose-request", None) => Self::LoseRequest,
            ("lose-reply", None) => Self::LoseReply,
            ("status", Some(argument)) => match argument.split_once(':') {
                Some((code, seconds)) => Self::Status {
                    code: status(code)?,
                    retry_after: Some(seconds.parse().map_err(|_| unknown())?),
                },
                None => Self::Status {
                    code: status(argument)?,
                    retry_after: None,
                },
            },
            ("retry-after", Some(seconds)) => Self::Status {
                code: 503,
                retry_after: Some(seconds.parse().map_err(|_| unknown())?),
            },
            ("reply-status", Some(code)) => Self::ReplyStatus(status(code)?),
            ("delay-ms", _) => Self::DelayMs(millis()?),
            ("delay-reply-ms", _) => Self::DelayReplyMs(millis()?),
            ("stall", None) => Self::Stall,
            ("stall-reply", None) => Self::StallReply,
            ("garbage", None) => Self::Garbage,
            ("oversize", None) => Self::Oversize,
            ("redirect", None) => Self::Redirect,
            ("double", None) => Self::Double,
            ("ignore-wait", None) => Self::IgnoreWait,
            _ => return Err(unknown()),
        };
        Ok(kind)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LoseRequest => f.write_str("lose-request"),
            Self::LoseReply => f.write_str("lose-reply"),
            Self::Status {
                code,
                retry_after: None,
            } => write!(f, "status:{code}"),
            Self::Status {
                code,
                retry_after: Some(seconds),
            } => write!(f, "status:{code}:{seconds}"),
            Self::ReplyStatus(code) => write!(f, "reply-status:{code}"),
            Self::DelayMs(ms) => write!(f, "delay-ms:{ms}"),
            Self::DelayReplyMs(ms) => write!(f, "delay-reply-ms:{ms}"),
            Self::Stall => f.write_str("stall"),
            Self::StallReply => f.write_str("stall-reply"),
            Self::Garbage => f.write_str("garbage"),
            Self::Oversize => f.write_str("oversize"),
            Self::Redirect => f.write_str("redirect"),
            Self::Double => f.write_str("double"),
            Self::IgnoreWait => f.write_str("ignore-wait"),
        }
    }
}

impl TryFrom<String> for FaultKind {
    type Error = UnknownFault;

    fn try_from(text: String) -> Result<Self, UnknownFault> {
        text.parse()
    }
}

impl From<FaultKind> for String {
    fn from(kind: FaultKind) -> Self {
        kind.to_string()
    }
}

/// A fault to set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The only endpoint it meets; any of the contract's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Endpoint>,
    /// What goes wrong, by name.
    pub fault: FaultKind,
    /// How many requests it meets; `None` (JSON `null`): all, until it is cleared. Once when left out.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// How many matching requests pass untouched first.
    #[serde(default)]
    pub skip: u32,
    /// The JSON body for `status:…` and `reply-status:…`; `{"error":"sandbox fault"}` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

// A missing `times` is one hit and an explicit null is no limit, so the two must be told apart.
#[allow(clippy::unnecessary_wraps)]
const fn once() -> Option<u32> {
    Some(1)
}

impl Fault {
    /// The fault, once, at any endpoint.
    #[must_use]
    pub const fn new(fault: FaultKind) -> Self {
        Self {
            endpoint: None,
            fault,
            times: Some(1),
            skip: 0,
            body: None,
        }
    }

    /// Only at this endpoint.
    #[must_use]
    pub const fn at(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// For this many requests.
    #[must_use]
    pub const fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// For every request until it is cleared.
    #[must_use]
    pub const fn until_cleared(mut self) -> Self {
        self.times = None;
        self
    }

    /// Only after this many matching requests passed untouched.
    #[must_use]
    pub const fn after(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }

    /// With this JSON body (for `status:…` and `reply-status:…`).
    #[must_use]
    pub fn with_body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

/// A fault that was set, and how often it struck. Kept after clearing: a scenario whose fault was never hit is red.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultReport {
    /// Names it for clearing; counts from 1 in a world.
    pub id: u64,
    /// The fault as set.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many requests it met.
    pub hits: u32,
    /// Matching requests seen, those that `skip` let pass included.
    pub seen: u32,
    /// Whether it can still strike.
    pub active: bool,
}

/// A fault that struck one request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Strike {
    pub kind: FaultKind,
    pub body: Option<Value>,
}

/// All faults of a world.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<FaultReport>>);

impl Faults {
    pub fn set(&self, fault: Fault) -> FaultReport {
        let mut all = self.lock();
        let report = FaultReport {
            id: all.len() as u64 + 1,
            active: fault.times != Some(0),
            fault,
            hits: 0,
            seen: 0,
        };
        all.push(report.clone());
        report
    }

    pub fn clear(&self, id: u64) -> bool {
        let mut all = self.lock();
        let found = all.iter_mut().find(|report| report.id == id);
        found.map(|report| report.active = false).is_some()
    }

    pub fn clear_all(&self) {
        for report in self.lock().iter_mut() {
            report.active = false;
        }
    }

    pub fn reports(&self) -> Vec<FaultReport> {
        self.lock().clone()
    }

    /// The first fault that meets this request, in the order in which they were set.
    pub fn strike(&self, endpoint: Endpoint, has_wait: bool) -> Option<Strike> {
        for report in self.lock().iter_mut() {
            let meets = report.active
                && endpoint != Endpoint::Other
                && report.fault.endpoint.is_none_or(|only| only == endpoint)
                && (has_wait || report.fault.fault != FaultKind::IgnoreWait);
            if !meets {
                continue;
            }
            report.seen += 1;
            if report.seen <= report.fault.skip {
                continue;
            }
            report.hits += 1;
            report.active = report.fault.times.is_none_or(|times| report.hits < times);
            return Some(Strike {
                kind: report.fault.fault,
                body: report.fault.body.clone(),
            });
        }
        None
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<FaultReport>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
