//! What the backend's answers to questions change.

use super::live::Showing;
use super::live::Want;
use super::{CancelCause, Machine, Note, Now, Phase, StartFate, Time};
use crate::reply::{KlarnaState, StatusAnswer, StatusFailure, StatusReply};

/// A question that failed later than this was being held, milliseconds.
const HELD_FROM: u64 = 1_000;
/// The wait is counted as ignored if an unchanged answer comes before this part of it.
const EARLY_PART: u64 = 2;

impl Machine {
    pub(super) fn status(
        &mut self,
        number: u32,
        answer: StatusAnswer,
        forbidden: bool,
        date: Option<i64>,
        now: Now,
    ) {
        let canceling = number == 0;
        let current = self
            .live
            .asking
            .is_some_and(|asking| asking.number == number);
        if canceling {
            self.live.canceling = false;
        }
        match answer {
            StatusAnswer::Failed(failure) if canceling => self.cancel_failed(failure, now),
            StatusAnswer::Failed(failure) if current => self.question_failed(failure, date, now),
            StatusAnswer::Failed(_) => {}
            StatusAnswer::Reply(reply) => {
                let old = reply.version.is_some_and(|version| {
                    self.record.version.is_some_and(|known| version < known)
                });
                let final_word = reply.word.filter(|word| word.is_final() && !old);
                if let Some(word) = final_word {
                    // A word is true whichever question it answers.
                    self.absorb(&reply, forbidden, date, now);
                    self.settle_by_word(word, reply.reason, reply.details, now);
                } else if current || canceling {
                    self.still_pending(current, old, &reply, forbidden, date, now);
                }
            }
        }
    }

    fn still_pending(
        &mut self,
        current: bool,
        old: bool,
        reply: &StatusReply,
        forbidden: bool,
        date: Option<i64>,
        now: Now,
    ) {
        if current {
            self.count_early(reply, now);
            self.live.asking = None;
            self.live.owed = false;
        }
        self.answers_again(now);
        self.live.times.set(Time::UsefulMark, now.mono);
        if old {
            self.emit(Note::OldVersionIgnored);
        } else {
            self.absorb(reply, forbidden, date, now);
            self.heard_of(now);
            self.act_on_pending();
        }
        self.emit(Note::StillPending);
        if self.has_outlived(date) {
            self.give_up(now);
            return;
        }
        self.cancel_again_later(now);
        self.plan_question(now);
    }

    fn count_early(&mut self, reply: &StatusReply, now: Now) {
        let Some(asking) = self.live.asking.filter(|asking| asking.wait > 0) else {
            return;
        };
        let took = self.live.times.since(Time::AskedAt, now.mono).unwrap_or(0);
        let unchanged = reply.version == self.record.version;
        if unchanged && took < asking.wait / EARLY_PART {
            self.live.early += 1;
        }
    }

    /// The backend knows the payment after all.
    fn heard_of(&mut self, now: Now) {
        if self.record.start == StartFate::Answered {
            return;
        }
        let phase = if self.record.surface_ever() {
            Phase::InJourney
        } else {
            Phase::Ready
        };
        let record = self.write();
        record.start = StartFate::Answered;
        record.phase = phase;
        self.live.times.clear(Time::CompletionSince);
        self.live.times.clear(Time::CustomerLeft);
        self.expect_customer_to_leave(now);
    }

    fn act_on_pending(&mut self) {
        let finishing = self.live.klarna == Some(KlarnaState::Completed);
        if finishing {
            if self.live.waiting || self.live.expect_customer {
                self.emit(Note::Finishing);
            }
            self.live.waiting = false;
            self.live.expect_customer = false;
            if self.live.want == Want::AfterAnswer {
                self.live.want = Want::Nothing;
            }
            return;
        }
        if self.live.want == Want::AfterAnswer {
            // Also in another app: who taps twice is not sent there a second time.
            self.live.want = match self.live.showing {
                Showing::Nothing | Showing::Saving(_) => Want::Now,
                Showing::Opening(_) | Showing::Open(_) => Want::Nothing,
            };
        }
        if self.live.expect_customer && self.live.want == Want::Nothing {
            self.live.expect_customer = false;
            if !std::mem::replace(&mut self.live.waiting, true) {
                self.emit(Note::WaitingForCustomer);
            }
        }
    }

    /// Takes over what a reply says besides its word.
    pub(super) fn absorb(
        &mut self,
        reply: &StatusReply,
        forbidden: bool,
        date: Option<i64>,
        now: Now,
    ) {
        if let Some(state) = reply.klarna_state {
            self.live.klarna = Some(state);
        }
        if reply.version.is_some() && reply.version > self.record.version {
            self.write().version = reply.version;
        }
        if reply.payment_id.is_some() && self.record.payment_id.is_none() {
            self.write().payment_id.clone_from(&reply.payment_id);
        }
        let backend_now = date.unwrap_or(now.wall);
        let left = reply.expires_in_ms.or_else(|| {
            reply
                .expires_at_ms
                .map(|end| end.saturating_sub(backend_now))
        });
        if let Some(left) = left {
            self.live.times.set(
                Time::LifeEnd,
                now.mono.saturating_add(u64::try_from(left).unwrap_or(0)),
            );
            let end = reply
                .expires_at_ms
                .unwrap_or(backend_now.saturating_add(left));
            if self.record.expires_at != Some(end) {
                self.write().expires_at = Some(end);
            }
        }
        if forbidden {
            self.emit(Note::ForbiddenUrl);
            if !self.record.surface_ever() {
                self.live.want = Want::Nothing;
                self.wish_to_cancel(CancelCause::ForbiddenUrl, now);
            }
        } else if reply.journey.is_some()
            && reply.journey != self.record.journey
            && !self.record.is_settled()
        {
            self.write().journey.clone_from(&reply.journey);
        }
    }

    fn question_failed(&mut self, failure: StatusFailure, date: Option<i64>, now: Now) {
        let held = self
            .live
            .asking
            .take()
            .is_some_and(|asking| asking.wait > 0);
        if self.live.failures == 0 {
            self.live.held_failed = held;
        }
        // It broke while it was held: somebody on the way may not let questions be held for so long.
        let took = self.live.times.since(Time::AskedAt, now.mono).unwrap_or(0);
        self.live.plain |= held && took >= HELD_FROM;
        self.emit(Note::AskFailed(failure));
        if failure == StatusFailure::NotFound && self.has_outlived(date) {
            // Backends forget, too: this one would be asked about for ever.
            self.give_up(now);
            return;
        }
        // Only where nobody was ever heard of and nothing was ever shown, "not found" can be acted on: closing the attempt
        // at the backend makes a late start impossible.
        if failure == StatusFailure::NotFound
            && self.record.start_unheard()
            && self.record.start == StartFate::Unknown
        {
            self.live.owed = false;
            self.wish_to_cancel(CancelCause::StartClosed, now);
        }
        self.live.failures = self.live.failures.saturating_add(1);
        self.credit_lost_time(now);
        self.plan_question(now);
    }

    /// The row of unanswered questions ends, or is taken to.
    pub(super) fn answers_again(&mut self, now: Now) {
        self.live.held_failed = false;
        if std::mem::take(&mut self.live.failures) > 0 {
            self.credit_lost_time(now);
        }
    }
}
