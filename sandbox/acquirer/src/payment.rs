//! One payment: what it is, what happened to it, and what has to happen next. No I/O, no clock.
//!
//! ```text
//! Authorize --APPROVED--------------------------------> Settled(approved)
//!     |  \---DECLINED / refused-----------------------> Settled(declined | failed)
//!     | STEP_UP_REQUIRED
//!     v
//! Journey ---EXPIRED / CANCELED / DECLINED------------> Settled(expired | canceled | declined)
//!     | COMPLETED + token
//!     v
//! Finalise --APPROVED / DECLINED / refused------------> Settled(approved | declined | failed)
//! ```
//!
//! In `Authorize` and `Finalise` only the result of the authorize settles: as long as that is unknown nothing else can.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::{ReplyShape, Secret};
use crate::klarna::{Authorized, RequestNews};

/// Klarna remembers an idempotency key for 24 h (`klarna.md` 2.2). Repeated later, the first authorize could charge twice.
const FIRST_REPEATABLE_MS: i64 = 23 * 3_600_000;
const LONGEST_PAUSE_MS: i64 = 5 * 60_000;

/// The backend's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not decided.
    Pending,
    /// Paid.
    Approved,
    /// Klarna does not pay.
    Declined,
    /// Called off, and nothing can be charged any more.
    Canceled,
    /// The customer did not finish in time.
    Expired,
    /// It went wrong, and no money can move.
    Failed,
}

impl Status {
    /// Whether this word never changes again.
    #[must_use]
    pub fn is_final(self) -> bool {
        self != Self::Pending
    }

    /// The word itself.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }
}

/// How far a payment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The first authorize has no answer yet.
    Authorize,
    /// The customer has to act.
    Journey,
    /// The customer has approved; the second authorize has no answer yet.
    Finalise,
    /// Nothing happens any more.
    Settled,
}

/// One row of the table `payment`.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub id: String,
    /// The attempt that started it. Others may name it too.
    pub attempt: String,
    pub customer: String,
    pub reference: String,
    pub amount: i64,
    pub currency: String,
    pub items: Value,
    pub purchase: Value,
    pub return_url: Secret,
    pub app_return_url: Secret,
    /// Our own page that Klarna sends browsers to. Written down, because a repeated authorize has to be the same to the byte
    /// although our address may have changed since.
    pub internal_return_url: Secret,
    pub reply: ReplyShape,
    /// Names its pages to browsers, which know nothing else of it.
    pub page_key: Secret,

    pub status: Status,
    pub reason: Option<String>,
    pub version: i64,
    pub stage: Stage,
    pub created_at: i64,
    pub settled_at: Option<i64>,

    pub first_sends: i64,
    pub first_sent_at: Option<i64>,
    pub second_sends: i64,
    /// Calls in a row whose result is unknown.
    pub unknowns: i64,
    pub cancel_wanted: bool,
    pub cancels: i64,

    pub request_id: Option<String>,
    pub request_url: Option<Secret>,
    pub klarna_state: Option<String>,
    pub klarna_reason: Option<String>,
    pub klarna_at: i64,
    pub expires_at: Option<String>,
    pub token: Option<Secret>,
    pub token_at: Option<i64>,
    pub transaction_id: Option<String>,

    pub last_read_at: i64,
    /// When somebody has to look at it next although nothing happens. Survives a restart.
    pub due_at: Option<i64>,
}

/// How much a visitor wants Klarna to be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    /// Only what is due anyway.
    #[default]
    Due,
    /// If the last answer is not fresh.
    IfStale,
    /// In any case.
    Read,
}

/// What has to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Rest,
    CloseUnsent,
    StopRepeating,
    AuthorizeFirst,
    AuthorizeSecond(Secret),
    CancelAtKlarna(String),
    Read(String),
}

impl Payment {
    pub(crate) fn next_step(&self, now: i64, wish: Wish, read_every_ms: i64) -> Step {
        let pausing = self.due_at.is_some_and(|due| now < due);
        match self.stage {
            Stage::Authorize if self.cancel_wanted && self.first_sends == 0 => Step::CloseUnsent,
            Stage::Authorize if self.is_first_too_old(now) => match self.due_at {
                Some(_) => Step::StopRepeating,
                None => Step::Rest,
            },
            Stage::Authorize if !pausing => Step::AuthorizeFirst,
            Stage::Finalise if !pausing => {
                self.token.clone().map_or(Step::Rest, Step::AuthorizeSecond)
            }
            Stage::Journey => self.journey_step(now, wish, read_every_ms, pausing),
            Stage::Authorize | Stage::Finalise | Stage::Settled => Step::Rest,
        }
    }

