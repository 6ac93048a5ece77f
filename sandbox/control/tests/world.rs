//! Whole payments through a world, over real sockets, in virtual time.

use serde_json::{Value, json};
use stepup_sandbox_control::{
    AcquirerFaults, Endpoint, Fault, FaultKind, Happened, KlarnaFaults, OpenedIn, PhoneState,
    ReplyShape, SessionConfig, Step, World, WorldConfig,
};

const HANDOVER: &str = "shop://klarna-back?stepup=abcdefghijklmnopqrstuv";
const COMPLETION: &str = "shopdone://klarna?stepup=abcdefghijklmnopqrstuv";
const PAY: [&str; 4] = ["phone:+4306762600456", "otp:123456", "option", "approve"];

struct Phone {
    world: World,
    http: reqwest::Client,
}

impl Phone {
    async fn new(config: WorldConfig) -> Self {
        let world = World::start(config).await.expect("a world");
        let http = stepup_sandbox_http::client().build().expect("a client");
        Self { world, http }
    }

    async fn start(&self, attempt: &str) -> Value {
        let order = json!({
            "reference": "42", "amount": 11_800, "currency": "USD",
            "items": [{"name": "T-shirt", "quantity": 2, "unit_price": 5900, "total_amount": 11_800}],
            "customer": {"email": "customer@email.us"},
            "return_url": COMPLETION, "app_return_url": HANDOVER,
        });
        let request = self
            .http
            .post(format!("{}/payments", self.world.addresses().backend))
            .header("Idempotency-Key", format!("{attempt}:start"))
            .header("StepUp-Attempt", attempt)
            .json(&order);
        let reply = request.send().await.expect("answered");
        assert_eq!(reply.status(), 200);
        reply.json().await.expect("json")
    }

    async fn ask(&self, query: &str) -> Value {
        let url = format!("{}/payments/a1{query}", self.world.addresses().backend);
        let reply = self.http.get(url).send().await.expect("answered");
        reply.json().await.expect("json")
    }

    async fn quiet(&self) {
        let settled = self.world.settle(PhoneState::idle()).await;
        assert!(settled.quiet, "{settled:?}");
    }

    /// Walks until a link for an app, or the end of the steps.
    async fn walk(&self, customer: u64, names: &[&str]) -> Happened {
        let walked = self.world.customers().walk(customer, &steps(names)).await;
        let mut walked = walked.expect("walked");
        walked.pop().expect("a step").happened
    }
}

fn steps(names: &[&str]) -> Vec<Step> {
    names
        .iter()
        .map(|name| name.parse().expect("a step"))
        .collect()
}

fn url(reply: &Value) -> &str {
    reply["klarna"]["payment_request_url"]
        .as_str()
        .or_else(|| reply["redirect_url"].as_str())
        .expect("a journey")
}

fn link(uri: &str) -> Happened {
    Happened::AppLink {
        uri: uri.to_owned(),
    }
}

#[tokio::test]
async fn a_payment_goes_through_and_everybody_recorded_the_same() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    let reply = phone.start("a1").await;
    assert_eq!(reply["status"], "pending");
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, first) = opened.expect("opened");
    let Happened::Page { actions, .. } = first.happened else {
        panic!("not a page: {first:?}")
    };
    assert!(actions.contains(&"phone".to_owned()), "{actions:?}");
    assert_eq!(phone.walk(customer, &PAY).await, link(COMPLETION));
    assert_eq!(phone.ask("").await["status"], "approved");
    phone.quiet().await;

    let books = phone.world.books().expect("books");
    let [acquirer] = &books.acquirer[..] else {
        panic!("{:?}", books.acquirer)
    };
    let [klarna] = &books.klarna[..] else {
        panic!("{:?}", books.klarna)
    };
    assert_eq!(acquirer.status.word(), "approved");
    assert_eq!(
        (acquirer.first_authorizes, acquirer.second_authorizes),
        (1, 1)
    );
    assert_eq!(acquirer.attempts, ["a1"]);
    assert_eq!(klarna.transactions.len(), 1);
    assert_eq!(
        klarna.transactions[0].payment_transaction_id,
        acquirer
            .payment_transaction_id
            .clone()
            .expect("a transaction")
    );
    let asked: Vec<Endpoint> = books.wire.iter().map(|entry| entry.endpoint).collect();
    assert_eq!(asked, [Endpoint::Start, Endpoint::Status]);
    assert_eq!(books.wire[0].order_reference.as_deref(), Some("42"));
    let [record] = &books.customers[..] else {
        panic!("{:?}", books.customers)
    };
    let did: Vec<&str> = record
        .transcript
        .iter()
        .map(|report| report.step.as_str())
        .collect();
    assert_eq!(
        did,
        [
            "open",
            "phone:+4306762600456",
            "otp:123456",
            "option",
            "approve"
        ]
    );
    phone.world.stop().await;
}

