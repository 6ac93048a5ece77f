//! Asking the backend: when, how, and what its answers change.

use super::live::{Asking, Showing, Want};
use super::{
    CancelCause, Effect, Evidence, LinkSignal, Machine, Note, Now, Phase, StartFate, Time,
};
use crate::policy::ConfirmationPolicy;
use crate::reply::{KlarnaState, StatusAnswer, StatusFailure, StatusReply};

/// After this many unchanged answers that came too early, the backend is taken not to know `wait`.
const EARLY_LIMIT: u32 = 2;
/// Long-polls follow each other at this distance at least, milliseconds: a backend that answers every one of them at once, with a
/// new version each time, is not asked in a tight loop.
const WAIT_FLOOR: u64 = 250;
/// A question that failed later than this was being held, milliseconds.
const HELD_FROM: u64 = 1_000;
/// The wait is counted as ignored if an unchanged answer comes before this part of it.
const EARLY_PART: u64 = 2;

impl Machine {
    /// Something happened after which the backend may say something new.
    pub(super) fn ask_now(&mut self, now: Now) {
        if self.is_starting() {
            return;
        }
        self.live.owed = true;
        self.live.plain = true;
        self.live.times.clear(Time::Merge);
        self.live.times.set(Time::Ask, now.mono);
        // The question in flight was asked before it happened.
        self.live.asking = None;
    }

    pub(super) fn link(&mut self, link: LinkSignal, now: Now) {
        let seen = match link {
            LinkSignal::Handover => Evidence::HandoverLink,
            LinkSignal::Completion => Evidence::CompletionLink,
            LinkSignal::Unproven => Evidence::UnprovenLink,
        };
        match link {
            LinkSignal::Unproven => {
                let spacing = self.policy.unproven_spacing;
                if self
                    .live
                    .times
                    .since(Time::UnprovenAt, now.mono)
                    .is_some_and(|since| since < spacing)
                {
                    return;
                }
                self.live.times.set(Time::UnprovenAt, now.mono);
                self.see(seen);
                self.handed_over(now);
            }
            LinkSignal::Handover => {
                self.see(seen);
                self.handed_over(now);
            }
            LinkSignal::Completion => {
                self.dismiss();
                // The customer is done: there is nothing left to show.
                self.live.want = Want::Nothing;
                self.live.waiting = false;
                if self.live.times.get(Time::CompletionSince).is_some()
                    && self.record.start == StartFate::Answered
                {
                    return;
                }
                self.see(seen);
                self.move_to_confirming();
                self.live.times.clear(Time::CustomerLeft);
                self.live.times.set(Time::CompletionSince, now.mono);
                self.live.times.set(Time::UsefulMark, now.mono);
                self.live.expect_customer = false;
                self.link_asks(now);
            }
        }
    }

    /// Rule 4: keeps the surface, settles nothing, and starts one round of questions however many such links come.
    fn handed_over(&mut self, now: Now) {
        let round = self.policy.handover_asks.last().copied().unwrap_or(0);
        if self
            .live
            .times
            .since(Time::HandoverSince, now.mono)
            .is_some_and(|since| since < round)
        {
            return;
        }
        self.live.times.set(Time::HandoverSince, now.mono);
        if !self.live.is_on_screen() {
            self.live.expect_customer = true;
        }
        self.link_asks(now);
    }

    fn link_asks(&mut self, now: Now) {
        self.live.link_in_background = !self.live.foreground;
        self.ask_now(now);
    }

    pub(super) fn due_question(&mut self, now: Now) {
        if self.question_at().is_none_or(|at| at > now.mono) {
            return;
        }
        let wait = if self.live.plain || !self.may_wait() {
            0
        } else {
            self.policy.long_poll
        };
        self.live.plain = false;
        self.live.asks += 1;
        let number = self.live.asks;
        self.live.asking = Some(Asking { number, wait });
        self.live.times.clear(Time::Ask);
        self.live.times.set(Time::AskedAt, now.mono);
        self.effects.push(Effect::AskStatus {
            number,
            wait,
            after: self.record.version,
        });
        self.emit(Note::Asked);
    }

    /// When the next question is due, if one may be asked at all: in front, for its own owner, one at a time.
    pub(super) fn question_at(&self) -> Option<u64> {
        let live = &self.live;
        if !live.visible || !live.foreground || live.asking.is_some() || self.is_starting() {
            return None;
        }
        let not_before = [Time::NotBefore, Time::Merge]
            .into_iter()
            .filter_map(|time| live.times.get(time))
            .max();
        Some(live.times.get(Time::Ask)?.max(not_before.unwrap_or(0)))
    }

    /// While questions fail, those that the backend is to hold may go on: a backend that is back need not be asked twice.
    fn may_wait(&self) -> bool {
        let live = &self.live;
        let answered = live.failures == 0 || live.held_failed;
        self.policy.long_poll > 0 && live.early < EARLY_LIMIT && answered
    }

    /// Honours `Retry-After`, as far as the cap.
    pub(super) fn rest(&mut self, retry_after: Option<u64>, now: Now) {
        if let Some(rest) = retry_after {
            self.live.times.set(
                Time::NotBefore,
                now.mono + rest.min(self.policy.stretch_cap),
            );
        }
    }

