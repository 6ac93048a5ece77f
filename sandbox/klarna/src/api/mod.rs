//! Klarna's API as an Acquiring Partner's server sees it.

mod authorize;
mod body;
mod payment_requests;
mod problem;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use uuid::Uuid;

use crate::klarna::Klarna;
use problem::Problem;

const CORRELATION_ID: HeaderName = HeaderName::from_static("klarna-correlation-id");
const PARTNER_CORRELATION_ID: HeaderName = HeaderName::from_static("partner-correlation-id");

pub(crate) fn routes() -> Router<Klarna> {
    Router::new()
        .route(
            "/v2/accounts/{account}/payment/authorize",
            post(authorize::authorize),
        )
        .route(
            "/v2/accounts/{account}/payment/requests/{id}",
            get(payment_requests::read).delete(payment_requests::cancel),
        )
        .method_not_allowed_fallback(unknown_route)
        .layer(middleware::from_fn(correlate))
}

pub(crate) async fn unknown_route() -> Response {
    Problem::unknown_route().into_response()
}

/// Gives every answer a trace id and the caller's own one back.
async fn correlate(request: Request, next: Next) -> Response {
    let theirs = request.headers().get(&PARTNER_CORRELATION_ID).filter(|id| {
        let id = id.as_bytes();
        !id.is_empty() && id.len() <= 255 && id.iter().all(u8::is_ascii_alphanumeric)
    });
    let theirs = theirs.cloned();
    let mut response = next.run(request).await;
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        response.headers_mut().insert(CORRELATION_ID, id);
    }
    if let Some(id) = theirs {
        response.headers_mut().insert(PARTNER_CORRELATION_ID, id);
    }
    response
}

/// Checks key and account. The key may come as it is or in base64.
fn admit(State(klarna): State<&Klarna>, headers: &HeaderMap, account: &str) -> Result<(), Problem> {
    let config = klarna.config();
    let presented = header_text(headers, header::AUTHORIZATION.as_str()).unwrap_or_default();
    let (scheme, key) = presented.split_once(' ').unwrap_or_default();
    let decoded = BASE64_STANDARD
        .decode(key.trim())
        .ok()
        .and_then(|key| String::from_utf8(key).ok());
    let known = config.api_keys.iter().any(|secret| {
        secret.matches(key.trim())
            || decoded
                .as_deref()
                .is_some_and(|decoded| secret.matches(decoded))
    });
    if !scheme.eq_ignore_ascii_case("basic") || !known {
        return Err(Problem::unauthorized());
    }
    if account != config.partner_account {
        return Err(Problem::forbidden(
            "The API key has no access to this account.",
        ));
    }
    Ok(())
}

fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get(name)?
        .to_str()
        .ok()
        .map(str::trim)
        .filter(|text| !text.is_empty())
}
