//! Klarna's API as an acquirer calls it (docs.klarna.com, "Payment authorization" and "Integration resilience"). Server to server only.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Method, StatusCode, Url};
use serde_json::{Value, json};
use stepup_sandbox_clock::Clock;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::config::{KlarnaAccount, Secret};
use crate::payment::Payment;

const LARGEST_REPLY: usize = 64 * 1024;

/// What an authorize answered.
#[derive(Clone, Debug)]
pub(crate) enum Authorized {
    Approved { transaction_id: Option<String> },
    Declined { reason: Option<String> },
    StepUp(RequestNews),
}

/// What is said about a payment request, by a reply or by a webhook. Absent: not said.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestNews {
    pub id: Option<String>,
    pub url: Option<Secret>,
    pub state: Option<String>,
    pub reason: Option<String>,
    pub token: Option<Secret>,
    pub expires_at: Option<String>,
    /// When this became so, in ms of the epoch.
    pub at: Option<i64>,
}

/// Why a call brought no answer that counts.
#[derive(Clone, Debug)]
pub(crate) enum CallError {
    /// Klarna said no and did nothing.
    Refused { status: u16, code: String },
    /// Klarna could not be reached, so that nothing can have happened there.
    NotSent { what: String },
    /// Nobody knows what happened at Klarna. The same call has to be repeated.
    Unknown {
        what: String,
        retry_after_ms: Option<i64>,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct KlarnaClient {
    http: Client,
    account: KlarnaAccount,
    clock: Clock,
    deadline_ms: i64,
}

impl KlarnaClient {
    pub(crate) fn new(
        account: KlarnaAccount,
        clock: Clock,
        deadline_ms: i64,
    ) -> Result<Self, reqwest::Error> {
        let http = stepup_sandbox_http::client()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .build()?;
        Ok(Self {
            http,
            account,
            clock,
            deadline_ms,
        })
    }

    /// Call 1. May be repeated for 24 h: the key depends on the payment, and on which of its requests it is.
    pub(crate) async fn authorize_first(&self, payment: &Payment) -> Result<Authorized, CallError> {
        let mut body = authorize_body(payment);
        body["step_up_config"] = json!({
            "payment_request_reference": payment.id,
            "customer_interaction_config": {
                "method": "HANDOVER",
                // Our own: it finalises before the browser goes on (Klarna's advice on the page "Handle step-up scenario").
                "return_url": payment.internal_return_url.expose(),
                "app_return_url": payment.app_return_url.expose(),
            },
        });
        let call = match payment.renewals {
            0 => "first".to_owned(),
            renewed => format!("first:{renewed}"),
        };
        self.authorize(payment, &call, None, &body).await
    }

    /// Call 2. The token itself makes it repeatable (Klarna, "Final authorization"); key and references are the same each time too.
    pub(crate) async fn authorize_second(
        &self,
        payment: &Payment,
        token: &Secret,
    ) -> Result<Authorized, CallError> {
        self.authorize(payment, "second", Some(token), &authorize_body(payment))
            .await
    }

    async fn authorize(
        &self,
        payment: &Payment,
        call: &str,
        token: Option<&Secret>,
        body: &Value,
    ) -> Result<Authorized, CallError> {
        let name = format!("{}:{call}", payment.id);
        let key = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes());
        let mut headers = vec![("klarna-idempotency-key", key.to_string())];
        if let Some(token) = token {
            headers.push(("klarna-network-session-token", token.expose().to_owned()));
        }
        let url = self.address(&["authorize"])?;
        let reply = self.call(Method::POST, url, headers, Some(body)).await?;
        read_authorize(&reply)
    }

    pub(crate) async fn read(&self, request_id: &str) -> Result<RequestNews, CallError> {
        self.request(Method::GET, request_id).await
    }

    pub(crate) async fn cancel(&self, request_id: &str) -> Result<RequestNews, CallError> {
        self.request(Method::DELETE, request_id).await
    }

    async fn request(&self, method: Method, request_id: &str) -> Result<RequestNews, CallError> {
        let url = self.address(&["requests", request_id])?;
        let reply = self.call(method, url, Vec::new(), None).await?;
        let news = request_news(&reply);
        if news.state.is_none() {
            return Err(unknown("reply without a state"));
        }
        Ok(news)
    }

    fn address(&self, tail: &[&str]) -> Result<Url, CallError> {
        let mut url = Url::parse(&self.account.base_url)
            .map_err(|_| unknown("Klarna's address is not a URL"))?;
        url.path_segments_mut()
            .map_err(|()| unknown("Klarna's address is not a base"))?
            .pop_if_empty()
            .extend(["v2", "accounts", &self.account.account, "payment"])
            .extend(tail);
        Ok(url)
    }

    async fn call(
        &self,
        method: Method,
        url: Url,
        headers: Vec<(&str, String)>,
        body: Option<&Value>,
    ) -> Result<Value, CallError> {
        // Klarna documents `Basic <API key>`, the key as it was handed out.
        let mut request = self.http.request(method, url).header(
            AUTHORIZATION,
            format!("Basic {}", self.account.api_key.expose()),
        );
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        // The deadline parks one guard although the call goes on; this one makes up for it.
        let _call_goes_on = self.clock.busy();
        tokio::select! {
            reply = exchange(request) => reply,
            () = self.clock.sleep(self.deadline_ms) => Err(unknown("no answer in time")),
        }
    }
}

async fn exchange(request: reqwest::RequestBuilder) -> Result<Value, CallError> {
    let mut reply = request.send().await.map_err(transport_failure)?;
    let status = reply.status();
    let retry_after_ms = retry_after(reply.headers());
    let mut body = Vec::new();
    while let Some(chunk) = reply.chunk().await.map_err(transport_failure)? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_REPLY {
            return Err(unknown("reply too large"));
        }
    }
    let json = serde_json::from_slice::<Value>(&body).ok();
    if status.is_success() {
        return json.ok_or_else(|| unknown("reply is not JSON"));
    }
    let code = json
        .as_ref()
        .and_then(|json| json["error_code"].as_str())
        .unwrap_or("UNKNOWN")
        .to_owned();
    if says_nothing(status) {
        return Err(CallError::Unknown {
            what: format!("{} {code}", status.as_u16()),
            retry_after_ms,
        });
    }
    Err(CallError::Refused {
        status: status.as_u16(),
        code,
    })
}

