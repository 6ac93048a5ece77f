//! A phone of ours: the real machine, from the journey on.

use std::sync::Arc;

use klarna_step_up::hosts::JourneyKind;
use klarna_step_up::links::Nonce;
use klarna_step_up::machine::{
    Around, AttemptId, CloseHint, Effect, Input, LinkSignal, Machine, Now, OrderKey, Phase, Record,
    StartFate, Starter, Surface, Verdict,
};
use klarna_step_up::policy::ConfirmationPolicy;
use klarna_step_up::redact::Secret;
use klarna_step_up::reply::{
    JourneyLink, StartAnswer, StatusAnswer, StatusFailure, StatusReply, Word,
};
use rand::{Rng, RngExt};

use crate::backend::{self, Answer};
use crate::customer::{Customer, End};
use crate::load::Load;
use crate::{MINUTE, Millis};

const EPOCH: i64 = 1_800_000_000_000;
/// A phone whose app is told nothing for this long after its customer is done is put away.
const PUT_AWAY: Millis = 60 * MINUTE;

struct Phone<'a, R> {
    machine: Machine,
    customer: Customer,
    dice: &'a mut R,
    load: &'a mut Load,
    now: Millis,
    wake: Option<Millis>,
    /// The question in flight: when it is answered, its number, the answer.
    asked: Option<(Millis, u32, Answer)>,
    done: Option<Input>,
    presentation: u32,
    known: Option<Millis>,
    told: bool,
}

/// Lives one phone's whole attempt.
pub fn live(
    policy: &Arc<ConfirmationPolicy>,
    customer: Customer,
    dice: &mut impl Rng,
    load: &mut Load,
) {
    let around = Around {
        foreground: true,
        host: true,
    };
    let machine = Machine::new(Arc::clone(policy), record(dice), around);
    let mut phone = Phone {
        machine,
        customer,
        dice,
        load,
        now: customer.begins,
        wake: None,
        asked: None,
        done: None,
        presentation: 0,
        known: None,
        told: false,
    };
    phone.run();
    let (approved, known) = (phone.customer.approved, phone.known);
    load.done(approved, known);
}

impl<R: Rng> Phone<'_, R> {
    fn run(&mut self) {
        self.give(Input::Start {
            surfaces: vec![Surface::AuthTab],
        });
        self.done = Some(match self.customer.end {
            End::Link => Input::Link(LinkSignal::Completion),
            // The surface stays; the customer looks at it.
            End::LinkLost => Input::Tick,
            End::Left => Input::SurfaceClosed {
                number: self.presentation,
                hint: CloseHint::Closed,
            },
        });
        let over = self.customer.ends + PUT_AWAY;
        while !self.told {
            let answered = self.asked.map(|(at, ..)| at);
            let ends = self.done.as_ref().map(|_| self.customer.ends);
            let Some(next) = [self.wake, answered, ends].into_iter().flatten().min() else {
                break;
            };
            if next > over {
                break;
            }
            self.now = next.max(self.now);
            if ends == Some(next) {
                let done = self.done.take().unwrap_or(Input::Tick);
                self.give(done);
            } else if answered == Some(next) {
                if let Some((_, number, answer)) = self.asked.take() {
                    self.give(status(number, answer));
                }
            } else {
                self.wake = None;
                self.give(Input::Tick);
            }
        }
    }

    /// Gives an input, and does what comes of it.
    fn give(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let now = Now {
                wall: EPOCH + i64::try_from(self.now).unwrap_or(i64::MAX),
                mono: self.now,
            };
            let effects = self.machine.step(input, now);
            // The last in is the first out: what an effect leads to comes in the effects' order.
            let caused: Vec<Input> = effects
                .into_iter()
                .filter_map(|effect| self.act(effect))
                .collect();
            inputs.extend(caused.into_iter().rev());
        }
    }

    fn act(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Persist { revision } => Some(Input::Persisted { revision }),
            Effect::Authorize { .. } => Some(Input::Reply {
                answer: StartAnswer::Reply(StatusReply {
                    journey: Some(journey()),
                    ..says(Word::Pending)
                }),
                forbidden: false,
                date: None,
                retry_after: None,
            }),
            Effect::Present { number, .. } => {
                self.presentation = number;
                Some(Input::Presented { number })
            }
            Effect::Dismiss { number } => Some(Input::SurfaceClosed {
                number,
                hint: CloseHint::ByCompletion,
            }),
            Effect::AskStatus { number, wait, .. } => {
                self.load.request(self.now);
                let (at, answer) = backend::ask(self.now, wait, self.customer.approved, self.dice);
                self.asked = Some((at, number, answer));
                None
            }
            Effect::WakeAt(at) => {
                self.wake = at;
                None
            }
            Effect::Deliver(outcome) => {
                self.told = true;
                if matches!(outcome.verdict, Verdict::Approved { .. }) {
                    self.known = Some(self.now);
                }
                Some(Input::Delivered {
                    number: outcome.number,
                })
            }
            Effect::CancelAtBackend { .. } | Effect::Emit(_) | Effect::Forget { .. } => None,
        }
    }
}

fn status(number: u32, answer: Answer) -> Input {
    let (answer, retry_after) = match answer {
        Answer::Pending => (StatusAnswer::Reply(says(Word::Pending)), None),
        Answer::Approved => {
            let reply = StatusReply {
                version: Some(2),
                ..says(Word::Approved)
            };
            (StatusAnswer::Reply(reply), None)
        }
        Answer::Refused => (StatusAnswer::Failed(StatusFailure::NotSent), None),
        Answer::Broken => (StatusAnswer::Failed(StatusFailure::MaybeSent), None),
        Answer::Unavailable => (StatusAnswer::Failed(StatusFailure::Server), None),
        Answer::Throttled(rest) => (StatusAnswer::Failed(StatusFailure::Throttled), Some(rest)),
    };
    Input::Status {
        number,
        answer,
        forbidden: false,
        date: None,
        retry_after,
    }
}

fn says(word: Word) -> StatusReply {
    StatusReply {
        word: Some(word),
        version: Some(1),
        ..StatusReply::default()
    }
}

fn journey() -> JourneyLink {
    JourneyLink {
        kind: JourneyKind::PaymentRequestUrl,
        url: Secret::new("https://pay.klarna.com/eu/requests/1/start".to_owned()),
        payment_request_id: None,
    }
}

fn record(dice: &mut impl Rng) -> Record {
    Record {
        id: AttemptId(format!("{:032x}", dice.random::<u128>())),
        nonce: Nonce::from_bytes([7; 16]),
        order: OrderKey {
            hash: String::new(),
            reference: "42".to_owned(),
            content: String::new(),
        },
        owner: None,
        backend: String::new(),
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