#[tokio::test]
async fn the_acquirers_own_page_leads_to_the_same_journey() {
    let config = WorldConfig {
        reply_shape: ReplyShape::Redirect,
        ..WorldConfig::in_virtual_time()
    };
    let phone = Phone::new(config).await;
    let reply = phone.start("a1").await;
    assert!(reply.get("klarna").is_none());
    assert!(url(&reply).starts_with(&phone.world.addresses().acquirer));
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, first) = opened.expect("opened");
    assert!(
        first
            .visited
            .last()
            .expect("visited")
            .starts_with(&phone.world.addresses().klarna)
    );
    assert_eq!(phone.walk(customer, &PAY).await, link(COMPLETION));
    phone.world.stop().await;
}

#[tokio::test]
async fn a_hop_to_the_bank_brings_the_app_forward_and_the_tab_goes_on() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    let reply = phone.start("a1").await;
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, _) = opened.expect("opened");
    let hop = [
        "phone:+4306762600456",
        "otp:123456",
        "open-bank",
        "confirm-in-app",
    ];
    assert_eq!(phone.walk(customer, &hop).await, link(HANDOVER));
    assert_eq!(
        phone.ask("").await["status"],
        "pending",
        "a handover says nothing"
    );
    assert_eq!(phone.walk(customer, &["approve"]).await, link(COMPLETION));
    assert_eq!(phone.ask("").await["status"], "approved");
    phone.world.stop().await;
}

#[tokio::test]
async fn a_journey_in_the_klarna_app_ends_on_the_handover_link() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    let reply = phone.start("a1").await;
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::KlarnaApp)
        .await;
    let (customer, _) = opened.expect("opened");
    assert_eq!(phone.walk(customer, &PAY).await, link(HANDOVER));
    phone.quiet().await;
    assert_eq!(phone.ask("").await["status"], "approved");
    phone.world.stop().await;
}

#[tokio::test]
async fn who_aborts_may_come_back_and_who_denies_may_not() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    let reply = phone.start("a1").await;
    for (ends, word) in [("abort", "pending"), ("deny", "declined")] {
        let opened = phone
            .world
            .customers()
            .open(url(&reply), OpenedIn::Browser)
            .await;
        let (customer, _) = opened.expect("opened");
        let end = ["phone:+4306762600456", "otp:123456", "option", ends];
        assert_eq!(phone.walk(customer, &end).await, link(COMPLETION));
        phone.quiet().await;
        assert_eq!(phone.ask("").await["status"], word);
    }
    // The first tab still shows the page that was left: its button comes too late, and the page says so.
    let late = phone.walk(1, &["approve"]).await;
    let Happened::Page { title, actions, .. } = late else {
        panic!("not a page: {late:?}")
    };
    assert!(title.contains("declined"), "{title}");
    assert_eq!(actions, ["return"]);
    let mistaken = phone
        .world
        .customers()
        .walk(1, &steps(&["otp:123456"]))
        .await;
    let said = mistaken.expect_err("not on this page").to_string();
    assert!(said.contains("no action `otp`"), "{said}");
    let record = phone.world.customers().record(1).expect("the customer");
    assert_eq!(record.failed, Some(said));
    phone.world.stop().await;
}

