//! One request of the phone: logged, counted, perhaps struck by a fault, answered.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, DATE, HeaderValue, LOCATION, RETRY_AFTER};
use axum::http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming as Body;
use serde_json::{Value, json};

use super::Shared;
use super::fault::{FaultKind, Strike};
use super::forward::{Incoming, Outgoing};
use super::wire::{Answer, Said, WireEntry};

/// Larger requests are none of the phone's.
const BODY_LIMIT: usize = 1024 * 1024;
/// Where `redirect` leads: a place that says `approved` to whoever follows.
const ELSEWHERE: &str = "/elsewhere";

/// Ends the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("reset by a fault")]
pub(super) struct Reset;

pub(super) async fn serve(
    shared: Arc<Shared>,
    request: Request<Body>,
) -> Result<Response<Full<Bytes>>, Reset> {
    if shared.is_page(request.uri().path()) {
        return Ok(shared.page(request).await);
    }
    // Declared first and so dropped last: the log is complete before the request stops counting.
    let _counted = shared.clock.phone_request();
    let now = shared.clock.now_ms();
    let entry = WireEntry::arrived(now, request.method(), request.uri(), request.headers());
    let (endpoint, has_wait) = (
        entry.endpoint,
        entry.wait.is_some() || entry.after.is_some(),
    );
    let open = Open::arrive(&shared, entry);
    let Some(outgoing) = shared.read(request).await else {
        return Ok(open.reply(plain(StatusCode::PAYLOAD_TOO_LARGE, &Value::Null)));
    };
    shared.wire.read(open.seq, &outgoing.body);
    if outgoing.url.path() == ELSEWHERE {
        return Ok(open.reply(plain(StatusCode::OK, &json!({"status": "approved"}))));
    }
    match shared.faults.strike(endpoint, has_wait) {
        None => {
            let reply = open.pass_on(outgoing).await;
            Ok(open.reply(reply))
        }
        Some(strike) => {
            let name = strike.kind.to_string();
            shared
                .wire
                .update(open.seq, |entry| entry.fault = Some(name));
            open.struck(strike, outgoing).await
        }
    }
}

/// A request that is not answered yet. Dropped without an answer: the phone went away.
struct Open {
    shared: Arc<Shared>,
    seq: u64,
    ended: bool,
}

impl Open {
    fn arrive(shared: &Arc<Shared>, entry: WireEntry) -> Self {
        Self {
            seq: shared.wire.arrive(entry),
            shared: Arc::clone(shared),
            ended: false,
        }
    }

    async fn pass_on(&self, outgoing: Outgoing) -> Incoming {
        let reply = if outgoing.method == Method::GET {
            self.shared.forward(self.seq, outgoing).await
        } else {
            self.shared.forward_to_the_end(self.seq, outgoing).await
        };
        reply.unwrap_or_else(|| {
            plain(
                StatusCode::BAD_GATEWAY,
                &json!({"error": "backend not reached"}),
            )
        })
    }

    async fn struck(
        self,
        strike: Strike,
        mut outgoing: Outgoing,
    ) -> Result<Response<Full<Bytes>>, Reset> {
        let body = strike
            .body
            .unwrap_or_else(|| json!({"error": "sandbox fault"}));
        let reply = match strike.kind {
            FaultKind::LoseRequest => return Err(self.reset()),
            FaultKind::LoseReply => {
                self.pass_on(outgoing).await;
                return Err(self.reset());
            }
            FaultKind::Status { code, retry_after } => {
                let mut reply = plain(status(code), &body);
                if let Some(seconds) = retry_after {
                    reply.headers.insert(RETRY_AFTER, seconds.into());
                }
                reply
            }
            FaultKind::ReplyStatus(code) => {
                self.pass_on(outgoing).await;
                plain(status(code), &body)
            }
            FaultKind::DelayMs(ms) => {
                self.shared.clock.sleep(ms).await;
                self.pass_on(outgoing).await
            }
            FaultKind::DelayReplyMs(ms) => {
                let reply = self.pass_on(outgoing).await;
                self.shared.clock.sleep(ms).await;
                reply
            }
            FaultKind::Stall => self.never().await,
            FaultKind::StallReply => {
                self.pass_on(outgoing).await;
                self.never().await
            }
            FaultKind::Garbage => {
                let mut reply = self.pass_on(outgoing).await;
                reply.status = StatusCode::OK;
                reply.body =
                    Bytes::from_static(b"<html>\xff\xfe 200 OK, said the proxy {\"status\":");
                reply
            }
            FaultKind::Oversize => {
                self.pass_on(outgoing).await;
                plain(
                    StatusCode::OK,
                    &json!({"status": "approved", "padding": "x".repeat(1 << 20)}),
                )
            }
            FaultKind::Redirect => {
                let mut reply = plain(StatusCode::TEMPORARY_REDIRECT, &json!({}));
                reply
                    .headers
                    .insert(LOCATION, HeaderValue::from_static(ELSEWHERE));
                reply
            }
            FaultKind::Double => {
                self.pass_on(outgoing.clone()).await;
                self.pass_on(outgoing).await
            }
            FaultKind::IgnoreWait => {
                let kept: Vec<(String, String)> = outgoing
                    .url
                    .query_pairs()
                    .filter(|(name, _)| name != "wait" && name != "after")
                    .map(|(name, value)| (name.into_owned(), value.into_owned()))
                    .collect();
                outgoing.url.set_query(None);
                if !kept.is_empty() {
                    outgoing.url.query_pairs_mut().extend_pairs(kept);
                }
                self.pass_on(outgoing).await
            }
        };
        Ok(self.reply(reply))
    }

