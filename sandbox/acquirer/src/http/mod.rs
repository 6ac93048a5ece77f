//! What the acquirer serves.

mod caller;
mod cancel;
mod pages;
mod start;
mod status;
mod view;
mod webhook;

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::extract::{DefaultBodyLimit, FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

use crate::engine::Engine;
use crate::store::StoreError;

/// The same bound as the core's on replies.
const LARGEST_BODY: usize = 64 * 1024;

type Shared = State<Arc<Engine>>;

/// A name in the path. What is no text names nothing.
struct Name(String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(name)| Self(name))
            .map_err(|_| failure(StatusCode::NOT_FOUND, "not_found"))
    }
}

pub(crate) fn router(engine: Arc<Engine>) -> Router {
    Router::new()
        .route("/payments", post(start::start))
        .route("/payments/{id}", get(status::status))
        .route("/payments/{id}/cancel", post(cancel::cancel))
        .route("/klarna/webhooks", post(webhook::receive))
        .route("/klarna/return/{page}", get(pages::back_from_klarna))
        .route("/pay/{page}", get(pages::on_to_klarna))
        .route("/openapi.yaml", get(openapi))
        .route("/healthz", get(async || "ok\n"))
        .fallback(async || failure(StatusCode::NOT_FOUND, "not_found"))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(Arc::clone(&engine), stamp))
        .with_state(engine)
}

async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/yaml")], crate::OPENAPI)
}

/// `Date` is this clock's, for an app reads from it how much of `expires_at` is left. And nothing here may be kept by anybody.
async fn stamp(State(engine): Shared, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let now = UNIX_EPOCH + Duration::from_millis(u64::try_from(engine.now()).unwrap_or(0));
    let headers = response.headers_mut();
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(now)) {
        headers.insert(header::DATE, date);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An error that is nobody's word about a payment.
pub(crate) fn failure(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

impl IntoResponse for StoreError {
    fn into_response(self) -> Response {
        tracing::error!(error = %self, "request failed");
        failure(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    }
}
