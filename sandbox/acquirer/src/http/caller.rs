//! Who asks. An attempt id is no secret: only the session says whose payments may be seen and cancelled.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::failure;
use crate::engine::Engine;

/// The customer whose session a request belongs to. Empty where the acquirer knows no sessions.
pub(crate) struct Caller(pub String);

impl FromRequestParts<Arc<Engine>> for Caller {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        engine: &Arc<Engine>,
    ) -> Result<Self, Self::Rejection> {
        let sessions = &engine.config.sessions;
        if sessions.is_empty() {
            return Ok(Self(String::new()));
        }
        let shown = text(&parts.headers, header::AUTHORIZATION.as_str())
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        // Every session is compared, each in constant time.
        let mut customer = None;
        for session in sessions {
            if is_same(session.token.expose(), shown) {
                customer = Some(session.customer.clone());
            }
        }
        customer
            .map(Self)
            .ok_or_else(|| failure(StatusCode::UNAUTHORIZED, "unauthorized"))
    }
}

/// Equal, in a time that does not depend on where they differ.
fn is_same(one: &str, other: &str) -> bool {
    let tag = |text: &str| {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(b"compare").ok()?;
        mac.update(text.as_bytes());
        Some(mac)
    };
    match (tag(one), tag(other)) {
        (Some(one), Some(other)) => one.verify(&other.finalize().into_bytes()).is_ok(),
        _ => false,
    }
}

pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Ids that apps make up: bounded, and nothing that a path or a log would choke on.
pub(crate) fn is_attempt_id(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        && !id.starts_with(crate::http::start::PAYMENT_PREFIX)
}
