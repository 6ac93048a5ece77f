//! What the backend says: replies to a start, a question or a cancel, and the table of words.
//!
//! Only `status` decides, and only in a 2xx reply. Everything else is optional, and what can't be read is left out.

mod time;
mod words;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use time::rfc3339_ms;
pub use words::{Word, WordTable, WordTableError};

use crate::hosts::JourneyKind;
use crate::redact::Secret;

/// The longest reply that is read, in bytes.
pub const MAX_BODY: usize = 64 * 1024;
/// The longest `details` that is passed on, in bytes of compact JSON.
pub const MAX_DETAILS: usize = 8 * 1024;
/// The longest `reason` (in characters) and `payment_id` (in bytes).
const MAX_TEXT: usize = 256;
/// What a backend says when nothing was started and nothing will be. Not a word: it comes with a 4xx only.
const REFUSED: &str = "refused";

/// Klarna's state of the payment request. Settles nothing, ever; it says who must act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KlarnaState {
    /// The customer must act: not begun, or left.
    Submitted,
    /// The customer must act: inside the journey.
    InProgress,
    /// The backend must act: it finishes the payment.
    Completed,
    /// Any other text.
    Other,
}

/// How to open the journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneyLink {
    /// The URL, exactly as received; not yet checked by [`crate::hosts`].
    pub url: Secret,
    /// The field it came in.
    pub kind: JourneyKind,
    /// For an app that shows the journey with Klarna's own SDK.
    pub payment_request_id: Option<Secret>,
}

/// A readable 2xx reply.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReply {
    /// The word; `None` if the table does not know it: keep asking.
    pub word: Option<Word>,
    /// The backend's explanation: at most 256 characters, no control characters. Decides nothing.
    pub reason: Option<String>,
    /// Grows with every change.
    pub version: Option<u64>,
    /// `expires_at` as milliseconds since 1970.
    pub expires_at_ms: Option<i64>,
    /// `expires_in` (seconds) in milliseconds.
    pub expires_in_ms: Option<i64>,
    /// The backend's name of the payment, safe as one segment of a path.
    pub payment_id: Option<String>,
    /// How to open the journey.
    pub journey: Option<JourneyLink>,
    /// Klarna's state.
    pub klarna_state: Option<KlarnaState>,
    /// `details` as compact JSON: the receipt for the app.
    pub details: Option<String>,
}

/// Without what the backend wrote.
impl core::fmt::Debug for StatusReply {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("StatusReply")
            .field("word", &self.word)
            .field("version", &self.version)
            .field("klarna_state", &self.klarna_state)
            .field("journey", &self.journey.is_some())
            .finish_non_exhaustive()
    }
}

/// What the answer to a start means.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StartAnswer {
    /// The payment exists, and this is its state.
    Reply(StatusReply),
    /// The backend says in so many words that nothing was started and nothing will be.
    Refused {
        /// Its explanation.
        reason: Option<String>,
    },
    /// It may have been started.
    Unknown(Unclear),
}

impl core::fmt::Debug for StartAnswer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Reply(reply) => f.debug_tuple("Reply").field(reply).finish(),
            Self::Refused { .. } => f.write_str("Refused"),
            Self::Unknown(unclear) => f.debug_tuple("Unknown").field(unclear).finish(),
        }
    }
}

/// What the answer to a question or a cancel means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StatusAnswer {
    /// The state.
    Reply(StatusReply),
    /// No state.
    Failed(StatusFailure),
}

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StatusFailure {
    /// The request provably did not reach the backend.
    NotSent,
    /// It may have reached the backend.
    MaybeSent,
    /// 5xx, 408 or 425.
    Server,
    /// 401.
    Unauthorized,
    /// 404: "not yet" right after a start.
    NotFound,
    /// 429.
    Throttled,
    /// 2xx without a readable `status`.
    Malformed,
    /// Any other HTTP status.
    Rejected,
}

/// Why nobody knows whether a start started something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unclear {
    /// 5xx, 408 or 425.
    Server,
    /// 409: the same key is being worked on.
    Conflict,
    /// 401.
    Unauthorized,
    /// 429.
    Throttled,
    /// 2xx without a readable `status`.
    Malformed,
    /// Longer than 64 KiB.
    TooLarge,
    /// Any other 4xx that does not say `refused`.
    Rejected,
    /// 3xx: redirects are not followed.
    Redirect,
}

/// Reads the answer to a start.
#[must_use]
pub fn read_start(http_status: u16, body: &[u8], words: &WordTable) -> StartAnswer {
    StartAnswer::Unknown(match http_status {
        200..=299 if body.len() > MAX_BODY => Unclear::TooLarge,
        200..=299 => match read_state(body, words) {
            Some(reply) => return StartAnswer::Reply(reply),
            None => Unclear::Malformed,
        },
        300..=399 => Unclear::Redirect,
        401 => Unclear::Unauthorized,
        408 | 425 | 500..=599 => Unclear::Server,
        409 => Unclear::Conflict,
        429 => Unclear::Throttled,
        400..=499 => match read_object(body).filter(says_refused) {
            Some(object) => {
                return StartAnswer::Refused {
                    reason: reason(&object),
                };
            }
            None => Unclear::Rejected,
        },
        _ => Unclear::Malformed,
    })
}

