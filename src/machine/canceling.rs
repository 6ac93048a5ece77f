//! Asking the backend to cancel. Its word decides; if the payment was approved meanwhile, it is approved (rule 8).

use super::live::{Start, Want};
use super::{
    CancelCause, CancelWish, Effect, Machine, NotStartedReason, Note, Now, StartFate, Time, Verdict,
};
use crate::policy::ConfirmationPolicy;
use crate::reply::StatusFailure;

/// First spacing of repeated cancellations, milliseconds; it stretches.
const FIRST_RETRY: u64 = 2_000;

impl Machine {
    pub(super) fn abandon(&mut self, now: Now) {
        if self.live.start == Start::Wanted && self.live.sends == 0 {
            self.settle(Verdict::NotStarted(NotStartedReason::Abandoned), now);
            return;
        }
        self.dismiss();
        self.live.want = Want::Nothing;
        self.live.waiting = false;
        self.live.expect_customer = false;
        self.wish_to_cancel(CancelCause::Abandoned, now);
        self.move_to_confirming();
        self.watch(now);
        if matches!(
            self.live.start,
            Start::Waiting | Start::Wanted | Start::ByApp
        ) {
            self.live.start = Start::Done;
            self.live.times.clear(Time::StartRetry);
            self.write().start = StartFate::Unknown;
        }
        self.expect_customer_to_leave(now);
        self.ask_now(now);
    }

    pub(super) fn wish_to_cancel(&mut self, cause: CancelCause, now: Now) {
        if self.record.cancel.is_some() {
            return;
        }
        let number = self.record.cancels + 1;
        let record = self.write();
        record.cancels = number;
        record.cancel = Some(CancelWish {
            cause,
            number,
            sent: false,
        });
        self.live.cancel_failures = 0;
        self.live.cancel_unaccounted = false;
        self.live.times.set(Time::Cancel, now.mono);
    }

    /// A later `pay`, `resume` or `reopen` takes an `abandon` back that never left the device.
    pub(super) fn withdraw_abandon(&mut self) {
        if self.is_abandon_withdrawable() {
            self.write().cancel = None;
            self.live.times.clear(Time::Cancel);
        }
    }

    pub(super) fn is_abandon_withdrawable(&self) -> bool {
        let wish = self.record.cancel;
        wish.is_some_and(|wish| wish.cause == CancelCause::Abandoned && !wish.sent)
    }

    pub(super) fn due_cancel(&mut self, now: Now) {
        let Some(wish) = self.record.cancel else {
            return;
        };
        if self.cancel_wake().is_none_or(|at| at > now.mono) {
            return;
        }
        if wish.sent {
            self.live.canceling = true;
            self.live.times.clear(Time::Cancel);
            self.effects.push(Effect::CancelAtBackend {
                number: wish.number,
            });
        } else {
            // Journalled before it is sent: a restart must know that it may have been.
            self.write().cancel = Some(CancelWish { sent: true, ..wish });
        }
    }

    /// When the cancellation is to be sent (again). Repeats wait for the foreground.
    pub(super) fn cancel_wake(&self) -> Option<u64> {
        let live = &self.live;
        let wish = self.record.cancel?;
        if live.canceling || !live.visible || (live.cancel_failures > 0 && !live.foreground) {
            return None;
        }
        if wish.sent && !self.is_saved_or_refused() {
            return None;
        }
        let at = live.times.get(Time::Cancel)?;
        Some(at.max(live.times.get(Time::NotBefore).unwrap_or(0)))
    }

    pub(super) fn cancel_failed(&mut self, failure: StatusFailure, now: Now) {
        let Some(wish) = self.record.cancel else {
            return;
        };
        self.live.canceling = false;
        self.live.cancel_failures = self.live.cancel_failures.saturating_add(1);
        self.emit(Note::AskFailed(failure));
        if failure == StatusFailure::NotSent && !self.live.cancel_unaccounted {
            self.write().cancel = Some(CancelWish {
                sent: false,
                ..wish
            });
        } else {
            self.live.cancel_unaccounted = true;
        }
        self.send_cancel_later(now);
    }

    /// The backend answered `pending`: it is still finding out. The same request is sent again in a while.
    pub(super) fn cancel_again_later(&mut self, now: Now) {
        let idle = !self.live.canceling && self.live.times.get(Time::Cancel).is_none();
        if self.record.cancel.is_some() && idle {
            self.live.cancel_failures = self.live.cancel_failures.saturating_add(1);
            self.send_cancel_later(now);
        }
    }

    fn send_cancel_later(&mut self, now: Now) {
        let delay = self
            .policy
            .stretched(FIRST_RETRY, self.live.cancel_failures);
        let delay = ConfirmationPolicy::jittered(delay, self.dice(self.live.cancel_failures))
            .min(self.policy.stretch_cap);
        self.live.times.set(Time::Cancel, now.mono + delay);
    }

    pub(super) fn cancel_at_once(&mut self, now: Now) {
        if self.record.cancel.is_some() && !self.live.canceling {
            self.live.times.set(Time::Cancel, now.mono);
        }
    }

    pub(super) fn restore_cancel(&mut self, now: Now) {
        self.live.cancel_unaccounted = self.record.cancel.is_some_and(|wish| wish.sent);
        self.cancel_at_once(now);
    }

    pub(super) fn is_canceled_by(&self) -> Option<CancelCause> {
        self.record
            .cancel
            .filter(|wish| wish.sent)
            .map(|wish| wish.cause)
    }

    pub(super) fn note_forgotten(&mut self, note: Note) {
        self.emit(note);
        self.effects.push(Effect::Forget { tombstone: false });
    }
}
