//! What can happen next.

use klarna_step_up::machine::{CloseHint, LinkSignal, PresentProblem};
use klarna_step_up::reply::StatusFailure;

use crate::budget::Kind;
use crate::world::{CancelRequest, Screen, World};

/// Something that can happen. The number is the attempt's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Execute(usize),
    Written(usize),
    WriteFails(usize),
    Crash,
    Pay,
    StartArrives(usize, usize, usize),
    StartAnswered(usize, usize),
    StartAnsweredTwice(usize, usize),
    StartLost(usize, usize),
    StartNotSent(usize, usize),
    StartUnclear(usize, usize),
    AppSends(usize),
    QuestionArrives(usize),
    QuestionAnswered(usize),
    QuestionFails(usize, StatusFailure),
    QuestionOdd(usize),
    CancelArrives(usize, usize),
    CancelAnswered(usize),
    CancelFails(usize, StatusFailure),
    StrayCancelArrives(usize, usize),
    LateReply(usize),
    LateStatus(usize),
    Moves(usize, usize),
    Wake,
    Jump,
    Age,
    Link(usize, LinkSignal),
    Opens(usize),
    PresenterFails(usize, PresentProblem),
    HostGone(usize),
    HostBack(usize),
    Closes(usize, CloseHint),
    Abandon(usize),
    Reopen(usize),
    Join(usize),
    CheckAgain(usize),
    Observe(usize),
    Background,
    Foreground,
    Network,
    Credentials,
    Owner,
    Acknowledge(usize),
}

impl World {
    /// Everything that can happen now.
    pub fn acts(&self) -> Vec<Act> {
        let mut acts = Vec::new();
        if self.left.allows(Kind::Crash) && !self.slots.is_empty() {
            acts.push(Act::Crash);
        }
        // The loop runs its effects before it takes another input; only the end of the process comes in between.
        if let Some(at) = self.slots.iter().position(|slot| !slot.todo.is_empty()) {
            acts.push(Act::Execute(at));
            return acts;
        }
        for (at, slot) in self.slots.iter().enumerate() {
            if !slot.writing.is_empty() {
                acts.push(Act::Written(at));
                if self.left.allows(Kind::Write) {
                    acts.push(Act::WriteFails(at));
                }
                if self.journal_at_once {
                    return acts;
                }
            }
        }
        if self.due() {
            acts.push(Act::Wake);
            return acts;
        }
        if !self.pays.is_empty() && self.visible && self.replacing.is_none() {
            acts.push(Act::Pay);
        }
        for at in 0..self.slots.len() {
            self.acts_of(at, &mut acts);
        }
        if self.slots.iter().any(|slot| slot.wake.is_some()) && self.left.allows(Kind::Wake) {
            acts.push(Act::Wake);
        }
        if self.left.allows(Kind::Jump) {
            acts.push(Act::Jump);
        }
        if self.left.allows(Kind::Age) {
            acts.push(Act::Age);
        }
        if self.left.allows(Kind::Device) {
            acts.push(if self.foreground {
                Act::Background
            } else {
                Act::Foreground
            });
            acts.extend([Act::Network, Act::Credentials]);
        }
        if self.left.allows(Kind::Owner) {
            acts.push(Act::Owner);
        }
        acts
    }

    /// The one thing that can happen now, where there is but one and it is no choice of anybody's.
    pub fn forced(&self) -> Option<Act> {
        if self.left.allows(Kind::Crash) && !self.slots.is_empty() {
            return None;
        }
        if let Some(at) = self.slots.iter().position(|slot| !slot.todo.is_empty()) {
            return Some(Act::Execute(at));
        }
        if self.journal_at_once && !self.left.allows(Kind::Write) {
            let writing = self.slots.iter().position(|slot| !slot.writing.is_empty());
            if let Some(at) = writing {
                return Some(Act::Written(at));
            }
        }
        let idle = self.slots.iter().all(|slot| slot.writing.is_empty());
        (idle && self.due()).then_some(Act::Wake)
    }

    pub(crate) fn due(&self) -> bool {
        self.slots
            .iter()
            .any(|slot| slot.wake.is_some_and(|at| at <= self.now.mono))
    }

