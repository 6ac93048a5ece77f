//! The acquirer as the process that it is, killed (SIGKILL) in the middle of its calls to Klarna and started again on its file.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use stepup_sandbox_clock::Clock;
use stepup_sandbox_klarna::{
    CallNumber, Klarna, KlarnaConfig, KlarnaFaults, KlarnaRecord, Secret, SigningKey,
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Longer than any of this takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);
const PAYMENTS: usize = 30;
/// Longer than a test lives: Klarna has decided, and its reply never comes.
const NEVER_MS: i64 = 600_000;
const API_KEY: &str = "an-api-key";
const HOOK_KEY: &str = "a-hook-key";

/// The running process. It ends with this value, however the test ends.
struct Running(Child);

impl Running {
    /// SIGKILL: nothing is written or said any more.
    fn kill(mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("ended");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Shop {
    klarna: Klarna,
    klarna_url: String,
    account: String,
    port: u16,
    folder: TempDir,
    http: Client,
}

impl Shop {
    async fn open() -> Self {
        let klarna_at = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let klarna_url = format!("http://{}", klarna_at.local_addr().expect("an address"));
        // Klarna has to know where webhooks go before the acquirer is there.
        let reserved = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = reserved.local_addr().expect("an address").port();
        drop(reserved);
        let key = SigningKey {
            id: "hook".into(),
            secret: Secret::new(HOOK_KEY),
        };
        let config = KlarnaConfig::new(Clock::real(), &klarna_url, Secret::new(API_KEY))
            .with_webhooks(format!("http://127.0.0.1:{port}/klarna/webhooks"), key);
        let account = config.partner_account.clone();
        let klarna = Klarna::new(config).expect("a Klarna");
        let router = klarna.router();
        tokio::spawn(async move { axum::serve(klarna_at, router).await });
        let http = stepup_sandbox_http::client()
            .redirect(reqwest::redirect::Policy::none())
            // A connection kept from before the kill would fail a request that the next process never saw.
            .pool_max_idle_per_host(0)
            .build()
            .expect("a client");
        Self {
            klarna,
            klarna_url,
            account,
            port,
            folder: tempfile::tempdir().expect("a folder"),
            http,
        }
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("acquirer.db")
    }

    fn start_acquirer(&self) -> Running {
        let mut child = Command::new(env!("CARGO_BIN_EXE_stepup-acquirer"))
            .env("KLARNA_BASE_URL", &self.klarna_url)
            .env("KLARNA_ACCOUNT", &self.account)
            .env("KLARNA_API_KEY", API_KEY)
            .env("KLARNA_SIGNING_KEYS", format!("hook={HOOK_KEY}"))
            .env("ACQUIRER_DATABASE", self.database())
            .env("ACQUIRER_PORT", self.port.to_string())
            .env("RUST_LOG", "off")
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        let running = Running(child);
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        assert!(line.starts_with("acquirer ready"), "{line}");
        running
    }

    fn set_faults(&self, faults: Value) {
        let faults: KlarnaFaults = serde_json::from_value(faults).expect("faults");
        self.klarna.set_faults(faults);
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn start_request(&self, number: usize) -> reqwest::RequestBuilder {
        let order = json!({
            "reference": format!("order-{number}"), "amount": 11_800, "currency": "USD",
            "return_url": "shop://done", "app_return_url": "shop://klarna",
        });
        self.http
            .post(self.url("/payments"))
            .header("Idempotency-Key", format!("a{number}:start"))
            .json(&order)
    }

    async fn start(&self, number: usize) -> Value {
        let reply = self.start_request(number).send().await.expect("an answer");
        assert_eq!(reply.status(), StatusCode::OK);
        reply.json().await.expect("JSON")
    }

    async fn status(&self, number: usize) -> Value {
        let request = self.http.get(self.url(&format!("/payments/a{number}")));
        let reply = request.send().await.expect("an answer");
        reply.json().await.expect("JSON")
    }

    /// A customer goes through the whole journey and approves.
    async fn approve(&self, number: usize) {
        let reply = self.start(number).await;
        let url = reply["klarna"]["payment_request_url"].as_str();
        let url = url.expect("a journey");
        self.http.get(url).send().await.expect("a page");
        let journey = url.strip_suffix("/start").expect("a start page");
        for (page, form) in [
            ("phone", "phone=%2B4542555628"),
            ("otp", "otp=123456"),
            ("option", "option=pay-later"),
            ("approve", "x=y"),
        ] {
            let request = self.http.post(format!("{journey}/{page}"));
            let request = request.header("Content-Type", "application/x-www-form-urlencoded");
            let reply = request.body(form).send().await.expect("a page");
            assert!(reply.status().is_redirection(), "{page}");
        }
    }

    async fn until_klarna(&self, fits: impl Fn(&[KlarnaRecord]) -> bool) -> Vec<KlarnaRecord> {
        loop {
            let books = self.klarna.books();
            if fits(&books) {
                return books;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn until_approved(&self, number: usize) {
        while self.status(number).await["status"] != "approved" {
            tokio::task::yield_now().await;
        }
    }
}

fn paid(books: &[KlarnaRecord]) -> usize {
    books
        .iter()
        .filter(|record| !record.transactions.is_empty())
        .count()
}

async fn in_time(work: impl Future<Output = ()>) {
    tokio::time::timeout(LIMIT, work).await.expect("in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_finalisation_nothing_is_lost_and_nobody_pays_twice() {
    in_time(async {
        let shop = Shop::open().await;
        let acquirer = shop.start_acquirer();
        shop.set_faults(json!({"second_authorize": {"delay_ms": NEVER_MS}}));
        for number in 0..PAYMENTS {
            shop.approve(number).await;
        }
        // Klarna has taken the money, and nobody here knows.
        shop.until_klarna(|books| paid(books) == PAYMENTS).await;
        acquirer.kill();

        shop.set_faults(json!({}));
        let acquirer = shop.start_acquirer();
        for number in 0..PAYMENTS {
            shop.until_approved(number).await;
        }
        let books = shop.klarna.books();
        assert_eq!(books.len(), PAYMENTS);
        for record in &books {
            assert_eq!(record.transactions.len(), 1, "{record:?}");
            let calls: Vec<_> = record
                .authorize_calls
                .iter()
                .filter(|call| call.call == CallNumber::Second)
                .collect();
            // The call that was cut off and its repetition: to Klarna they are one.
            assert_eq!(calls.len(), 2, "{record:?}");
            assert_eq!(calls[0].idempotency_key, calls[1].idempotency_key);
            assert_eq!(calls[0].token_sha256, calls[1].token_sha256);
            assert!(calls[1].repeated);
        }

        // And once more, with everything settled: what was said stays said.
        let before = shop.status(0).await;
        acquirer.kill();
        let _acquirer = shop.start_acquirer();
        assert_eq!(shop.status(0).await, before);
        assert_eq!(shop.klarna.books(), books);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_a_start_the_repeated_start_finds_the_same_payment() {
    in_time(async {
        let shop = Shop::open().await;
        let acquirer = shop.start_acquirer();
        shop.set_faults(json!({
            "first_authorize": {"delay_ms": NEVER_MS}, "webhook": {"drop": true},
        }));
        let mut starts = JoinSet::new();
        for number in 0..PAYMENTS {
            starts.spawn(shop.start_request(number).send());
        }
        shop.until_klarna(|books| books.len() == PAYMENTS).await;
        acquirer.kill();
        while let Some(answer) = starts.join_next().await {
            assert!(answer.expect("no task fails").is_err(), "it was killed");
        }

        shop.set_faults(json!({}));
        let _acquirer = shop.start_acquirer();
        for number in 0..PAYMENTS {
            let known = shop.status(number).await;
            assert_eq!(known["status"], "pending", "{known}");
            let reply = shop.start(number).await;
            assert_eq!(reply["payment_id"], known["payment_id"]);
            assert!(
                reply["klarna"]["payment_request_url"].is_string(),
                "{reply}"
            );
        }
        assert_eq!(shop.klarna.books().len(), PAYMENTS, "one request an order");
    })
    .await;
}