    fn journey_step(&self, now: i64, wish: Wish, read_every_ms: i64, pausing: bool) -> Step {
        let Some(request_id) = self.request_id.clone() else {
            return Step::Rest;
        };
        // COMPLETED without the token: nothing to cancel any more, the token is what is missing.
        if self.cancel_wanted && self.klarna_state.as_deref() != Some("COMPLETED") {
            return if pausing {
                Step::Rest
            } else {
                Step::CancelAtKlarna(request_id)
            };
        }
        let stale = now - self.last_read_at >= read_every_ms;
        let wanted = match wish {
            Wish::Due => false,
            Wish::IfStale => stale,
            Wish::Read => true,
        };
        let due = self.due_at.is_some_and(|due| due <= now);
        if wanted || due {
            Step::Read(request_id)
        } else {
            Step::Rest
        }
    }

    fn is_first_too_old(&self, now: i64) -> bool {
        self.first_sent_at
            .is_some_and(|sent| now - sent >= FIRST_REPEATABLE_MS)
    }

    /// Written down before the first authorize is sent. False: it must not be sent any more.
    pub(crate) fn sending_first(&mut self, now: i64) -> bool {
        let called_off = self.cancel_wanted && self.first_sends == 0;
        if self.stage != Stage::Authorize || called_off {
            return false;
        }
        self.first_sends += 1;
        self.first_sent_at.get_or_insert(now);
        true
    }

    /// Written down before the second authorize is sent. False: it must not be sent any more.
    pub(crate) fn sending_second(&mut self) -> bool {
        if self.stage != Stage::Finalise {
            return false;
        }
        self.second_sends += 1;
        true
    }

    pub(crate) fn authorized(&mut self, result: Authorized, now: i64, reconcile_ms: i64) {
        if !matches!(self.stage, Stage::Authorize | Stage::Finalise) {
            return;
        }
        self.unknowns = 0;
        match result {
            Authorized::Approved { transaction_id } => {
                self.transaction_id = transaction_id;
                self.settle(Status::Approved, None, now);
            }
            Authorized::Declined { reason } => {
                let reason = reason.map_or_else(|| "declined_by_klarna".into(), |r| word(&r));
                self.settle(Status::Declined, Some(reason), now);
            }
            Authorized::StepUp(_) if self.stage == Stage::Finalise => {
                // Klarna did not take the token for an approval. The new request has no token, so nothing can be charged.
                self.settle(Status::Failed, Some("stepped_up_again".into()), now);
            }
            Authorized::StepUp(news) => {
                self.stage = Stage::Journey;
                // What was called off meanwhile is not left until somebody reconciles.
                let pause = if self.cancel_wanted { 0 } else { reconcile_ms };
                self.due_at = Some(now + pause);
                self.last_read_at = now;
                // A webhook may have overtaken this reply.
                let known = RequestNews {
                    state: self.klarna_state.take(),
                    reason: self.klarna_reason.take(),
                    at: Some(self.klarna_at),
                    ..RequestNews::default()
                };
                self.klarna_at = 0;
                self.heard(news, now);
                self.heard(known, now);
            }
        }
    }

    /// Klarna refused an authorize. `code` is Klarna's `error_code`.
    pub(crate) fn refused(&mut self, status: u16, code: &str, now: i64) {
        if !matches!(self.stage, Stage::Authorize | Stage::Finalise) {
            return;
        }
        // 401 is about our key, not about the call: it says nothing of an earlier send, and at the second authorize somebody
        // may still put the key right within the token's hour.
        let about_us = status == 401;
        if about_us && (self.stage == Stage::Finalise || self.first_sends > 1) {
            self.unknown(None, now);
            return;
        }
        self.settle(Status::Failed, Some(format!("klarna_{}", word(code))), now);
    }

    /// A call's result is unknown: it is repeated after a pause that grows.
    pub(crate) fn unknown(&mut self, retry_after_ms: Option<i64>, now: i64) {
        if self.stage == Stage::Settled {
            return;
        }
        let pause = (1_000_i64 << self.unknowns.clamp(0, 10)).min(LONGEST_PAUSE_MS);
        self.unknowns += 1;
        self.due_at = Some(now + retry_after_ms.unwrap_or(0).max(pause));
    }

    /// Whether the first authorize charged somebody can only be found out by people now. Until then the payment stays open.
    pub(crate) fn stop_repeating(&mut self) {
        self.due_at = None;
        self.reason = Some("unknown_at_klarna".into());
    }