#[tokio::test]
async fn a_long_poll_parks_and_is_answered_by_the_customers_approval() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    let reply = phone.start("a1").await;
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, _) = opened.expect("opened");
    phone.walk(customer, &PAY[..3]).await;
    phone.quiet().await;
    let version = phone.ask("").await["version"].as_i64().expect("a version");
    let before = phone.world.clock().now_ms();
    let query = format!("?wait=25&after={version}");
    let (answer, _) = tokio::join!(phone.ask(&query), async {
        let waiting = phone.world.settle(PhoneState::idle().in_flight(1)).await;
        assert!(waiting.quiet, "{waiting:?}");
        assert!(waiting.next_event.is_some());
        phone.walk(customer, &["approve"]).await
    });
    assert_ne!(answer["version"].as_i64(), Some(version));
    assert_eq!(phone.world.clock().now_ms(), before, "no time had to pass");
    phone.world.stop().await;
}

#[tokio::test]
async fn time_moves_from_event_to_event_until_the_payment_request_expires() {
    let phone = Phone::new(WorldConfig {
        request_life_ms: Some(600_000),
        ..WorldConfig::in_virtual_time()
    })
    .await;
    phone.start("a1").await;
    let begin = phone.world.clock().now_ms();
    loop {
        let settled = phone
            .world
            .settle_and_advance(PhoneState::idle(), Some(begin + 700_000))
            .await;
        assert!(settled.quiet, "{settled:?}");
        if settled.next_event.is_none_or(|next| next > begin + 700_000) {
            break;
        }
    }
    assert_eq!(phone.ask("").await["status"], "expired");
    phone.world.stop().await;
}

#[tokio::test]
async fn a_lost_start_reply_is_in_the_log_and_the_backend_knows_the_attempt() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    phone
        .world
        .set_fault(Fault::new(FaultKind::LoseReply).at(Endpoint::Start));
    let request = phone
        .http
        .post(format!("{}/payments", phone.world.addresses().backend))
        .header("Idempotency-Key", "a1:start")
        .header("StepUp-Attempt", "a1")
        .json(&json!({"reference": "42", "amount": 100, "currency": "USD", "return_url": COMPLETION, "app_return_url": HANDOVER}));
    assert!(request.send().await.is_err());
    assert_eq!(phone.ask("").await["status"], "pending");
    assert_eq!(phone.world.faults()[0].hits, 1);
    phone.world.stop().await;
}

#[tokio::test]
async fn faults_of_klarna_and_acquirer_pass_through() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    let mut faults = KlarnaFaults::default();
    faults.webhook.extra_copies = 1;
    phone.world.set_klarna_faults(faults);
    phone.world.set_acquirer_faults(AcquirerFaults {
        long_poll: false,
        ..AcquirerFaults::default()
    });
    let reply = phone.start("a1").await;
    let version = reply["version"].as_i64().unwrap_or(1);
    let before = phone.world.clock().now_ms();
    phone.ask(&format!("?wait=25&after={version}")).await;
    assert_eq!(
        phone.world.clock().now_ms(),
        before,
        "answered without waiting"
    );
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, _) = opened.expect("opened");
    phone.walk(customer, &PAY).await;
    phone.quiet().await;
    let books = phone.world.books().expect("books");
    let completed: Vec<_> = books.klarna[0]
        .deliveries
        .iter()
        .filter(|delivery| delivery.event_type.ends_with(".completed"))
        .collect();
    assert_eq!(completed.len(), 2, "{completed:?}");
    assert_eq!(completed[0].event_id, completed[1].event_id);
    assert_eq!(books.acquirer[0].second_authorizes, 1);
    phone.world.stop().await;
}