/// Reads the answer to a question or a cancel.
#[must_use]
pub fn read_status(http_status: u16, body: &[u8], words: &WordTable) -> StatusAnswer {
    StatusAnswer::Failed(match http_status {
        200..=299 => match read_state(body, words) {
            Some(reply) => return StatusAnswer::Reply(reply),
            None => StatusFailure::Malformed,
        },
        401 => StatusFailure::Unauthorized,
        404 => StatusFailure::NotFound,
        408 | 425 | 500..=599 => StatusFailure::Server,
        429 => StatusFailure::Throttled,
        _ => StatusFailure::Rejected,
    })
}

fn read_object(body: &[u8]) -> Option<Map<String, Value>> {
    if body.len() > MAX_BODY {
        return None;
    }
    let object: Fields = serde_json::from_slice(body).ok()?;
    Some(object.0)
}

/// A reply's fields. One that says two things as its `status` says nothing: parsers on the way may have read either.
struct Fields(Map<String, Value>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Once;

        impl<'de> Visitor<'de> for Once {
            type Value = Fields;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Fields, A::Error> {
                let mut fields = Map::new();
                while let Some((name, value)) = entries.next_entry::<String, Value>()? {
                    let is_status = name == "status";
                    if fields.insert(name, value).is_some() && is_status {
                        return Err(A::Error::duplicate_field("status"));
                    }
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Once)
    }
}

fn says_refused(object: &Map<String, Value>) -> bool {
    text(object, "status") == Some(REFUSED)
}

fn read_state(body: &[u8], words: &WordTable) -> Option<StatusReply> {
    let object = read_object(body)?;
    let status = text(&object, "status")?;
    if status == REFUSED {
        return None;
    }
    let klarna = object.get("klarna").and_then(Value::as_object);
    Some(StatusReply {
        word: words.word(status),
        reason: reason(&object),
        version: object.get("version").and_then(Value::as_u64),
        expires_at_ms: text(&object, "expires_at").and_then(rfc3339_ms),
        expires_in_ms: object
            .get("expires_in")
            .and_then(Value::as_u64)
            .map(seconds_to_ms),
        payment_id: object.get("payment_id").and_then(payment_id),
        journey: journey(&object, klarna),
        klarna_state: klarna
            .and_then(|klarna| text(klarna, "state"))
            .map(klarna_state),
        details: object
            .get("details")
            .filter(|details| details.is_object())
            .and_then(details),
    })
}

fn text<'a>(object: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    object.get(field)?.as_str()
}

fn reason(object: &Map<String, Value>) -> Option<String> {
    let shown: String = text(object, "reason")?
        .chars()
        .filter(|character| !character.is_control() && !is_direction_mark(*character))
        .take(MAX_TEXT)
        .collect();
    (!shown.is_empty()).then_some(shown)
}

/// Characters that turn the direction of the text around them: they could make a reason read as something else.
fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn seconds_to_ms(seconds: u64) -> i64 {
    i64::try_from(seconds)
        .unwrap_or(i64::MAX)
        .saturating_mul(1000)
}

/// One that can't be a segment of a path is left out: the attempt's id names the payment as well.
fn payment_id(value: &Value) -> Option<String> {
    let id = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_u64() => number.to_string(),
        _ => return None,
    };
    let safe = !id.is_empty()
        && id.len() <= MAX_TEXT
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~:@=+,".contains(&byte))
        && id != "."
        && id != "..";
    safe.then_some(id)
}

/// `klarna` wins over `redirect_url`.
fn journey(
    object: &Map<String, Value>,
    klarna: Option<&Map<String, Value>>,
) -> Option<JourneyLink> {
    let link = |url: &str, kind, id: Option<&str>| JourneyLink {
        url: Secret::new(url.to_owned()),
        kind,
        payment_request_id: id.map(|id| Secret::new(id.to_owned())),
    };
    let not_empty = |text: &&str| !text.is_empty();
    if let Some(klarna) = klarna
        && let Some(url) = text(klarna, "payment_request_url").filter(not_empty)
    {
        let id = text(klarna, "payment_request_id").filter(not_empty);
        return Some(link(url, JourneyKind::PaymentRequestUrl, id));
    }
    let url = text(object, "redirect_url").filter(not_empty)?;
    Some(link(url, JourneyKind::RedirectUrl, None))
}

fn klarna_state(state: &str) -> KlarnaState {
    match state {
        "SUBMITTED" => KlarnaState::Submitted,
        "IN_PROGRESS" => KlarnaState::InProgress,
        "COMPLETED" => KlarnaState::Completed,
        _ => KlarnaState::Other,
    }
}

fn details(details: &Value) -> Option<String> {
    let compact = details.to_string();
    (compact.len() <= MAX_DETAILS).then_some(compact)
}

#[cfg(test)]
mod tests;
