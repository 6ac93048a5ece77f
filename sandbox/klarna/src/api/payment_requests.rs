//! Reading and cancelling a payment request.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::Value;

use super::admit;
use super::problem::Problem;
use crate::faults::strike;
use crate::klarna::Klarna;
use crate::state::{PaymentState, StateReason};

pub(super) async fn read(
    State(klarna): State<Klarna>,
    Path((account, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    admit(State(&klarna), &headers, &account)?;
    klarna.change(|world, _| {
        if strike(&mut world.faults.request_errors) {
            return Err(Problem::internal());
        }
        let index = world.find(&id).ok_or_else(Problem::unknown_resource)?;
        Ok(Json(world.request(index).to_json(&world.config)))
    })
}

/// Cancels an open request. What is cancelled already answers the same again; what ended otherwise is a conflict, which tells
/// the caller to read the state.
pub(super) async fn cancel(
    State(klarna): State<Klarna>,
    Path((account, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    admit(State(&klarna), &headers, &account)?;
    klarna.change(|world, now_ms| {
        if strike(&mut world.faults.request_errors) {
            return Err(Problem::internal());
        }
        let index = world.find(&id).ok_or_else(Problem::unknown_resource)?;
        world.advance(
            index,
            PaymentState::Canceled,
            Some(StateReason::PartnerCanceled),
            now_ms,
        );
        let request = world.request(index);
        if request.state != PaymentState::Canceled {
            return Err(Problem::conflict(
                "The payment request can no longer be canceled.",
            ));
        }
        Ok(Json(request.to_json(&world.config)))
    })
}