#[tokio::test]
async fn an_acquirer_that_is_killed_goes_on_from_its_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let phone = Phone::new(WorldConfig {
        database: Some(folder.path().join("acquirer.sqlite")),
        ..WorldConfig::in_virtual_time()
    })
    .await;
    let reply = phone.start("a1").await;
    phone.world.restart_acquirer().await.expect("restarted");
    let again = phone.start("a1").await;
    assert_eq!(
        again["payment_id"], reply["payment_id"],
        "the same key, the same answer"
    );
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, _) = opened.expect("opened");
    assert_eq!(phone.walk(customer, &PAY).await, link(COMPLETION));
    phone.quiet().await;
    assert_eq!(phone.ask("").await["status"], "approved");
    assert_eq!(
        phone.world.books().expect("books").acquirer[0].first_authorizes,
        1
    );
    phone.world.stop().await;

    let in_memory = World::start(WorldConfig::in_virtual_time())
        .await
        .expect("a world");
    assert!(in_memory.restart_acquirer().await.is_err());
    in_memory.stop().await;
}

#[tokio::test]
async fn a_customer_who_walks_apart_lets_the_driver_move_the_clock() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    phone.world.set_acquirer_faults(AcquirerFaults {
        finalise_delay_ms: 3_000,
        ..AcquirerFaults::default()
    });
    let reply = phone.start("a1").await;
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, _) = opened.expect("opened");
    let begin = phone.world.clock().now_ms();
    phone
        .world
        .customers()
        .walk_apart(customer, steps(&PAY))
        .expect("walks");
    let record = loop {
        let settled = phone.world.settle(PhoneState::idle()).await;
        assert!(settled.quiet, "{settled:?}");
        let record = phone
            .world
            .customers()
            .record(customer)
            .expect("the customer");
        if !record.acting {
            break record;
        }
        phone
            .world
            .clock()
            .advance_to(settled.next_event.expect("somebody waits"));
    };
    let last = record.transcript.last().expect("steps");
    assert_eq!(last.happened, link(COMPLETION));
    assert_eq!(
        last.at_ms,
        begin + 3_000,
        "the return page waits for the finalisation"
    );
    phone.world.stop().await;
}

#[tokio::test]
async fn a_customer_thinks_on_the_clock_and_everything_has_its_place() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    let reply = phone.start("a1").await;
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, first) = opened.expect("opened");
    let begin = phone.world.clock().now_ms();
    phone
        .world
        .customers()
        .walk_apart(customer, steps(&["pause:2500", "phone:+4306762600456"]))
        .expect("walks");
    let settled = phone.world.settle(PhoneState::idle()).await;
    assert_eq!(settled.next_event, Some(begin + 2_500), "{settled:?}");
    let second = phone
        .world
        .customers()
        .walk_apart(customer, steps(&["abort"]));
    assert!(second.is_err(), "one script at a time");
    phone.world.clock().advance_to(begin + 2_500);
    phone.quiet().await;
    phone.ask("").await;
    let books = phone.world.books().expect("books");
    let transcript = &books.customers[0].transcript;
    assert_eq!(transcript[2].at_ms, begin + 2_500);
    let places = [
        books.wire[0].order,
        first.order,
        transcript[1].order,
        transcript[2].order,
        books.wire[1].order,
    ];
    assert!(places.is_sorted(), "{places:?}");
    phone.world.stop().await;
}

#[tokio::test]
async fn a_question_that_waits_while_the_acquirer_is_killed_gets_no_answer_from_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let phone = Phone::new(WorldConfig {
        database: Some(folder.path().join("acquirer.sqlite")),
        ..WorldConfig::in_virtual_time()
    })
    .await;
    phone.start("a1").await;
    let version = phone.ask("").await["version"].as_i64().expect("a version");
    let query = format!("?wait=25&after={version}");
    let (answer, restarted) = tokio::join!(phone.ask(&query), async {
        let waiting = phone.world.settle(PhoneState::idle().in_flight(1)).await;
        assert!(waiting.quiet, "{waiting:?}");
        phone.world.restart_acquirer().await
    });
    restarted.expect("restarted");
    assert_eq!(answer["error"], "backend not reached");
    phone.quiet().await;
    assert_eq!(phone.ask("").await["status"], "pending");
    phone.world.stop().await;
}

