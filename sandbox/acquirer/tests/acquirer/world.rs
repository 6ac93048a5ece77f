//! An acquirer, a scripted Klarna and a clock that only moves while a request waits for it.

use std::future::Future;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, Method, StatusCode, header};
use serde_json::{Value, json};
use sha2::Sha256;
use stepup_sandbox_acquirer::{
    Acquirer, AcquirerConfig, AcquirerRecord, Database, KlarnaAccount, Secret, SigningKey,
};
use stepup_sandbox_clock::Clock;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::contract;
use crate::klarna::{API_KEY, Kind, ScriptedKlarna};

/// 2026-11-25T09:00:00Z
pub const BEGIN: i64 = 1_795_597_200_000;
pub const SIGNING_KEY: &str = "signing-key-marked-secret";

pub struct World {
    pub clock: Clock,
    pub klarna: ScriptedKlarna,
    pub acquirer: Acquirer,
    pub url: String,
    config: AcquirerConfig,
    http: Client,
    _directory: TempDir,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: StatusCode,
    pub json: Value,
    pub text: String,
    pub location: Option<String>,
    pub date: Option<String>,
}

impl Reply {
    pub fn word(&self) -> &str {
        self.json["status"].as_str().unwrap_or("none")
    }

    pub fn payment_id(&self) -> String {
        self.json["payment_id"]
            .as_str()
            .expect("a payment id")
            .to_owned()
    }

    pub fn version(&self) -> i64 {
        self.json["version"].as_i64().expect("a version")
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(configure: impl FnOnce(&mut AcquirerConfig)) -> Self {
        let clock = Clock::virtual_at(BEGIN);
        let klarna = ScriptedKlarna::start(&clock).await;
        let directory = tempfile::tempdir().expect("a directory");
        let account = KlarnaAccount {
            base_url: klarna.base_url.clone(),
            account: "krn:partner:global:account:test:M4CIYH2N".into(),
            api_key: Secret::new(API_KEY),
        };
        let mut config = AcquirerConfig::new(clock.clone(), "", account);
        config.database = Database::File(directory.path().join("acquirer.db"));
        config.signing_keys = vec![signing_key("key-1", SIGNING_KEY)];
        configure(&mut config);
        let (acquirer, url) = serve(&mut config).await;
        let http = stepup_sandbox_http::client()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build()
            .expect("a client");
        Self {
            clock,
            klarna,
            acquirer,
            url,
            config,
            http,
            _directory: directory,
        }
    }

    /// Kills the acquirer where it stands and starts another one on the same database.
    pub async fn kill_and_restart(&mut self) {
        self.acquirer.stop();
        let (acquirer, url) = serve(&mut self.config).await;
        self.acquirer = acquirer;
        self.url = url;
    }

    /// A request that somebody waits for: time passes when nothing else happens.
    pub async fn send(&self, request: reqwest::RequestBuilder, name: (&str, &str)) -> Reply {
        let _guard = self.clock.busy();
        let exchange = async {
            let reply = request.send().await.expect("an answer");
            let text_of = |name| {
                let value = reply.headers().get(name)?;
                Some(value.to_str().expect("text").to_owned())
            };
            let (status, location, date) = (
                reply.status(),
                text_of(header::LOCATION),
                text_of(header::DATE),
            );
            let text = reply.text().await.expect("a body");
            let json: Value = serde_json::from_str(&text).unwrap_or_default();
            contract::check(name.0, name.1, status.as_u16(), &json);
            Reply {
                status,
                json,
                text,
                location,
                date,
            }
        };
        self.while_time_passes(exchange).await
    }

    async fn while_time_passes<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::select! {
            result = work => result,
            () = self.let_time_pass(i64::MAX) => unreachable!("time never ends"),
        }
    }

    async fn let_time_pass(&self, until: i64) {
        let mut counts = self.clock.watch();
        loop {
            counts
                .wait_for(|counts| counts.busy <= 0)
                .await
                .expect("the clock lives");
            match self.clock.next_sleeper() {
                Some(due) if due <= until => self.clock.advance_to(due),
                _ if until == i64::MAX => std::future::pending().await,
                _ => return self.clock.advance_to(until),
            }
        }
    }

    /// Lets time pass, and everything happen that is due in it.
    pub async fn pass(&self, ms: i64) {
        self.let_time_pass(self.clock.now_ms() + ms).await;
        self.settle().await;
    }

    /// Lets `work` and what follows the next call of `kind` happen at the same time. The clock stands still until `meanwhile` is done.
    pub async fn during<A, B>(
        &self,
        kind: Kind,
        work: impl Future<Output = A>,
        meanwhile: impl Future<Output = B>,
    ) -> (A, B) {
        let known = self.klarna.calls(kind).len();
        let acting = self.clock.busy();
        tokio::join!(work, async move {
            while self.klarna.calls(kind).len() == known {
                tokio::task::yield_now().await;
            }
            let result = meanwhile.await;
            drop(acting);
            result
        })
    }

