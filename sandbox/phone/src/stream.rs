//! What changes on a phone, as it changes.
//!
//! On an origin of its own: a browser keeps at most six connections to one, and each open page holds its stream for as long as it lives.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::{self, Stream as Events};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::phone::Shared;

/// A stream's server. It ends with this value.
pub(crate) struct Stream {
    origin: String,
    task: JoinHandle<()>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Source {
    shared: Arc<Shared>,
    own: Arc<str>,
    page_origin: Arc<str>,
}

impl Stream {
    /// Listens on a port of its own, for pages of this origin.
    pub async fn open(shared: Arc<Shared>, page_origin: &str) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let host = listener.local_addr()?.to_string();
        let origin = format!("http://{host}");
        let source = Source {
            shared,
            own: host.into(),
            page_origin: page_origin.into(),
        };
        let router = Router::new().route("/", get(follow)).with_state(source);
        let task = tokio::spawn(async move {
            // It ends by being dropped.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { origin, task })
    }

    /// Its origin, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

/// Somebody who looks at a phone.
struct Viewer {
    shared: Arc<Shared>,
    changed: watch::Receiver<u64>,
    version: Option<u64>,
    last: u64,
}

impl Drop for Viewer {
    fn drop(&mut self) {
        let mut viewers = self.shared.viewers();
        viewers.now -= 1;
        viewers.last_left = Instant::now();
    }
}

impl Viewer {
    fn news(&mut self) -> Option<Event> {
        let entries = self.shared.timeline().after(self.last);
        let view = Arc::clone(&self.shared.view.borrow());
        let is_new = self.version != Some(view.version);
        if entries.is_empty() && !is_new {
            return None;
        }
        self.last = entries.last().map_or(self.last, |entry| entry.n);
        self.version = Some(view.version);
        let shown = is_new.then_some(&*view);
        let data = json!({"view": shown, "entries": entries});
        Some(
            Event::default()
                .id(self.last.to_string())
                .data(data.to_string()),
        )
    }
}

async fn follow(State(source): State<Source>, headers: HeaderMap) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let own_host = text(header::HOST) == Some(&*source.own);
    let own_page = text(header::ORIGIN) == Some(&*source.page_origin);
    if !own_host || !own_page {
        return StatusCode::FORBIDDEN.into_response();
    }
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let shared = source.shared;
    shared.viewers().now += 1;
    let viewer = Viewer {
        changed: shared.changed.subscribe(),
        shared,
        version: None,
        last: last.and_then(|id| id.parse().ok()).unwrap_or(0),
    };
    let events = Sse::new(events(viewer)).keep_alive(KeepAlive::default());
    let allowed = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, &*source.page_origin),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (allowed, events).into_response()
}

fn events(viewer: Viewer) -> impl Events<Item = Result<Event, Infallible>> {
    stream::unfold(viewer, |mut viewer| async move {
        loop {
            viewer.changed.borrow_and_update();
            if let Some(event) = viewer.news() {
                return Some((Ok(event), viewer));
            }
            viewer.changed.changed().await.ok()?;
        }
    })
}