#[tokio::test]
async fn one_public_door_serves_backend_and_pages() {
    // The door's port has to be known before its world is made, as with a tunnel.
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        free.local_addr().expect("an address").port()
    };
    let door = format!("http://localhost:{port}");
    let phone = Phone::new(WorldConfig {
        phone_port: port,
        public_url: Some(format!("{door}/")),
        reply_shape: ReplyShape::Redirect,
        ..WorldConfig::in_virtual_time()
    })
    .await;
    assert_eq!(phone.world.addresses().backend, door);
    let reply = phone.start("a1").await;
    assert!(url(&reply).starts_with(&door));
    let opened = phone
        .world
        .customers()
        .open(url(&reply), OpenedIn::Browser)
        .await;
    let (customer, _) = opened.expect("opened");
    assert_eq!(phone.walk(customer, &PAY).await, link(COMPLETION));
    let record = phone
        .world
        .customers()
        .record(customer)
        .expect("the customer");
    let visited = record.transcript.iter().flat_map(|report| &report.visited);
    assert!(visited.clone().count() > 5);
    assert!(visited.clone().all(|url| url.starts_with(&door)));
    assert_eq!(
        phone.world.wire().len(),
        1,
        "pages are no requests of the phone"
    );
    phone.world.stop().await;
}

#[tokio::test]
async fn a_stopped_world_leaves_nothing_listening_and_its_books_readable() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    phone.start("a1").await;
    phone.world.stop().await;
    phone.world.stop().await;
    let addresses = phone.world.addresses();
    for url in [
        &addresses.backend,
        &addresses.acquirer,
        &addresses.klarna,
        &addresses.control,
    ] {
        let error = phone
            .http
            .get(url.as_str())
            .send()
            .await
            .expect_err("nobody listens");
        assert!(error.is_connect(), "{url}");
    }
    let books = phone.world.books().expect("books");
    assert_eq!((books.acquirer.len(), books.klarna.len()), (1, 1));
    assert!(phone.world.set_online(true).await.is_err());
    let wrong = WorldConfig {
        public_url: Some("https://demo.example/path".into()),
        ..WorldConfig::default()
    };
    assert!(World::start(wrong).await.is_err());
}

#[tokio::test]
async fn a_world_that_nobody_holds_any_more_ends() {
    let phone = Phone::new(WorldConfig::in_virtual_time()).await;
    phone.start("a1").await;
    let addresses = phone.world.addresses().clone();
    drop(phone.world);
    let all = [
        &addresses.backend,
        &addresses.acquirer,
        &addresses.klarna,
        &addresses.control,
    ];
    let ended = async {
        for url in all {
            while phone.http.get(url.as_str()).send().await.is_ok() {
                tokio::task::yield_now().await;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), ended)
        .await
        .expect("nobody listens any more");
}

#[tokio::test]
async fn a_session_of_another_customer_sees_nothing() {
    let session = |name: &str| SessionConfig {
        customer: name.to_owned(),
        token: format!("{name}-token"),
    };
    let phone = Phone::new(WorldConfig {
        sessions: vec![session("kim"), session("lou")],
        ..WorldConfig::in_virtual_time()
    })
    .await;
    let base = &phone.world.addresses().backend;
    let order = json!({"reference": "42", "amount": 100, "currency": "USD", "return_url": COMPLETION, "app_return_url": HANDOVER});
    let start = phone
        .http
        .post(format!("{base}/payments"))
        .bearer_auth("kim-token")
        .header("Idempotency-Key", "a1:start")
        .header("StepUp-Attempt", "a1")
        .json(&order);
    assert_eq!(start.send().await.expect("answered").status(), 200);
    let ask = phone.http.get(format!("{base}/payments/a1"));
    for (token, status) in [("kim-token", 200), ("lou-token", 404), ("mo-token", 401)] {
        let ask = ask.try_clone().expect("no body").bearer_auth(token);
        assert_eq!(
            ask.send().await.expect("answered").status(),
            status,
            "{token}"
        );
    }
    assert!(phone.world.wire().iter().all(|entry| entry.authorized));
    let shown = format!("{:?} {:?}", phone.world.config(), phone.world.wire());
    assert!(!shown.contains("-token"), "{shown}");
    phone.world.stop().await;
}
