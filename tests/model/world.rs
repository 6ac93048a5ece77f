//! One state of everything, and how machines and their surroundings go on from it.

use std::collections::VecDeque;
use std::sync::Arc;

use klarna_step_up::machine::{
    Admission, Around, Effect, Entry, IfBusy, Input, Machine, Now, OrderKey, OutcomeRecord, Phase,
    Record, Starter, Surface, Time, Tombstone, Verdict, admit, outcome_id,
};
use klarna_step_up::policy::{CompletionStep, ConfirmationPolicy};
use klarna_step_up::reply::{StartAnswer, StatusAnswer};

use crate::backend::Payment;
use crate::budget::{Budget, Kind};
use crate::phone::{BOOT, EPOCH, new_record};
use crate::rules;
use crate::slots::Slots;

/// A call of `pay` that is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pay {
    pub order: &'static str,
    pub content: &'static str,
    pub if_busy: IfBusy,
    pub surfaces: &'static [Surface],
    /// The app sends the start itself (`prepare`, `continue_payment`).
    pub by_app: bool,
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
    /// This process made the order.
    pub began_here: bool,
    /// The app has prepared the attempt and may send its start.
    pub prepared: bool,
}

/// One attempt: its machine, its disk, its requests, its payment.
#[derive(Clone)]
pub struct Slot {
    pub machine: Machine,
    /// Effects that are not executed yet.
    pub todo: VecDeque<Effect>,
    /// Writes under way.
    pub writing: VecDeque<Arc<Record>>,
    pub disk: Option<Arc<Record>>,
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
    /// Where its journey may be shown.
    pub surfaces: &'static [Surface],
}

/// Everything.
#[derive(Clone)]
pub struct World {
    pub now: Now,
    pub slots: Slots,
    pub stones: Vec<Tombstone>,
    pub left: Budget,
    pub pays: VecDeque<Pay>,
    /// A `pay` that waits for the word on the attempt it replaces.
    pub replacing: Option<(usize, Pay)>,
    /// The journal answers before anything else happens.
    pub journal_at_once: bool,
    pub foreground: bool,
    pub visible: bool,
    /// Deadlines that came in the latest transition, a bit each.
    pub fired: u32,
    /// Changes of phase in the latest transition, and what brought them.
    pub moved: Vec<(Phase, String, Phase)>,
    pub policy: Arc<ConfirmationPolicy>,
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
        assumed_life: 3_600_000,
        ..ConfirmationPolicy::default()
    }
}

/// What can wake a machine, or is looked at when it wakes.
pub const DEADLINES: [Time; 9] = [
    Time::Ask,
    Time::NotBefore,
    Time::Merge,
    Time::StartRetry,
    Time::PresentDeadline,
    Time::WatchEnd,
    Time::CustomerLeft,
    Time::Cancel,
    Time::LifeEnd,
];

impl World {
    pub fn new(pays: &[Pay], left: Budget) -> Self {
        Self {
            now: Now {
                wall: EPOCH,
                mono: BOOT,
            },
            slots: Slots::default(),
            stones: Vec::new(),
            left,
            pays: pays.iter().copied().collect(),
            replacing: None,
            journal_at_once: true,
            foreground: true,
            visible: true,
            fired: 0,
            moved: Vec::new(),
            policy: Arc::new(policy()),
        }
    }

    /// Gives the machine an input and queues what it wants done.
    pub fn step(&mut self, at: usize, input: &Input) -> Result<(), String> {
        let now = self.now;
        let slot = &mut self.slots[at];
        if slot.gone {
            return Ok(());
        }
        if *input == Input::Tick {
            for time in DEADLINES {
                let due = slot.machine.live().times.is_due(time, now.mono);
                self.fired |= u32::from(due) << time as u32;
            }
        }
        let before = rules::Before::of(slot.machine.record());
        let effects = slot.machine.step(input.clone(), now);
        let phase = slot.machine.record().phase;
        if phase != before.phase {
            self.moved.push((before.phase, name_of(input), phase));
        }
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

    pub fn execute(&mut self, at: usize) -> Result<(), String> {
        let effect = self.slots[at].todo.pop_front().expect("offered");
        rules::before_an_effect(self, at, &effect)?;
        let slot = &mut self.slots[at];
        match effect {
            Effect::Persist { revision } => {
                let mut record = slot.machine.record().clone();
                record.revision = revision;
                slot.writing.push_back(Arc::new(record));
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
                if self.left.allows(Kind::Late)
                    && let Some((number, Some(answer))) = aborted
                {
                    self.left.spend(Kind::Late);
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
        let number = outcome.number;
        self.step(at, &Input::Delivered { number })?;
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
    pub fn pay(&mut self, pay: Pay) -> Result<(), String> {
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
        let surfaces = pay.surfaces.to_vec();
        match admission {
            Admission::Start => {
                let at = self.slots.len();
                let record = Record {
                    order,
                    backend: String::new(),
                    starter: if pay.by_app {
                        Starter::App
                    } else {
                        Starter::Core
                    },
                    ..new_record(&format!("attempt-{at}"))
                };
                let machine = self.machine(record);
                self.slots.push(Slot::new(machine, pay));
                let input = if pay.by_app {
                    Input::Prepare
                } else {
                    Input::Start { surfaces }
                };
                self.step(at, &input)
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
    pub fn crash(&mut self) -> Result<(), String> {
        self.left.spend(Kind::Crash);
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
            slot.past.prepared = false;
            slot.past.began_here = false;
            slot.past.write_refused = false;
            if slot.gone {
                continue;
            }
            let Some(record) = slot.disk.clone() else {
                slot.gone = true;
                rules::nothing_unknown_to_a_restart(slot)?;
                continue;
            };
            let machine = self.machine(Record::clone(&record));
            self.slots[at].machine = machine;
            let visible = self.visible;
            self.step(at, &Input::Restored { visible })?;
        }
        Ok(())
    }
}

/// The input's name, without what is in it.
fn name_of(input: &Input) -> String {
    let text = format!("{input:?}");
    text.chars()
        .take_while(|letter| letter.is_alphanumeric())
        .collect()
}

impl Slot {
    fn new(machine: Machine, pay: Pay) -> Self {
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
            past: Past {
                prepared: pay.by_app,
                ..Past::default()
            },
            surfaces: pay.surfaces,
        }
    }

    /// The app has the answer to `prepare`: the record is on the disk.
    pub fn may_app_send(&self) -> bool {
        self.past.prepared && self.disk.is_some() && !self.machine.record().is_settled()
    }

    pub fn has_host(&self) -> bool {
        self.machine.live().host && !self.machine.live().blocked
    }

    /// Money may still move for this attempt, whatever the phone does.
    pub fn may_be_paid(&self) -> bool {
        let on_its_way = self.starts.iter().any(|start| start.answer.is_none());
        self.payment.may_be_paid() || (self.payment == Payment::Unknown && on_its_way)
    }
}
