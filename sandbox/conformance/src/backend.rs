//! The backend's three requests, and a log of all that it answered.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use crate::caller::Caller;
use crate::report::Finding;
use crate::target::Target;
use crate::time::Time;

/// Longer than anything that a backend may take; what is late is still measured.
const PATIENCE: Duration = Duration::from_secs(90);
/// More of a reply is not read. What apps read at most is a promise of its own.
const READ_AT_MOST: usize = 1024 * 1024;
/// The words of `status`.
pub(crate) const WORDS: [&str; 6] = [
    "pending", "approved", "declined", "canceled", "expired", "failed",
];

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub http: u16,
    /// Null if it was not JSON.
    pub json: Value,
    pub bytes: usize,
    pub date: Option<String>,
    pub took_ms: i64,
    /// When it was there.
    pub at_ms: i64,
}

impl Reply {
    /// The word of a 2xx reply; empty if there is none.
    pub fn word(&self) -> &str {
        if self.is_success() {
            self.json["status"].as_str().unwrap_or_default()
        } else {
            ""
        }
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.http)
    }

    pub fn is_final(&self) -> bool {
        WORDS[1..].contains(&self.word())
    }

    pub fn version(&self) -> Option<i64> {
        self.json["version"].as_i64()
    }

    pub fn payment_id(&self) -> Option<&str> {
        self.json["payment_id"].as_str()
    }

    /// The refusal that an app understands: clear, and not by something in between.
    pub fn is_refusal(&self) -> bool {
        let clear =
            (400..500).contains(&self.http) && !matches!(self.http, 401 | 408 | 409 | 425 | 429);
        clear && self.json["status"] == "refused"
    }

    /// What it says, for a finding. No addresses: they carry credentials.
    pub fn said(&self) -> String {
        let text = |field: &str| Some(self.json.get(field)?.as_str()?.chars().take(60).collect());
        let word: Option<String> = text("status").or_else(|| text("error"));
        match (word, text("reason")) {
            (Some(word), Some::<String>(reason)) => format!("{} `{word}` ({reason})", self.http),
            (Some(word), None) => format!("{} `{word}`", self.http),
            (None, _) if (300..400).contains(&self.http) => format!("{}, a redirect", self.http),
            (None, _) if self.json.is_object() => format!("{} without `status`", self.http),
            (None, _) => format!("{} without a JSON object", self.http),
        }
    }
}

/// A logged reply with its question.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// For example `GET /payments/…`.
    pub question: String,
    pub reply: Reply,
}

pub(crate) struct Backend {
    base: String,
    http: Client,
    headers: HeaderMap,
    other_headers: HeaderMap,
    time: Time,
    log: Mutex<Vec<Seen>>,
}

impl Backend {
    pub fn new(target: &Target, time: Time) -> reqwest::Result<Self> {
        let http = stepup_sandbox_http::client()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            // A kept connection that the backend has just closed would fail a request for no reason.
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Self {
            base: target.base_url.trim_end_matches('/').to_owned(),
            http,
            headers: target.headers.clone(),
            other_headers: target.other_headers.clone(),
            time,
            log: Mutex::default(),
        })
    }

    pub fn has_session(&self) -> bool {
        !self.headers.is_empty()
    }

    pub fn has_other_session(&self) -> bool {
        !self.other_headers.is_empty()
    }

    /// Whether http addresses are in order: those of a backend on this machine.
    pub fn is_local(&self) -> bool {
        let url = url::Url::parse(&self.base);
        url.is_ok_and(|url| url.scheme() == "http")
    }

    pub async fn start(&self, attempt: &str, order: &Value) -> Result<Reply, Finding> {
        self.start_raw(attempt, order.to_string()).await
    }

    pub async fn start_raw(&self, attempt: &str, body: String) -> Result<Reply, Finding> {
        let request = self
            .http
            .post(format!("{}/payments", self.base))
            .header("Idempotency-Key", format!("{attempt}:start"))
            .header("StepUp-Attempt", attempt)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        self.ask("POST /payments", Caller::Owner, request).await
    }

    pub async fn status(&self, name: &str) -> Result<Reply, Finding> {
        self.status_as(Caller::Owner, name).await
    }

    pub async fn status_as(&self, caller: Caller, name: &str) -> Result<Reply, Finding> {
        let request = self.http.get(format!("{}/payments/{name}", self.base));
        self.ask("GET /payments/{id}", caller, request).await
    }

    pub async fn wait(&self, name: &str, seconds: i64, after: i64) -> Result<Reply, Finding> {
        let url = format!("{}/payments/{name}?wait={seconds}&after={after}", self.base);
        let request = self.http.get(url);
        self.ask("GET /payments/{id}?wait&after", Caller::Owner, request)
            .await
    }

    /// The number makes the key: an app counts its cancels.
    pub async fn cancel(&self, attempt: &str, name: &str, number: u32) -> Result<Reply, Finding> {
        self.cancel_as(Caller::Owner, attempt, name, number).await
    }

    pub async fn cancel_as(
        &self,
        caller: Caller,
        attempt: &str,
        name: &str,
        number: u32,
    ) -> Result<Reply, Finding> {
        let request = self
            .http
            .post(format!("{}/payments/{name}/cancel", self.base))
            .header("Idempotency-Key", format!("{attempt}:cancel:{number}"));
        self.ask("POST /payments/{id}/cancel", caller, request)
            .await
    }

    /// Follows one redirect of a page that is not the app's API; none if there is no further one.
    pub async fn next_page(&self, url: &str) -> Option<String> {
        let _acting = self.time.acting();
        let reply = self.time.pass(self.http.get(url).send()).await.ok()?;
        let next = reply.headers().get("location")?.to_str().ok()?;
        Some(next.to_owned())
    }

    pub fn log(&self) -> Vec<Seen> {
        self.seen().clone()
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(
        &self,
        question: &str,
        caller: Caller,
        request: RequestBuilder,
    ) -> Result<Reply, Finding> {
        let request = match caller {
            Caller::Owner => request.headers(self.headers.clone()),
            Caller::Other => request.headers(self.other_headers.clone()),
            Caller::Nobody => request,
        };
        let _acting = self.time.acting();
        let begin = self.time.now_ms();
        let exchange = self.time.pass(exchange(request)).await;
        let mut reply = exchange.map_err(|error| {
            let unreachable = error.is_connect();
            let cause = root(&error.without_url());
            let what = format!("{question} was not answered: {cause}");
            // Nobody was there who could have broken anything.
            if unreachable {
                Finding::NotChecked(what)
            } else {
                Finding::Broken(what)
            }
        })?;
        reply.at_ms = self.time.now_ms();
        reply.took_ms = reply.at_ms - begin;
        if caller == Caller::Owner {
            self.seen().push(Seen {
                question: question.to_owned(),
                reply: reply.clone(),
            });
        }
        Ok(reply)
    }
}

/// What an error comes from in the end. What lies around it only says that a request failed, or has addresses in it.
fn root(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), root)
}

async fn exchange(request: RequestBuilder) -> reqwest::Result<Reply> {
    let mut response = request.send().await?;
    let http = response.status().as_u16();
    let date = response.headers().get(DATE);
    let date = date.and_then(|date| date.to_str().ok()).map(str::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > READ_AT_MOST {
            break;
        }
    }
    Ok(Reply {
        http,
        json: serde_json::from_slice(&body).unwrap_or_default(),
        bytes: body.len(),
        date,
        took_ms: 0,
        at_ms: 0,
    })
}
