//! The reference acquirer under fire: everything at once. Killed in the middle of it: the acquirer's own `tests/killed.rs`.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use stepup_sandbox_control::{
    AcquirerRecord, Books, KlarnaFaults, KlarnaRecord, World, WorldConfig,
};
use tokio::task::JoinSet;

/// Longer than any of these takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);
const PAYMENTS: usize = 200;

#[derive(Clone)]
struct Shop {
    world: World,
    http: Client,
}

impl Shop {
    async fn open(config: WorldConfig) -> Self {
        let world = World::start(config).await.expect("a world");
        let http = stepup_sandbox_http::client()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self { world, http }
    }

    fn payment(&self, number: usize, tail: &str) -> String {
        format!(
            "{}/payments/a{number}{tail}",
            self.world.addresses().acquirer
        )
    }

    async fn start(&self, number: usize) -> Value {
        let order = json!({
            "reference": format!("order-{number}"), "amount": 11_800, "currency": "USD",
            "return_url": "shop://done", "app_return_url": "shop://klarna",
        });
        let request = self
            .http
            .post(format!("{}/payments", self.world.addresses().acquirer))
            .header("Idempotency-Key", format!("a{number}:start"))
            .header("StepUp-Attempt", format!("a{number}"))
            .json(&order);
        answer(request).await
    }

    async fn status(&self, number: usize, query: &str) -> Value {
        answer(self.http.get(self.payment(number, query))).await
    }

    async fn cancel(&self, number: usize) -> Value {
        answer(self.http.post(self.payment(number, "/cancel"))).await
    }

    /// A customer who has come to the review page; the journey's address.
    async fn reviewing(&self, number: usize) -> String {
        let reply = self.start(number).await;
        let url = reply["klarna"]["payment_request_url"].as_str();
        let url = url.expect("a journey");
        self.http.get(url).send().await.expect("a page");
        let journey = url.strip_suffix("/start").expect("a start page");
        for (page, field) in [
            ("phone", "phone=%2B4542555628"),
            ("otp", "otp=123456"),
            ("option", "option=pay-later"),
        ] {
            self.submit(journey, page, field).await;
        }
        journey.to_owned()
    }

    /// Submits one of the journey's forms; where the browser is sent then.
    async fn submit(&self, journey: &str, page: &str, form: &'static str) -> String {
        let request = self
            .http
            .post(format!("{journey}/{page}"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form);
        let reply = request.send().await.expect("a page");
        let location = reply.headers().get("location").expect("a way on");
        location.to_str().expect("text").to_owned()
    }

    async fn visit(&self, page: &str) {
        let reply = self.http.get(page).send().await.expect("an answer");
        assert!(reply.status().is_redirection(), "{}", reply.status());
    }

    /// Waits until the books are as `fit` wants them.
    async fn until(&self, fit: impl Fn(&Books) -> bool) -> Books {
        loop {
            let books = self.world.books().expect("readable books");
            if fit(&books) {
                return books;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn set_faults(&self, faults: Value) {
        let faults: KlarnaFaults = serde_json::from_value(faults).expect("faults");
        self.world.set_klarna_faults(faults);
    }
}

/// No request may fail, whatever else is going on.
async fn answer(request: RequestBuilder) -> Value {
    let reply = request.send().await.expect("an answer");
    assert_eq!(reply.status(), StatusCode::OK);
    reply.json().await.expect("JSON")
}

/// Does it for so many payments at once.
async fn each<F>(payments: usize, act: impl Fn(usize) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut all = JoinSet::new();
    for number in 0..payments {
        all.spawn(act(number));
    }
    while let Some(done) = all.join_next().await {
        done.expect("no task fails");
    }
}

async fn in_time(work: impl Future<Output = ()>) {
    tokio::time::timeout(LIMIT, work).await.expect("in time");
}

fn settled(books: &Books, word: &str) -> usize {
    let of = |record: &&AcquirerRecord| record.status.word() == word;
    books.acquirer.iter().filter(of).count()
}

/// Klarna's record and the acquirer's, for each payment request.
fn pairs(books: &Books) -> Vec<(&KlarnaRecord, &AcquirerRecord)> {
    let by_request: BTreeMap<_, _> = books
        .acquirer
        .iter()
        .map(|record| (&record.payment_request_id, record))
        .collect();
    let pair = |klarna| {
        (
            klarna,
            by_request[&(klarna as &KlarnaRecord).payment_request_id],
        )
    };
    books.klarna.iter().map(pair).collect()
}

fn second_calls(record: &KlarnaRecord) -> Vec<Value> {
    let record = serde_json::to_value(record).expect("JSON");
    let calls = record["authorize_calls"].as_array().expect("calls");
    calls
        .iter()
        .filter(|call| call["call"] == "second")
        .cloned()
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_second_authorize_for_each_of_200_payments_although_everything_races() {
    in_time(async {
        let shop = Shop::open(WorldConfig::default()).await;
        shop.set_faults(json!({"webhook": {"event": "completed", "extra_copies": 1}}));
        each(PAYMENTS, |number| {
            let shop = shop.clone();
            async move {
                let journey = shop.reviewing(number).await;
                // With the answer to this, the webhook is on its way.
                let page = shop.submit(&journey, "approve", "x=y").await;
                tokio::join!(
                    shop.visit(&page),
                    shop.status(number, ""),
                    shop.cancel(number),
                    shop.status(number, "?wait=5&after=1"),
                    shop.visit(&page),
                    shop.cancel(number),
                );
            }
        })
        .await;
        let books = shop
            .until(|books| settled(books, "approved") == PAYMENTS)
            .await;
        assert_eq!(books.klarna.len(), PAYMENTS);
        for (klarna, acquirer) in pairs(&books) {
            assert_eq!(second_calls(klarna).len(), 1, "{klarna:?}");
            assert_eq!(acquirer.second_authorizes, 1);
            assert_eq!(acquirer.first_authorizes, 1);
            let [transaction] = &klarna.transactions[..] else {
                panic!("{klarna:?}")
            };
            assert_eq!(
                acquirer.payment_transaction_id.as_deref(),
                Some(transaction.payment_transaction_id.as_str())
            );
        }
        shop.world.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_races_the_approval_ends_in_one_word_that_both_sides_agree_on() {
    const RACES: usize = 60;
    in_time(async {
        let shop = Shop::open(WorldConfig::default()).await;
        each(RACES, |number| {
            let shop = shop.clone();
            async move {
                let journey = shop.reviewing(number).await;
                let approve = async {
                    // Some customers are a little later, so that either side wins now and then.
                    tokio::time::sleep(Duration::from_millis(number as u64 % 6 * 5)).await;
                    let request = shop.http.post(format!("{journey}/approve")).body("x=y");
                    request.send().await.expect("a page")
                };
                tokio::join!(shop.cancel(number), approve, shop.status(number, ""));
            }
        })
        .await;
        let books = shop
            .until(|books| settled(books, "approved") + settled(books, "canceled") == RACES)
            .await;
        for (klarna, acquirer) in pairs(&books) {
            let paid = acquirer.status.word() == "approved";
            assert_eq!(klarna.transactions.len(), usize::from(paid), "{klarna:?}");
            assert_eq!(second_calls(klarna).len(), usize::from(paid), "{klarna:?}");
            let state = klarna.state.expect("a state").as_str();
            assert_eq!(state, if paid { "COMPLETED" } else { "CANCELED" });
        }
        shop.world.stop().await;
    })
    .await;
}
