//! What each step of a scenario does.

use super::record::KillEntry;
use super::{Run, RunError, unmet};
use crate::protocol::{Command, HoldPoint};
use crate::scenario::Step;

impl Run {
    /// Does one step, and runs until nothing more happens without time passing.
    pub(super) async fn step(&mut self, step: Step) -> Result<(), RunError> {
        match step {
            Step::Customer { .. }
            | Step::DeliverLink { .. }
            | Step::LoseLink
            | Step::KeepLink
            | Step::StaleResult { .. }
            | Step::CloseSurface
            | Step::Background
            | Step::Foreground => self.screen_step(step).await?,
            Step::Network { .. }
            | Step::NetworkSwitched
            | Step::ClockJump { .. }
            | Step::DiskFull { .. }
            | Step::DamageJournal { .. }
            | Step::LockJournal { .. }
            | Step::Reinstall
            | Step::SecondClient => self.device_step(step).await?,
            Step::HoldAt(point) => self.hold_at(point).await?,
            Step::Kill => return self.kill().await,
            Step::Restart { by_link, backend } => self.restart(by_link, backend).await?,
            Step::Advance { ms } => {
                let last = self.world.clock().now_ms() + ms;
                while self.pass(last).await? {}
                self.move_to(last).await?;
            }
            Step::UntilOutcome { within_ms } => self.until_outcome(within_ms).await?,
            Step::Fault(_)
            | Step::ClearFaults
            | Step::KlarnaFaults(_)
            | Step::AcquirerFaults(_)
            | Step::RestartAcquirer => self.sandbox_step(step).await?,
            Step::ExpectState(_)
            | Step::ExpectRefusal { .. }
            | Step::ExpectUnfinished { .. }
            | Step::ExpectEvent { .. }
            | Step::ExpectForwarded { .. }
            | Step::ExpectDisposition { .. }
            | Step::ExpectSurface { .. }
            | Step::ExpectTold { .. } => return self.expect(step).await,
            _ => self.app_acts(step).await?,
        }
        self.settle().await.map(drop)
    }

    async fn sandbox_step(&mut self, step: Step) -> Result<(), RunError> {
        match step {
            Step::Fault(fault) => {
                self.world.set_fault(fault);
            }
            Step::KlarnaFaults(faults) => {
                self.app.klarna_faults.push(faults.clone());
                self.world.set_klarna_faults(faults);
            }
            Step::AcquirerFaults(faults) => self.world.set_acquirer_faults(faults),
            Step::RestartAcquirer => {
                self.app.acquirer_restarts += 1;
                self.world.restart_acquirer().await?;
            }
            _ => self.world.clear_faults(),
        }
        Ok(())
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
        self.shown.retain(|_, shown| shown.surface.is_elsewhere());
        self.acknowledging.clear();
        self.states.clear();
        self.settle().await.map(drop)
    }

    /// The app is started again, perhaps by a link, perhaps for another backend.
    async fn restart(&mut self, by_link: bool, backend: Option<String>) -> Result<(), RunError> {
        if self.phone.is_some() {
            return unmet("the app is running");
        }
        self.backend = backend.unwrap_or_else(|| "sandbox".to_owned());
        self.start_phone().await?;
        if !by_link {
            return Ok(());
        }
        match self.leaving.take() {
            Some(link) => self.open_app(&link.uri).await,
            None => unmet("the journey has not left by a link"),
        }
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
}
