//! The reference acquirer behind a handler that breaks one promise.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use stepup_sandbox_control::{Clock, World};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::exchange::{Answer, Question};

const LARGEST: usize = 1024 * 1024;

pub struct BrokenAcquirer {
    pub url: String,
}

impl BrokenAcquirer {
    pub async fn start(world: &World, promise: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let breaker = Arc::new(Breaker {
            promise,
            clock: world.clock().clone(),
            world: world.clone(),
            memory: Mutex::default(),
        });
        let router = Router::new().fallback(handle).with_state(breaker);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url }
    }
}

struct Breaker {
    promise: &'static str,
    clock: Clock,
    world: World,
    memory: Mutex<Memory>,
}

/// What a handler has to remember to break something.
#[derive(Default)]
struct Memory {
    /// How often something was asked.
    times: HashMap<String, usize>,
    /// Attempts whose start is being carried out.
    starting: HashSet<String>,
    replies: HashMap<String, Answer>,
}

async fn handle(State(breaker): State<Arc<Breaker>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let question = Question {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body: to_bytes(body, LARGEST).await.expect("a body"),
    };
    let Answer {
        status,
        headers,
        json,
    } = breaker.answer(question).await;
    let kind = [(header::CONTENT_TYPE, "application/json")];
    let mut response = (status, kind, json.to_string()).into_response();
    if let Some(date) = headers.get(header::DATE) {
        response.headers_mut().insert(header::DATE, date.clone());
    }
    response
}

