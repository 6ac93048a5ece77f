//! A door to the journey's pages: an origin of its own for each place on the phone that shows pages.
//!
//! In the phone's frames a page is passed on with one script more, and whatever leaves the journey (a redirect to an app's scheme, an
//! anchor, a scripted navigation) comes to the phone's system instead of the computer's. Opened in a tab of the browser itself the
//! page is passed on untouched.

mod page;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::mpsc::WeakUnboundedSender;
use tokio::task::JoinHandle;
use url::Url;

use crate::phone::{Message, Program, SLOW_MS};

const SCRIPT: &str = include_str!("../assets/door.js");
/// The largest form of a page, in bytes.
const LARGEST: usize = 64 * 1024;
/// The largest page.
const LARGEST_PAGE: usize = 1024 * 1024;

/// Where pages are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Over the shop.
    Tab,
    /// The browser.
    Browser,
    /// The Klarna app.
    Klarna,
    /// The bank's app.
    Bank,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Tab, Self::Browser, Self::Klarna, Self::Bank];

    /// As the page says it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Tab => "tab",
            Self::Browser => "browser",
            Self::Klarna => "klarna",
            Self::Bank => "bank",
        }
    }
}

/// An open door. It closes with this value.
#[derive(Debug)]
pub struct Door {
    origin: String,
    task: JoinHandle<()>,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Passage(Arc<Inside>);

struct Inside {
    place: Place,
    own: String,
    /// The address that backend and Klarna hand out, whichever door a page is behind.
    public: String,
    upstream: String,
    page_origin: String,
    klarna_app: bool,
    slow: Arc<AtomicBool>,
    phone: WeakUnboundedSender<Message>,
    http: reqwest::Client,
}

impl Door {
    /// Opens it. `origins`: where pages come from, what is handed out, and what may show them. `klarna_app`: the phone has it, and
    /// it takes its own pages.
    pub(crate) fn open(
        place: Place,
        listener: TcpListener,
        origins: (&str, &str, &str),
        klarna_app: bool,
        slow: Arc<AtomicBool>,
        phone: WeakUnboundedSender<Message>,
    ) -> Result<Self, super::phone::PhoneError> {
        let own = format!("http://{}", listener.local_addr()?);
        let (upstream, public, page_origin) = origins;
        let passage = Passage(Arc::new(Inside {
            place,
            own: own.clone(),
            public: public.to_owned(),
            upstream: upstream.to_owned(),
            page_origin: page_origin.to_owned(),
            klarna_app,
            slow,
            phone,
            http: stepup_sandbox_http::client()
                // Offline means that nothing is reached, not that an open connection goes on.
                .pool_max_idle_per_host(0)
                .redirect(reqwest::redirect::Policy::none())
                .build()?,
        }));
        let router = Router::new()
            .route("/.phone/door.js", get(script))
            .route("/.phone/open", post(open))
            .fallback(pass)
            .with_state(passage);
        let task = tokio::spawn(async move {
            // It ends by being dropped.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { origin: own, task })
    }

    /// Its origin, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

async fn script() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        SCRIPT,
    )
}

/// The page's script found a way out of the journey.
async fn open(State(passage): State<Passage>, request: Request) -> StatusCode {
    if !passage.0.is_own_host(request.headers()) {
        return StatusCode::FORBIDDEN;
    }
    let Ok(body) = to_bytes(request.into_body(), LARGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE;
    };
    let uri = String::from_utf8_lossy(&body).into_owned();
    passage.0.tell(Message::Open(passage.0.place, uri));
    StatusCode::NO_CONTENT
}

async fn pass(State(passage): State<Passage>, request: Request) -> Response {
    let inside = &passage.0;
    if !inside.is_own_host(request.headers()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let (head, body) = request.into_parts();
    let framed = head
        .headers
        .get("sec-fetch-dest")
        .is_none_or(|dest| dest != "document");
    let path = head
        .uri
        .path_and_query()
        .map_or("/", axum::http::uri::PathAndQuery::as_str);
    if framed
        && head.method == Method::GET
        && let Some(program) = inside.other_app(head.uri.path())
    {
        inside.tell(Message::Hop(program, path.to_owned()));
        return StatusCode::NO_CONTENT.into_response();
    }
    if inside.slow.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(SLOW_MS.unsigned_abs())).await;
    }
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    match inside.fetch(&head.method, path, &head.headers, body).await {
        Ok(reply) if framed => inside.touched(&head.method, path, reply).await,
        Ok(reply) => untouched(reply).await,
        Err(_) => page::unreachable(path).into_response(),
    }
}

impl Inside {
    /// Nobody but this door's own pages: a name that leads here by chance (DNS rebinding) is not its own.
    fn is_own_host(&self, headers: &HeaderMap) -> bool {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        host.is_some_and(|host| self.own.strip_prefix("http://") == Some(host))
    }