/// Statuses after which the call may have had its effect all the same, or may have it when repeated. 409 is a
/// concurrent update (Klarna, "Error handling").
fn says_nothing(status: StatusCode) -> bool {
    !status.is_client_error() || matches!(status.as_u16(), 408 | 409 | 425 | 429)
}

fn transport_failure(error: reqwest::Error) -> CallError {
    // A connection that was never made has carried nothing.
    let not_sent = error.is_connect();
    let what = error.without_url().to_string();
    if not_sent {
        CallError::NotSent { what }
    } else {
        unknown(&what)
    }
}

fn unknown(what: &str) -> CallError {
    CallError::Unknown {
        what: what.to_owned(),
        retry_after_ms: None,
    }
}

fn retry_after(headers: &HeaderMap) -> Option<i64> {
    let seconds: i64 = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(seconds.clamp(0, 3_600) * 1_000)
}

/// `step_up_config` left out: what both calls have in common, so that call 2 repeats the payload of call 1
/// (Klarna, "Final authorization").
fn authorize_body(payment: &Payment) -> Value {
    json!({
        "currency": payment.currency,
        "supplementary_purchase_data": payment.purchase,
        "request_payment_transaction": {
            "amount": payment.amount,
            "payment_transaction_reference": payment.id,
        },
    })
}