    /// Sets the time of the next question, if anything calls for one.
    pub(super) fn plan_question(&mut self, now: Now) {
        self.live.times.clear(Time::Ask);
        if self.live.asking.is_some() {
            return;
        }
        let failures = self.live.failures;
        let after_link = [self.handover_spacing(now), self.completion_spacing(now)];
        let after_link = after_link.into_iter().flatten().min();
        let spacing = after_link.into_iter().chain(self.base_spacing(now)).min();
        let failing = failures > 0 && (self.live.watching || self.live.owed);
        if failing && self.live.held_failed && after_link.is_none() {
            self.plan_after_held(now);
            return;
        }
        let delay = match spacing {
            _ if failing => {
                let first = spacing.unwrap_or(self.policy.base_interval);
                self.policy.stretched(first, failures - 1)
            }
            Some(_) if self.may_wait() && !self.live.plain => {
                let since = self.live.times.since(Time::AskedAt, now.mono);
                WAIT_FLOOR.saturating_sub(since.unwrap_or(WAIT_FLOOR))
            }
            Some(delay) => delay,
            None => return,
        };
        let jittered = ConfirmationPolicy::jittered(delay, self.dice(self.live.asks));
        let delay = jittered.min(self.policy.stretch_cap.max(delay));
        self.ask_in(delay, now);
    }

    /// A backend that goes down breaks all the questions that it holds at once. Their phones come back spread over the time for which
    /// they would have been held, as they were before, and not all in the same second.
    fn plan_after_held(&mut self, now: Now) {
        let (hold, dice) = (self.policy.long_poll, self.dice(self.live.asks));
        let delay = match self.live.failures {
            0 | 1 => ConfirmationPolicy::spread(hold, dice),
            more => ConfirmationPolicy::jittered(self.policy.stretched(hold, more - 2), dice),
        };
        self.ask_in(delay.min(self.policy.stretch_cap), now);
    }

    fn ask_in(&mut self, delay: u64, now: Now) {
        // A backend that names the time knows better than the schedule.
        let named = self.live.times.get(Time::NotBefore);
        let at = match named.filter(|at| self.live.failures > 0 && *at > now.mono) {
            Some(named) => {
                let over = ConfirmationPolicy::rest_spread(named - now.mono);
                named + ConfirmationPolicy::spread(over, self.dice(self.live.asks))
            }
            None => now.mono + delay,
        };
        self.live.times.set(Time::Ask, at);
    }

    fn handover_spacing(&self, now: Now) -> Option<u64> {
        let since = self.live.times.since(Time::HandoverSince, now.mono)?;
        let next = self.policy.handover_asks.iter().find(|at| **at > since)?;
        Some(next - since)
    }

    fn completion_spacing(&self, now: Now) -> Option<u64> {
        self.policy
            .completion_interval(self.live.times.since(Time::CompletionSince, now.mono)?)
    }

    fn base_spacing(&self, now: Now) -> Option<u64> {
        if !self.live.watching {
            return None;
        }
        // After a restart the wall clock is all there is, and it may be wrong: it only makes us ask less.
        if self.live.restored && self.record.expires_at.is_some_and(|end| now.wall > end) {
            return None;
        }
        let long = self
            .live
            .times
            .since(Time::JourneySince, now.mono)
            .is_some_and(|since| since >= self.policy.slow_after);
        Some(if long {
            self.policy.slow_interval
        } else {
            self.policy.base_interval
        })
    }

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

    fn credit_lost_time(&mut self, now: Now) {
        let lost = self.live.times.since(Time::UsefulMark, now.mono);
        self.stretch_completion(lost.unwrap_or(0), now);
    }

    /// Time in which no answer could come does not use up the budget.
    pub(super) fn stretch_completion(&mut self, lost: u64, now: Now) {
        if let Some(since) = self.live.times.get(Time::CompletionSince) {
            self.live
                .times
                .set(Time::CompletionSince, (since + lost).min(now.mono));
            self.live.times.set(Time::UsefulMark, now.mono);
        }
    }

    /// When the budget after a completion link ends; not while answers fail to come, and not in the background.
    pub(super) fn completion_end(&self) -> Option<u64> {
        let counts = self.live.watching && self.live.foreground && self.live.failures == 0;
        let since = self
            .live
            .times
            .get(Time::CompletionSince)
            .filter(|_| counts)?;
        Some(since + self.policy.completion_budget())
    }

    pub(super) fn completion_over(&self, now: Now) -> bool {
        self.completion_end().is_some_and(|end| end <= now.mono)
    }

    /// Where nobody shows the waiting screen, no app should spin for half an hour.
    pub(super) fn expect_customer_to_leave(&mut self, now: Now) {
        let to_be_shown = self.live.want == Want::Now && self.record.journey.is_some();
        let nothing_to_wait_for = self.live.showing == Showing::Nothing && !to_be_shown;
        let confirming = self.record.phase == Phase::Confirming;
        let counted = self.live.times.get(Time::CompletionSince).is_some()
            && self.record.start == StartFate::Answered;
        if self.live.watching
            && !self.live.observed
            && confirming
            && nothing_to_wait_for
            && !counted
        {
            self.live
                .times
                .set_if_unset(Time::CustomerLeft, now.mono + self.policy.customer_left);
        }
    }

    pub(super) fn move_to_confirming(&mut self) {
        if matches!(self.record.phase, Phase::InJourney | Phase::Ready) {
            self.write().phase = Phase::Confirming;
        }
    }
}
