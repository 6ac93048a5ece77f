//! What the app does: its calls, and what it acknowledges.

use super::record::CallEntry;
use super::{Run, RunError, unmet};
use crate::protocol::{Command, OrderText};
use crate::scenario::Step;

impl Run {
    pub(super) async fn app_acts(&mut self, step: Step) -> Result<(), RunError> {
        self.calls += 1;
        let call = self.calls;
        let command = match step {
            Step::Pay {
                replace,
                order,
                amount,
                times,
            } => {
                let order = self.order(order, amount);
                for _ in 1..times {
                    self.pay(order.clone(), replace).await?;
                    self.calls += 1;
                }
                return self.pay(order, replace).await;
            }
            Step::Prepare { order, times } => return self.prepare(order, times).await,
            Step::StopWaiting => Command::StopWaiting {
                call: self.app.calls.last().map_or(0, |call| call.call),
            },
            Step::Resume => {
                let reference = self.reference();
                self.note_call("resume", reference);
                Command::Resume {
                    call,
                    attempt: self.attempt()?,
                }
            }
            Step::Reopen { surface } => Command::Reopen {
                call,
                attempt: self.attempt()?,
                surface,
            },
            Step::Abandon => Command::Abandon {
                call,
                attempt: self.attempt()?,
            },
            Step::CheckAgain => Command::CheckAgain {
                call,
                attempt: self.attempt()?,
            },
            Step::SetOwner { owner, adopt } => Command::SetOwner {
                owner,
                adopt_current: adopt,
            },
            Step::CredentialsChanged => Command::CredentialsChanged,
            Step::Observe { observed } => Command::Observe {
                attempt: self.attempt()?,
                observed,
            },
            Step::Continue { reply } => return self.continue_payment(reply).await,
            Step::TurnTo { order } => return self.turn_to(&order),
            _ => return self.acknowledge_all().await,
        };
        self.send(&command).await
    }

    async fn pay(&mut self, order: OrderText, replace: bool) -> Result<(), RunError> {
        self.note_call("pay", order.reference.clone());
        let pay = Command::Pay {
            call: self.calls,
            order,
            replace,
        };
        self.send(&pay).await
    }

    /// The order of the attempt that steps are about.
    pub(super) fn reference(&self) -> String {
        let attempt = self.attempt.as_ref();
        let state = attempt.and_then(|attempt| self.states.get(attempt));
        let reference = state.map(|state| &state.reference);
        let own = reference.filter(|reference| !reference.is_empty());
        own.unwrap_or(&self.scenario.order.reference).clone()
    }

    fn turn_to(&mut self, order: &str) -> Result<(), RunError> {
        let found = self.states.values().find(|state| state.reference == order);
        let Some(state) = found else {
            return unmet("there is no attempt of that order");
        };
        self.attempt = Some(state.attempt.clone());
        Ok(())
    }

    pub(super) fn note_call(&mut self, kind: &'static str, reference: String) {
        self.app.calls.push(CallEntry {
            call: self.calls,
            kind,
            reference,
            process: self.app.processes,
            answered: false,
        });
    }

    pub(super) fn attempt(&self) -> Result<String, RunError> {
        self.attempt
            .clone()
            .ok_or_else(|| RunError::Unmet("there is no attempt yet".to_owned()))
    }

    /// What this process of the app was told; an earlier one was killed before it could.
    async fn acknowledge_all(&mut self) -> Result<(), RunError> {
        let open: Vec<(usize, String)> = self
            .app
            .told
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.process == self.app.processes)
            .filter(|(_, entry)| !entry.acknowledged && !entry.told.id.is_empty())
            .map(|(index, entry)| (index, entry.told.id.clone()))
            .collect();
        for (index, outcome) in open {
            self.acknowledging.push(index);
            self.send(&Command::Acknowledge { outcome }).await?;
        }
        Ok(())
    }
}