    /// Waits until nothing happens any more unless time passes.
    pub async fn settle(&self) {
        let mut counts = self.clock.watch();
        counts
            .wait_for(|counts| counts.busy <= 0)
            .await
            .expect("the clock lives");
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub fn start_request(&self, attempt: &str, order: &Value) -> reqwest::RequestBuilder {
        self.request(Method::POST, "/payments")
            .header("idempotency-key", format!("{attempt}:start"))
            .header("stepup-attempt", attempt)
            .header("content-type", "application/json")
            .body(order.to_string())
    }

    pub async fn start_with(&self, attempt: &str, order: &Value) -> Reply {
        self.send(self.start_request(attempt, order), ("post", "/payments"))
            .await
    }

    pub async fn start(&self, attempt: &str) -> Reply {
        self.start_with(attempt, &order("42")).await
    }

    pub async fn status(&self, id: &str) -> Reply {
        let request = self.request(Method::GET, &format!("/payments/{id}"));
        self.send(request, ("get", "/payments/{id}")).await
    }

    pub async fn wait(&self, id: &str, seconds: u32, after: i64) -> Reply {
        let path = format!("/payments/{id}?wait={seconds}&after={after}");
        self.send(self.request(Method::GET, &path), ("get", "/payments/{id}"))
            .await
    }

    pub async fn cancel(&self, id: &str) -> Reply {
        let request = self
            .request(Method::POST, &format!("/payments/{id}/cancel"))
            .header("idempotency-key", format!("{id}:cancel:1"));
        self.send(request, ("post", "/payments/{id}/cancel")).await
    }

    /// A page as a browser asks for it.
    pub async fn visit(&self, url: &str) -> Reply {
        let path = url.strip_prefix(&self.url).unwrap_or(url);
        self.send(self.request(Method::GET, path), ("get", "page"))
            .await
    }

    /// The internal `return_url` that Klarna was given last, as Klarna would fill it in.
    pub fn return_page(&self) -> String {
        let calls = self.klarna.calls(Kind::First);
        let call = calls.last().expect("an authorize");
        let config = &call.body["step_up_config"]["customer_interaction_config"];
        let url = config["return_url"].as_str().expect("a return_url");
        let path = url.find("/klarna/").expect("the acquirer's own page");
        url[path..]
            .replace("{klarna.payment_request.id}", "krn:x")
            .replace("{klarna.payment_request.state}", "COMPLETED")
    }

    /// A signed webhook.
    pub async fn webhook(&self, event_id: &str, payload: Value) -> Reply {
        let body = event(event_id, &payload);
        let signature = sign(SIGNING_KEY, &body);
        self.raw_webhook("key-1", &signature, body).await
    }

    pub async fn completed(&self, event_id: &str) -> Reply {
        let payload = self.klarna.payload("COMPLETED", "2026-11-25T09:05:00Z");
        self.webhook(event_id, payload).await
    }

    pub fn webhook_request(
        &self,
        key_id: &str,
        signature: &str,
        body: String,
    ) -> reqwest::RequestBuilder {
        self.request(Method::POST, "/klarna/webhooks")
            .header("klarna-signing-key-id", key_id)
            .header("klarna-signature", signature)
            .body(body)
    }

    /// Delivers a webhook and waits until everything that it caused is done.
    pub async fn raw_webhook(&self, key_id: &str, signature: &str, body: String) -> Reply {
        let request = self.webhook_request(key_id, signature, body);
        let reply = self.send(request, ("post", "/klarna/webhooks")).await;
        self.settle().await;
        reply
    }

    pub fn record(&self, attempt: &str) -> AcquirerRecord {
        let books = self.acquirer.books().expect("readable books");
        books
            .into_iter()
            .find(|record| record.attempts.iter().any(|id| id == attempt))
            .expect("a record of the attempt")
    }
}

async fn serve(config: &mut AcquirerConfig) -> (Acquirer, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("address"));
    config.public_url.clone_from(&url);
    let acquirer = Acquirer::new(config.clone()).expect("an acquirer");
    let router = acquirer.router();
    tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
    (acquirer, url)
}

pub fn order(reference: &str) -> Value {
    json!({
        "reference": reference, "amount": 11800, "currency": "USD",
        "items": [{ "name": "T-shirt", "quantity": 2, "unit_price": 5900 }],
        "customer": { "email": "customer@email.us" },
        "return_url": "shop://done?stepup=nonce-marked-secret",
        "app_return_url": "shop://klarna?stepup=nonce-marked-secret",
    })
}

pub fn signing_key(id: &str, key: &str) -> SigningKey {
    SigningKey {
        id: id.into(),
        key: Secret::new(key),
    }
}

pub fn event(event_id: &str, payload: &Value) -> String {
    let state = payload["state"].as_str().expect("a state");
    let name = state.to_lowercase().replace('_', "-");
    json!({
        "metadata": { "event_id": event_id, "event_type": format!("payment.request.state-change.{name}"),
            "event_version": "v2", "occurred_at": payload["updated_at"], "live": false },
        "payload": payload,
    })
    .to_string()
}

pub fn sign(key: &str, body: &str) -> String {
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_bytes()).expect("any key length");
    mac.update(body.as_bytes());
    mac.finalize()
        .into_bytes()
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
