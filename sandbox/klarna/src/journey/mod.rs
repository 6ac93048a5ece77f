//! The Purchase Journey: the pages that a customer walks through, as plain HTML forms.
//!
//! Every form and link has a `data-action` by which a scripted customer finds it: `phone`, `otp`, `sign-up`, `option`, `approve`,
//! `deny`, `abort`, `open-klarna-app`, `open-bank`, `confirm-in-app`, `back-to-app`, `continue`, `change-phone`, `change-option`,
//! `return`. With `?via=klarna-app` the pages play the Klarna app into which the journey was launched.

mod actions;
mod app_hop;
mod pages;
mod progress;

use axum::Router;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use crate::klarna::Klarna;
use crate::payment_request::Launch;
pub(crate) use progress::Progress;
use progress::Step;

const STYLE: &str = include_str!("checkout.css");

pub(crate) fn routes() -> Router<Klarna> {
    let journey = Router::new()
        .route("/start", get(actions::start))
        .route("/phone", get(actions::phone_page).post(actions::phone))
        .route("/otp", get(actions::otp_page).post(actions::otp))
        .route(
            "/sign-up",
            get(actions::sign_up_page).post(actions::sign_up),
        )
        .route("/option", get(actions::option_page).post(actions::option))
        .route("/review", get(actions::review_page))
        .route("/approve", post(actions::approve))
        .route("/deny", post(actions::deny))
        .route("/abort", post(actions::abort))
        .route("/return", get(actions::leave))
        .route("/app/{app}", get(app_hop::page))
        .route("/app/{app}/confirm", post(app_hop::confirm))
        .route("/app/{app}/back", post(app_hop::back));
    Router::new()
        .nest("/{region}/requests/{opaque}", journey)
        .route("/assets/checkout.css", get(style))
        .layer(middleware::from_fn(protect))
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

/// The address of a page is a credential: it is neither kept nor passed on, and nothing foreign runs beside it. There is no
/// `form-action`, because browsers apply it to the redirect into the app that follows a form.
async fn protect(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; base-uri 'none'",
        ),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// One customer's way into one payment request, as the page's address tells it.
pub(crate) struct Visit {
    klarna: Klarna,
    index: usize,
    launch: Launch,
}

#[derive(Deserialize)]
struct ViaQuery {
    via: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    region: String,
    opaque: String,
}

impl FromRequestParts<Klarna> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, klarna: &Klarna) -> Result<Self, Response> {
        let unknown = || (StatusCode::NOT_FOUND, pages::unknown()).into_response();
        let address = Path::<Address>::from_request_parts(parts, klarna)
            .await
            .map_err(|_| unknown())?;
        let via = Query::<ViaQuery>::from_request_parts(parts, klarna)
            .await
            .ok()
            .and_then(|query| query.0.via);
        let index = klarna.change(|world, _| world.find_opaque(&address.opaque));
        let index = index
            .filter(|_| address.region == klarna.config().region)
            .ok_or_else(unknown)?;
        let launch = if via.as_deref() == Some("klarna-app") {
            Launch::KlarnaApp
        } else {
            Launch::Web
        };
        Ok(Self {
            klarna: klarna.clone(),
            index,
            launch,
        })
    }
}

/// The address of a page of one journey, relative to the server.
pub(crate) fn page_path(region: &str, opaque: &str, page: &str, launch: Launch) -> String {
    let via = if launch == Launch::KlarnaApp {
        "?via=klarna-app"
    } else {
        ""
    };
    format!("/{region}/requests/{opaque}/{page}{via}")
}

/// A redirect after a form or out of the journey. 303, so that a reload repeats no form.
pub(crate) fn see_other(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
