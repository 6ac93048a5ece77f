//! Asking the backend: when, and how.

use super::live::{Asking, Showing, Want};
use super::{Effect, Evidence, LinkSignal, Machine, Note, Now, Phase, StartFate, Time};
use crate::policy::ConfirmationPolicy;

/// After this many unchanged answers that came too early, the backend is taken not to know `wait`.
const EARLY_LIMIT: u32 = 2;
/// Long-polls follow each other at this distance at least, milliseconds: a backend that answers every one of them at once, with a
/// new version each time, is not asked in a tight loop.
const WAIT_FLOOR: u64 = 250;

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

    pub(super) fn credit_lost_time(&mut self, now: Now) {
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
