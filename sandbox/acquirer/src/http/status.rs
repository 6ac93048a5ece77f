//! `GET /payments/{id}`, with or without waiting for news.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::caller::Caller;
use super::{Name, Shared, failure, view};
use crate::payment::{Payment, Stage, Wish};
use crate::store::{Named, StoreError};

/// Seconds to wait, and the version that the app knows. What is no number, or is said twice, is as good as not said: a question is
/// always answered.
fn waiting(query: &[(String, String)]) -> Option<(i64, i64)> {
    let number = |name: &str| {
        let mut given = query.iter().filter(|(given, _)| given == name);
        match (given.next(), given.next()) {
            (Some((_, text)), None) => text.parse::<i64>().ok(),
            _ => None,
        }
    };
    Some((number("wait")?.max(0), number("after")?))
}

pub(super) async fn status(
    State(engine): Shared,
    Caller(customer): Caller,
    Name(id): Name,
    Query(query): Query<Vec<(String, String)>>,
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
    let payment = match waiting(&query) {
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