impl Breaker {
    async fn ask(&self, question: Question) -> Answer {
        let target = match &question.query {
            Some(query) => format!("{}?{query}", question.path),
            None => question.path.clone(),
        };
        let mut request = Request::builder()
            .method(question.method)
            .uri(target)
            .body(Body::from(question.body))
            .expect("a request");
        *request.headers_mut() = question.headers;
        let reply = self.world.acquirer().router().oneshot(request).await;
        let reply = reply.expect("a router answers");
        let (parts, body) = reply.into_parts();
        let body = to_bytes(body, LARGEST).await.expect("a body");
        Answer {
            status: parts.status,
            headers: parts.headers,
            json: serde_json::from_slice(&body).unwrap_or_default(),
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_starting(&self, attempt: &str) -> bool {
        self.memory().starting.contains(attempt)
    }

    /// How often this was called with `what`, this time included.
    fn times(&self, what: impl Into<String>) -> usize {
        let mut memory = self.memory();
        let times = memory.times.entry(what.into()).or_default();
        *times += 1;
        *times
    }

    async fn answer(&self, mut question: Question) -> Answer {
        if let Some(instead) = self.before(&mut question).await {
            return instead;
        }
        let faults = self.world.klarna().faults();
        let fails = faults.first_authorize.errors_after > 0;
        let starting = question.is_start().then(|| question.name());
        if let Some(attempt) = &starting {
            self.memory().starting.insert(attempt.clone());
        }
        let mut answer = self.ask(question.clone()).await;
        if let Some(attempt) = &starting {
            self.memory().starting.remove(attempt);
        }
        if self.promise == "failed-means-no-money" && question.is_start() && fails {
            let failed = json!({"status": "refused", "reason": "klarna_internal_error"});
            return Answer::new(StatusCode::UNPROCESSABLE_ENTITY, failed);
        }
        if question.is_start() {
            self.after_start(&question, &mut answer).await;
        } else if question.is_cancel() {
            self.after_cancel(&question, &mut answer);
        } else if question.is_status() {
            self.after_status(&question, &mut answer);
        }
        answer
    }

    /// Spoils the question, or answers it in the acquirer's stead.
    async fn before(&self, question: &mut Question) -> Option<Answer> {
        match self.promise {
            "nothing-undecided-under-a-key" if question.is_start() => {
                return self.memory().replies.get(&question.name()).cloned();
            }
            "cancel-waits-for-the-start"
                if question.is_cancel() && self.is_starting(&question.name()) =>
            {
                let canceled = json!({"status": "canceled", "version": 1});
                return Some(Answer::new(StatusCode::OK, canceled));
            }
            "completed-beats-cancel" if question.is_cancel() => {
                let mut look = question.clone();
                look.method = Method::GET;
                look.path = format!("/payments/{}", question.name());
                let mut seen = self.ask(look).await;
                if seen.word() == "pending" && seen.klarna_state() == "COMPLETED" {
                    seen.say("canceled");
                    return Some(seen);
                }
            }
            "recorded-before-klarna"
                if question.is_status() && self.is_starting(&question.name()) =>
            {
                let unknown = json!({"error": "not_found"});
                return Some(Answer::new(StatusCode::NOT_FOUND, unknown));
            }
            "unknown-fields-ignored"
                if question.order().get("stepup_conformance_extra").is_some() =>
            {
                let refused = json!({"status": "refused", "reason": "unknown_field"});
                return Some(Answer::new(StatusCode::UNPROCESSABLE_ENTITY, refused));
            }
            "browser-ends-on-the-return-link" if question.is_start() => {
                question.cut_link("return_url");
            }
            "handover-link-reaches-klarna" if question.is_start() => {
                question.cut_link("app_return_url");
            }
            "status-needs-session" if question.is_status() && !question.is_of("bob") => {
                question.ask_as_ann();
            }
            "cancel-needs-session" if question.is_cancel() && !question.is_of("bob") => {
                question.ask_as_ann();
            }
            "own-payments-only" if question.is_of("bob") => question.ask_as_ann(),
            "wait-lasts" if question.is_status() => question.query = None,
            "wait-answers-on-change" if question.query.is_some() => {
                let query = question.query.take().unwrap_or_default();
                let seconds = query.trim_start_matches("wait=").split('&').next();
                let seconds: i64 = seconds.and_then(|text| text.parse().ok()).expect("seconds");
                self.clock.sleep(seconds * 1_000).await;
            }
            _ => {}
        }
        None
    }

    async fn after_start(&self, question: &Question, answer: &mut Answer) {
        let attempt = question.name();
        match self.promise {
            "same-key-same-answer" if self.times(&attempt) > 1 => {
                answer.json["payment_id"] = json!(format!("pay_{attempt}"));
            }
            "one-open-payment-per-order" if answer.word() == "pending" => {
                let reference = question.order()["reference"].to_string();
                let first = self.memory().replies.get(&reference).cloned();
                match first {
                    Some(first) if first.json["attempt"] != json!(attempt) => {
                        answer.json["payment_id"] = json!(attempt);
                    }
                    Some(_) => {}
                    None => {
                        let note = Answer::new(StatusCode::OK, json!({"attempt": attempt}));
                        self.memory().replies.insert(reference, note);
                    }
                }
            }
            "start-within-20-seconds" if answer.has_journey() => self.clock.sleep(21_000).await,
            "journey-in-a-reply" if answer.has_journey() => {
                for field in ["/klarna/payment_request_url", "/redirect_url"] {
                    if let Some(url) = answer.json.pointer_mut(field) {
                        *url = json!("/eu/requests/somewhere/start");
                    }
                }
            }
            "closed-attempt-cannot-start" if answer.status == StatusCode::GONE => {
                let mut other = question.clone();
                for (name, value) in [
                    ("stepup-attempt", format!("{attempt}-again")),
                    ("idempotency-key", format!("{attempt}-again:start")),
                ] {
                    let value = HeaderValue::from_str(&value).expect("a header");
                    other.headers.insert(name, value);
                }
                *answer = self.ask(other).await;
            }
            "refused-shape" if answer.status == StatusCode::UNPROCESSABLE_ENTITY => {
                answer.json = json!({"error": "amount"});
            }
            "one-approved-payment-per-order" if answer.word() == "approved" => {
                answer.json["payment_id"] = json!("pay_another");
            }
            "pending-when-klarna-is-slow"
                if !answer.has_journey() && answer.word() == "pending" =>
            {
                self.clock.sleep(5_000).await;
            }
            "nothing-undecided-under-a-key" if answer.word() == "pending" => {
                self.memory().replies.insert(attempt, answer.clone());
            }
            _ => {}
        }
    }

    fn after_cancel(&self, question: &Question, answer: &mut Answer) {
        let never_started = answer.json["reason"] == "never_started";
        match self.promise {
            "unknown-cancel-closes" if never_started => {
                *answer = Answer::new(StatusCode::NOT_FOUND, json!({"error": "not_found"}));
            }
            "cancel-twice" if answer.word() == "canceled" && self.times(question.name()) > 1 => {
                *answer = Answer::new(StatusCode::CONFLICT, json!({"error": "already_canceled"}));
            }
            "late-cancel-answers-the-word" if answer.word() == "approved" => {
                *answer = Answer::new(StatusCode::CONFLICT, json!({"error": "too_late"}));
            }
            "canceled-once-klarna-confirmed"
                if answer.word() == "pending" && answer.klarna_state() == "SUBMITTED" =>
            {
                answer.say("canceled");
            }
            "version-only-grows" if answer.word() == "canceled" && !never_started => {
                answer.json["version"] = json!(1);
            }
            _ => {}
        }
    }

    fn after_status(&self, question: &Question, answer: &mut Answer) {
        let by_attempt = !question.name().starts_with("pay_");
        let (state, word) = (answer.klarna_state().to_owned(), answer.word().to_owned());
        match (self.promise, word.as_str()) {
            ("attempt-names-payment", _) if by_attempt && answer.json["payment_id"].is_string() => {
                *answer = Answer::new(StatusCode::NOT_FOUND, json!({"error": "not_found"}));
            }
            ("pending-repeats-the-journey", "pending") => {
                answer.remove("klarna");
                answer.remove("redirect_url");
            }
            ("final-word-never-changes", "canceled") if self.times(question.name()) > 1 => {
                answer.say("expired");
            }
            ("version-only-grows", "canceled") => answer.json["version"] = json!(1),
            ("unknown-payment-is-404", "")
                if answer.status == StatusCode::NOT_FOUND && question.is_of("ann") =>
            {
                *answer = Answer::new(StatusCode::OK, json!({"status": "failed", "version": 1}));
            }
            ("known-words", "canceled") if answer.json["reason"] == "never_started" => {
                answer.say("cancelled");
            }
            ("reply-size", "pending") => answer.json["padding"] = json!("x".repeat(70_000)),
            ("date-header", _) => {
                let wrong = HeaderValue::from_static("yesterday");
                answer.headers.insert(header::DATE, wrong);
            }
            ("expires-at-readable", "pending") => answer.json["expires_at"] = json!(1_768_489_200),
            ("word-follows-the-customer", "declined") => answer.say("pending"),
            ("no-word-while-unknown", "pending") if state == "COMPLETED" => answer.say("approved"),
            ("details-fit", "approved") => {
                answer.json["details"]["terms"] = json!("x".repeat(9_000));
            }
            ("leaving-is-not-an-end", "pending")
                if state == "SUBMITTED" && answer.version() > 3 =>
            {
                answer.say("canceled");
            }
            _ => {}
        }
    }
}
