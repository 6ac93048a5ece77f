//! Payment authorize: call 1 starts a payment, call 2 finalises it with the token.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::body::{self, AuthorizeBody};
use super::problem::Problem;
use super::{admit, header_text};
use crate::books::{AuthorizeCall, CallNumber, KlarnaRecord, TransactionRecord};
use crate::customers::{self, FirstAnswer};
use crate::faults::{AuthorizeFaults, strike};
use crate::klarna::Klarna;
use crate::payment_request::Finalised;
use crate::rfc3339;
use crate::secret::{Secret, hex};
use crate::world::{StoredReply, World};

/// How long a reply is kept under its idempotency key. Source: "idempotency" under "integration resilience".
const KEY_LIFE_MS: i64 = 24 * 3_600_000;
/// How long an authorization can be captured. Ours; Klarna's is not known here.
const TRANSACTION_LIFE_MS: i64 = 28 * 24 * 3_600_000;

const APPROVED: &str = "APPROVED";
const DECLINED: &str = "DECLINED";
const STEP_UP_REQUIRED: &str = "STEP_UP_REQUIRED";

struct Call {
    number: CallNumber,
    key: String,
    token: Option<Secret>,
    body: Value,
}

/// What was decided, and what is created besides.
struct Decision {
    record: usize,
    result: &'static str,
    answer: Value,
    repeated: bool,
}

pub(super) async fn authorize(
    State(klarna): State<Klarna>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    admit(State(&klarna), &headers, &account)?;
    let call = read_call(&headers, &body)?;
    let failed_before =
        klarna.change(|world, _| strike(&mut faults_of(world, call.number).errors_before));
    if failed_before {
        return Err(Problem::internal());
    }
    let (decision, created) = klarna.change(|world, now_ms| {
        let decision = world.authorize(&call, now_ms);
        let created = decision
            .as_ref()
            .ok()
            .filter(|it| it.result == STEP_UP_REQUIRED && !it.repeated);
        let created = created.and_then(|it| world.records[it.record].payment_request_id.clone());
        (decision, created.and_then(|id| world.find(&id)))
    });
    if let Some(index) = created {
        klarna.watch_expiry(index);
    }
    // The decision stands from here on, whether or not the caller gets to know it.
    let (delay_ms, failed_after) = klarna.change(|world, _| {
        let faults = faults_of(world, call.number);
        (faults.delay_ms, strike(&mut faults.errors_after))
    });
    if delay_ms > 0 {
        klarna.clock().sleep(delay_ms).await;
    }
    if failed_after {
        return Err(Problem::internal());
    }
    decision.map(|decision| Json(decision.answer))
}

fn faults_of(world: &mut World, call: CallNumber) -> &mut AuthorizeFaults {
    match call {
        CallNumber::First => &mut world.faults.first_authorize,
        CallNumber::Second => &mut world.faults.second_authorize,
    }
}

fn read_call(headers: &HeaderMap, body: &Bytes) -> Result<Call, Problem> {
    let content_type = header_text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    if !content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case("application/json")
    {
        return Err(Problem::content_type());
    }
    let key = header_text(headers, "klarna-idempotency-key").filter(|key| key.len() <= 255);
    let key = key.ok_or_else(|| {
        Problem::invalid(
            "Klarna-Idempotency-Key",
            "is required, at most 255 characters",
        )
    })?;
    let token = header_text(headers, "klarna-network-session-token");
    // The name that the header had before.
    let token = token.or_else(|| header_text(headers, "klarna-payment-token"));
    let body =
        serde_json::from_slice(body).map_err(|_| Problem::invalid("body", "must be JSON"))?;
    Ok(Call {
        number: if token.is_some() {
            CallNumber::Second
        } else {
            CallNumber::First
        },
        key: key.to_owned(),
        token: token.map(Secret::new),
        body,
    })
}

impl World {
    fn authorize(&mut self, call: &Call, now_ms: i64) -> Result<Decision, Problem> {
        let decision = match self.earlier_reply(call, now_ms)? {
            Some(decision) => decision,
            None => self.decide(call, now_ms)?,
        };
        self.note(
            decision.record,
            call,
            decision.result,
            decision.repeated,
            now_ms,
        );
        if !decision.repeated {
            let reply = StoredReply {
                fingerprint: call.fingerprint(),
                at_ms: now_ms,
                call: call.number,
                record: decision.record,
                result: decision.result,
                answer: decision.answer.clone(),
            };
            self.replies.insert(call.key.clone(), reply);
        }
        Ok(decision)
    }

    fn earlier_reply(&mut self, call: &Call, now_ms: i64) -> Result<Option<Decision>, Problem> {
        self.replies
            .retain(|_, reply| now_ms - reply.at_ms < KEY_LIFE_MS);
        let Some(reply) = self.replies.get(&call.key) else {
            return Ok(None);
        };
        if reply.call != call.number || reply.fingerprint != call.fingerprint() {
            return Err(Problem::conflict(
                "The idempotency key was used for another request.",
            ));
        }
        let answer = reply.answer.clone();
        Ok(Some(Decision {
            record: reply.record,
            result: reply.result,
            answer,
            repeated: true,
        }))
    }

