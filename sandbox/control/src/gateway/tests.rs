//! The gateway over real sockets, in front of a backend that counts what it hears.

use std::sync::Mutex;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::*;
use crate::order::Order;
use crate::process::local_url;
use crate::settle::{PhoneState, settle};

const NOON: i64 = 1_764_072_000_000;

#[derive(Clone)]
struct Backend {
    clock: Clock,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Backend {
    fn hear(&self, what: String) -> Value {
        let mut heard = self.heard.lock().expect("not poisoned");
        heard.push(what);
        json!({"status": "pending", "payment_id": "p1", "version": heard.len(), "klarna": {"payment_request_url": "http://secret/"}})
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("not poisoned").clone()
    }
}

struct Bench {
    clock: Clock,
    backend: Backend,
    shared: Arc<Shared>,
    gateway: Server,
    backend_server: Server,
    phone: reqwest::Client,
}

fn client() -> reqwest::Client {
    stepup_sandbox_http::client()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

impl Bench {
    async fn new() -> Self {
        let clock = Clock::virtual_at(NOON);
        let backend = Backend {
            clock: clock.clone(),
            heard: Arc::default(),
        };
        let start = async |State(backend): State<Backend>, headers: HeaderMap, body: String| {
            let key = headers["idempotency-key"]
                .to_str()
                .expect("ascii")
                .to_owned();
            if headers.contains_key("slow") {
                backend.clock.sleep(1_000).await;
            }
            Json(backend.hear(format!("start {key} {body}")))
        };
        let status = async |State(backend): State<Backend>, uri: Uri| {
            if uri.query().is_some_and(|query| query.contains("wait")) {
                backend.clock.sleep(25_000).await;
            }
            Json(backend.hear(format!("status {uri}")))
        };
        let router = Router::new()
            .route("/payments", post(start))
            .route("/payments/{id}", get(status))
            .with_state(backend.clone());
        let server = Server::of_router(port().await, router).expect("serves");
        let shared = Arc::new(Shared {
            clock: clock.clone(),
            acquirer: Url::parse(&local_url(server.address)).expect("a url"),
            klarna: None,
            http: client(),
            faults: Faults::default(),
            wire: WireLog::new(Order::default()),
        });
        let gateway = start_gateway(Arc::clone(&shared)).await;
        Self {
            clock,
            backend,
            shared,
            gateway,
            backend_server: server,
            phone: client(),
        }
    }

    fn fault(&self, fault: Fault) {
        self.shared.faults.set(fault);
    }

    async fn start(&self) -> Result<reqwest::Response, reqwest::Error> {
        self.phone
            .post(format!("{}/payments", local_url(self.gateway.address)))
            .header("Idempotency-Key", "a1:start")
            .header("StepUp-Attempt", "a1")
            .header("Authorization", "Bearer x")
            .body(r#"{"reference":"42"}"#)
            .send()
            .await
    }

    async fn ask(&self, query: &str) -> Result<reqwest::Response, reqwest::Error> {
        let url = format!("{}/payments/p1{query}", local_url(self.gateway.address));
        self.phone.get(url).send().await
    }

    async fn quiet_with(&self, in_flight: usize) -> crate::Settled {
        let settled = settle(
            &self.clock,
            || self.shared.wire.len(),
            PhoneState::idle().in_flight(in_flight),
        )
        .await;
        assert!(settled.quiet, "{settled:?}");
        settled
    }

    fn last(&self) -> WireEntry {
        self.shared
            .wire
            .entries()
            .pop()
            .expect("something was asked")
    }
}

async fn port() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a free port")
}

async fn start_gateway(shared: Arc<Shared>) -> Server {
    start(port().await, shared).expect("serves")
}

fn said(answer: Option<Answer>) -> Said {
    match answer {
        Some(Answer::Reply { said, .. }) => said,
        other => panic!("not a reply: {other:?}"),
    }
}

#[tokio::test]
async fn passes_on_what_the_phone_sends_and_logs_no_links() {
    let bench = Bench::new().await;
    let reply = bench.start().await.expect("answered");
    assert_eq!(reply.status(), 200);
    assert_eq!(
        reply.headers()["date"],
        "Tue, 25 Nov 2025 12:00:00 GMT",
        "the sandbox's time"
    );
    let body: Value = reply.json().await.expect("json");
    assert_eq!(body["klarna"]["payment_request_url"], "http://secret/");
    assert_eq!(
        bench.backend.heard(),
        [r#"start a1:start {"reference":"42"}"#]
    );
    let entry = bench.last();
    assert_eq!(
        (entry.seq, entry.at_ms, entry.endpoint),
        (1, NOON, Endpoint::Start)
    );
    assert_eq!(entry.attempt.as_deref(), Some("a1"));
    assert_eq!(entry.idempotency_key.as_deref(), Some("a1:start"));
    assert_eq!(entry.order_reference.as_deref(), Some("42"));
    assert_eq!(entry.body_sha256.map(|digest| digest.len()), Some(64));
    assert!(entry.authorized);
    let shown = serde_json::to_string(&bench.shared.wire.entries()).expect("json");
    assert!(
        !shown.contains("secret") && !shown.contains("Bearer"),
        "{shown}"
    );
    let said = said(entry.answer);
    assert_eq!(
        (said.status, said.word.as_deref(), said.version),
        (200, Some("pending"), Some(1))
    );
}

#[tokio::test]
async fn a_lost_request_never_reaches_the_backend_and_a_lost_reply_does() {
    let bench = Bench::new().await;
    bench.fault(Fault::new(FaultKind::LoseRequest).at(Endpoint::Start));
    bench.fault(Fault::new(FaultKind::LoseReply).at(Endpoint::Start));
    for (heard, fault) in [(0, "lose-request"), (1, "lose-reply")] {
        let error = bench.start().await.expect_err("reset");
        assert!(!error.is_connect(), "it was sent: {error:?}");
        assert_eq!(bench.backend.heard().len(), heard);
        let entry = bench.last();
        assert_eq!(entry.fault.as_deref(), Some(fault));
        assert!(
            matches!(entry.answer, Some(Answer::Reset { at_ms: NOON, order }) if order > entry.order)
        );
    }
    assert!(bench.start().await.is_ok(), "both struck once");
    let hits: Vec<u32> = bench
        .shared
        .faults
        .reports()
        .iter()
        .map(|fault| fault.hits)
        .collect();
    assert_eq!(hits, [1, 1]);
}

#[tokio::test]
async fn answers_of_its_own_do_not_trouble_the_backend() {
    let bench = Bench::new().await;
    bench.fault(Fault::new("retry-after:7".parse().expect("a fault")));
    let reply = bench.ask("").await.expect("answered");
    assert_eq!(
        (
            reply.status().as_u16(),
            reply.headers()["retry-after"].to_str().expect("ascii")
        ),
        (503, "7")
    );
    let refused = json!({"status": "refused", "reason": "basket_changed"});
    bench.fault(
        Fault::new(FaultKind::Status {
            code: 422,
            retry_after: None,
        })
        .at(Endpoint::Start)
        .with_body(refused.clone()),
    );
    let reply = bench.start().await.expect("answered");
    assert_eq!(reply.status(), 422);
    assert_eq!(reply.json::<Value>().await.expect("json"), refused);
    bench.fault(Fault::new(FaultKind::Redirect));
    let reply = bench.ask("").await.expect("answered");
    assert_eq!(
        (
            reply.status().as_u16(),
            reply.headers()["location"].to_str().expect("ascii")
        ),
        (307, "/elsewhere")
    );
    assert!(bench.backend.heard().is_empty());
}

#[tokio::test]
async fn spoilt_answers_of_a_backend_that_did_its_work() {
    let bench = Bench::new().await;
    bench.fault(Fault::new(FaultKind::Garbage));
    let body = bench
        .start()
        .await
        .expect("answered")
        .bytes()
        .await
        .expect("a body");
    assert!(serde_json::from_slice::<Value>(&body).is_err());
    bench.fault(Fault::new(FaultKind::Oversize));
    let body = bench
        .start()
        .await
        .expect("answered")
        .bytes()
        .await
        .expect("a body");
    assert!(body.len() > 64 * 1024);
    assert_eq!(
        serde_json::from_slice::<Value>(&body).expect("json")["status"],
        "approved"
    );
    bench.fault(Fault::new(FaultKind::ReplyStatus(502)));
    assert_eq!(bench.start().await.expect("answered").status(), 502);
    assert_eq!(said(bench.last().answer).status, 502);
    assert_eq!(
        bench.last().backend[0]
            .said
            .as_ref()
            .map(|said| said.status),
        Some(200)
    );
    assert_eq!(bench.backend.heard().len(), 3);
}

#[tokio::test]
async fn a_doubled_request_is_heard_twice_and_answered_once() {
    let bench = Bench::new().await;
    bench.fault(Fault::new(FaultKind::Double).at(Endpoint::Start));
    let reply: Value = bench
        .start()
        .await
        .expect("answered")
        .json()
        .await
        .expect("json");
    assert_eq!(reply["version"], 2, "the second answer");
    assert_eq!(bench.backend.heard().len(), 2);
    assert_eq!((bench.last().forwarded, bench.last().backend.len()), (2, 2));
}

#[tokio::test]
async fn a_long_poll_is_parked_until_time_passes_and_ignore_wait_answers_at_once() {
    let bench = Bench::new().await;
    let (reply, settled) = tokio::join!(bench.ask("?wait=25&after=3"), async {
        let settled = bench.quiet_with(1).await;
        bench
            .clock
            .advance_to(settled.next_event.expect("a sleeper"));
        settled
    });
    assert_eq!(settled.next_event, Some(NOON + 25_000));
    assert_eq!(reply.expect("answered").status(), 200);
    bench.quiet_with(0).await;
    bench.fault(Fault::new(FaultKind::IgnoreWait));
    bench.ask("?wait=25&after=3&x=1").await.expect("answered");
    assert_eq!(bench.clock.now_ms(), NOON + 25_000, "no time passed");
    assert_eq!(
        bench.backend.heard(),
        [
            "status /payments/p1?wait=25&after=3",
            "status /payments/p1?x=1"
        ]
    );
    assert_eq!(
        bench.last().wait.as_deref(),
        Some("25"),
        "as the phone asked"
    );
}

#[tokio::test]
async fn a_delay_is_a_sleeper_on_the_clock() {
    let bench = Bench::new().await;
    for (fault, heard_meanwhile) in [
        (FaultKind::DelayMs(4_000), 0),
        (FaultKind::DelayReplyMs(4_000), 2),
    ] {
        let before = bench.clock.now_ms();
        bench.fault(Fault::new(fault));
        let (reply, ()) = tokio::join!(bench.start(), async {
            let settled = bench.quiet_with(1).await;
            assert_eq!(settled.next_event, Some(before + 4_000));
            assert_eq!(bench.backend.heard().len(), heard_meanwhile);
            bench.clock.advance_to(before + 4_000);
        });
        assert_eq!(reply.expect("answered").status(), 200);
    }
}

#[tokio::test]
async fn a_stalled_request_ends_when_the_phone_goes_away() {
    let bench = Bench::new().await;
    for (fault, heard) in [(FaultKind::Stall, 0), (FaultKind::StallReply, 1)] {
        bench.fault(Fault::new(fault));
        tokio::select! {
            answered = bench.start() => panic!("stalled, yet {answered:?}"),
            settled = bench.quiet_with(1) => assert_eq!(settled.next_event, None),
        }
        assert_eq!(bench.backend.heard().len(), heard);
        bench.quiet_with(0).await;
        assert!(matches!(
            bench.last().answer,
            Some(Answer::Gone { at_ms: NOON, .. })
        ));
    }
}

#[tokio::test]
async fn settling_tells_a_request_on_its_way_from_quiet() {
    let bench = Bench::new().await;
    let mut phone = PhoneState::idle().in_flight(1);
    phone.patience_ms = Some(20);
    let settled = settle(&bench.clock, || bench.shared.wire.len(), phone).await;
    assert!(!settled.quiet, "nothing has arrived yet");
    phone.in_flight = 0;
    phone.sent = Some(1);
    let settled = settle(&bench.clock, || bench.shared.wire.len(), phone).await;
    assert!(!settled.quiet, "one was sent that has not arrived yet");
    bench.ask("").await.expect("answered");
    let settled = settle(&bench.clock, || bench.shared.wire.len(), phone).await;
    assert!(settled.quiet);
    phone.in_flight = 1;
    phone.patience_ms = None;
    let settling = settle(&bench.clock, || bench.shared.wire.len(), phone);
    let settled = tokio::time::timeout(Duration::from_secs(2), settling).await;
    let settled = settled.expect("told at once that the answer is on its way back");
    assert!(!settled.quiet, "the phone has yet to read it");
    phone.idle = false;
    assert!(
        !settle(&bench.clock, || bench.shared.wire.len(), phone)
            .await
            .quiet
    );
}

#[tokio::test]
async fn a_phone_without_network_can_not_connect_and_loses_what_is_open() {
    let bench = Bench::new().await;
    bench.fault(Fault::new(FaultKind::Stall));
    let (open, ()) = tokio::join!(bench.ask(""), async {
        bench.quiet_with(1).await;
        bench.gateway.set_online(false).await.expect("offline");
    });
    assert!(!open.expect_err("broken off").is_connect());
    bench.quiet_with(0).await;
    assert!(
        bench.ask("").await.expect_err("refused").is_connect(),
        "provably not sent"
    );
    assert_eq!(bench.shared.wire.len(), 1);
    bench.gateway.set_online(true).await.expect("online");
    assert_eq!(bench.ask("").await.expect("answered").status(), 200);
}

#[tokio::test]
async fn a_start_reaches_the_backend_even_if_the_phone_hangs_up_meanwhile() {
    let bench = Bench::new().await;
    let slow = bench
        .phone
        .post(format!("{}/payments", local_url(bench.gateway.address)))
        .header("Slow", "1")
        .header("Idempotency-Key", "a1:start");
    tokio::select! {
        answered = slow.send() => panic!("slow, yet {answered:?}"),
        _ = bench.quiet_with(1) => {}
    }
    let settled = bench.quiet_with(0).await;
    assert!(matches!(
        bench.last().answer,
        Some(Answer::Gone { at_ms: NOON, .. })
    ));
    assert!(bench.backend.heard().is_empty(), "still at it");
    bench
        .clock
        .advance_to(settled.next_event.expect("a sleeper"));
    bench.quiet_with(0).await;
    assert_eq!(bench.backend.heard().len(), 1);
    assert_eq!(bench.last().backend.len(), 1);
}

#[tokio::test]
async fn a_backend_that_is_down_is_a_502_and_not_an_answer() {
    let mut bench = Bench::new().await;
    bench.backend_server.stop().await;
    let reply = tokio::time::timeout(Duration::from_secs(10), bench.start())
        .await
        .expect("in time")
        .expect("answered");
    assert_eq!(reply.status(), 502);
    assert!(matches!(
        bench.last().backend[..],
        [BackendReply { said: None, .. }]
    ));
}
