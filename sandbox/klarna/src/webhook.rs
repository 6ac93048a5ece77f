//! Webhooks: signing, order, retries, and the faults on their way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use sha2::Sha256;
use stepup_sandbox_clock::{Clock, Place, Signal, Turns};

use crate::books::Delivery;
use crate::config::SigningKey;
use crate::faults::WebhookFaults;
use crate::klarna::Klarna;
use crate::secret::{Secret, hex};
use crate::state::PaymentState;
use crate::world::World;

/// Milliseconds between one failed attempt and the next; after the last the event is lost for good. Source: Klarna's "setup your
/// webhooks".
const RETRIES_MS: [i64; 6] = [
    10_000,
    120_000,
    900_000,
    3 * 3_600_000,
    6 * 3_600_000,
    12 * 3_600_000,
];

/// Answers that acknowledge. Source: the same page.
const ACKNOWLEDGED: [u16; 4] = [200, 201, 202, 204];

/// How long the `reorder` fault holds an event back when no final one follows.
const REORDER_LIMIT_MS: i64 = 60_000;

/// A state change that has to be told.
pub(crate) struct Event {
    pub record: usize,
    pub id: String,
    pub kind: String,
    pub state: PaymentState,
    pub body: Vec<u8>,
    pub place: Place,
    pub outgoing: Outgoing,
}

/// The order in which one payment request's events go out.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub queue: Turns,
    final_sent: Arc<AtomicBool>,
    final_signal: Signal,
}

impl Outgoing {
    pub(crate) fn new(clock: &Clock) -> Self {
        Self {
            queue: Turns::new(clock),
            final_sent: Arc::default(),
            final_signal: clock.signal(),
        }
    }

    fn tell_final_sent(&self) {
        self.final_sent.store(true, Ordering::SeqCst);
        self.final_signal.notify_all();
    }

    async fn after_final(&self, limit_ms: i64) {
        let ticket = self.final_signal.ticket();
        if !self.final_sent.load(Ordering::SeqCst) {
            self.final_signal.wait(ticket, Some(limit_ms)).await;
        }
    }
}

pub(crate) fn client() -> Result<reqwest::Client, reqwest::Error> {
    // The time-out is only against a receiver that hangs; everything that a test varies runs on the sandbox's clock.
    stepup_sandbox_http::client()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(59))
        .build()
}

/// `HMAC-SHA256(body, key)` in lower-case hex.
pub(crate) fn sign(key: &Secret, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(body);
    hex(&mac.finalize().into_bytes())
}

/// Sends an event off, if anybody subscribed to it.
pub(crate) fn publish(klarna: &Klarna, world: &World, event: Event) {
    let config = klarna.config();
    let subscribed = config
        .webhook_events
        .iter()
        .any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => event.kind.starts_with(start),
            None => event.kind == *pattern,
        });
    let Some(url) = config.webhook_url.clone().filter(|_| subscribed) else {
        return;
    };
    let faults = &world.faults.webhook;
    let faults = if faults.applies_to(event.state.event_name()) {
        faults.clone()
    } else {
        WebhookFaults::default()
    };
    if faults.drop {
        return;
    }
    let (klarna, guard) = (klarna.clone(), klarna.clock().busy());
    tokio::spawn(async move {
        let courier = Courier { klarna, url };
        courier.deliver(event, faults).await;
        drop(guard);
    });
}

struct Courier {
    klarna: Klarna,
    url: String,
}

impl Courier {
    async fn deliver(&self, event: Event, faults: WebhookFaults) {
        let Event {
            record,
            id,
            kind,
            state,
            body,
            place,
            outgoing,
        } = event;
        let letter = Letter {
            record,
            id,
            kind,
            body,
        };
        let clock = self.klarna.clock();
        if faults.delay_ms > 0 {
            clock.sleep(faults.delay_ms).await;
        }
        let turn = if faults.reorder && !state.is_final() {
            // Leaves the queue, or the final event would wait for this one.
            drop(place);
            outgoing
                .after_final(clock.now_ms() + REORDER_LIMIT_MS)
                .await;
            None
        } else {
            Some(place.turn().await)
        };
        let mut lost = faults.lose_first;
        if faults.forge {
            self.forge(&letter).await;
        }
        let mut acknowledged = self.attempt(&letter, &mut lost).await;
        if state.is_final() {
            outgoing.tell_final_sent();
        }
        // Only first attempts keep the order: a retry must not hold up what happened since.
        drop(turn);
        for wait_ms in RETRIES_MS {
            if acknowledged {
                break;
            }
            clock.sleep(wait_ms).await;
            acknowledged = self.attempt(&letter, &mut lost).await;
        }
        if acknowledged {
            for _ in 0..faults.extra_copies {
                self.attempt(&letter, &mut 0).await;
            }
        } else {
            tracing::warn!(event = %letter.id, "webhook given up");
        }
    }

    async fn attempt(&self, letter: &Letter, lost: &mut u32) -> bool {
        let key = self.signing_key();
        let status = if crate::faults::strike(lost) {
            None
        } else {
            self.post(
                &key.id,
                &sign(&key.secret, &letter.body),
                letter.body.clone(),
            )
            .await
        };
        self.note(letter, key.id, status, false);
        status.is_some_and(|status| ACKNOWLEDGED.contains(&status))
    }

    /// Claims that the payment was approved, under a genuine key's name but without its secret.
    async fn forge(&self, letter: &Letter) {
        let mut body: Value = serde_json::from_slice(&letter.body).unwrap_or_default();
        let forged = Letter {
            record: letter.record,
            id: uuid::Uuid::new_v4().to_string(),
            kind: "payment.request.state-change.completed".into(),
            body: Vec::new(),
        };
        let token = "krn:payment:eu1:klarna-network-session-token:forged";
        body["metadata"]["event_id"] = json!(forged.id);
        body["metadata"]["event_type"] = json!(forged.kind);
        body["payload"]["state"] = json!(PaymentState::Completed);
        body["payload"]["state_context"] = json!({ "klarna_network_session_token": token });
        body["payload"]["klarna_network_session_token"] = json!(token);
        let body = body.to_string().into_bytes();
        let key = self.signing_key();
        let status = self
            .post(&key.id, &sign(&Secret::new("not the key"), &body), body)
            .await;
        self.note(&forged, key.id, status, true);
    }

    fn signing_key(&self) -> SigningKey {
        self.klarna
            .change(|world, _| world.signing_keys.last().cloned())
            .expect("checked with the configuration")
    }

    async fn post(&self, key_id: &str, signature: &str, body: Vec<u8>) -> Option<u16> {
        let request = self
            .klarna
            .http()
            .post(&self.url)
            .header(CONTENT_TYPE, "application/json")
            .header("Klarna-Signing-Key-Id", key_id)
            .header("Klarna-Signature", signature)
            .body(body);
        Some(request.send().await.ok()?.status().as_u16())
    }

    fn note(&self, letter: &Letter, signing_key_id: String, status: Option<u16>, forged: bool) {
        self.klarna.change(|world, at_ms| {
            world.records[letter.record].deliveries.push(Delivery {
                event_id: letter.id.clone(),
                event_type: letter.kind.clone(),
                signing_key_id,
                status,
                forged,
                at_ms,
            });
        });
    }
}

struct Letter {
    record: usize,
    id: String,
    kind: String,
    body: Vec<u8>,
}
