//! The acquirer with the sandbox's own Klarna: real authorize, real journey pages, real webhooks.

use reqwest::Client;
use stepup_sandbox_acquirer::{
    Acquirer, AcquirerConfig, AcquirerRecord, KlarnaAccount, Secret, SigningKey,
};
use stepup_sandbox_clock::Clock;
use stepup_sandbox_klarna::{Klarna, KlarnaConfig, Secret as KlarnaSecret, SigningKey as HookKey};
use tokio::net::TcpListener;

use crate::world::{BEGIN, order};

struct Both {
    clock: Clock,
    klarna: Klarna,
    acquirer: Acquirer,
    url: String,
    http: Client,
}

impl Both {
    async fn new() -> Self {
        let clock = Clock::virtual_at(BEGIN);
        let (klarna_at, acquirer_at) = (listen().await, listen().await);
        let address = |listener: &TcpListener| {
            format!("http://{}", listener.local_addr().expect("an address"))
        };
        let (klarna_url, url) = (address(&klarna_at), address(&acquirer_at));
        let hook_key = HookKey {
            id: "hook-key".into(),
            secret: KlarnaSecret::new("a hook key"),
        };
        let config = KlarnaConfig::new(clock.clone(), &klarna_url, KlarnaSecret::new("an api key"))
            .with_webhooks(format!("{url}/klarna/webhooks"), hook_key);
        let account = KlarnaAccount {
            base_url: klarna_url,
            account: config.partner_account.clone(),
            api_key: Secret::new("an api key"),
        };
        let klarna = Klarna::new(config).expect("a Klarna");
        let mut config = AcquirerConfig::new(clock.clone(), &url, account);
        config.signing_keys = vec![SigningKey {
            id: "hook-key".into(),
            key: Secret::new("a hook key"),
        }];
        let acquirer = Acquirer::new(config).expect("an acquirer");
        let (of_klarna, of_acquirer) = (klarna.router(), acquirer.router());
        tokio::spawn(async move { axum::serve(klarna_at, of_klarna).await });
        tokio::spawn(async move { axum::serve(acquirer_at, of_acquirer).await });
        let http = stepup_sandbox_http::client()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self {
            clock,
            klarna,
            acquirer,
            url,
            http,
        }
    }

    /// Starts a payment; the address of the journey, without its last segment.
    async fn start(&self) -> String {
        let _acting = self.clock.busy();
        let request = self.http.post(format!("{}/payments", self.url));
        let request = request.header("idempotency-key", "a1:start");
        let body = order("42").to_string();
        let reply = request.body(body).send().await.expect("an answer");
        let reply: serde_json::Value = reply.json().await.expect("JSON");
        let url = reply["klarna"]["payment_request_url"].as_str();
        let url = url.expect("a journey");
        self.http.get(url).send().await.expect("a page");
        url.strip_suffix("/start").expect("a start page").to_owned()
    }

    /// Posts one of the journey's forms; where the browser is sent then.
    async fn post(&self, journey: &str, page: &str, field: (&str, &str)) -> String {
        let _acting = self.clock.busy();
        let request = self.http.post(format!("{journey}/{page}"));
        let body = format!("{}={}", field.0, field.1);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let reply = request.body(body).send().await.expect("an answer");
        let location = reply.headers().get("location").expect("a way on");
        location.to_str().expect("text").to_owned()
    }

    async fn walk_to_review(&self, journey: &str) {
        self.post(journey, "phone", ("phone", "%2B4542555628"))
            .await;
        self.post(journey, "otp", ("otp", "123456")).await;
        self.post(journey, "option", ("option", "pay-later")).await;
    }

    /// Follows the browser out of the journey, through the acquirer's return page, into the app.
    async fn follow(&self, location: &str) -> String {
        assert!(location.starts_with(&format!("{}/klarna/return/", self.url)));
        let _acting = self.clock.busy();
        let reply = self.http.get(location).send().await.expect("an answer");
        let link = reply.headers().get("location").expect("the app's link");
        link.to_str().expect("text").to_owned()
    }

    async fn settle(&self) -> AcquirerRecord {
        let mut counts = self.clock.watch();
        counts
            .wait_for(|counts| counts.busy <= 0)
            .await
            .expect("the clock lives");
        self.acquirer.books().expect("books").remove(0)
    }
}

async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a free port")
}

#[tokio::test]
async fn a_customer_approves_and_both_books_agree() {
    let both = Both::new().await;
    let journey = both.start().await;
    both.walk_to_review(&journey).await;
    let location = both.post(&journey, "approve", ("x", "y")).await;
    let link = both.follow(&location).await;
    assert_eq!(link, "shop://done?stepup=nonce-marked-secret");
    let record = both.settle().await;
    assert_eq!(record.status.word(), "approved");
    assert_eq!(record.second_authorizes, 1);
    let events: Vec<_> = record
        .webhook_events
        .iter()
        .map(|event| event.event_type.rsplit('.').next().unwrap_or_default())
        .collect();
    assert_eq!(events.last(), Some(&"completed"));
    let klarna = both.klarna.books().remove(0);
    assert_eq!(klarna.transactions.len(), 1);
    assert_eq!(klarna.payment_request_id, record.payment_request_id);
    assert_eq!(
        record.payment_transaction_id.as_deref(),
        Some(klarna.transactions[0].payment_transaction_id.as_str())
    );
}

#[tokio::test]
async fn a_customer_denies() {
    let both = Both::new().await;
    let journey = both.start().await;
    both.walk_to_review(&journey).await;
    let location = both.post(&journey, "deny", ("x", "y")).await;
    both.follow(&location).await;
    let record = both.settle().await;
    assert_eq!(record.status.word(), "declined");
    assert_eq!(record.reason.as_deref(), Some("payment_declined"));
    assert!(both.klarna.books().remove(0).transactions.is_empty());
}

#[tokio::test]
async fn an_abort_is_not_the_end_but_a_cancel_is() {
    let both = Both::new().await;
    let journey = both.start().await;
    both.walk_to_review(&journey).await;
    let location = both.post(&journey, "abort", ("x", "y")).await;
    both.follow(&location).await;
    let record = both.settle().await;
    assert_eq!(record.status.word(), "pending");
    assert_eq!(record.klarna_state.as_deref(), Some("SUBMITTED"));
    let acting = both.clock.busy();
    let cancel = both.http.post(format!("{}/payments/a1/cancel", both.url));
    cancel.send().await.expect("an answer");
    drop(acting);
    assert_eq!(both.settle().await.status.word(), "canceled");
}

#[tokio::test]
async fn a_request_expires() {
    let both = Both::new().await;
    both.start().await;
    both.settle().await;
    while let Some(due) = both.clock.next_sleeper() {
        both.clock.advance_to(due);
        both.settle().await;
    }
    assert_eq!(both.settle().await.status.word(), "expired");
    assert_eq!(both.clock.now_ms() - BEGIN, 3 * 3_600_000);
}