    fn tell(&self, message: Message) {
        if let Some(phone) = self.phone.upgrade() {
            // A phone that is gone needs no telling.
            let _ = phone.send(message);
        }
    }

    /// The app that takes this page, if it is shown elsewhere.
    fn other_app(&self, path: &str) -> Option<Program> {
        let takes = |program: Program| (self.place != program.place()).then_some(program);
        if path.ends_with("/app/bank") {
            takes(Program::Bank)
        } else if path.ends_with("/app/klarna") && self.klarna_app {
            takes(Program::Klarna)
        } else {
            None
        }
    }

    async fn fetch(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<reqwest::Response, reqwest::Error> {
        let url = format!("{}{path}", self.upstream);
        let mut request = self.http.request(method.clone(), url).body(body);
        for name in [
            header::CONTENT_TYPE,
            header::ACCEPT,
            header::ACCEPT_LANGUAGE,
        ] {
            if let Some(value) = headers.get(&name) {
                request = request.header(name, value);
            }
        }
        request.send().await
    }

    /// A page for a frame of the phone.
    async fn touched(&self, method: &Method, path: &str, reply: reqwest::Response) -> Response {
        let status = reply.status();
        let target = reply.headers().get(header::LOCATION);
        if let Some(target) = target.filter(|_| status.is_redirection()) {
            // Letter by letter: parsing would tidy an app's link up.
            let target = String::from_utf8_lossy(target.as_bytes()).into_owned();
            return self.redirect(status, &target);
        }
        let headers = reply.headers().clone();
        let is_page = headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if !is_page {
            return untouched(reply).await;
        }
        let Some(html) = read(reply).await else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        if method == Method::GET {
            self.tell(Message::Shown(self.place, path.to_owned()));
        }
        let html = page::with_script(&String::from_utf8_lossy(&html));
        let mut response = (status, Body::from(html)).into_response();
        keep(&headers, response.headers_mut());
        let policy = headers
            .get(header::CONTENT_SECURITY_POLICY)
            .and_then(|policy| policy.to_str().ok());
        let policy = page::policy(policy.unwrap_or_default(), &self.page_origin);
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            response
                .headers_mut()
                .insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }

    fn redirect(&self, status: StatusCode, target: &str) -> Response {
        let within = if target.starts_with('/') && !target.starts_with("//") {
            Some(target.to_owned())
        } else {
            let url = Url::parse(target).ok();
            let origin = url.map(|url| url.origin().ascii_serialization());
            origin
                .filter(|origin| *origin == self.public || *origin == self.own)
                .map(|origin| target[origin.len().min(target.len())..].to_owned())
        };
        let Some(path) = within else {
            self.tell(Message::Open(self.place, target.to_owned()));
            // As on a phone, the page that led out stays where it is.
            return StatusCode::NO_CONTENT.into_response();
        };
        let path = if path.is_empty() { "/" } else { &path };
        (status, [(header::LOCATION, path)]).into_response()
    }
}

async fn read(reply: reqwest::Response) -> Option<Bytes> {
    let length = reply.content_length().unwrap_or(0);
    if length > LARGEST_PAGE as u64 {
        return None;
    }
    let bytes = reply.bytes().await.ok()?;
    (bytes.len() <= LARGEST_PAGE).then_some(bytes)
}

/// What the page's server says about it, the way it is carried aside.
fn keep(from: &HeaderMap, to: &mut HeaderMap) {
    for name in [
        header::CONTENT_TYPE,
        header::CACHE_CONTROL,
        header::CONTENT_SECURITY_POLICY,
        header::REFERRER_POLICY,
        header::X_CONTENT_TYPE_OPTIONS,
        header::LOCATION,
    ] {
        if let Some(value) = from.get(&name) {
            to.insert(name, value.clone());
        }
    }
}

async fn untouched(reply: reqwest::Response) -> Response {
    let (status, headers) = (reply.status(), reply.headers().clone());
    let Some(body) = read(reply).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let mut response = (status, Body::from(body)).into_response();
    keep(&headers, response.headers_mut());
    response
}
