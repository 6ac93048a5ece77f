//! What each step of a scenario does.

use super::record::{CallEntry, KillEntry};
use super::{Run, RunError};
use crate::protocol::{Command, HoldPoint, SurfaceName};
use crate::scenario::{ExpectedState, Step};

fn unmet<T>(problem: impl Into<String>) -> Result<T, RunError> {
    Err(RunError::Unmet(problem.into()))
}

impl Run {
    /// Does one step, and runs until nothing more happens without time passing.
    pub(super) async fn step(&mut self, step: Step) -> Result<(), RunError> {
        match step {
            Step::Pay { .. }
            | Step::Resume
            | Step::Reopen { .. }
            | Step::Abandon
            | Step::CheckAgain
            | Step::Acknowledge => self.app_acts(step).await?,
            Step::Customer { does } => self.customer(does).await?,
            Step::DeliverLink { times, altered } => self.deliver(times, altered).await?,
            Step::LoseLink => {
                if self.leaving.take().is_none() {
                    return unmet("the journey has not left by a link");
                }
            }
            Step::CloseSurface => self.close_surface().await?,
            Step::Background => self.send_to_back().await?,
            Step::Foreground => self.bring_to_front().await?,
            Step::Network { online } => {
                self.world.set_online(online).await?;
                self.send(&Command::NetworkChanged).await?;
            }
            Step::HoldAt(point) => self.hold_at(point).await?,
            Step::Kill => return self.kill().await,
            Step::Restart => {
                if self.phone.is_some() {
                    return unmet("the app is running");
                }
                self.start_phone().await?;
            }
            Step::Advance { ms } => {
                let last = self.world.clock().now_ms() + ms;
                while self.pass(last).await? {}
                self.move_to(last).await?;
            }
            Step::UntilOutcome { within_ms } => self.until_outcome(within_ms).await?,
            Step::Fault(fault) => {
                self.world.set_fault(fault);
            }
            Step::ClearFaults => self.world.clear_faults(),
            Step::KlarnaFaults(faults) => {
                self.app.klarna_faults.push(faults.clone());
                self.world.set_klarna_faults(faults);
            }
            Step::AcquirerFaults(faults) => self.world.set_acquirer_faults(faults),
            Step::ExpectState(expected) => return self.expect_state(&expected),
            Step::ExpectDisposition { is } => {
                if self.disposition.as_ref() != Some(&is) {
                    return unmet(format!("it was {:?}", self.disposition));
                }
            }
            Step::ExpectSurface { is } => return self.expect_surface(is),
            Step::ExpectTold { outcomes } => {
                if self.app.told.len() != outcomes {
                    return unmet(format!("it was told {}", self.app.told.len()));
                }
            }
        }
        self.settle().await.map(drop)
    }

    async fn app_acts(&mut self, step: Step) -> Result<(), RunError> {
        self.calls += 1;
        let call = self.calls;
        let command = match step {
            Step::Pay { replace } => {
                self.note_call("pay");
                Command::Pay {
                    call,
                    order: self.order(),
                    replace,
                }
            }
            Step::Resume => {
                self.note_call("resume");
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
            _ => return self.acknowledge_all().await,
        };
        self.send(&command).await
    }

    fn note_call(&mut self, kind: &'static str) {
        self.app.calls.push(CallEntry {
            call: self.calls,
            kind,
            reference: self.scenario.order.reference.clone(),
            process: self.app.processes,
            answered: false,
        });
    }

    fn attempt(&self) -> Result<String, RunError> {
        self.last_attempt
            .clone()
            .ok_or_else(|| RunError::Unmet("there is no attempt yet".to_owned()))
    }

    async fn acknowledge_all(&mut self) -> Result<(), RunError> {
        let open: Vec<(usize, String)> = self
            .app
            .told
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.acknowledged && !entry.told.id.is_empty())
            .map(|(index, entry)| (index, entry.told.id.clone()))
            .collect();
        for (index, outcome) in open {
            self.acknowledging.push(index);
            self.send(&Command::Acknowledge { outcome }).await?;
        }
        Ok(())
    }

    async fn close_surface(&mut self) -> Result<(), RunError> {
        let Some(shown) = self.shown.take() else {
            return unmet("no surface is up");
        };
        if shown.surface.is_elsewhere() {
            return self.bring_to_front().await;
        }
        let closed = Command::SurfaceClosed {
            attempt: shown.attempt,
            number: shown.number,
            uri: None,
        };
        self.send(&closed).await
    }

    async fn hold_at(&mut self, point: HoldPoint) -> Result<(), RunError> {
        self.app.kills.push(KillEntry {
            at: point.clone(),
            hit: false,
        });
        self.hold = Some(self.app.kills.len() - 1);
        self.send(&Command::HoldAt(point)).await
    }

    /// Kills the app; if a hold point was set, only there.
    async fn kill(&mut self) -> Result<(), RunError> {
        if self.hold.take().is_some() && !self.held {
            return unmet("the hold point was not reached");
        }
        let Some(mut phone) = self.phone.take() else {
            return unmet("the app is not running");
        };
        phone.kill().await?;
        self.held = false;
        self.idle = None;
        // What runs in another app goes on without ours.
        self.shown.take_if(|shown| !shown.surface.is_elsewhere());
        self.acknowledging.clear();
        self.states.clear();
        self.settle().await.map(drop)
    }

    async fn until_outcome(&mut self, within_ms: i64) -> Result<(), RunError> {
        let last = self.world.clock().now_ms() + within_ms;
        while self.app.told.len() <= self.awaited {
            if !self.pass(last).await? {
                return unmet("the app was told nothing");
            }
        }
        self.awaited = self.app.told.len();
        Ok(())
    }

    fn expect_state(&self, expected: &ExpectedState) -> Result<(), RunError> {
        let attempt = self.attempt()?;
        let Some(state) = self.states.get(&attempt) else {
            return unmet("no state was reported");
        };
        let differs = [
            expected
                .phase
                .as_ref()
                .is_some_and(|phase| *phase != state.phase),
            expected
                .who_acts
                .as_ref()
                .is_some_and(|who| *who != state.who_acts),
            expected
                .waiting_for_customer
                .is_some_and(|is| is != state.waiting_for_customer),
            expected.can_reopen.is_some_and(|is| is != state.can_reopen),
            expected
                .can_abandon
                .is_some_and(|is| is != state.can_abandon),
        ];
        if differs.contains(&true) {
            return unmet(format!("it is {state:?}"));
        }
        Ok(())
    }

    fn expect_surface(&self, is: Option<SurfaceName>) -> Result<(), RunError> {
        let shown = self.shown.as_ref().map(|shown| shown.surface);
        if shown == is {
            Ok(())
        } else {
            unmet(format!("it is {shown:?}"))
        }
    }
}