    /// Waits, accounted for as waiting, until the connection goes and this is dropped with it.
    async fn never(&self) -> Incoming {
        let _parked = self.shared.clock.park();
        std::future::pending().await
    }

    fn reply(mut self, reply: Incoming) -> Response<Full<Bytes>> {
        let at_ms = self.shared.clock.now_ms();
        let said = Said::read(reply.status.as_u16(), &reply.body);
        let order = self.shared.wire.order.next();
        self.end(Answer::Reply { order, at_ms, said });
        respond(reply, at_ms)
    }

    fn reset(mut self) -> Reset {
        let (order, at_ms) = (self.shared.wire.order.next(), self.shared.clock.now_ms());
        self.end(Answer::Reset { order, at_ms });
        Reset
    }

    fn end(&mut self, answer: Answer) {
        self.ended = true;
        self.shared
            .wire
            .update(self.seq, |entry| entry.answer = Some(answer));
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.ended {
            let (order, at_ms) = (self.shared.wire.order.next(), self.shared.clock.now_ms());
            self.end(Answer::Gone { order, at_ms });
        }
    }
}

impl Shared {
    /// Pages of the journey come through here only when this gateway is the one public door; they are no requests of
    /// the phone's core.
    fn is_page(&self, path: &str) -> bool {
        self.klarna.is_some()
            && (is_klarnas(path)
                || path.starts_with("/pay/")
                || path.starts_with("/klarna/return/"))
    }

    async fn page(&self, request: Request<Body>) -> Response<Full<Bytes>> {
        let _acting = self.clock.busy();
        let now = self.clock.now_ms();
        let too_large = || plain(StatusCode::PAYLOAD_TOO_LARGE, &Value::Null);
        let Some(outgoing) = self.read(request).await else {
            return respond(too_large(), now);
        };
        let reply = self.send(outgoing).await.unwrap_or_else(|_| {
            plain(
                StatusCode::BAD_GATEWAY,
                &json!({"error": "page not reached"}),
            )
        });
        respond(reply, self.clock.now_ms())
    }

    async fn read(&self, request: Request<Body>) -> Option<Outgoing> {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, BODY_LIMIT)
            .collect()
            .await
            .ok()?
            .to_bytes();
        let mut url = match &self.klarna {
            Some(klarna) if is_klarnas(head.uri.path()) => klarna.clone(),
            _ => self.acquirer.clone(),
        };
        url.set_path(head.uri.path());
        url.set_query(head.uri.query());
        Some(Outgoing {
            method: head.method,
            url,
            headers: head.headers,
            body,
        })
    }
}

/// `/{region}/requests/…`, and what those pages load.
fn is_klarnas(path: &str) -> bool {
    path.split('/').nth(2) == Some("requests") || path.starts_with("/assets/")
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn plain(status: StatusCode, body: &Value) -> Incoming {
    let json = HeaderValue::from_static("application/json");
    Incoming {
        status,
        headers: [(CONTENT_TYPE, json)].into_iter().collect(),
        body: Bytes::from(body.to_string()),
    }
}

/// The phone reckons what is left of `expires_at` from `Date`, so that has to be the sandbox's time.
fn respond(reply: Incoming, now_ms: i64) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(reply.body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    let now = UNIX_EPOCH + Duration::from_millis(u64::try_from(now_ms).unwrap_or(0));
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(now)) {
        response.headers_mut().insert(DATE, date);
    }
    response
}
