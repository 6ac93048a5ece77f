//! The start: sent once the journal has the record, repeated with the same key while `pay` waits, never repeated after that.

use super::live::{Start, Want};
use super::{
    CancelCause, Effect, Evidence, Machine, Note, Now, Phase, StartFate, Surface, Time, Verdict,
};
use crate::machine::NotStartedReason;
use crate::reply::{KlarnaState, StartAnswer, StatusReply};

/// First spacing of repeated starts, milliseconds; it doubles.
const FIRST_RETRY: u64 = 1_000;

impl Machine {
    pub(super) fn start(&mut self, surfaces: Vec<Surface>, now: Now) {
        self.live.surfaces = surfaces;
        self.live.want = Want::Now;
        self.watch(now);
        self.write();
    }

    pub(super) fn prepare(&mut self) {
        self.live.start = Start::ByApp;
        self.write();
    }

    pub(super) fn continue_payment(&mut self, surfaces: Vec<Surface>, now: Now) {
        self.live.surfaces = surfaces;
        self.live.want = Want::Now;
        self.watch(now);
        if !self.is_starting() {
            // The process was restarted, or the attempt abandoned, since: a reply that was lost would leave nothing to wait for.
            self.ask_now(now);
            self.expect_customer_to_leave(now);
        }
    }

    /// `pay` or `resume` for this attempt: asks once, and presents if the payment is still pending and nothing is on the screen.
    pub(super) fn join(&mut self, surfaces: Vec<Surface>, now: Now) {
        self.withdraw_abandon();
        self.watch(now);
        if self.is_starting() {
            return;
        }
        if !self.live.is_on_screen() && self.record.cancel.is_none() {
            self.live.surfaces = surfaces;
            self.live.want = Want::AfterAnswer;
        }
        self.ask_now(now);
        self.expect_customer_to_leave(now);
    }

    /// The start may still be sent, or is on its way: there is nothing to ask about yet.
    pub(super) fn is_starting(&self) -> bool {
        self.live.start != Start::Done
    }

    pub(super) fn due_start(&mut self, now: Now) {
        // Rule 3. The record of a start that was sent before is on the disk already.
        let saved = self.is_saved() || (self.live.sends > 0 && self.is_saved_or_refused());
        if self.live.start != Start::Wanted || !saved {
            return;
        }
        self.live.start = Start::InFlight;
        self.live.sends += 1;
        self.live.times.set_if_unset(Time::StartSince, now.mono);
        self.effects.push(Effect::Authorize {
            send: self.live.sends,
        });
        self.emit(Note::StartSent);
    }

    pub(super) fn start_answered(
        &mut self,
        answer: StartAnswer,
        forbidden: bool,
        date: Option<i64>,
        retry_after: Option<u64>,
        now: Now,
    ) {
        match answer {
            StartAnswer::Reply(reply) => self.started(reply, forbidden, date, now),
            // Rule 6: a refusal counts only if no earlier send can have started the payment.
            StartAnswer::Refused { reason }
                if self.is_starting() && !self.live.unaccounted && self.record.cancel.is_none() =>
            {
                self.settle(
                    Verdict::NotStarted(NotStartedReason::Refused { reason }),
                    now,
                );
            }
            StartAnswer::Refused { .. } if self.is_starting() => self.start_unknown(now),
            StartAnswer::Refused { .. } => {}
            StartAnswer::Unknown(_) => self.start_unanswered(true, retry_after, now),
        }
    }