    fn decide(&mut self, call: &Call, now_ms: i64) -> Result<Decision, Problem> {
        let body = body::read(&call.body, now_ms).map_err(Problem::validation);
        let Some(token) = &call.token else {
            return self.first_call(body?, now_ms);
        };
        let unknown = || {
            Problem::invalid(
                "Klarna-Network-Session-Token",
                "is not a token of this account",
            )
        };
        let index = self.find_token(token.expose()).ok_or_else(unknown)?;
        let decision = body.and_then(|body| self.second_call(index, &body, now_ms));
        if let Err(problem) = &decision {
            self.note(
                self.request(index).record,
                call,
                problem.code,
                false,
                now_ms,
            );
        }
        decision
    }

    fn first_call(&mut self, body: AuthorizeBody, now_ms: i64) -> Result<Decision, Problem> {
        let answer = customers::first_answer(body.purchase.email.as_deref());
        if answer == FirstAnswer::StepUp && body.interaction.is_none() {
            return Err(Problem::invalid(
                "step_up_config",
                "is required, because a step-up is needed",
            ));
        }
        let record = self.records.len();
        self.records.push(KlarnaRecord {
            payment_transaction_reference: body.transaction_reference.clone(),
            purchase_reference: body.purchase.reference.clone(),
            amount: body.amount,
            currency: body.currency.clone(),
            ..KlarnaRecord::default()
        });
        let (result, answer) = match (answer, body.interaction) {
            (FirstAnswer::Approve, _) => (
                APPROVED,
                self.approve(record, &body.transaction_reference, now_ms),
            ),
            (FirstAnswer::StepUp, Some(interaction)) => {
                let index = self.create(
                    record,
                    body.payment_request_reference,
                    body.purchase,
                    interaction,
                    now_ms,
                );
                let answer = json!({
                    "payment_transaction_response": { "result": STEP_UP_REQUIRED },
                    "payment_request": self.request(index).to_json(&self.config),
                });
                (STEP_UP_REQUIRED, answer)
            }
            _ => (DECLINED, decline()),
        };
        Ok(Decision {
            record,
            result,
            answer,
            repeated: false,
        })
    }

    fn second_call(
        &mut self,
        index: usize,
        body: &AuthorizeBody,
        now_ms: i64,
    ) -> Result<Decision, Problem> {
        let request = self.request(index);
        let record = request.record;
        let token = request.token.as_ref().ok_or_else(Problem::internal)?;
        if body
            .payment_request_id
            .as_ref()
            .is_some_and(|id| *id != request.id)
        {
            return Err(Problem::invalid(
                "payment_request_id",
                "is not the payment request of the token",
            ));
        }
        if body.currency != request.currency {
            return Err(Problem::invalid(
                "currency",
                "must equal what the customer approved",
            ));
        }
        if body.amount != request.amount {
            let reason = "must equal what the customer approved";
            return Err(Problem::invalid(
                "request_payment_transaction.amount",
                reason,
            ));
        }
        if let Some(finalised) = &token.finalised {
            // The token is the idempotency key; but two finalisations that know nothing of each other are a conflict.
            if finalised.transaction_reference != body.transaction_reference {
                return Err(Problem::conflict(
                    "The token was used with another payment_transaction_reference.",
                ));
            }
            let (result, answer) = (finalised.result, finalised.answer.clone());
            return Ok(Decision {
                record,
                result,
                answer,
                repeated: true,
            });
        }
        if now_ms >= token.issued_ms.saturating_add(self.config.token_life_ms) {
            return Err(Problem::forbidden(
                "The token has expired, and the payment with it.",
            ));
        }
        let declines = self.faults.decline_second
            || customers::declined_at_finalisation(request.purchase.email.as_deref());
        let (result, answer) = if declines {
            (DECLINED, decline())
        } else {
            (
                APPROVED,
                self.approve(record, &body.transaction_reference, now_ms),
            )
        };
        if let Some(token) = &mut self.request_mut(index).token {
            let transaction_reference = body.transaction_reference.clone();
            token.finalised = Some(Finalised {
                transaction_reference,
                result,
                answer: answer.clone(),
            });
        }
        Ok(Decision {
            record,
            result,
            answer,
            repeated: false,
        })
    }

    fn approve(&mut self, record: usize, transaction_reference: &str, now_ms: i64) -> Value {
        let line = &mut self.records[record];
        let id = format!("krn:payment:eu1:transaction:{}", Uuid::new_v4());
        line.transactions.push(TransactionRecord {
            payment_transaction_id: id.clone(),
            payment_transaction_reference: transaction_reference.to_owned(),
            amount: line.amount,
            currency: line.currency.clone(),
            at_ms: now_ms,
        });
        json!({ "payment_transaction_response": { "result": APPROVED, "payment_transaction": {
            "payment_transaction_id": id,
            "payment_transaction_reference": transaction_reference,
            "amount": line.amount,
            "currency": line.currency,
            "payment_funding": {},
            "payment_pricing": {},
            "expires_at": rfc3339::format(now_ms.saturating_add(TRANSACTION_LIFE_MS)),
        } } })
    }

    fn note(&mut self, record: usize, call: &Call, result: &str, repeated: bool, at_ms: i64) {
        self.records[record].authorize_calls.push(AuthorizeCall {
            call: call.number,
            result: result.to_owned(),
            repeated,
            idempotency_key: call.key.clone(),
            token_sha256: call.token.as_ref().map(Secret::fingerprint),
            at_ms,
        });
    }
}

fn decline() -> Value {
    json!({ "payment_transaction_response": { "result": DECLINED, "result_reason": "PAYMENT_DECLINED" } })
}

impl Call {
    fn fingerprint(&self) -> String {
        let token = self.token.as_ref().map(Secret::expose).unwrap_or_default();
        hex(&Sha256::digest(format!("{token}\n{}", self.body)))
    }
}
