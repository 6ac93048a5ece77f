//! `POST /payments`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::caller::{Caller, is_attempt_id, text};
use super::{Shared, failure, view};
use crate::config::{AcquirerConfig, Secret};
use crate::engine::Engine;
use crate::order::{Order, Refusal, canonical};
use crate::payment::{Payment, Stage, Status, Wish};
use crate::store::{KeptReply, Recorded, Start, StoreError};

/// Begins the acquirer's own names, and nobody else's.
pub(crate) const PAYMENT_PREFIX: &str = "pay_";

const LONGEST_KEY: usize = 255;

pub(super) async fn start(
    State(engine): Shared,
    Caller(customer): Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, StoreError> {
    let key = text(&headers, "idempotency-key");
    let Some(key) = key.filter(|key| (1..=LONGEST_KEY).contains(&key.len())) else {
        return Ok(refused(400, "idempotency_key_missing"));
    };
    let attempt = if headers.contains_key("stepup-attempt") {
        // What is no text is no id, and another name must not stand in for it.
        text(&headers, "stepup-attempt").unwrap_or_default()
    } else {
        key.strip_suffix(":start").unwrap_or(key)
    };
    if !is_attempt_id(attempt) {
        return Ok(refused(400, "attempt_id_invalid"));
    }
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return Ok(refused(400, "body_not_json"));
    };
    let fingerprint = Sha256::digest(canonical(&body).as_bytes());
    let now = engine.now();
    let start = Start {
        key,
        attempt,
        customer: &customer,
        fingerprint: &fingerprint,
        now,
    };
    let order = Order::read(&body, &engine.config.return_links);
    let recorded = engine.store.record(&start, order, |order| Payment {
        renews: engine.faults().renews,
        ..new_payment(order, &start, &engine.config)
    })?;
    let reply = match recorded {
        Recorded::Replay(reply) => return Ok(answer(reply)),
        Recorded::KeyReused => {
            // Not `refused`: what the key was first used for may well have been started.
            return Ok(failure(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
            ));
        }
        Recorded::Closed => refusal(410, "attempt_canceled"),
        Recorded::OtherCustomer => refusal(403, "belongs_to_another_customer"),
        Recorded::Refused(Refusal(reason)) => refusal(422, reason),
        Recorded::Payment(id) => match carried_out(&engine, &id).await? {
            Answer::Definite(reply) => reply,
            Answer::NotYet(reply) => return Ok(answer(reply)),
        },
    };
    Ok(answer(engine.store.keep_reply(&customer, key, reply)?))
}

enum Answer {
    /// Kept under the key.
    Definite(KeptReply),
    /// Another answer may follow to the same question.
    NotYet(KeptReply),
}

async fn carried_out(engine: &Arc<Engine>, id: &str) -> Result<Answer, StoreError> {
    engine.nudge(id, Wish::Due);
    let deadline = engine.now() + engine.config.timing.answer_ms;
    let payment = engine
        .wait_until(id, deadline, |payment, idle| match payment.stage {
            Stage::Authorize => false,
            Stage::Journey if payment.cancel_wanted || payment.request_url.is_none() => idle,
            Stage::Journey | Stage::Finalise | Stage::Settled => true,
        })
        .await?;
    let Some(payment) = payment else {
        return Ok(Answer::NotYet(internal()));
    };
    if payment.status == Status::Failed && payment.second_sends == 0 {
        let reason = payment.reason.as_deref().unwrap_or("failed");
        return Ok(Answer::Definite(refusal(422, reason)));
    }
    let reply = KeptReply {
        http_status: 200,
        body: view::payment(&payment, &engine.config.public_url).to_string(),
    };
    let is_definite = payment.status.is_final() || payment.request_url.is_some();
    Ok(if is_definite {
        Answer::Definite(reply)
    } else {
        Answer::NotYet(reply)
    })
}

fn new_payment(order: Order, start: &Start<'_>, config: &AcquirerConfig) -> Payment {
    let page_key = Uuid::new_v4().simple();
    let internal_return_url = format!(
        "{}/klarna/return/{page_key}?request={{klarna.payment_request.id}}&state={{klarna.payment_request.state}}",
        config.public_url
    );
    Payment {
        id: format!("{PAYMENT_PREFIX}{}", Uuid::new_v4().simple()),
        attempt: start.attempt.to_owned(),
        customer: start.customer.to_owned(),
        reference: order.reference,
        amount: order.amount,
        currency: order.currency,
        items: order.items,
        purchase: order.purchase,
        return_url: order.return_url,
        app_return_url: order.app_return_url,
        internal_return_url: Secret::new(internal_return_url),
        reply: order.reply.unwrap_or(config.reply),
        page_key: Secret::new(page_key.to_string()),
        status: Status::Pending,
        reason: None,
        version: 1,
        stage: Stage::Authorize,
        created_at: start.now,
        settled_at: None,
        first_sends: 0,
        first_sent_at: None,
        second_sends: 0,
        unknowns: 0,
        cancel_wanted: false,
        cancels: 0,
        renews: false,
        renewals: 0,
        request_id: None,
        request_url: None,
        klarna_state: None,
        klarna_reason: None,
        klarna_at: 0,
        expires_at: None,
        token: None,
        token_at: None,
        transaction_id: None,
        last_read_at: 0,
        due_at: None,
    }
}

fn refused(status: u16, reason: &str) -> Response {
    answer(refusal(status, reason))
}

/// Nothing was started under this attempt, and nothing will be.
fn refusal(http_status: u16, reason: &str) -> KeptReply {
    KeptReply {
        http_status,
        body: json!({ "status": "refused", "reason": reason }).to_string(),
    }
}

fn internal() -> KeptReply {
    KeptReply {
        http_status: 500,
        body: json!({ "error": "internal" }).to_string(),
    }
}

fn answer(reply: KeptReply) -> Response {
    let status =
        StatusCode::from_u16(reply.http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        reply.body,
    )
        .into_response()
}
