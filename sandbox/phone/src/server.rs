//! The page's server: phones, their streams, what a person does, replays and scenarios.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::device;
use crate::fleet::Fleet;
use crate::phone::Act;
use crate::theatre::Theatre;
use crate::{replay, view};

/// How to serve.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The port; a free one when 0.
    pub port: u16,
    /// How long a phone is kept that no page shows.
    pub forget_after: Duration,
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The port, or signals.
    #[error("cannot serve: {0}")]
    Io(#[from] std::io::Error),
    /// The scenarios.
    #[error(transparent)]
    Scenarios(#[from] stepup_sandbox_scenarios::scenario::ScenarioError),
}

#[derive(Clone)]
struct Site {
    fleet: Fleet,
    theatre: Arc<Theatre>,
    origin: Arc<str>,
}

/// Serves until Ctrl-C or the termination that a runner sends.
pub async fn run(options: &Options) -> Result<(), ServeError> {
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
    let origin: Arc<str> = format!("http://{}", listener.local_addr()?).into();
    let fleet = Fleet::new(options.forget_after);
    let site = Site {
        fleet: fleet.clone(),
        theatre: Arc::new(Theatre::open()?),
        origin: Arc::clone(&origin),
    };
    let forgetting = tokio::spawn(fleet.clone().forget());
    // A runner can wait for this line.
    println!("The phone is ready; Ctrl-C puts it away. Open {origin}");
    let server = axum::serve(listener, router(site));
    tokio::select! {
        ended = server => ended?,
        asked = stepup_sandbox_http::asked_to_end() => asked?,
    }
    forgetting.abort();
    fleet.end();
    // Long enough for the processes of the apps to be killed and their journals to be removed.
    tokio::time::sleep(Duration::from_millis(200)).await;
    Ok(())
}

fn router(site: Site) -> Router {
    Router::new()
        .route("/", get(async || Redirect::to("/new")))
        .route("/new", get(new))
        .route("/phone/{id}", get(page))
        .route("/phone/{id}/act", post(act))
        .route("/phone/{id}/trace", get(trace))
        .route("/replay", post(replay_trace))
        .route("/scenarios/{name}", post(play))
        .route("/phones", get(phones))
        .route(
            "/assets/phone.css",
            get(async || asset("text/css", include_str!("../assets/phone.css"))),
        )
        .route(
            "/assets/phone.js",
            get(async || asset("text/javascript", include_str!("../assets/phone.js"))),
        )
        .route(
            "/assets/timeline.js",
            get(async || asset("text/javascript", include_str!("../assets/timeline.js"))),
        )
        .route(
            "/assets/player.js",
            get(async || asset("text/javascript", include_str!("../assets/player.js"))),
        )
        .fallback(async || {
            (
                StatusCode::NOT_FOUND,
                view::message("No such page", "Nothing is here."),
            )
        })
        .layer(DefaultBodyLimit::max(replay::LARGEST))
        .layer(middleware::from_fn_with_state(site.clone(), protect))
        .with_state(site)
}

fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let kind = HeaderValue::from_static(kind);
    ([(header::CONTENT_TYPE, kind)], text)
}

/// Only this computer's own pages may ask: a name that leads here by chance (DNS rebinding) and a foreign page may not.
async fn protect(State(site): State<Site>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let own_host =
        text(header::HOST).is_some_and(|host| site.origin.strip_prefix("http://") == Some(host));
    let own_origin = text(header::ORIGIN).is_none_or(|origin| *origin == *site.origin);
    if !own_host || !own_origin {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' http://127.0.0.1:*; img-src data:; \
             frame-src http://127.0.0.1:*; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    device: String,
    #[serde(default)]
    klarna: Option<String>,
}

async fn new(State(site): State<Site>, Query(wanted): Query<Wanted>) -> Response {
    let device = device::find(&wanted.device);
    let klarna_app = wanted.klarna.is_some();
    match site.fleet.make(&device.id, klarna_app, &site.origin).await {
        Ok(id) => Redirect::to(&format!("/phone/{id}")).into_response(),
        Err(error) => {
            let page = view::message("No new phone", &error.to_string());
            (StatusCode::SERVICE_UNAVAILABLE, page).into_response()
        }
    }
}

async fn page(State(site): State<Site>, Path(id): Path<String>) -> Response {
    let Some(phone) = site.fleet.find(&id) else {
        return (StatusCode::GONE, view::gone()).into_response();
    };
    let view = Arc::clone(&phone.shared.view.borrow());
    let about = view::About {
        id: &id,
        device: phone.device,
        klarna_app: phone.klarna_app,
        stream: phone.stream.origin(),
    };
    view::document(&about, &view, &site.theatre.list()).into_response()
}

async fn phones(State(site): State<Site>) -> Json<Value> {
    Json(json!({"phones": site.fleet.len()}))
}

async fn act(
    State(site): State<Site>,
    Path(id): Path<String>,
    act: Result<Json<Act>, JsonRejection>,
) -> Response {
    let Some(phone) = site.fleet.find(&id) else {
        return StatusCode::GONE.into_response();
    };
    match act {
        Ok(Json(act)) => {
            phone.act(act);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(wrong) => (wrong.status(), wrong.body_text()).into_response(),
    }
}

async fn trace(State(site): State<Site>, Path(id): Path<String>) -> Response {
    let Some(phone) = site.fleet.find(&id) else {
        return StatusCode::GONE.into_response();
    };
    let trace = phone.shared.trace().clone();
    trace.map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        |trace| Json(trace).into_response(),
    )
}

async fn replay_trace(body: Result<String, axum::extract::rejection::StringRejection>) -> Response {
    let read = match body {
        Ok(text) => {
            replay::read(&text).map_err(|why| (StatusCode::UNPROCESSABLE_ENTITY, why.to_string()))
        }
        Err(wrong) if wrong.status() == StatusCode::PAYLOAD_TOO_LARGE => Err((
            StatusCode::PAYLOAD_TOO_LARGE,
            replay::NotATrace::TooLarge.to_string(),
        )),
        Err(wrong) => Err((wrong.status(), replay::NotATrace::NotJson.to_string())),
    };
    match read {
        Ok(show) => Json(show).into_response(),
        Err((status, why)) => (status, Json(json!({"error": why}))).into_response(),
    }
}

async fn play(State(site): State<Site>, Path(name): Path<String>) -> Response {
    site.theatre.play(&name).await.map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        |show| Json(show).into_response(),
    )
}
