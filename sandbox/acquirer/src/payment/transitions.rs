//! What happened to a payment, and what that makes of it.

use super::{Payment, Stage, Status};
use crate::klarna::{Authorized, RequestNews};

const LONGEST_PAUSE_MS: i64 = 5 * 60_000;

impl Payment {
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
                self.due_at = Some(now + self.pause_in_journey(reconcile_ms));
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
        // 401 is about our key and 403 and 404 about our account, not about the call: they say nothing of an earlier send. At the
        // second authorize somebody may still put the key right within the token's hour.
        let (sends, in_time) = match self.stage {
            Stage::Finalise => (self.second_sends, status == 401),
            _ => (self.first_sends, false),
        };
        let tells_nothing = in_time || (sends > 1 && matches!(status, 401 | 403 | 404));
        if tells_nothing {
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

    /// The authorize that was about to be sent never left. It is tried again after a pause, and does not count.
    pub(crate) fn not_sent(&mut self, now: i64) {
        match self.stage {
            Stage::Authorize => {
                self.first_sends -= 1;
                if self.first_sends == 0 {
                    self.first_sent_at = None;
                }
            }
            Stage::Finalise => self.second_sends -= 1,
            Stage::Journey | Stage::Settled => return,
        }
        self.unknown(None, now);
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
            self.due_at = Some(now + self.pause_in_journey(reconcile_ms));
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
        self.due_at = Some(now + self.pause_in_journey(reconcile_ms));
    }

    /// What was called off meanwhile is not left until somebody reconciles.
    fn pause_in_journey(&self, reconcile_ms: i64) -> i64 {
        if self.cancel_wanted { 0 } else { reconcile_ms }
    }

    /// Puts the second authorize off.
    pub(crate) fn delay(&mut self, until: i64) {
        self.due_at = Some(until);
    }

    /// Takes what Klarna says about the request, in whatever order it arrives.
    pub(crate) fn heard(&mut self, news: RequestNews, now: i64) {
        if self.stage == Stage::Settled || self.is_of_another_request(&news) {
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
            Some("EXPIRED") if self.renews && self.renewals == 0 && !self.cancel_wanted => {
                self.renew(now);
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

    /// A request that has expired can't be paid any more: a new one takes its place.
    fn renew(&mut self, now: i64) {
        self.renewals += 1;
        self.stage = Stage::Authorize;
        self.first_sent_at = None;
        self.request_id = None;
        self.request_url = None;
        self.klarna_state = None;
        self.klarna_reason = None;
        self.klarna_at = 0;
        self.expires_at = None;
        self.due_at = Some(now);
    }

    /// News of a request that was replaced, or that might be, for the new one's name is not known yet.
    fn is_of_another_request(&self, news: &RequestNews) -> bool {
        match (&self.request_id, &news.id) {
            (Some(own), Some(id)) => own != id,
            (Some(_), None) => false,
            (None, _) => self.stage == Stage::Authorize && self.renewals > 0,
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
}

/// States that a payment request never leaves (Klarna, "Monitor the payment request state").
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
