//! `POST /klarna/webhooks` (Klarna, "Set up your webhooks"): signed over the raw body, repeated, out of order, and answered at once.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use super::caller::text;
use super::{Shared, failure};
use crate::engine::Engine;
use crate::klarna::{RequestNews, request_news, unix_ms};
use crate::payment::{Payment, Wish};
use crate::store::StoreError;

const STATE_CHANGE: &str = "payment.request.state-change.";

pub(super) async fn receive(
    State(engine): Shared,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, StoreError> {
    if !is_signed(&engine, &headers, &body) {
        tracing::warn!("webhook with a wrong signature");
        return Ok(failure(StatusCode::BAD_REQUEST, "signature_invalid"));
    }
    let Some(event) = serde_json::from_slice(&body)
        .ok()
        .and_then(|body| Event::read(&body))
    else {
        return Ok(failure(StatusCode::BAD_REQUEST, "event_not_understood"));
    };
    if !engine.store.is_repeated(&event.id)? {
        take(&engine, event)?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Writes down what the event says; acting on it is left to the worker, for Klarna waits for the answer.
fn take(engine: &Arc<Engine>, event: Event) -> Result<(), StoreError> {
    let payment = match &event.news.id {
        Some(id) => engine.store.payment_by_request(id)?,
        None => None,
    };
    // An event may overtake the reply to the authorize that caused it; then only our own reference tells whose it is.
    let payment = match (payment, &event.reference) {
        (None, Some(reference)) => engine.store.payment(reference)?,
        (payment, _) => payment,
    };
    let id = payment.map(|payment: Payment| payment.id);
    if let Some(id) = &id {
        engine.change(id, |payment, now| payment.heard(event.news, now))?;
        engine.nudge(id, Wish::Due);
    }
    engine
        .store
        .note_event(&event.id, &event.kind, id.as_deref(), engine.now())
}

struct Event {
    id: String,
    kind: String,
    reference: Option<String>,
    news: RequestNews,
}

impl Event {
    fn read(body: &Value) -> Option<Self> {
        let metadata = &body["metadata"];
        let kind = metadata["event_type"].as_str()?.to_owned();
        // Klarna documents `payload`; some public listeners read `data`.
        let payload = ["payload", "data"]
            .iter()
            .map(|name| &body[*name])
            .find(|payload| payload.is_object())?;
        let mut news = request_news(payload);
        let occurred = metadata["occurred_at"].as_str().and_then(unix_ms);
        news.at = news.at.or(occurred);
        // `payment.request.state-change.in-progress` says IN_PROGRESS even if the payload does not.
        let state = kind
            .strip_prefix(STATE_CHANGE)
            .map(|state| state.replace('-', "_").to_uppercase());
        news.state = news.state.or_else(|| state.clone());
        if state.is_none() {
            // Another kind of event: noted, not acted upon.
            news = RequestNews::default();
        }
        Some(Self {
            id: metadata["event_id"].as_str()?.to_owned(),
            kind,
            reference: payload["payment_request_reference"]
                .as_str()
                .map(str::to_owned),
            news,
        })
    }
}

fn is_signed(engine: &Engine, headers: &HeaderMap, body: &[u8]) -> bool {
    let key = text(headers, "klarna-signing-key-id").and_then(|id| engine.signing_key(id));
    let signature = text(headers, "klarna-signature").and_then(from_hex);
    let (Some(key), Some(signature)) = (key, signature) else {
        return false;
    };
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key.key.expose().as_bytes()) else {
        return false;
    };
    mac.update(body);
    mac.verify_slice(&signature).is_ok()
}

/// Lower-case hex, as Klarna sends it.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}
