//! Passing a request on to the backend.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::header::{
    CONNECTION, CONTENT_LENGTH, DATE, HOST, HeaderMap, HeaderName, TRANSFER_ENCODING,
};
use axum::http::{Method, StatusCode};
use url::Url;

use super::Shared;
use super::wire::{BackendReply, Said};

/// A request with its body read, so that it can be sent more than once.
#[derive(Clone)]
pub(super) struct Outgoing {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// The backend's answer with its body read.
#[derive(Clone)]
pub(super) struct Incoming {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// These belong to one connection, not to the message; the date is the sandbox's to say.
const OF_THE_CONNECTION: [HeaderName; 5] =
    [CONNECTION, CONTENT_LENGTH, DATE, HOST, TRANSFER_ENCODING];

pub(super) fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    for name in OF_THE_CONNECTION {
        headers.remove(name);
    }
    headers
}

impl Shared {
    /// Sends it and logs what came back under `seq`. `None`: the backend could not be reached.
    pub(super) async fn forward(&self, seq: u64, outgoing: Outgoing) -> Option<Incoming> {
        self.wire.update(seq, |entry| entry.forwarded += 1);
        let reply = self.send(outgoing).await.ok();
        let said = reply
            .as_ref()
            .map(|reply| Said::read(reply.status.as_u16(), &reply.body));
        let (order, at_ms) = (self.wire.order.next(), self.clock.now_ms());
        self.wire.update(seq, |entry| {
            entry.backend.push(BackendReply { order, at_ms, said });
        });
        reply
    }

    /// As [`forward`](Self::forward), but the request reaches the backend and is logged even when the phone hangs up
    /// meanwhile: what has been sent can't be called back.
    pub(super) async fn forward_to_the_end(
        self: &Arc<Self>,
        seq: u64,
        outgoing: Outgoing,
    ) -> Option<Incoming> {
        let finished = self.clock.signal();
        let slot = Arc::new(Mutex::new(None));
        tokio::spawn({
            let (shared, slot, finished) = (Arc::clone(self), Arc::clone(&slot), finished.clone());
            let guard = self.clock.busy();
            async move {
                let reply = shared.forward(seq, outgoing).await;
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(reply);
                finished.notify_all();
                drop(guard);
            }
        });
        loop {
            let ticket = finished.ticket();
            if let Some(reply) = slot.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return reply;
            }
            finished.wait(ticket, None).await;
        }
    }

    pub(super) async fn send(&self, outgoing: Outgoing) -> Result<Incoming, reqwest::Error> {
        let response = self
            .http
            .request(outgoing.method, outgoing.url)
            .headers(end_to_end(outgoing.headers))
            .body(outgoing.body)
            .send()
            .await?;
        Ok(Incoming {
            status: response.status(),
            headers: end_to_end(response.headers().clone()),
            body: response.bytes().await?,
        })
    }
}
