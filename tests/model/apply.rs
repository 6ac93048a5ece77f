//! Letting it happen.

use klarna_step_up::machine::{Input, Starter, Surface};
use klarna_step_up::reply::{StartAnswer, StatusAnswer, StatusFailure, StatusReply, Unclear, Word};

use crate::acts::Act;
use crate::backend::Payment;
use crate::budget::Kind;
use crate::phone::fails;
use crate::rules;
use crate::world::{CancelRequest, Screen, StartRequest, World};

const HOUR: u64 = 3_600_000;
const FORTY_DAYS: u64 = 40 * 24 * HOUR;

impl World {
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
                self.left.spend(Kind::Write);
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
                    self.left.spend(Kind::Wake);
                    self.pass(wake - self.now.mono);
                }
                self.tick()
            }
            Act::Jump => {
                self.left.spend(Kind::Jump);
                self.pass(HOUR);
                self.tick()
            }
            Act::Age => {
                self.left.spend(Kind::Age);
                self.pass(FORTY_DAYS);
                self.tick()
            }
            Act::Background => {
                self.left.spend(Kind::Device);
                self.foreground = false;
                self.step_all(&Input::Backgrounded)
            }
            Act::Foreground => {
                // Coming back costs nothing more.
                self.left.spend(Kind::Device);
                self.foreground = true;
                self.step_all(&Input::Foregrounded)
            }
            Act::Network => {
                self.left.spend(Kind::Device);
                self.step_all(&Input::NetworkChanged)
            }
            Act::Credentials => {
                self.left.spend(Kind::Device);
                self.step_all(&Input::CredentialsChanged)
            }
            Act::Owner => {
                self.left.spend(Kind::Owner);
                self.visible = !self.visible;
                let visible = self.visible;
                self.step_all(&Input::OwnerChanged { visible })
            }
            _ => self.apply_to_a_start(act),
        }
    }

    fn apply_to_a_start(&mut self, act: Act) -> Result<(), String> {
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
                    self.left.spend(Kind::Late);
                    self.slots[at].late_reply = Some(answer.clone());
                }
                self.start_heard(at, &Told::Reply(answer))
            }
            Act::StartLost(at, nth) => {
                self.left.spend(Kind::Loss);
                let start = &mut self.slots[at].starts[nth];
                start.awaited = false;
                if start.answer.is_some() {
                    self.slots[at].starts.remove(nth);
                }
                self.start_heard(at, &Told::Nothing { sent: true })
            }
            Act::StartNotSent(at, nth) => {
                self.left.spend(Kind::Loss);
                self.slots[at].starts.remove(nth);
                self.start_heard(at, &Told::Nothing { sent: false })
            }
            Act::StartUnclear(at, nth) => {
                self.left.spend(Kind::Loss);
                self.slots[at].starts.remove(nth);
                let answer = StartAnswer::Unknown(Unclear::Server);
                self.start_heard(at, &Told::Reply(answer))
            }
            Act::AppSends(at) => {
                let slot = &mut self.slots[at];
                slot.past.prepared = false;
                slot.starts.push(StartRequest {
                    awaited: true,
                    answer: None,
                });
                rules::rule_3_journal_before_start(slot)
            }
            _ => self.apply_to_a_question(act),
        }
    }

    fn apply_to_a_question(&mut self, act: Act) -> Result<(), String> {
        match act {
            Act::QuestionArrives(at) => {
                let answer = self.slots[at].payment.question();
                if let Some((_, waiting)) = &mut self.slots[at].question {
                    *waiting = Some(answer);
                }
                // Without a late answer to come nothing is gained by holding it.
                if !self.left.allows(Kind::Late) {
                    return self.question_answered(at);
                }
                Ok(())
            }
            Act::QuestionAnswered(at) => self.question_answered(at),
            Act::QuestionFails(at, failure) => {
                self.left.spend(Kind::Loss);
                let (number, _) = self.slots[at].question.take().expect("offered");
                let rest = (failure == StatusFailure::Server).then_some(3_000);
                self.step_status(at, number, fails(failure), rest)
            }
            Act::QuestionOdd(at) => {
                self.left.spend(Kind::Loss);
                let (number, _) = self.slots[at].question.take().expect("offered");
                let odd = StatusAnswer::Reply(StatusReply::default());
                self.step_status(at, number, odd, None)
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
                self.step_status(at, 0, answer, None)
            }
            Act::CancelFails(at, failure) => {
                self.left.spend(Kind::Loss);
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
                self.step_reply(at, answer)
            }
            Act::LateStatus(at) => {
                let (number, answer) = self.slots[at].late_status.take().expect("offered");
                self.step_status(at, number, answer, None)
            }
            Act::Moves(at, which) => {
                self.left.spend(Kind::Move);
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
                self.left.spend(Kind::Link);
                self.step(at, &Input::Link(link))
            }
            Act::Opens(at) => {
                let number = self.number(at);
                self.slots[at].screen = Screen::Up(number);
                self.step(at, &Input::Presented { number })
            }
            Act::PresenterFails(at, problem) => {
                self.left.spend(Kind::Presenter);
                let number = self.number(at);
                self.slots[at].screen = Screen::Nothing;
                self.step(at, &Input::PresentFailed { number, problem })
            }
            Act::HostGone(at) => {
                self.left.spend(Kind::Device);
                self.step(at, &Input::HostAttached(false))
            }
            Act::HostBack(at) => self.step(at, &Input::HostAttached(true)),
            Act::Closes(at, hint) => {
                self.left.spend(Kind::Close);
                let number = self.number(at);
                self.slots[at].screen = Screen::Nothing;
                self.step(at, &Input::SurfaceClosed { number, hint })
            }
            Act::Abandon(at) => {
                self.left.spend(Kind::Customer);
                self.step(at, &Input::Abandon)
            }
            Act::Reopen(at) => {
                self.left.spend(Kind::Customer);
                let surfaces = vec![Surface::Browser];
                self.step(at, &Input::Reopen { surfaces })
            }
            Act::Join(at) => {
                self.left.spend(Kind::Customer);
                let surfaces = self.slots[at].surfaces.to_vec();
                self.step(at, &Input::Join { surfaces })
            }
            Act::CheckAgain(at) => {
                self.left.spend(Kind::Customer);
                self.step(at, &Input::CheckAgain)
            }
            Act::Observe(at) => {
                self.left.spend(Kind::Customer);
                let observed = !self.slots[at].machine.live().observed;
                self.step(at, &Input::Observed(observed))
            }
            Act::Acknowledge(at) => {
                self.left.spend(Kind::Ack);
                let number = self.slots[at].past.last_told.expect("offered");
                self.slots[at].past.acknowledged = Some(number);
                self.step(at, &Input::Acknowledged { number })
            }
            other => unreachable!("{other:?}"),
        }
    }

    /// What came of a start, to whoever sent it.
    fn start_heard(&mut self, at: usize, told: &Told) -> Result<(), String> {
        if self.slots[at].machine.record().starter == Starter::App {
            let surfaces = self.slots[at].surfaces.to_vec();
            self.step(at, &Input::Continue { surfaces })?;
        }
        match told {
            Told::Reply(answer) => self.step_reply(at, answer.clone()),
            Told::Nothing { sent } => self.step(at, &Input::ReplyFailed { sent: *sent }),
        }
    }

    fn step_reply(&mut self, at: usize, answer: StartAnswer) -> Result<(), String> {
        let rest = matches!(answer, StartAnswer::Unknown(_)).then_some(1_000);
        let word = match &answer {
            StartAnswer::Reply(reply) => reply.word,
            StartAnswer::Refused { .. } | StartAnswer::Unknown(_) => None,
        };
        let input = Input::Reply {
            forbidden: self.is_forbidden(at, word),
            answer,
            date: Some(self.now.wall),
            retry_after: rest,
        };
        self.step(at, &input)
    }

    fn step_status(
        &mut self,
        at: usize,
        number: u32,
        answer: StatusAnswer,
        retry_after: Option<u64>,
    ) -> Result<(), String> {
        let word = match &answer {
            StatusAnswer::Reply(reply) => reply.word,
            StatusAnswer::Failed(_) => None,
        };
        let input = Input::Status {
            number,
            forbidden: self.is_forbidden(at, word),
            answer,
            date: Some(self.now.wall),
            retry_after,
        };
        self.step(at, &input)
    }

    fn is_forbidden(&self, at: usize, word: Option<Word>) -> bool {
        word == Some(Word::Pending) && self.slots[at].payment == Payment::Forbidden
    }

    fn number(&self, at: usize) -> u32 {
        match self.slots[at].screen {
            Screen::Asked(number) | Screen::Up(number) => number,
            Screen::Nothing => 0,
        }
    }

    fn question_answered(&mut self, at: usize) -> Result<(), String> {
        let (number, answer) = self.slots[at].question.take().expect("offered");
        self.step_status(at, number, answer.expect("offered"), None)
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
}

/// What became of a start, as far as the sender knows.
enum Told {
    Reply(StartAnswer),
    Nothing { sent: bool },
}
