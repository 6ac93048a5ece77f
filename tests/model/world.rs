//! One state of everything, and what can happen next.

use std::collections::VecDeque;
use std::sync::Arc;

use klarna_step_up::machine::{
    Admission, Around, CloseHint, Effect, Entry, IfBusy, Input, LinkSignal, Machine, Now, OrderKey,
    OutcomeRecord, PresentProblem, Record, Surface, Tombstone, Verdict, admit, outcome_id,
};
use klarna_step_up::policy::{CompletionStep, ConfirmationPolicy};
use klarna_step_up::reply::{StartAnswer, StatusAnswer, StatusFailure};

use crate::backend::Payment;
use crate::phone::{BOOT, EPOCH, fails, new_record, status};
use crate::rules;

/// How many disturbances of each kind are left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Budget {
    /// The process ends and starts again.
    pub crashes: u8,
    /// A write fails.
    pub write_failures: u8,
    /// A request or reply is lost.
    pub losses: u8,
    /// A reply comes twice, or after its question was aborted.
    pub late: u8,
    /// Time passes to the next wake-up.
    pub wakes: u8,
    /// An hour passes at once.
    pub jumps: u8,
    /// Links.
    pub links: u8,
    /// The surface closes.
    pub closes: u8,
    /// The presenter fails.
    pub presenter: u8,
    /// Abandon, reopen, check again, waiting screen.
    pub customer: u8,
    /// Background, foreground, network.
    pub device: u8,
    /// Another owner signs in, or this one comes back.
    pub owners: u8,
    /// The payment moves on without the phone.
    pub moves: u8,
    /// The app acknowledges.
    pub acks: u8,
}

/// A call of `pay` that is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pay {
    pub order: &'static str,
    pub content: &'static str,
    pub if_busy: IfBusy,
}

/// A start request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartRequest {
    /// The phone still waits for the answer.
    pub awaited: bool,
    /// It reached the backend, which answered this.
    pub answer: Option<StartAnswer>,
}

/// What is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Screen {
    Nothing,
    Asked(u32),
    Up(u32),
}

/// A cancellation on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CancelRequest {
    /// It reached the backend, which answered this.
    pub answer: Option<StatusAnswer>,
}

/// What has been, as far as a rule needs it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that are independent of each other"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Past {
    /// The final outcome that the app was told, and whether its record was on the disk.
    pub told: Option<(u32, Verdict, bool)>,
    /// What the app was told last.
    pub last_told: Option<u32>,
    /// A `pay`, `resume` or `reopen` of the customer's is in force.
    pub may_present: bool,
    /// The same call of `pay` is in force that sent the start.
    pub may_start: bool,
    /// A surface was opened, or may have been.
    pub presented: bool,
    /// A write of this life was refused.
    pub write_refused: bool,
    /// What the app acknowledged.
    pub acknowledged: Option<u32>,
}

/// One attempt: its machine, its disk, its requests, its payment.
#[derive(Clone)]
pub struct Slot {
    pub machine: Machine,
    /// Effects that are not executed yet.
    pub todo: VecDeque<Effect>,
    /// Writes under way.
    pub writing: VecDeque<Record>,
    pub disk: Option<Record>,
    /// Its record is deleted, or never was on the disk when the process ended.
    pub gone: bool,
    pub wake: Option<u64>,
    pub payment: Payment,
    pub starts: Vec<StartRequest>,
    pub question: Option<(u32, Option<StatusAnswer>)>,
    pub cancel: Option<CancelRequest>,
    /// A cancellation that the phone gave up may still arrive.
    pub stray_cancel: bool,
    /// Replies that come twice or too late.
    pub late_reply: Option<StartAnswer>,
    pub late_status: Option<(u32, StatusAnswer)>,
    pub screen: Screen,
    pub past: Past,
}

