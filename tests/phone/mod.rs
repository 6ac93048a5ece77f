//! A phone for one machine: a journal that answers at once, virtual time that stops at each wake-up, and a log of effects.

#![allow(dead_code, reason = "each test target uses its part of it")]

use std::sync::Arc;

use klarna_step_up::hosts::JourneyKind;
use klarna_step_up::links::Nonce;
use klarna_step_up::machine::{
    Around, AttemptId, CloseHint, Effect, Input, LinkSignal, Machine, Note, Now, OrderKey,
    OutcomeRecord, Phase, PresentProblem, Record, StartFate, Starter, Surface, Verdict,
};
use klarna_step_up::policy::ConfirmationPolicy;
use klarna_step_up::redact::Secret;
use klarna_step_up::reply::{
    JourneyLink, KlarnaState, StartAnswer, StatusAnswer, StatusFailure, StatusReply, Unclear, Word,
};

/// Wall clock at the beginning, Unix milliseconds.
pub const EPOCH: i64 = 1_750_000_000_000;
/// Monotonic clock at the beginning.
pub const BOOT: u64 = 10_000_000;
pub const SECOND: u64 = 1_000;
pub const MINUTE: u64 = 60 * SECOND;
pub const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// One phone, one attempt.
pub struct Phone {
    pub machine: Machine,
    pub now: Now,
    policy: Arc<ConfirmationPolicy>,
    wake: Option<u64>,
    /// What is on the disk.
    pub disk: Option<Record>,
    pub journal: Journal,
    /// Answers every question at once, if set.
    pub backend: Option<StatusAnswer>,
    /// What happened, with the milliseconds since `BOOT`.
    pub log: Vec<(u64, Effect)>,
}

/// How the journal behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Journal {
    Writes,
    Fails,
    /// Does not answer; `Phone::give` says when.
    Hangs,
}

/// The default numbers without long-polling, so that the schedule shows.
pub fn without_long_poll() -> ConfirmationPolicy {
    ConfirmationPolicy {
        long_poll: 0,
        ..ConfirmationPolicy::default()
    }
}

pub fn new_record(id: &str) -> Record {
    Record {
        id: AttemptId(id.to_owned()),
        nonce: Nonce::from_bytes([7; 16]),
        order: OrderKey {
            hash: "order".to_owned(),
            reference: "42".to_owned(),
            content: "content".to_owned(),
        },
        owner: None,
        backend: "https://shop.example".to_owned(),
        created_at: EPOCH,
        expires_at: None,
        phase: Phase::Starting,
        starter: Starter::Core,
        start: StartFate::Open,
        payment_id: None,
        journey: None,
        presentation: 0,
        surface: None,
        version: None,
        cancel: None,
        cancels: 0,
        evidence: Vec::new(),
        outcome: None,
        outcomes: 0,
        revision: 0,
    }
}

impl Phone {
    pub fn new(policy: ConfirmationPolicy) -> Self {
        Self::with_record(policy, new_record("attempt-1"))
    }

    pub fn with_record(policy: ConfirmationPolicy, record: Record) -> Self {
        let policy = Arc::new(policy);
        let around = Around {
            foreground: true,
            host: true,
        };
        Self {
            machine: Machine::new(Arc::clone(&policy), record, around),
            now: Now {
                wall: EPOCH,
                mono: BOOT,
            },
            policy,
            wake: None,
            disk: None,
            journal: Journal::Writes,
            backend: None,
            log: Vec::new(),
        }
    }

    /// `pay` was called; the start is on its way.
    pub fn paying() -> Self {
        Self::paying_on(Surface::CustomTab)
    }

    pub fn paying_on(surface: Surface) -> Self {
        let mut phone = Self::new(without_long_poll());
        phone.give(Input::Start {
            surfaces: vec![surface],
        });
        phone
    }

    /// The start was answered `pending`, and the journey is on the screen.
    pub fn in_journey() -> Self {
        Self::in_journey_on(Surface::CustomTab)
    }

    pub fn in_journey_on(surface: Surface) -> Self {
        let mut phone = Self::paying_on(surface);
        phone.begin_journey();
        phone
    }

    pub fn begin_journey(&mut self) {
        self.reply(StartAnswer::Reply(pending_with_journey()));
        let number = self.presentation();
        self.give(Input::Presented { number });
    }

