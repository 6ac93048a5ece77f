//! A Klarna on loopback with a virtual clock, a backend that receives its webhooks, and a browser.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use scraper::{Html, Selector};
use serde_json::{Value, json};
use stepup_sandbox_clock::Clock;
use stepup_sandbox_klarna::{Klarna, KlarnaConfig, KlarnaRecord, Secret, SigningKey};
use tokio::net::TcpListener;

pub const API_KEY: &str = "klarna-api-key-of-the-tests";
pub const KEY_ID: &str = "krn:partner:global:notification:signing-key:first";
pub const KEY: &str = "signing-key-of-the-tests";
pub const ACCOUNT: &str = "krn:partner:global:account:test:M4CIYH2N";
/// 2026-11-25T00:00:00Z
pub const START_MS: i64 = 1_795_564_800_000;
pub const HOUR_MS: i64 = 3_600_000;

/// A webhook as it arrived.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub at_ms: i64,
    pub key_id: String,
    pub signature: String,
    pub raw: Vec<u8>,
    pub body: Value,
}

impl Arrival {
    pub fn event_type(&self) -> &str {
        self.body["metadata"]["event_type"]
            .as_str()
            .expect("event_type")
    }

    pub fn event_id(&self) -> &str {
        self.body["metadata"]["event_id"]
            .as_str()
            .expect("event_id")
    }
}

/// The other side: remembers webhooks and answers as it is told.
#[derive(Clone)]
pub struct Backend {
    clock: Clock,
    arrivals: Arc<Mutex<Vec<Arrival>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

impl Backend {
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.arrivals
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The next answers, first one first; 200 when they are used up.
    pub fn will_answer(&self, statuses: &[u16]) {
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner) = statuses.to_vec();
    }

