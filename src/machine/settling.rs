//! Outcomes: settled by a word only, sticky, kept until acknowledged.

use super::live::{Showing, Start, Want};
use super::{
    CanceledReason, Effect, Machine, Note, Now, OutcomeRecord, Phase, StartFate, Time,
    UndeterminedReason, Verdict,
};
use crate::reply::Word;

impl Machine {
    /// Rule 1: the only way to approved, declined, canceled or expired.
    pub(super) fn settle_by_word(
        &mut self,
        word: Word,
        reason: Option<String>,
        details: Option<String>,
        now: Now,
    ) {
        let verdict = match word {
            Word::Pending => return,
            Word::Approved => Verdict::Approved { receipt: details },
            Word::Declined => Verdict::Declined {
                failed: false,
                reason,
            },
            Word::Failed => Verdict::Declined {
                failed: true,
                reason,
            },
            Word::Expired => Verdict::Canceled(CanceledReason::Expired),
            Word::Canceled => Verdict::Canceled(
                self.is_canceled_by()
                    .map_or(CanceledReason::ByBackend, CanceledReason::from),
            ),
        };
        self.settle(verdict, now);
    }

    pub(super) fn settle(&mut self, verdict: Verdict, now: Now) {
        self.dismiss();
        self.record_outcome(verdict, now);
        let record = self.write();
        record.phase = Phase::Settled;
        record.journey = None;
        self.live.want = Want::Nothing;
        self.live.showing = Showing::Nothing;
        self.live.asking = None;
        self.live.canceling = false;
        self.live.watching = false;
        self.live.owed = false;
        self.live.waiting = false;
        self.live.times.clear_all();
    }

    /// Rule 5: ends the waiting, not the attempt.
    pub(super) fn undetermined(&mut self, reason: UndeterminedReason, now: Now) {
        self.record_outcome(Verdict::Undetermined(reason), now);
        self.live.watching = false;
        self.live.owed = false;
        self.live.want = Want::Nothing;
        if matches!(self.live.showing, Showing::Saving(_)) {
            self.live.showing = Showing::Nothing;
        }
        if matches!(self.live.start, Start::Wanted | Start::Waiting) {
            // A start is repeated only while somebody waits for it.
            self.live.start = Start::Done;
            self.live.times.clear(Time::StartRetry);
            let record = self.write();
            record.start = StartFate::Unknown;
            record.phase = Phase::Confirming;
        }
        for time in [
            Time::Ask,
            Time::CompletionSince,
            Time::HandoverSince,
            Time::CustomerLeft,
            Time::WatchEnd,
        ] {
            self.live.times.clear(time);
        }
    }

    fn record_outcome(&mut self, verdict: Verdict, now: Now) {
        let supersedes = self.record.outcome.as_ref().map(|outcome| outcome.number);
        let record = self.write();
        record.outcomes += 1;
        let number = record.outcomes;
        record.outcome = Some(OutcomeRecord {
            number,
            supersedes,
            verdict,
            at: now.wall,
            deliveries: 0,
            acknowledged: false,
        });
    }

    pub(super) fn due_delivery(&mut self) {
        let Some(outcome) = &self.record.outcome else {
            return;
        };
        let told = outcome.acknowledged || outcome.number <= self.live.delivered;
        // The waiter of an owner who signed out has to end too; whoever drives the machine keeps it from the new owner.
        let mine = self.live.visible
            || outcome.verdict == Verdict::Undetermined(UndeterminedReason::OwnerChanged);
        if !told && mine && self.is_saved_or_refused() {
            self.live.delivered = outcome.number;
            self.effects.push(Effect::Deliver(outcome.clone()));
        }
    }

    pub(super) fn delivered(&mut self, number: u32) {
        if self
            .record
            .outcome
            .as_ref()
            .is_some_and(|outcome| outcome.number == number)
            && let Some(outcome) = &mut self.write().outcome
        {
            outcome.deliveries = outcome.deliveries.saturating_add(1);
        }
    }

    pub(super) fn acknowledged(&mut self, number: u32) {
        let settled = self.record.is_settled();
        let latest = self.record.outcome.as_mut();
        let Some(outcome) = latest.filter(|outcome| outcome.number == number) else {
            return;
        };
        if settled {
            let tombstone = matches!(outcome.verdict, Verdict::Approved { .. });
            self.dirty = false;
            self.effects.push(Effect::Forget { tombstone });
        } else {
            outcome.acknowledged = true;
            self.dirty = true;
        }
    }

    /// Rule 9's other end: delivered twice, and old.
    pub(super) fn expire_outcome(&mut self, now: Now) {
        let keep = i64::try_from(self.policy.keep_outcome).unwrap_or(i64::MAX);
        let old = self.record.outcome.as_ref().is_some_and(|outcome| {
            outcome.deliveries >= 2 && now.wall.saturating_sub(outcome.at) > keep
        });
        if old {
            self.live.delivered = self.record.outcomes;
            self.note_forgotten(Note::OutcomeExpired);
        }
    }

    /// The payment's end is long past, by the clock given.
    pub(super) fn has_outlived(&self, date: Option<i64>) -> bool {
        let grace = i64::try_from(self.policy.give_up_after).unwrap_or(i64::MAX);
        date.is_some_and(|date| self.live.restored && date > self.life_end().saturating_add(grace))
    }

    fn life_end(&self) -> i64 {
        let assumed = i64::try_from(self.policy.assumed_life).unwrap_or(i64::MAX);
        self.record
            .expires_at
            .unwrap_or(self.record.created_at.saturating_add(assumed))
    }

    /// Asked once more and answered, and still no word: nothing more will come.
    pub(super) fn give_up(&mut self, now: Now) {
        self.emit(Note::GaveUp);
        self.settle(Verdict::Undetermined(UndeterminedReason::GaveUp), now);
    }

    /// Attempts of another owner or backend cannot be asked about; they go seven days past their end. Looked at when the app goes
    /// to the back: by then it has said who is signed in.
    pub(super) fn forget_of_others(&mut self, now: Now) {
        let grace = i64::try_from(self.policy.give_up_after).unwrap_or(i64::MAX);
        let others = !self.live.visible && !self.record.is_settled() && self.live.restored;
        if others && now.wall > self.life_end().saturating_add(grace) {
            self.note_forgotten(Note::GaveUp);
        }
    }
}
