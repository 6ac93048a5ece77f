//! A Klarna that does as it is told, on loopback. It keeps the one rule that the tests lean on: the same idempotency key or token
//! gives the same result.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use stepup_sandbox_clock::{Clock, Signal};
use tokio::net::TcpListener;

pub const API_KEY: &str = "api-key-marked-secret";
pub const TOKEN: &str = "krn:payment:eu1:klarna-network-session-token:marked-secret";
pub const OPAQUE: &str = "opaque-marked-secret";

/// What one call is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Approve,
    Decline,
    StepUp,
    /// An error that did nothing.
    Error(u16),
    /// Done as by the inner answer, but the reply is a 500.
    ApprovedButLost,
    /// Waits for [`ScriptedKlarna::release`], then steps up (call 1) or approves (call 2).
    Hold,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    First,
    Second,
    Read,
    Cancel,
}

#[derive(Clone, Debug)]
pub struct Call {
    pub kind: Kind,
    pub idempotency_key: Option<String>,
    pub token: Option<String>,
    pub authorization: Option<String>,
    pub body: Value,
}

#[derive(Clone)]
pub struct ScriptedKlarna {
    pub base_url: String,
    shared: Arc<Shared>,
}

struct Shared {
    released: Signal,
    script: Mutex<Script>,
}

#[derive(Default)]
struct Script {
    first: VecDeque<Answer>,
    second: VecDeque<Answer>,
    cancels: VecDeque<Answer>,
    hold_read: bool,
    held: bool,
    calls: Vec<Call>,
    results: HashMap<String, Value>,
    transactions: usize,
    requests: usize,
    reference: Option<String>,
    state: &'static str,
}

impl ScriptedKlarna {
    pub async fn start(clock: &Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("address"));
        let shared = Arc::new(Shared {
            released: clock.signal(),
            script: Mutex::default(),
        });
        let router = Router::new()
            .route("/v2/accounts/{account}/payment/authorize", post(authorize))
            .route(
                "/v2/accounts/{account}/payment/requests/{id}",
                get(read).delete(cancel),
            )
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
        Self { base_url, shared }
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.shared.script()
    }

    /// Answers of the first authorize, one after the other; step-up after that.
    pub fn first(&self, answers: impl IntoIterator<Item = Answer>) {
        self.script().first.extend(answers);
    }

    /// Answers of the second authorize; approval after that.
    pub fn second(&self, answers: impl IntoIterator<Item = Answer>) {
        self.script().second.extend(answers);
    }

    /// Answers of cancels; the truth after that.
    pub fn cancels(&self, answers: impl IntoIterator<Item = Answer>) {
        self.script().cancels.extend(answers);
    }

    /// The answer to the next read waits for [`ScriptedKlarna::release`]; it says what is so now.
    pub fn hold_read(&self) {
        self.script().hold_read = true;
    }

    /// The customer did something.
    pub fn set_state(&self, state: &'static str) {
        self.script().state = state;
    }

    pub fn release(&self) {
        self.script().held = false;
        self.shared.released.notify_all();
    }

    pub fn calls(&self, kind: Kind) -> Vec<Call> {
        let script = self.script();
        script
            .calls
            .iter()
            .filter(|call| call.kind == kind)
            .cloned()
            .collect()
    }

    /// Payments that were made: what a customer would be charged.
    pub fn transactions(&self) -> usize {
        self.script().transactions
    }

    /// The payload of a webhook about the newest request.
    pub fn payload(&self, state: &str, updated_at: &str) -> Value {
        let script = self.script();
        let mut payload = json!({
            "payment_request_id": request_id(script.requests),
            "payment_request_reference": script.reference,
            "state": state, "updated_at": updated_at,
        });
        if state == "COMPLETED" {
            payload["state_context"] = json!({ "klarna_network_session_token": TOKEN });
        }
        payload
    }
}

impl Shared {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn hold(&self) {
        loop {
            let ticket = self.released.ticket();
            if !self.script().held {
                return;
            }
            self.released.wait(ticket, None).await;
        }
    }
}

fn request_id(number: usize) -> String {
    format!("krn:payment:eu1:request:{number}")
}

