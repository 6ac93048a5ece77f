//! `POST /payments/{id}/cancel`: calls a payment off, or says why it is too late for that.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::caller::{Caller, is_attempt_id};
use super::{Name, Shared, failure, view};
use crate::payment::{Payment, Wish};
use crate::store::{Named, StoreError};

/// The `Idempotency-Key` needs no record: cancelling twice is cancelling once, and a final word never changes.
pub(super) async fn cancel(
    State(engine): Shared,
    Caller(customer): Caller,
    Name(id): Name,
) -> Result<Response, StoreError> {
    let named = if is_attempt_id(&id) {
        engine.store.named_or_closed(&id, &customer, engine.now())?
    } else {
        engine.store.named(&id, &customer)?
    };
    let id = match named {
        Some(Named::Payment(payment)) => payment.id,
        Some(Named::Tombstone) => return Ok(Json(view::tombstone()).into_response()),
        None => return Ok(failure(StatusCode::NOT_FOUND, "not_found")),
    };
    engine.change(&id, Payment::cancel_requested)?;
    engine.nudge(&id, Wish::Due);
    let deadline = engine.now() + engine.config.timing.answer_ms;
    let payment = engine.wait_until(&id, deadline, |_, idle| idle).await?;
    Ok(match payment {
        Some(payment) => Json(view::payment(&payment, &engine.config.public_url)).into_response(),
        None => failure(StatusCode::NOT_FOUND, "not_found"),
    })
}