    /// Gives an input and runs the effects, the journal's answers included.
    pub fn give(&mut self, input: Input) -> &mut Self {
        let mut inputs = std::collections::VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for effect in self.machine.step(input, self.now) {
                self.log.push((self.now.mono - BOOT, effect.clone()));
                match effect {
                    Effect::Persist { revision } => match self.journal {
                        Journal::Writes => {
                            self.disk = Some(self.machine.record().clone());
                            inputs.push_back(Input::Persisted { revision });
                        }
                        Journal::Fails => inputs.push_back(Input::PersistFailed { revision }),
                        Journal::Hangs => {}
                    },
                    Effect::WakeAt(wake) => self.wake = wake,
                    Effect::Deliver(outcome) => inputs.push_back(Input::Delivered {
                        number: outcome.number,
                    }),
                    Effect::Forget { .. } => self.disk = None,
                    Effect::AskStatus { number, .. } => {
                        if let Some(answer) = self.backend.clone() {
                            inputs.push_back(status(number, answer));
                        }
                    }
                    _ => {}
                }
            }
        }
        self
    }

    /// Lets time pass, stopping at each wake-up.
    pub fn pass(&mut self, time: u64) -> &mut Self {
        let end = self.now.mono + time;
        let mut steps = 0;
        while let Some(wake) = self.wake.filter(|wake| *wake <= end) {
            self.set_time(wake.max(self.now.mono));
            self.wake = None;
            self.give(Input::Tick);
            assert_eq!(
                self.wake,
                self.machine.live().wake,
                "a wake-up that nobody was told of"
            );
            steps += 1;
            assert!(steps < 10_000, "time stands still at {}", self.elapsed());
        }
        self.set_time(end);
        self
    }

    /// Time passes while the phone sleeps: no wake-up.
    pub fn sleep(&mut self, time: u64) -> &mut Self {
        self.set_time(self.now.mono + time);
        self
    }

    fn set_time(&mut self, mono: u64) {
        self.now.wall += i64::try_from(mono - self.now.mono).expect("tests are short");
        self.now.mono = mono;
    }

    pub fn elapsed(&self) -> u64 {
        self.now.mono - BOOT
    }

    /// The process ends and is started again from what is on the disk.
    pub fn restart(&mut self) -> &mut Self {
        self.restart_as(true)
    }

    pub fn restart_as(&mut self, visible: bool) -> &mut Self {
        let record = self.disk.clone().expect("something is on the disk");
        let around = Around {
            foreground: true,
            host: true,
        };
        self.machine = Machine::new(Arc::clone(&self.policy), record, around);
        self.wake = None;
        self.give(Input::Restored { visible })
    }

    pub fn reply(&mut self, answer: StartAnswer) -> &mut Self {
        self.give(Input::Reply {
            answer,
            forbidden: false,
            date: None,
            retry_after: None,
        })
    }

    /// Answers the latest question.
    pub fn answer(&mut self, answer: StatusAnswer) -> &mut Self {
        let number = self.asks();
        assert!(number > 0, "nothing was asked");
        self.give(status(number, answer))
    }

    /// Answers the cancellation.
    pub fn cancel_answer(&mut self, answer: StatusAnswer) -> &mut Self {
        self.give(status(0, answer))
    }

    pub fn cancel_fails(&mut self, failure: StatusFailure) -> &mut Self {
        self.give(Input::CancelFailed {
            failure,
            retry_after: None,
        })
    }

    pub fn link(&mut self, link: LinkSignal) -> &mut Self {
        self.give(Input::Link(link))
    }

    pub fn presented(&mut self) -> &mut Self {
        let number = self.presentation();
        self.give(Input::Presented { number })
    }

    pub fn present_fails(&mut self, problem: PresentProblem) -> &mut Self {
        let number = self.presentation();
        self.give(Input::PresentFailed { number, problem })
    }

    pub fn closes(&mut self, hint: CloseHint) -> &mut Self {
        let number = self.presentation();
        self.give(Input::SurfaceClosed { number, hint })
    }

    pub fn presentation(&self) -> u32 {
        self.machine.record().presentation
    }

    /// How many questions there were in this process.
    pub fn asks(&self) -> u32 {
        self.machine.live().asks
    }

    /// When questions were asked, milliseconds since `BOOT`.
    pub fn asked_at(&self) -> Vec<u64> {
        self.times_of(|effect| matches!(effect, Effect::AskStatus { .. }))
    }

    pub fn times_of(&self, is_it: impl Fn(&Effect) -> bool) -> Vec<u64> {
        self.log
            .iter()
            .filter(|(_, effect)| is_it(effect))
            .map(|(at, _)| *at)
            .collect()
    }

    pub fn count(&self, is_it: impl Fn(&Effect) -> bool) -> usize {
        self.times_of(is_it).len()
    }

    pub fn starts(&self) -> usize {
        self.count(|effect| matches!(effect, Effect::Authorize { .. }))
    }

    pub fn cancels(&self) -> usize {
        self.count(|effect| matches!(effect, Effect::CancelAtBackend { .. }))
    }

    pub fn presents(&self) -> Vec<(u32, Surface)> {
        self.log
            .iter()
            .filter_map(|(_, effect)| match effect {
                Effect::Present { number, surface } => Some((*number, *surface)),
                _ => None,
            })
            .collect()
    }

    pub fn dismisses(&self) -> usize {
        self.count(|effect| matches!(effect, Effect::Dismiss { .. }))
    }

    pub fn noted(&self, note: Note) -> bool {
        self.count(|effect| *effect == Effect::Emit(note)) > 0
    }

    /// What the app was told, oldest first.
    pub fn delivered(&self) -> Vec<OutcomeRecord> {
        self.log
            .iter()
            .filter_map(|(_, effect)| match effect {
                Effect::Deliver(outcome) => Some(outcome.clone()),
                _ => None,
            })
            .collect()
    }

    pub fn verdicts(&self) -> Vec<Verdict> {
        self.delivered()
            .into_iter()
            .map(|outcome| outcome.verdict)
            .collect()
    }

    /// The only thing that the app was told.
    pub fn verdict(&self) -> Verdict {
        let all = self.verdicts();
        assert_eq!(all.len(), 1, "told {all:?}");
        all[0].clone()
    }

    pub fn is_silent(&self) -> bool {
        self.delivered().is_empty()
    }

    pub fn clear_log(&mut self) -> &mut Self {
        self.log.clear();
        self
    }
}