fn error(status: u16) -> Response {
    let status = StatusCode::from_u16(status).expect("status");
    let code = if status.is_server_error() {
        "INTERNAL_ERROR"
    } else {
        "VALIDATION_ERROR"
    };
    (
        status,
        Json(json!({ "error_code": code, "error_message": "no" })),
    )
        .into_response()
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

async fn authorize(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let token = header(&headers, "klarna-network-session-token");
    let key = header(&headers, "klarna-idempotency-key");
    let answer = {
        let mut script = shared.script();
        let kind = if token.is_some() {
            Kind::Second
        } else {
            Kind::First
        };
        script.calls.push(Call {
            kind,
            idempotency_key: key.clone(),
            token: token.clone(),
            authorization: header(&headers, "authorization"),
            body: body.clone(),
        });
        let planned = if token.is_some() {
            script.second.pop_front().unwrap_or(Answer::Approve)
        } else {
            script.first.pop_front().unwrap_or(Answer::StepUp)
        };
        script.held = planned == Answer::Hold;
        planned
    };
    if answer == Answer::Hold {
        shared.hold().await;
    }
    let remembered = token.clone().or(key).expect("a key or a token");
    if let Answer::Error(status) = answer {
        return error(status);
    }
    let mut script = shared.script();
    if let Some(result) = script.results.get(&remembered) {
        return Json(result.clone()).into_response();
    }
    let result = match (answer, token) {
        (Answer::Hold, Some(_)) | (Answer::Approve | Answer::ApprovedButLost, _) => {
            script.transactions += 1;
            json!({ "payment_transaction_response": { "result": "APPROVED", "payment_transaction": {
                "payment_transaction_id": format!("krn:payment:eu1:transaction:{}", script.transactions) } } })
        }
        (Answer::Decline, _) => {
            json!({ "payment_transaction_response": { "result": "DECLINED", "result_reason": "PAYMENT_DECLINED" } })
        }
        (Answer::StepUp | Answer::Hold | Answer::Error(_), _) => {
            script.requests += 1;
            script.state = "SUBMITTED";
            script.reference = body["step_up_config"]["payment_request_reference"]
                .as_str()
                .map(str::to_owned);
            json!({ "payment_transaction_response": { "result": "STEP_UP_REQUIRED" }, "payment_request": request(&script) })
        }
    };
    script.results.insert(remembered, result.clone());
    if answer == Answer::ApprovedButLost {
        return error(500);
    }
    Json(result).into_response()
}

fn request(script: &Script) -> Value {
    let id = request_id(script.requests);
    let mut context = json!({ "customer_interaction": { "method": "HANDOVER", "payment_request_id": id,
        "payment_request_url": format!("https://pay.test.klarna.com/eu/requests/{OPAQUE}/start") } });
    if script.state == "COMPLETED" {
        context["klarna_network_session_token"] = json!(TOKEN);
    }
    json!({ "payment_request_id": id, "state": script.state, "state_context": context,
        "expires_at": "2026-11-25T12:00:00.123456789Z" })
}

async fn read(
    State(shared): State<Arc<Shared>>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let answer = answer(&shared, Kind::Read, &id, &headers);
    let holds = {
        let mut script = shared.script();
        let holds = std::mem::take(&mut script.hold_read);
        script.held |= holds;
        holds
    };
    if holds {
        shared.hold().await;
    }
    answer
}

async fn cancel(
    State(shared): State<Arc<Shared>>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    answer(&shared, Kind::Cancel, &id, &headers)
}

fn answer(shared: &Shared, kind: Kind, id: &str, headers: &HeaderMap) -> Response {
    let mut script = shared.script();
    script.calls.push(Call {
        kind,
        idempotency_key: None,
        token: None,
        authorization: header(headers, "authorization"),
        body: Value::Null,
    });
    let planned = match kind {
        Kind::Cancel => script.cancels.pop_front(),
        _ => None,
    };
    if let Some(Answer::Error(status)) = planned {
        return error(status);
    }
    if id != request_id(script.requests) {
        return error(404);
    }
    if kind == Kind::Cancel {
        if !matches!(script.state, "SUBMITTED" | "IN_PROGRESS") {
            return error(403);
        }
        script.state = "CANCELED";
    }
    Json(request(&script)).into_response()
}
