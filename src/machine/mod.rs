//! The state machine of one attempt: `(attempt, input, now) -> (attempt, effects)`.
//!
//! It has no clock, no I/O and no randomness. An input changes what is known; `due` then derives from what is known what has to be
//! done. Everything that could change anything waits until the journal has the record (rule 3): a changed record comes out as
//! `Effect::Persist`, and the effects that need it follow the answering `Input::Persisted`.

mod admission;
mod answering;
mod asking;
mod canceling;
mod live;
mod outcome;
mod presenting;
mod record;
mod settling;
mod signal;
mod starting;
mod times;
mod view;

use std::sync::Arc;

pub use admission::{Admission, Entry, IfBusy, TOMBSTONE_LIFE, Tombstone, UNFINISHED_LIMIT, admit};
pub use live::{Live, Showing, Want};
pub use outcome::{
    CanceledReason, NotStartedReason, OutcomeRecord, UndeterminedReason, Verdict, outcome_id,
    superseded_id,
};
pub use record::{
    AttemptId, CancelCause, CancelWish, Evidence, OrderKey, Phase, Record, StartFate, Starter,
    Surface,
};
pub use signal::{CloseHint, Effect, Input, LinkSignal, Note, Now, PresentProblem};
pub use times::{Time, Times};
pub use view::{View, WhoActs};

use crate::policy::ConfirmationPolicy;
use live::Start;

/// What the device is like when a machine is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Around {
    /// The app is in front.
    pub foreground: bool,
    /// There is a window or activity to present from.
    pub host: bool,
}

/// One attempt and what is known of it in this process.
#[derive(Clone, Debug)]
pub struct Machine {
    policy: Arc<ConfirmationPolicy>,
    record: Record,
    live: Live,
    dirty: bool,
    effects: Vec<Effect>,
}

impl Machine {
    /// A machine for a new record, or for one that was read from the journal (then `Input::Restored` comes next).
    #[must_use]
    pub fn new(policy: Arc<ConfirmationPolicy>, record: Record, around: Around) -> Self {
        let live = Live::new(around, &record);
        Self {
            policy,
            record,
            live,
            dirty: false,
            effects: Vec::new(),
        }
    }

    /// The durable part.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The part that dies with the process.
    #[must_use]
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// A guest who signs in keeps the attempts made as a guest: written with the next change.
    pub fn adopt(&mut self, owner: &str) {
        if self.record.owner.is_none() {
            self.write().owner = Some(owner.to_owned());
        }
    }

    /// Takes one input and says what has to be done, in order.
    pub fn step(&mut self, input: Input, now: Now) -> Vec<Effect> {
        self.take(input, now);
        if !self.record.is_settled() {
            self.fire(now);
            self.due_start(now);
            self.due_cancel(now);
            self.due_presentation(now);
            self.due_question(now);
        }
        self.due_delivery();
        if self.dirty {
            self.dirty = false;
            self.record.revision += 1;
            self.effects.insert(
                0,
                Effect::Persist {
                    revision: self.record.revision,
                },
            );
        }
        let wake = self.next_wake();
        if wake != self.live.wake {
            self.live.wake = wake;
            self.effects.push(Effect::WakeAt(wake));
        }
        std::mem::take(&mut self.effects)
    }

    fn take(&mut self, input: Input, now: Now) {
        match input {
            Input::Persisted { revision } => self.live.written = self.live.written.max(revision),
            Input::PersistFailed { revision } => self.persist_failed(revision, now),
            Input::HostAttached(attached) => {
                self.live.host = attached;
                self.live.blocked &= !attached;
            }
            Input::Observed(observed) => self.observed(observed, now),
            Input::OwnerChanged { visible } => self.owner_changed(visible, now),
            Input::Restored { visible } => self.restored(visible, now),
            Input::Acknowledged { number } => self.acknowledged(number),
            Input::Delivered { number } => self.delivered(number),
            Input::Backgrounded => {
                if std::mem::take(&mut self.live.foreground) {
                    self.live.times.set(Time::BackgroundSince, now.mono);
                    self.forget_of_others(now);
                }
            }
            Input::Foregrounded => self.foregrounded(now),
            // A settled attempt is deaf to everything else: rule 2.
            _ if self.record.is_settled() => {}
            Input::Start { surfaces } => self.start(surfaces, now),
            Input::Prepare => self.prepare(),
            Input::Continue { surfaces } => self.continue_payment(surfaces, now),
            Input::Join { surfaces } => self.join(surfaces, now),
            Input::Reply {
                answer,
                forbidden,
                date,
                retry_after,
            } => self.start_answered(answer, forbidden, date, retry_after, now),
            Input::ReplyFailed { sent } => self.start_unanswered(sent, None, now),
            Input::Presented { number } => self.presented(number, now),
            Input::PresentFailed { number, problem } => self.present_failed(number, problem, now),
            Input::SurfaceClosed { number, hint } => self.surface_closed(number, hint, now),
            Input::Link(link) => self.link(link, now),
            Input::NetworkChanged | Input::CredentialsChanged => self.retry_everything(now),
            Input::Status {
                number,
                answer,
                forbidden,
                date,
                retry_after,
            } => {
                self.rest(retry_after, now);
                self.status(number, answer, forbidden, date, now);
            }
            Input::CancelFailed {
                failure,
                retry_after,
            } => {
                self.rest(retry_after, now);
                self.cancel_failed(failure, now);
            }
            Input::Tick => {}
            Input::Reopen { surfaces } => self.reopen(surfaces, now),
            Input::CheckAgain => self.ask_now(now),
            Input::Abandon => self.abandon(now),
        }
    }