pub fn status(number: u32, answer: StatusAnswer) -> Input {
    Input::Status {
        number,
        answer,
        forbidden: false,
        date: None,
        retry_after: None,
    }
}

pub fn journey() -> JourneyLink {
    JourneyLink {
        url: Secret::new("https://pay.test.klarna.com/journey/1".to_owned()),
        kind: JourneyKind::PaymentRequestUrl,
        payment_request_id: None,
    }
}

pub fn says(word: Word) -> StatusReply {
    StatusReply {
        word: Some(word),
        ..StatusReply::default()
    }
}

pub fn pending_with_journey() -> StatusReply {
    StatusReply {
        journey: Some(journey()),
        ..says(Word::Pending)
    }
}

pub fn word(word: Word) -> StatusAnswer {
    StatusAnswer::Reply(says(word))
}

pub fn pending() -> StatusAnswer {
    StatusAnswer::Reply(pending_with_journey())
}

pub fn pending_at(state: KlarnaState) -> StatusAnswer {
    StatusAnswer::Reply(StatusReply {
        klarna_state: Some(state),
        ..pending_with_journey()
    })
}

pub fn fails(failure: StatusFailure) -> StatusAnswer {
    StatusAnswer::Failed(failure)
}

pub fn refused() -> StartAnswer {
    StartAnswer::Refused { reason: None }
}

pub fn unclear(why: Unclear) -> StartAnswer {
    StartAnswer::Unknown(why)
}

pub fn lost() -> Input {
    Input::ReplyFailed { sent: true }
}

pub fn not_sent() -> Input {
    Input::ReplyFailed { sent: false }
}

/// `actual` is `wanted` within the jitter of 20 %.
#[track_caller]
pub fn about(actual: u64, wanted: u64) {
    let low = wanted * 4 / 5;
    let high = wanted * 6 / 5 + 1;
    assert!(
        (low..=high).contains(&actual),
        "{actual} is not about {wanted}"
    );
}

impl Phone {
    /// When the app was told something, milliseconds since `BOOT`.
    pub fn delivered_at(&self) -> Vec<u64> {
        self.times_of(|effect| matches!(effect, Effect::Deliver(_)))
    }
}

impl Phone {
    /// Questions since the log was last cleared.
    pub fn asks_in_log(&self) -> usize {
        self.asked_at().len()
    }
}