/// Everything.
#[derive(Clone)]
pub struct World {
    pub now: Now,
    pub slots: Vec<Slot>,
    pub stones: Vec<Tombstone>,
    pub left: Budget,
    pub pays: VecDeque<Pay>,
    /// A `pay` that waits for the word on the attempt it replaces.
    pub replacing: Option<(usize, Pay)>,
    /// The journal answers before anything else happens.
    pub journal_at_once: bool,
    pub foreground: bool,
    pub visible: bool,
    policy: Arc<ConfirmationPolicy>,
}

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
    QuestionArrives(usize),
    QuestionAnswered(usize),
    QuestionFails(usize, StatusFailure),
    CancelArrives(usize, usize),
    CancelAnswered(usize),
    CancelFails(usize, StatusFailure),
    StrayCancelArrives(usize, usize),
    LateReply(usize),
    LateStatus(usize),
    Moves(usize, usize),
    Wake,
    Jump,
    Link(usize, LinkSignal),
    Opens(usize),
    PresenterFails(usize, PresentProblem),
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
    Owner,
    Acknowledge(usize),
}

/// The default numbers, made small so that few wake-ups reach everything.
fn policy() -> ConfirmationPolicy {
    ConfirmationPolicy {
        start_budget: 1_500,
        unsent_budget: 1_000,
        long_poll: 0,
        handover_asks: vec![2_000],
        completion_steps: vec![CompletionStep {
            until: 2_000,
            interval: 1_000,
        }],
        customer_left: 10_000,
        max_wait: 30_000,
        ..ConfirmationPolicy::default()
    }
}

impl World {
    pub fn new(pays: &[Pay], left: Budget) -> Self {
        Self {
            now: Now {
                wall: EPOCH,
                mono: BOOT,
            },
            slots: Vec::new(),
            stones: Vec::new(),
            left,
            pays: pays.iter().copied().collect(),
            replacing: None,
            journal_at_once: true,
            foreground: true,
            visible: true,
            policy: Arc::new(policy()),
        }
    }