    fn started(&mut self, reply: StatusReply, forbidden: bool, date: Option<i64>, now: Now) {
        self.emit(Note::StartAnswered);
        self.live.start = Start::Done;
        if self.record.start == StartFate::Unknown {
            // The answer came after all; the budget for not knowing is void.
            self.live.times.clear(Time::CompletionSince);
            self.live.times.clear(Time::CustomerLeft);
        }
        self.write().start = StartFate::Answered;
        let life_end = now.mono.saturating_add(self.policy.assumed_life);
        self.live.times.set_if_unset(Time::LifeEnd, life_end);
        if self.record.phase == Phase::Starting {
            self.write().phase = Phase::Ready;
        }
        self.absorb(&reply, forbidden, date, now);
        if self.live.klarna == Some(KlarnaState::Completed) {
            // The customer is done already: there is nothing to show.
            self.live.want = Want::Nothing;
        }
        if let Some(word) = reply.word.filter(|word| word.is_final()) {
            self.settle_by_word(word, reply.reason, reply.details, now);
        } else if self.record.journey.is_none()
            || self.record.cancel.is_some()
            || self.live.want == Want::Nothing
        {
            self.ask_now(now);
        } else {
            self.plan_question(now);
        }
    }

    pub(super) fn start_unanswered(&mut self, sent: bool, retry_after: Option<u64>, now: Now) {
        if !self.is_starting() {
            return;
        }
        self.live.unaccounted |= sent;
        let waited = self
            .live
            .times
            .since(Time::StartSince, now.mono)
            .unwrap_or(u64::MAX);
        let by_app = self.live.start == Start::ByApp;
        let budget = if self.live.unaccounted {
            self.policy.start_budget
        } else {
            self.policy.unsent_budget
        };
        let withdrawn = self.record.cancel.is_some();
        if waited < budget && !by_app && !withdrawn && self.live.watching {
            let pause = self
                .policy
                .stretched(FIRST_RETRY, self.live.sends.saturating_sub(1));
            let pause =
                crate::policy::ConfirmationPolicy::jittered(pause, self.dice(self.live.sends));
            let pause = pause.max(retry_after.unwrap_or(0)).min(budget - waited);
            self.live.start = Start::Waiting;
            self.live.times.set(Time::StartRetry, now.mono + pause);
        } else if self.live.unaccounted || withdrawn {
            self.start_unknown(now);
        } else {
            self.settle(Verdict::NotStarted(NotStartedReason::Unreachable), now);
        }
    }

    /// From here on the start is never repeated: the customer may have walked away. The backend is asked about it instead.
    pub(super) fn start_unknown(&mut self, now: Now) {
        self.live.start = Start::Done;
        self.live.times.clear(Time::StartRetry);
        if self.record.start == StartFate::Answered {
            // The answer to a cancellation has told of it already.
            self.ask_now(now);
            return;
        }
        let record = self.write();
        record.start = StartFate::Unknown;
        record.phase = Phase::Confirming;
        self.emit(Note::StartUnknown);
        self.live.times.set(Time::CompletionSince, now.mono);
        self.live.times.set(Time::UsefulMark, now.mono);
        self.expect_customer_to_leave(now);
        self.ask_now(now);
    }

    pub(super) fn restored(&mut self, visible: bool, now: Now) {
        self.live.visible = visible;
        self.live.restored = true;
        if self.record.is_settled() {
            self.expire_outcome(now);
            return;
        }
        self.live.start = Start::Done;
        if self.record.start == StartFate::Open {
            let record = self.write();
            record.start = StartFate::Unknown;
            record.phase = Phase::Confirming;
        }
        self.see(Evidence::Restart);
        self.restore_cancel(now);
        // Not asked before its owner is back: whoever is signed in now has no business with it.
        self.ask_now(now);
    }

    pub(super) fn persist_failed(&mut self, revision: u64, now: Now) {
        self.live.refused = self.live.refused.max(revision);
        self.emit(Note::JournalFailed);
        if self.record.is_settled() {
            return;
        }
        let unsent = match self.live.start {
            Start::Wanted => self.live.sends == 0,
            // The app may send it as soon as the first record is on the disk.
            Start::ByApp => self.live.written == 0,
            Start::InFlight | Start::Waiting | Start::Done => false,
        };
        if unsent {
            self.settle(
                Verdict::NotStarted(NotStartedReason::JournalUnavailable),
                now,
            );
        } else if !self.live.shown
            && self.record.start == StartFate::Answered
            && self.live.want == Want::Now
        {
            self.live.want = Want::Nothing;
            self.wish_to_cancel(CancelCause::JournalFailed, now);
        }
    }
}