    /// Klarna answered a read or a cancel.
    pub(crate) fn was_read(&mut self, news: RequestNews, now: i64, reconcile_ms: i64) {
        if self.stage == Stage::Journey {
            self.unknowns = 0;
            self.last_read_at = now;
            self.due_at = Some(now + reconcile_ms);
        }
        self.heard(news, now);
        if self.stage == Stage::Journey && self.klarna_state.as_deref() == Some("COMPLETED") {
            // The token is still missing. Asking again at once would be asking for ever.
            self.unknown(None, now);
        }
    }

    /// Klarna was not asked, as a fault wants it.
    pub(crate) fn not_read(&mut self, now: i64, reconcile_ms: i64) {
        self.last_read_at = now;
        self.due_at = Some(now + reconcile_ms);
    }

    /// Puts the second authorize off.
    pub(crate) fn delay(&mut self, until: i64) {
        self.due_at = Some(until);
    }

    /// Takes what Klarna says about the request, in whatever order it arrives.
    pub(crate) fn heard(&mut self, news: RequestNews, now: i64) {
        if self.stage == Stage::Settled {
            return;
        }
        if self.request_id.is_none() {
            self.request_id = news.id;
        }
        if news.url.is_some() {
            self.request_url = news.url;
        }
        if news.expires_at.is_some() {
            self.expires_at = news.expires_at;
        }
        let at = news.at.unwrap_or(now);
        if let Some(state) = news.state
            && !self.is_outdated(&state, at)
        {
            self.klarna_state = Some(state);
            self.klarna_reason = news.reason;
            self.klarna_at = at;
        }
        if self.token.is_none() && self.klarna_state.as_deref() == Some("COMPLETED") {
            self.token_at = news.token.as_ref().map(|_| now);
            self.token = news.token;
        }
        if self.stage == Stage::Journey {
            self.act_on_state(now);
        }
    }

    fn is_outdated(&self, state: &str, at: i64) -> bool {
        let Some(known) = self.klarna_state.as_deref() else {
            return false;
        };
        if is_end(known) {
            return true;
        }
        !is_end(state) && at < self.klarna_at
    }

    fn act_on_state(&mut self, now: i64) {
        let said = self.klarna_reason.as_deref().map(word);
        match self.klarna_state.as_deref() {
            Some("COMPLETED") => {
                if self.token.is_some() {
                    self.stage = Stage::Finalise;
                    self.due_at = None;
                } else {
                    // Only a read can bring it now.
                    self.due_at = Some(now);
                }
            }
            Some("EXPIRED") => self.settle(
                Status::Expired,
                Some(said.unwrap_or_else(|| "request_expired".into())),
                now,
            ),
            Some("DECLINED") => self.settle(
                Status::Declined,
                Some(said.unwrap_or_else(|| "declined_in_journey".into())),
                now,
            ),
            Some("CANCELED") => {
                let reason = if self.cancel_wanted {
                    "cancel_requested".into()
                } else {
                    said.unwrap_or_else(|| "canceled_at_klarna".into())
                };
                self.settle(Status::Canceled, Some(reason), now);
            }
            _ => {}
        }
    }

    /// The app's customer called it off. Decided by what Klarna says.
    pub(crate) fn cancel_requested(&mut self, now: i64) {
        if self.status.is_final() {
            return;
        }
        self.cancels += 1;
        if !self.cancel_wanted {
            self.cancel_wanted = true;
            if self.stage == Stage::Journey {
                self.due_at = Some(now);
            }
        }
    }

    /// Called off before Klarna heard of it.
    pub(crate) fn close_unsent(&mut self, now: i64) {
        if self.stage == Stage::Authorize && self.first_sends == 0 && self.cancel_wanted {
            self.settle(Status::Canceled, Some("cancel_requested".into()), now);
        }
    }

    fn settle(&mut self, status: Status, reason: Option<String>, now: i64) {
        self.stage = Stage::Settled;
        self.status = status;
        self.reason = reason;
        self.settled_at = Some(now);
        self.due_at = None;
        // Credentials of no further use.
        self.token = None;
        self.request_url = None;
    }

    /// What a change of has to be noticed by whoever waits.
    pub(crate) fn visible(&self) -> impl PartialEq + use<> {
        (
            self.status,
            self.reason.clone(),
            self.klarna_state.clone(),
            self.request_id.clone(),
            self.request_url.is_some(),
            self.expires_at.clone(),
        )
    }
}

/// States that a payment request never leaves (`klarna.md` 3).
fn is_end(state: &str) -> bool {
    matches!(state, "COMPLETED" | "EXPIRED" | "CANCELED" | "DECLINED")
}

/// A reason in the contract's spelling, and of bounded length.
fn word(text: &str) -> String {
    text.chars()
        .take(64)
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect()
}