    /// Everything that can happen now.
    pub fn acts(&self) -> Vec<Act> {
        let mut acts = Vec::new();
        if self.left.crashes > 0 && !self.slots.is_empty() {
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
                if self.left.write_failures > 0 {
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
        if self.slots.iter().any(|slot| slot.wake.is_some()) && self.left.wakes > 0 {
            acts.push(Act::Wake);
        }
        if self.left.jumps > 0 {
            acts.push(Act::Jump);
        }
        if self.left.device > 0 {
            acts.push(if self.foreground {
                Act::Background
            } else {
                Act::Foreground
            });
            acts.push(Act::Network);
        }
        if self.left.owners > 0 {
            acts.push(Act::Owner);
        }
        acts
    }

    /// The one thing that can happen now, where there is but one and it is no choice of anybody's.
    pub fn forced(&self) -> Option<Act> {
        if self.left.crashes > 0 && !self.slots.is_empty() {
            return None;
        }
        if let Some(at) = self.slots.iter().position(|slot| !slot.todo.is_empty()) {
            return Some(Act::Execute(at));
        }
        if self.journal_at_once && self.left.write_failures == 0 {
            let writing = self.slots.iter().position(|slot| !slot.writing.is_empty());
            if let Some(at) = writing {
                return Some(Act::Written(at));
            }
        }
        let idle = self.slots.iter().all(|slot| slot.writing.is_empty());
        (idle && self.due()).then_some(Act::Wake)
    }

    fn due(&self) -> bool {
        self.slots
            .iter()
            .any(|slot| slot.wake.is_some_and(|at| at <= self.now.mono))
    }

    fn acts_of(&self, at: usize, acts: &mut Vec<Act>) {
        let slot = &self.slots[at];
        let left = &self.left;
        for (nth, start) in slot.starts.iter().enumerate() {
            match &start.answer {
                None => {
                    let choices = slot.payment.start().len();
                    acts.extend((0..choices).map(|which| Act::StartArrives(at, nth, which)));
                    if start.awaited && left.losses > 0 {
                        acts.extend([Act::StartLost(at, nth), Act::StartNotSent(at, nth)]);
                    }
                }
                Some(_) if start.awaited => {
                    acts.push(Act::StartAnswered(at, nth));
                    if left.late > 0 {
                        acts.push(Act::StartAnsweredTwice(at, nth));
                    }
                    if left.losses > 0 {
                        acts.push(Act::StartLost(at, nth));
                    }
                }
                Some(_) => {}
            }
        }
        match &slot.question {
            Some((_, None)) => {
                acts.push(Act::QuestionArrives(at));
                if left.losses > 0 {
                    acts.push(Act::QuestionFails(at, StatusFailure::NotSent));
                }
            }
            Some((_, Some(_))) => acts.push(Act::QuestionAnswered(at)),
            None => {}
        }
        match &slot.cancel {
            Some(CancelRequest { answer: None }) => {
                let choices = slot.payment.cancel().len();
                acts.extend((0..choices).map(|which| Act::CancelArrives(at, which)));
                if left.losses > 0 {
                    acts.push(Act::CancelFails(at, StatusFailure::NotSent));
                    acts.push(Act::CancelFails(at, StatusFailure::MaybeSent));
                }
            }
            Some(CancelRequest { answer: Some(_) }) => {
                acts.push(Act::CancelAnswered(at));
                if left.losses > 0 {
                    acts.push(Act::CancelFails(at, StatusFailure::MaybeSent));
                }
            }
            None => {}
        }
        if slot.stray_cancel {
            let choices = slot.payment.cancel().len();
            acts.extend((0..choices).map(|which| Act::StrayCancelArrives(at, which)));
        }
        if left.moves > 0 {
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
    }

    fn acts_of_the_customer(&self, at: usize, acts: &mut Vec<Act>) {
        let slot = &self.slots[at];
        let left = &self.left;
        if left.links > 0 && slot.past.presented {
            acts.extend(
                [
                    LinkSignal::Handover,
                    LinkSignal::Completion,
                    LinkSignal::Unproven,
                ]
                .map(|link| Act::Link(at, link)),
            );
        }
        if matches!(slot.screen, Screen::Asked(_)) {
            acts.push(Act::Opens(at));
            if left.presenter > 0 {
                acts.push(Act::PresenterFails(at, PresentProblem::NoHost));
                acts.push(Act::PresenterFails(at, PresentProblem::Unavailable));
            }
        }
        if slot.machine.live().blocked {
            acts.push(Act::HostBack(at));
        }
        if slot.screen != Screen::Nothing && left.closes > 0 {
            acts.push(Act::Closes(at, CloseHint::Closed));
            acts.push(Act::Closes(at, CloseHint::ByCompletion));
        }
        let settled = slot.machine.record().is_settled();
        if left.customer > 0 && !settled && self.visible {
            acts.extend([
                Act::Abandon(at),
                Act::Reopen(at),
                Act::Join(at),
                Act::CheckAgain(at),
                Act::Observe(at),
            ]);
        }
        if left.acks > 0 && slot.past.last_told.is_some() {
            acts.push(Act::Acknowledge(at));
        }
    }

    /// Lets it happen; the rule that it breaks, if it breaks one.
    pub fn apply(&mut self, act: Act) -> Result<(), String> {
        match act {
            Act::Execute(at) => self.execute(at),
            Act::Written(at) => {
                let record = self.slots[at].writing.pop_front().expect("offered");
                let revision = record.revision;
                self.slots[at].disk = Some(record);
                self.step(at, &Input::Persisted { revision })
            }
            Act::WriteFails(at) => {
                self.left.write_failures -= 1;
                let record = self.slots[at].writing.pop_front().expect("offered");
                let revision = record.revision;
                self.slots[at].past.write_refused = true;
                self.step(at, &Input::PersistFailed { revision })
            }
            Act::Crash => self.crash(),
            Act::Pay => {
                let pay = self.pays.pop_front().expect("offered");
                self.pay(pay)
            }
            Act::Wake => {
                let wake = self.slots.iter().filter_map(|slot| slot.wake).min();
                let wake = wake.expect("offered");
                if wake > self.now.mono {
                    self.left.wakes -= 1;
                    self.pass(wake - self.now.mono);
                }
                self.tick()
            }
            Act::Jump => {
                self.left.jumps -= 1;
                self.pass(3_600_000);
                self.tick()
            }
            Act::Background => {
                self.left.device -= 1;
                self.foreground = false;
                self.step_all(&Input::Backgrounded)
            }
            Act::Foreground => {
                // Coming back costs nothing more.
                self.left.device -= 1;
                self.foreground = true;
                self.step_all(&Input::Foregrounded)
            }
            Act::Network => {
                self.left.device -= 1;
                self.step_all(&Input::NetworkChanged)
            }
            Act::Owner => {
                self.left.owners -= 1;
                self.visible = !self.visible;
                let visible = self.visible;
                self.step_all(&Input::OwnerChanged { visible })
            }
            _ => self.apply_to_one(act),
        }
    }

    fn apply_to_one(&mut self, act: Act) -> Result<(), String> {
        match act {
            Act::StartArrives(at, nth, which) => {
                let slot = &mut self.slots[at];
                let (payment, answer) = slot.payment.start().swap_remove(which);
                slot.payment = payment;
                slot.starts[nth].answer = Some(answer);
                if !slot.starts[nth].awaited {
                    slot.starts.remove(nth);
                }
                rules::one_payment_per_order(self)
            }
            Act::StartAnswered(at, nth) | Act::StartAnsweredTwice(at, nth) => {
                let start = self.slots[at].starts.remove(nth);
                let answer = start.answer.expect("offered");
                if matches!(act, Act::StartAnsweredTwice(..)) {
                    self.left.late -= 1;
                    self.slots[at].late_reply = Some(answer.clone());
                }
                self.step(at, &reply(answer))
            }
            Act::StartLost(at, nth) => {
                self.left.losses -= 1;
                let start = &mut self.slots[at].starts[nth];
                start.awaited = false;
                if start.answer.is_some() {
                    self.slots[at].starts.remove(nth);
                }
                self.step(at, &Input::ReplyFailed { sent: true })
            }
            Act::StartNotSent(at, nth) => {
                self.left.losses -= 1;
                self.slots[at].starts.remove(nth);
                self.step(at, &Input::ReplyFailed { sent: false })
            }
            Act::QuestionArrives(at) => {
                let answer = self.slots[at].payment.question();
                if let Some((_, waiting)) = &mut self.slots[at].question {
                    *waiting = Some(answer);
                }
                // Without a late answer to come nothing is gained by holding it.
                if self.left.late == 0 {
                    return self.question_answered(at);
                }
                Ok(())
            }
            Act::QuestionAnswered(at) => self.question_answered(at),
            Act::QuestionFails(at, failure) => {
                self.left.losses -= 1;
                let (number, _) = self.slots[at].question.take().expect("offered");
                self.step(at, &status(number, fails(failure)))
            }
            Act::CancelArrives(at, which) => {
                let slot = &mut self.slots[at];
                let (payment, answer) = slot.payment.cancel().swap_remove(which);
                slot.payment = payment;
                slot.cancel = Some(CancelRequest {
                    answer: Some(answer),
                });
                Ok(())
            }
            Act::CancelAnswered(at) => {
                let request = self.slots[at].cancel.take();
                let answer = request.and_then(|request| request.answer).expect("offered");
                self.step(at, &status(0, answer))
            }
            Act::CancelFails(at, failure) => {
                self.left.losses -= 1;
                let request = self.slots[at].cancel.take().expect("offered");
                let arrived = request.answer.is_some();
                self.slots[at].stray_cancel |= failure == StatusFailure::MaybeSent && !arrived;
                self.step(
                    at,
                    &Input::CancelFailed {
                        failure,
                        retry_after: None,
                    },
                )
            }
            Act::StrayCancelArrives(at, which) => {
                let slot = &mut self.slots[at];
                slot.stray_cancel = false;
                slot.payment = slot.payment.cancel().swap_remove(which).0;
                Ok(())
            }
            Act::LateReply(at) => {
                let answer = self.slots[at].late_reply.take().expect("offered");
                self.step(at, &reply(answer))
            }
            Act::LateStatus(at) => {
                let (number, answer) = self.slots[at].late_status.take().expect("offered");
                self.step(at, &status(number, answer))
            }
            Act::Moves(at, which) => {
                self.left.moves -= 1;
                let slot = &mut self.slots[at];
                slot.payment = slot.payment.moves().swap_remove(which);
                rules::one_payment_per_order(self)
            }
            _ => self.apply_by_hand(act),
        }
    }

    fn apply_by_hand(&mut self, act: Act) -> Result<(), String> {
        match act {
            Act::Link(at, link) => {
                self.left.links -= 1;
                self.step(at, &Input::Link(link))
            }
            Act::Opens(at) => {
                let number = self.number(at);
                self.slots[at].screen = Screen::Up(number);
                self.step(at, &Input::Presented { number })
            }
            Act::PresenterFails(at, problem) => {
                self.left.presenter -= 1;
                let number = self.number(at);
                self.slots[at].screen = Screen::Nothing;
                self.step(at, &Input::PresentFailed { number, problem })
            }
            Act::HostBack(at) => self.step(at, &Input::HostAttached(true)),
            Act::Closes(at, hint) => {
                self.left.closes -= 1;
                let number = self.number(at);
                self.slots[at].screen = Screen::Nothing;
                self.step(at, &Input::SurfaceClosed { number, hint })
            }
            Act::Abandon(at) => {
                self.left.customer -= 1;
                self.step(at, &Input::Abandon)
            }
            Act::Reopen(at) => {
                self.left.customer -= 1;
                let surfaces = vec![Surface::Browser];
                self.step(at, &Input::Reopen { surfaces })
            }
            Act::Join(at) => {
                self.left.customer -= 1;
                let surfaces = vec![Surface::CustomTab];
                self.step(at, &Input::Join { surfaces })
            }
            Act::CheckAgain(at) => {
                self.left.customer -= 1;
                self.step(at, &Input::CheckAgain)
            }
            Act::Observe(at) => {
                self.left.customer -= 1;
                let observed = !self.slots[at].machine.live().observed;
                self.step(at, &Input::Observed(observed))
            }
            Act::Acknowledge(at) => {
                self.left.acks -= 1;
                let number = self.slots[at].past.last_told.expect("offered");
                self.slots[at].past.acknowledged = Some(number);
                self.step(at, &Input::Acknowledged { number })
            }
            other => unreachable!("{other:?}"),
        }
    }

    fn number(&self, at: usize) -> u32 {
        match self.slots[at].screen {
            Screen::Asked(number) | Screen::Up(number) => number,
            Screen::Nothing => 0,
        }
    }

    fn question_answered(&mut self, at: usize) -> Result<(), String> {
        let (number, answer) = self.slots[at].question.take().expect("offered");
        self.step(at, &status(number, answer.expect("offered")))
    }

    fn pass(&mut self, time: u64) {
        self.now.mono += time;
        self.now.wall += i64::try_from(time).expect("short");
    }

    fn tick(&mut self) -> Result<(), String> {
        for at in 0..self.slots.len() {
            let due = self.slots[at].wake.is_some_and(|at| at <= self.now.mono);
            if due && !self.slots[at].gone {
                self.slots[at].wake = None;
                self.step(at, &Input::Tick)?;
            }
        }
        Ok(())
    }

    fn step_all(&mut self, input: &Input) -> Result<(), String> {
        for at in 0..self.slots.len() {
            if !self.slots[at].gone {
                self.step(at, input)?;
            }
        }
        Ok(())
    }

    /// Gives the machine an input and queues what it wants done.
    pub fn step(&mut self, at: usize, input: &Input) -> Result<(), String> {
        let now = self.now;
        let slot = &mut self.slots[at];
        if slot.gone {
            return Ok(());
        }
        let before = rules::Before::of(slot.machine.record());
        let effects = slot.machine.step(input.clone(), now);
        rules::note_leave(slot, &before, input);
        rules::after_a_step(slot, &before, input, &effects)?;
        for effect in effects {
            match effect {
                Effect::Emit(_) => {}
                Effect::WakeAt(wake) => slot.wake = wake,
                other => slot.todo.push_back(other),
            }
        }
        Ok(())
    }

    fn execute(&mut self, at: usize) -> Result<(), String> {
        let effect = self.slots[at].todo.pop_front().expect("offered");
        rules::before_an_effect(self, at, &effect)?;
        let slot = &mut self.slots[at];
        match effect {
            Effect::Persist { revision } => {
                let mut record = slot.machine.record().clone();
                record.revision = revision;
                slot.writing.push_back(record);
            }
            Effect::Authorize { .. } => slot.starts.push(StartRequest {
                awaited: true,
                answer: None,
            }),
            Effect::Present { number, .. } => {
                slot.past.presented = true;
                slot.screen = Screen::Asked(number);
            }
            Effect::Dismiss { number } => {
                if matches!(slot.screen, Screen::Asked(up) | Screen::Up(up) if up == number) {
                    slot.screen = Screen::Nothing;
                }
            }
            Effect::AskStatus { number, .. } => {
                let aborted = slot.question.replace((number, None));
                if self.left.late > 0
                    && let Some((number, Some(answer))) = aborted
                {
                    self.left.late -= 1;
                    slot.late_status = Some((number, answer));
                }
            }
            Effect::CancelAtBackend { .. } => slot.cancel = Some(CancelRequest::default()),
            Effect::Deliver(outcome) => return self.deliver(at, outcome),
            Effect::Forget { tombstone } => {
                slot.gone = true;
                slot.disk = None;
                slot.wake = None;
                slot.todo.clear();
                slot.writing.clear();
                let record = slot.machine.record();
                if let Some(paid) = record.outcome.as_ref().filter(|_| tombstone) {
                    self.stones.push(Tombstone {
                        order: record.order.hash.clone(),
                        outcome: outcome_id(&record.id, paid),
                        at: self.now.wall,
                    });
                }
            }
            Effect::Emit(_) | Effect::WakeAt(_) => {}
        }
        Ok(())
    }

    fn deliver(&mut self, at: usize, outcome: OutcomeRecord) -> Result<(), String> {
        let past = &mut self.slots[at].past;
        past.last_told = Some(outcome.number);
        if !outcome.verdict.is_final() {
            return Ok(());
        }
        let on_disk = self.slots[at].disk.as_ref().is_some_and(|disk| {
            disk.outcome.as_ref().is_some_and(|kept| {
                kept.number == outcome.number && kept.verdict == outcome.verdict
            })
        });
        let approved = matches!(outcome.verdict, Verdict::Approved { .. });
        self.slots[at].past.told = Some((outcome.number, outcome.verdict, on_disk));
        match self.replacing {
            Some((replaced, pay)) if replaced == at => {
                self.replacing = None;
                if approved { Ok(()) } else { self.pay(pay) }
            }
            _ => Ok(()),
        }
    }

    /// `pay`, through admission.
    fn pay(&mut self, pay: Pay) -> Result<(), String> {
        let order = OrderKey {
            hash: pay.order.to_owned(),
            reference: String::new(),
            content: pay.content.to_owned(),
        };
        let entries = self.slots.iter().filter(|slot| !slot.gone).map(|slot| {
            let record = slot.machine.record();
            Entry {
                id: &record.id,
                order: &record.order,
                visible: slot.machine.live().visible,
                verdict: record.outcome.as_ref().map(|outcome| &outcome.verdict),
                settled: record.is_settled(),
            }
        });
        let admission = admit(&order, pay.if_busy, entries, &self.stones, self.now.wall);
        rules::admitted(self, pay, &admission)?;
        let surfaces = vec![Surface::CustomTab];
        match admission {
            Admission::Start => {
                let at = self.slots.len();
                let record = Record {
                    order,
                    backend: String::new(),
                    ..new_record(&format!("attempt-{at}"))
                };
                self.slots.push(Slot::new(self.machine(record)));
                self.step(at, &Input::Start { surfaces })
            }
            Admission::Join(id) => {
                let at = self.slot_of(&id.0);
                self.step(at, &Input::Join { surfaces })
            }
            Admission::Replace(id) => {
                let at = self.slot_of(&id.0);
                self.replacing = Some((at, pay));
                self.step(at, &Input::Abandon)
            }
            Admission::Return(_) | Admission::Paid(_) | Admission::Refuse(_) => Ok(()),
        }
    }

    fn slot_of(&self, id: &str) -> usize {
        let at = self
            .slots
            .iter()
            .position(|slot| slot.machine.record().id.0 == id);
        at.expect("admission names attempts that exist")
    }

    fn machine(&self, record: Record) -> Machine {
        let around = Around {
            foreground: self.foreground,
            host: true,
        };
        Machine::new(Arc::clone(&self.policy), record, around)
    }

    /// The process ends: what was in memory and in flight is gone; what was sent may still arrive.
    fn crash(&mut self) -> Result<(), String> {
        self.left.crashes -= 1;
        self.foreground = true;
        // Who waited to replace waits no more.
        self.replacing = None;
        for at in 0..self.slots.len() {
            let slot = &mut self.slots[at];
            slot.todo.clear();
            slot.writing.clear();
            slot.wake = None;
            slot.question = None;
            slot.late_reply = None;
            slot.late_status = None;
            slot.stray_cancel |= slot
                .cancel
                .take()
                .is_some_and(|request| request.answer.is_none());
            slot.starts.retain(|start| start.answer.is_none());
            for start in &mut slot.starts {
                start.awaited = false;
            }
            slot.past.may_present = false;
            slot.past.may_start = false;
            slot.past.write_refused = false;
            if slot.gone {
                continue;
            }
            let Some(record) = slot.disk.clone() else {
                slot.gone = true;
                rules::nothing_unknown_to_a_restart(slot)?;
                continue;
            };
            let machine = self.machine(record);
            self.slots[at].machine = machine;
            let visible = self.visible;
            self.step(at, &Input::Restored { visible })?;
        }
        Ok(())
    }
}

impl Slot {
    fn new(machine: Machine) -> Self {
        Self {
            machine,
            todo: VecDeque::new(),
            writing: VecDeque::new(),
            disk: None,
            gone: false,
            wake: None,
            payment: Payment::Unknown,
            starts: Vec::new(),
            question: None,
            cancel: None,
            stray_cancel: false,
            late_reply: None,
            late_status: None,
            screen: Screen::Nothing,
            past: Past::default(),
        }
    }

    /// Money may still move for this attempt, whatever the phone does.
    pub fn may_be_paid(&self) -> bool {
        let on_its_way = self.starts.iter().any(|start| start.answer.is_none());
        self.payment.may_be_paid() || (self.payment == Payment::Unknown && on_its_way)
    }
}

fn reply(answer: StartAnswer) -> Input {
    Input::Reply {
        answer,
        forbidden: false,
        date: None,
        retry_after: None,
    }
}
