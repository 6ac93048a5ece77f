//! `GET /payments/{id}`, with or without waiting for news.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::caller::Caller;
use super::{Shared, failure, view};
use crate::payment::{Payment, Stage, Wish};
use crate::store::{Named, StoreError};

/// How long, and for what, a question may wait.
#[derive(Debug, Deserialize)]
pub(super) struct Waiting {
    /// Seconds.
    wait: Option<String>,
    /// The version that the app knows.
    after: Option<String>,
}

impl Waiting {
    /// What is no number is as good as not said: a question is always answered.
    fn read(&self) -> Option<(i64, i64)> {
        let number = |text: &Option<String>| text.as_ref()?.parse::<i64>().ok();
        Some((number(&self.wait)?.max(0), number(&self.after)?))
    }
}

pub(super) async fn status(
    State(engine): Shared,
    Caller(customer): Caller,
    Path(id): Path<String>,
    Query(waiting): Query<Waiting>,
) -> Result<Response, StoreError> {
    let named = match engine.store.named(&id, &customer)? {
        Some(Named::Payment(payment)) => payment,
        Some(Named::Tombstone) => return Ok(Json(view::tombstone()).into_response()),
        None => return Ok(failure(StatusCode::NOT_FOUND, "not_found")),
    };
    let id = named.id;
    if named.stage != Stage::Settled {
        engine.nudge(&id, Wish::IfStale);
    }
    let timing = engine.config.timing;
    let now = engine.now();
    let payment = match waiting.read() {
        Some((seconds, known)) if engine.faults().long_poll => {
            let wait = seconds.saturating_mul(1_000).min(timing.longest_wait_ms);
            let is_news = |payment: &Payment, _| payment.version != known;
            engine.wait_until(&id, now + wait, is_news).await?
        }
        _ => {
            let looked_at = |_: &Payment, idle| idle;
            engine
                .wait_until(&id, now + timing.status_ms, looked_at)
                .await?
        }
    };
    Ok(match payment {
        Some(payment) => Json(view::payment(&payment, &engine.config.public_url)).into_response(),
        None => failure(StatusCode::NOT_FOUND, "not_found"),
    })
}
