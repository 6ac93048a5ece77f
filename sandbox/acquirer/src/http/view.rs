//! A payment as an app sees it.

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::books::NEVER_STARTED;
use crate::config::ReplyShape;
use crate::payment::{Payment, Status};

/// The receipt's bound.
const LARGEST_DETAILS: usize = 8 * 1024;

pub(crate) fn payment(payment: &Payment, public_url: &str) -> Value {
    let mut view = json!({
        "status": payment.status.word(),
        "payment_id": payment.id,
        "version": payment.version,
    });
    if let Some(reason) = &payment.reason {
        view["reason"] = json!(reason);
    }
    if let Some(expires_at) = &payment.expires_at {
        view["expires_at"] = json!(expires_at);
    }
    match payment.status {
        Status::Pending => journey(&mut view, payment, public_url),
        Status::Approved => view["details"] = receipt(payment),
        _ => {}
    }
    view
}

/// The answer about an attempt that was cancelled before it was started.
pub(crate) fn tombstone() -> Value {
    json!({ "status": "canceled", "reason": NEVER_STARTED, "version": 1 })
}

fn journey(view: &mut Value, payment: &Payment, public_url: &str) {
    let state = payment.klarna_state.as_deref();
    match (payment.reply, &payment.request_id, &payment.request_url) {
        (ReplyShape::Klarna, Some(id), Some(url)) => {
            view["klarna"] =
                json!({ "payment_request_id": id, "payment_request_url": url.expose() });
        }
        (ReplyShape::Redirect, Some(_), Some(_)) => {
            view["redirect_url"] = json!(format!("{public_url}/pay/{}", payment.page_key.expose()));
        }
        _ => {}
    }
    // Beside `redirect_url` only once it says that the customer is done: until then an app could take `klarna` for the journey.
    if state.is_some() && (payment.reply == ReplyShape::Klarna || state == Some("COMPLETED")) {
        view["klarna"]["state"] = json!(state);
    }
}

fn receipt(payment: &Payment) -> Value {
    let mut receipt = json!({
        "reference": payment.reference,
        "amount": payment.amount,
        "currency": payment.currency,
        "payment_transaction_id": payment.transaction_id,
        "approved_at": payment.settled_at.and_then(rfc3339),
        "items": payment.items,
    });
    if receipt.to_string().len() > LARGEST_DETAILS {
        // The sums matter, the list is in the app's own basket.
        receipt["items"] = Value::Null;
    }
    if let Value::Object(fields) = &mut receipt {
        fields.retain(|_, value| !value.is_null());
    }
    receipt
}

fn rfc3339(unix_ms: i64) -> Option<String> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms) * 1_000_000)
        .ok()?
        .format(&Rfc3339)
        .ok()
}