    fn acts_of(&self, at: usize, acts: &mut Vec<Act>) {
        let slot = &self.slots[at];
        let left = self.left;
        let loses = left.allows(Kind::Loss);
        self.acts_of_starts(at, acts);
        match &slot.question {
            Some((_, None)) => {
                acts.push(Act::QuestionArrives(at));
                if loses {
                    acts.push(Act::QuestionFails(at, StatusFailure::NotSent));
                    acts.push(Act::QuestionFails(at, StatusFailure::Server));
                    if slot.payment.is_open() {
                        acts.push(Act::QuestionOdd(at));
                    }
                }
            }
            Some((_, Some(_))) => acts.push(Act::QuestionAnswered(at)),
            None => {}
        }
        match &slot.cancel {
            Some(CancelRequest { answer: None }) => {
                let choices = slot.payment.cancel().len();
                acts.extend((0..choices).map(|which| Act::CancelArrives(at, which)));
                if loses {
                    acts.push(Act::CancelFails(at, StatusFailure::NotSent));
                    acts.push(Act::CancelFails(at, StatusFailure::MaybeSent));
                }
            }
            Some(CancelRequest { answer: Some(_) }) => {
                acts.push(Act::CancelAnswered(at));
                if loses {
                    acts.push(Act::CancelFails(at, StatusFailure::MaybeSent));
                }
            }
            None => {}
        }
        if slot.stray_cancel {
            let choices = slot.payment.cancel().len();
            acts.extend((0..choices).map(|which| Act::StrayCancelArrives(at, which)));
        }
        if left.allows(Kind::Move) {
            let choices = slot.payment.moves().len();
            acts.extend((0..choices).map(|which| Act::Moves(at, which)));
        }
        if slot.gone {
            return;
        }
        if slot.late_reply.is_some() {
            acts.push(Act::LateReply(at));
        }
        if slot.late_status.is_some() {
            acts.push(Act::LateStatus(at));
        }
        self.acts_of_the_customer(at, acts);
        self.acts_of_the_device(at, acts);
    }

    fn acts_of_starts(&self, at: usize, acts: &mut Vec<Act>) {
        let slot = &self.slots[at];
        let loses = self.left.allows(Kind::Loss);
        if slot.may_app_send() {
            acts.push(Act::AppSends(at));
        }
        for (nth, start) in slot.starts.iter().enumerate() {
            match &start.answer {
                None => {
                    let choices = slot.payment.start().len();
                    acts.extend((0..choices).map(|which| Act::StartArrives(at, nth, which)));
                    if start.awaited && loses {
                        acts.extend([Act::StartLost(at, nth), Act::StartNotSent(at, nth)]);
                    }
                }
                Some(_) if start.awaited => {
                    acts.push(Act::StartAnswered(at, nth));
                    if self.left.allows(Kind::Late) {
                        acts.push(Act::StartAnsweredTwice(at, nth));
                    }
                    if loses {
                        acts.extend([Act::StartLost(at, nth), Act::StartUnclear(at, nth)]);
                    }
                }
                Some(_) => {}
            }
        }
    }

    fn acts_of_the_customer(&self, at: usize, acts: &mut Vec<Act>) {
        let slot = &self.slots[at];
        if self.left.allows(Kind::Link) && slot.past.presented {
            acts.extend(
                [
                    LinkSignal::Handover,
                    LinkSignal::Completion,
                    LinkSignal::Unproven,
                ]
                .map(|link| Act::Link(at, link)),
            );
        }
        let settled = slot.machine.record().is_settled();
        if self.left.allows(Kind::Customer) && !settled && self.visible {
            acts.extend([
                Act::Abandon(at),
                Act::Reopen(at),
                Act::Join(at),
                Act::CheckAgain(at),
                Act::Observe(at),
            ]);
        }
        if self.left.allows(Kind::Ack) && slot.past.last_told.is_some() {
            acts.push(Act::Acknowledge(at));
        }
    }

    fn acts_of_the_device(&self, at: usize, acts: &mut Vec<Act>) {
        let slot = &self.slots[at];
        if matches!(slot.screen, Screen::Asked(_)) {
            acts.push(Act::Opens(at));
            if self.left.allows(Kind::Presenter) {
                acts.push(Act::PresenterFails(at, PresentProblem::NoHost));
                acts.push(Act::PresenterFails(at, PresentProblem::Unavailable));
            }
        }
        if !slot.has_host() {
            acts.push(Act::HostBack(at));
        } else if self.left.allows(Kind::Device) {
            acts.push(Act::HostGone(at));
        }
        if slot.screen != Screen::Nothing && self.left.allows(Kind::Close) {
            acts.extend(
                [
                    CloseHint::Closed,
                    CloseHint::ByHandover,
                    CloseHint::ByCompletion,
                ]
                .map(|hint| Act::Closes(at, hint)),
            );
        }
    }
}