    /// Acts on the deadlines that have come.
    fn fire(&mut self, now: Now) {
        if self.live.times.take_due(Time::StartRetry, now.mono) && self.live.start == Start::Waiting
        {
            self.live.start = Start::Wanted;
        }
        if self.live.times.take_due(Time::Merge, now.mono) {
            self.ask_now(now);
        }
        if self.live.times.take_due(Time::PresentDeadline, now.mono) {
            self.perhaps_open(now);
        }
        if self.live.watching
            && let Some(reason) = self.waiting_over(now)
        {
            let unknown = self.record.start == StartFate::Unknown;
            self.undetermined(
                if unknown {
                    UndeterminedReason::StartUnknown
                } else {
                    reason
                },
                now,
            );
        }
    }

    fn waiting_over(&mut self, now: Now) -> Option<UndeterminedReason> {
        if self.live.times.take_due(Time::CustomerLeft, now.mono) && !self.live.observed {
            Some(UndeterminedReason::CustomerLeft)
        } else if self.live.times.take_due(Time::WatchEnd, now.mono) {
            Some(UndeterminedReason::MaxWait)
        } else if self.completion_over(now) {
            Some(UndeterminedReason::StillPending)
        } else {
            None
        }
    }

    fn foregrounded(&mut self, now: Now) {
        self.live.foreground = true;
        self.live.blocked = false;
        let away = self.live.times.since(Time::BackgroundSince, now.mono);
        self.live.times.clear(Time::BackgroundSince);
        if self.record.is_settled() {
            return;
        }
        if let Some(away) = away {
            self.stretch_completion(away, now);
            self.back_from_elsewhere();
        }
        if self.live.start == Start::Waiting {
            self.live.times.set(Time::StartRetry, now.mono);
        }
        // Unless the wait has ended since: then the question it called for is gone.
        let link_asks = self.live.link_in_background && self.live.times.get(Time::Ask).is_some();
        if !link_asks {
            self.live
                .times
                .set_if_unset(Time::Merge, now.mono + self.policy.merge_window);
        }
        self.live.link_in_background = false;
        self.cancel_at_once(now);
    }

    fn retry_everything(&mut self, now: Now) {
        self.answers_again(now);
        if self.live.start == Start::Waiting {
            self.live.times.set(Time::StartRetry, now.mono);
        }
        self.cancel_at_once(now);
        if self.live.watching || self.live.owed {
            self.ask_now(now);
        }
    }

    fn owner_changed(&mut self, visible: bool, now: Now) {
        let was = std::mem::replace(&mut self.live.visible, visible);
        if self.record.is_settled() || was == visible {
            return;
        }
        if visible {
            if self.live.restored {
                self.restore_cancel(now);
            } else {
                self.cancel_at_once(now);
            }
            self.ask_now(now);
        } else if self.live.watching {
            self.undetermined(UndeterminedReason::OwnerChanged, now);
        }
    }

    fn observed(&mut self, observed: bool, now: Now) {
        self.live.observed = observed;
        if observed {
            self.live.times.clear(Time::CustomerLeft);
        } else {
            self.expect_customer_to_leave(now);
        }
    }

    /// What the next deadline is, if any can act.
    fn next_wake(&self) -> Option<u64> {
        if self.record.is_settled() {
            return None;
        }
        let times = &self.live.times;
        let watched = |time| times.get(time).filter(|_| self.live.watching);
        [
            self.question_at(),
            self.cancel_wake(),
            times.get(Time::Merge),
            times.get(Time::StartRetry),
            times.get(Time::PresentDeadline),
            watched(Time::CustomerLeft).filter(|_| !self.live.observed),
            watched(Time::WatchEnd),
            self.completion_end(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The record, to be changed: it will be written.
    fn write(&mut self) -> &mut Record {
        self.dirty = true;
        &mut self.record
    }

    /// The journal has the record as it is.
    fn is_saved(&self) -> bool {
        !self.dirty && self.record.revision > 0 && self.live.written >= self.record.revision
    }

    /// The journal has the record as it is, or has refused it.
    fn is_saved_or_refused(&self) -> bool {
        self.is_saved() || (!self.dirty && self.live.refused >= self.record.revision)
    }

    fn emit(&mut self, note: Note) {
        self.effects.push(Effect::Emit(note));
    }

    fn see(&mut self, evidence: Evidence) {
        let kept = &mut self.write().evidence;
        if kept.len() == record::EVIDENCE_LIMIT {
            kept.remove(0);
        }
        kept.push(evidence);
        self.emit(Note::Seen(evidence));
    }

    /// Keeps `pay` waiting, for at most `max_wait` from now.
    fn watch(&mut self, now: Now) {
        self.live.watching = true;
        self.live
            .times
            .set(Time::WatchEnd, now.mono + self.policy.max_wait);
    }

    /// A number that differs from phone to phone and from question to question, the same for the same inputs.
    fn dice(&self, salt: u32) -> u32 {
        let start = 0x811c_9dc5 ^ salt.wrapping_mul(0x9e37_79b1);
        self.record.id.0.bytes().fold(start, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        })
    }
}