    pub fn event_names(&self) -> Vec<String> {
        let name = |arrival: &Arrival| {
            arrival
                .event_type()
                .rsplit('.')
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        self.arrivals().iter().map(name).collect()
    }
}

async fn receive(State(backend): State<Backend>, headers: HeaderMap, raw: Bytes) -> StatusCode {
    let header = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    let arrival = Arrival {
        at_ms: backend.clock.now_ms(),
        key_id: header("klarna-signing-key-id"),
        signature: header("klarna-signature"),
        body: serde_json::from_slice(&raw).unwrap_or_default(),
        raw: raw.to_vec(),
    };
    backend
        .arrivals
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(arrival);
    let mut answers = backend
        .answers
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let status = if answers.is_empty() {
        200
    } else {
        answers.remove(0)
    };
    StatusCode::from_u16(status).expect("a status")
}

pub struct World {
    pub clock: Clock,
    pub klarna: Klarna,
    pub backend: Backend,
    pub url: String,
    pub http: Client,
}

pub async fn world() -> World {
    world_with(|_| ()).await
}

pub async fn world_with(adjust: impl FnOnce(&mut KlarnaConfig)) -> World {
    let clock = Clock::virtual_at(START_MS);
    let backend = Backend {
        clock: clock.clone(),
        arrivals: Arc::default(),
        answers: Arc::default(),
    };
    let webhooks = serve(
        Router::new()
            .route("/hooks", post(receive))
            .with_state(backend.clone()),
    )
    .await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    let key = SigningKey {
        id: KEY_ID.into(),
        secret: Secret::new(KEY),
    };
    let mut config = KlarnaConfig::new(clock.clone(), url.clone(), Secret::new(API_KEY))
        .with_webhooks(format!("{webhooks}/hooks"), key);
    adjust(&mut config);
    let klarna = Klarna::new(config).expect("a valid configuration");
    let router = klarna.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let http = stepup_sandbox_http::client()
        .redirect(Policy::none())
        .build()
        .expect("a client");
    World {
        clock,
        klarna,
        backend,
        url,
        http,
    }
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// Call 1 as the step-up page has it.
pub fn order() -> Value {
    json!({
        "currency": "USD",
        "supplementary_purchase_data": {
            "purchase_reference": "order-42",
            "line_items": [{ "name": "T-shirt", "quantity": 2, "unit_price": 5900, "total_amount": 11800 }],
            "customer": { "email": "customer@email.us" },
        },
        "request_payment_transaction": {
            "amount": 11800,
            "payment_transaction_reference": "acquiring-partner-transaction-reference-1234",
        },
        "step_up_config": {
            "payment_request_reference": "acquiring-partner-request-reference-1234",
            "customer_interaction_config": {
                "method": "HANDOVER",
                "return_url": "https://acquirer.example/back?id={klarna.payment_request.id}&state={klarna.payment_request.state}&ref={klarna.payment_request.payment_request_reference}&token={klarna.payment_request.klarna_network_session_token}&x={unknown}",
                "app_return_url": "shop://klarna?stepup=abc",
            },
        },
    })
}

/// [`order`] for a customer whose address has this tag.
pub fn order_of(tag: &str) -> Value {
    let mut order = order();
    order["supplementary_purchase_data"]["customer"]["email"] =
        json!(format!("customer+{tag}@email.us"));
    order
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn result(&self) -> &str {
        self.body["payment_transaction_response"]["result"]
            .as_str()
            .unwrap_or_default()
    }

    pub fn error(&self) -> (u16, &str) {
        (
            self.status,
            self.body["error_code"].as_str().unwrap_or_default(),
        )
    }

    pub fn first_invalid(&self) -> &str {
        self.body["validation_errors"][0]["parameter"]
            .as_str()
            .unwrap_or_default()
    }
}

impl World {
    pub fn api(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        let request = self.http.request(
            method,
            format!("{}/v2/accounts/{ACCOUNT}/payment/{path}", self.url),
        );
        request.header("Authorization", format!("Basic {API_KEY}"))
    }

    pub fn authorize_request(
        &self,
        key: &str,
        token: Option<&str>,
        body: &Value,
    ) -> RequestBuilder {
        let request = self
            .api(reqwest::Method::POST, "authorize")
            .header("Klarna-Idempotency-Key", key)
            .json(body);
        match token {
            Some(token) => request.header("Klarna-Network-Session-Token", token),
            None => request,
        }
    }

    pub async fn authorize(&self, key: &str, token: Option<&str>, body: &Value) -> Answer {
        send(self.authorize_request(key, token, body)).await
    }

    pub async fn read(&self, id: &str) -> Answer {
        send(self.api(reqwest::Method::GET, &format!("requests/{id}"))).await
    }

    pub async fn cancel(&self, id: &str) -> Answer {
        send(self.api(reqwest::Method::DELETE, &format!("requests/{id}"))).await
    }

    /// Call 1 for `body`; returns the payment request's id and URL.
    pub async fn step_up(&self, body: &Value) -> (String, String) {
        let answer = self
            .authorize(&format!("start-{}", self.klarna.books().len()), None, body)
            .await;
        assert_eq!(
            (answer.status, answer.result()),
            (200, "STEP_UP_REQUIRED"),
            "{}",
            answer.body
        );
        let context = &answer.body["payment_request"]["state_context"]["customer_interaction"];
        let text = |name: &str| context[name].as_str().expect("both data points").to_owned();
        (text("payment_request_id"), text("payment_request_url"))
    }

    /// Lets a customer approve; returns the payment request's id and its token.
    pub async fn approved(&self, body: &Value) -> (String, String) {
        let (id, url) = self.step_up(body).await;
        let mut browser = self.browser();
        browser.walk_to_review(&url).await;
        browser.act("approve", &[]).await;
        let token =
            self.read(&id).await.body["state_context"]["klarna_network_session_token"].clone();
        (id, token.as_str().expect("a token").to_owned())
    }

    pub fn record(&self, id: &str) -> KlarnaRecord {
        let mut books = self.klarna.books().into_iter();
        books
            .find(|record| record.payment_request_id.as_deref() == Some(id))
            .expect("in the books")
    }

    /// Waits until nothing will happen unless time passes.
    pub async fn settle(&self) {
        self.clock
            .watch()
            .wait_for(|counts| counts.busy == 0)
            .await
            .expect("the clock lives");
    }

    /// Lets everything happen that is due until `ms` from now.
    pub async fn pass(&self, ms: i64) {
        let end = self.clock.now_ms() + ms;
        self.settle().await;
        while let Some(due) = self.clock.next_sleeper().filter(|due| *due <= end) {
            self.clock.advance_to(due);
            self.settle().await;
        }
        self.clock.advance_to(end);
        self.settle().await;
    }

    pub fn browser(&self) -> Browser {
        Browser {
            http: self.http.clone(),
            origin: self.url.clone(),
            url: String::new(),
            status: 0,
            html: String::new(),
        }
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer {
        status,
        headers,
        body: response.json().await.unwrap_or_default(),
    }
}

/// Follows links, fills in forms, and stops where a redirect leaves the server.
pub struct Browser {
    http: Client,
    origin: String,
    pub url: String,
    pub status: u16,
    pub html: String,
}

impl Browser {
    /// Opens a page; returns where the server sent the customer, if away.
    pub async fn open(&mut self, url: &str) -> Option<String> {
        let response = self.http.get(url).send().await.expect("an answer");
        url.clone_into(&mut self.url);
        self.follow(response).await
    }

    async fn follow(&mut self, mut response: Response) -> Option<String> {
        for _ in 0..5 {
            let Some(location) = response.headers().get("location") else {
                self.status = response.status().as_u16();
                self.html = response.text().await.expect("a page");
                return None;
            };
            assert_eq!(response.status(), 303);
            let location = location.to_str().expect("ASCII").to_owned();
            if !location.starts_with('/') {
                return Some(location);
            }
            self.url = format!("{}{location}", self.origin);
            response = self.http.get(&self.url).send().await.expect("an answer");
        }
        panic!("too many redirects");
    }

    /// Whether the page offers this action.
    pub fn offers(&self, action: &str) -> bool {
        let selector = Selector::parse(&format!("[data-action='{action}']")).expect("a selector");
        Html::parse_document(&self.html)
            .select(&selector)
            .next()
            .is_some()
    }

    pub fn heading(&self) -> String {
        let selector = Selector::parse("h1").expect("a selector");
        Html::parse_document(&self.html)
            .select(&selector)
            .map(|h1| h1.text().collect::<String>())
            .collect()
    }

    /// Presses what has this `data-action`, with `fields` over the form's own values.
    pub async fn act(&mut self, action: &str, fields: &[(&str, &str)]) -> Option<String> {
        let (href, form) = self.find(action);
        let url = format!("{}{href}", self.origin);
        let response = match form {
            None => self.http.get(&url).send().await,
            Some(mut values) => {
                values.extend(
                    fields
                        .iter()
                        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
                );
                self.http.post(&url).form(&values).send().await
            }
        };
        self.url = url;
        self.follow(response.expect("an answer")).await
    }

    fn find(&self, action: &str) -> (String, Option<HashMap<String, String>>) {
        let page = Html::parse_document(&self.html);
        let selector = Selector::parse(&format!("[data-action='{action}']")).expect("a selector");
        let element = page.select(&selector).next();
        let element =
            element.unwrap_or_else(|| panic!("no {action} on the page {:?}", self.heading()));
        if element.value().name() == "a" {
            return (element.attr("href").expect("a link").to_owned(), None);
        }
        let inputs =
            Selector::parse("input[value]:not([type=checkbox]):not([type=radio]), input[checked]")
                .expect("a selector");
        let values = element.select(&inputs).filter_map(|input| {
            Some((
                input.attr("name")?.to_owned(),
                input.attr("value")?.to_owned(),
            ))
        });
        (
            element.attr("action").expect("a form").to_owned(),
            Some(values.collect()),
        )
    }

    pub async fn walk_to_option(&mut self, url: &str) {
        assert_eq!(self.open(url).await, None);
        self.act("phone", &[("phone", "+45 42 55 56 28")]).await;
        self.act("otp", &[("otp", "123456")]).await;
        assert_eq!(self.heading(), "How do you want to pay?");
    }

    pub async fn walk_to_review(&mut self, url: &str) {
        self.walk_to_option(url).await;
        self.act("option", &[("option", "pay-later")]).await;
        assert_eq!(self.heading(), "Review and pay");
    }
}