fn read_authorize(reply: &Value) -> Result<Authorized, CallError> {
    let response = &reply["payment_transaction_response"];
    match response["result"].as_str() {
        Some("APPROVED") => Ok(Authorized::Approved {
            transaction_id: text(&response["payment_transaction"]["payment_transaction_id"]),
        }),
        Some("DECLINED") => Ok(Authorized::Declined {
            reason: text(&response["result_reason"]),
        }),
        Some("STEP_UP_REQUIRED") => {
            let news = request_news(&reply["payment_request"]);
            if news.id.is_none() {
                return Err(unknown("step-up without a payment request"));
            }
            Ok(Authorized::StepUp(news))
        }
        _ => Err(unknown("authorize without a result that is known")),
    }
}

/// Reads a payment request as it comes in replies and in the payload of webhooks.
pub(crate) fn request_news(request: &Value) -> RequestNews {
    let context = &request["state_context"];
    let interaction = &context["customer_interaction"];
    // Newest name first; the older ones are still sent. Public listeners find it beside the context too.
    let token = [
        "klarna_network_session_token",
        "interoperability_token",
        "payment_token",
    ]
    .iter()
    .find_map(|name| text(&context[*name]).or_else(|| text(&request[*name])));
    RequestNews {
        id: text(&request["payment_request_id"])
            .or_else(|| text(&interaction["payment_request_id"])),
        url: text(&interaction["payment_request_url"]).map(Secret::new),
        state: text(&request["state"]),
        reason: text(&request["state_reason"]),
        token: token.map(Secret::new),
        expires_at: text(&request["expires_at"]),
        at: request["updated_at"].as_str().and_then(unix_ms),
    }
}

/// RFC 3339 with 0 to 9 fractional digits, as Klarna's samples have it.
pub(crate) fn unix_ms(text: &str) -> Option<i64> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()
}

fn text(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_data_points_are_taken_from_a_step_up() {
        let reply = json!({
            "payment_transaction_response": { "result": "STEP_UP_REQUIRED" },
            "payment_request": {
                "payment_request_id": "krn:payment:eu1:request:552603c0", "state": "SUBMITTED",
                "state_context": { "customer_interaction": { "method": "HANDOVER",
                    "payment_request_id": "krn:payment:eu1:request:552603c0",
                    "payment_request_url": "https://pay.test.klarna.com/eu/requests/6bbf6775/start" } },
                "expires_at": "2025-02-26T17:25:34.534721775Z" },
        });
        let Ok(Authorized::StepUp(news)) = read_authorize(&reply) else {
            panic!("a step-up")
        };
        assert_eq!(news.id.as_deref(), Some("krn:payment:eu1:request:552603c0"));
        let url = news.url.expect("the address of the journey");
        assert_eq!(
            url.expose(),
            "https://pay.test.klarna.com/eu/requests/6bbf6775/start"
        );
        assert_eq!(format!("{url:?}"), "[redacted]");
    }

    #[test]
    fn a_token_is_found_wherever_klarna_puts_it() {
        for request in [
            json!({ "state_context": { "klarna_network_session_token": "t" } }),
            json!({ "klarna_network_session_token": "t" }),
            json!({ "state_context": { "payment_token": "t" } }),
        ] {
            let token = request_news(&request).token.expect("a token");
            assert_eq!(token.expose(), "t");
        }
    }

    #[test]
    fn fractions_of_any_length_are_read() {
        assert_eq!(unix_ms("1970-01-01T00:00:01Z"), Some(1_000));
        assert_eq!(unix_ms("1970-01-01T00:00:01.534721775Z"), Some(1_534));
        assert_eq!(unix_ms("yesterday"), None);
    }

    #[test]
    fn only_a_clear_no_is_a_no() {
        for status in [408, 409, 425, 429, 500, 503] {
            assert!(says_nothing(StatusCode::from_u16(status).expect("status")));
        }
        for status in [400, 401, 403, 404, 422] {
            assert!(!says_nothing(StatusCode::from_u16(status).expect("status")));
        }
    }
}
