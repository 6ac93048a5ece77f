//! Plays a scenario with an app that is killed again and again, started again each time, and in the end brought to an outcome.
//!
//! Nobody can say how a scenario goes on after a kill: its steps are done as far as they still can be, what it expects is left out,
//! and the checker holds the survivor to what must hold however it went.

mod ending;
mod plan;
mod plant;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::process::PhoneProcess;
use super::{AppLog, PhoneProgram, Run, RunError};
use crate::dice::Dice;
use crate::protocol::{Command, Configure, HoldPoint, When};
use crate::scenario::{Scenario, Step};

pub use plan::{Death, KillAt, NoPlan, Plan};
pub use plant::Plant;

/// What the app's absence may last, milliseconds of virtual time: it is started again at once, or after the network, the customer
/// and the backend had time to go on without it, or after the payment's life.
const ABSENCES: [i64; 6] = [0, 0, 0, 10_000, 20 * 60_000, 4 * 3_600_000];

/// What a tortured play came to.
#[derive(Debug)]
pub struct Survived {
    /// All that the checker looks at.
    pub record: Value,
    /// The deaths that were planned and happened.
    pub deaths: Vec<Death>,
    /// How many effects each process of the app had done, by its number.
    pub effects: BTreeMap<u32, u32>,
}

/// Plays `scenario` with this phone, killing it by `plan`.
pub async fn torture(
    scenario: &Scenario,
    phone: &PhoneProgram,
    plan: &Plan,
    plant: Option<Plant>,
) -> Survived {
    let mut run = match Run::new(scenario.clone(), phone.clone()).await {
        Ok(run) => run,
        Err(problem) => return Survived::without_a_world(scenario, &problem),
    };
    run.ordeal = Some(Ordeal {
        dice: Dice::new(plan.seed),
        plan: plan.clone(),
        plant,
        deaths: Vec::new(),
        effects: BTreeMap::new(),
        kept: Vec::new(),
    });
    let mut problem = run.live().await.err();
    if problem.is_none() {
        problem = run.finish().await.err();
    }
    run.app.ended_at_ms = run.world.clock().now_ms();
    let books = run.world.books();
    run.world.stop().await;
    let played = super::Played {
        app: std::mem::take(&mut run.app),
        books: books.ok(),
        problem,
        trace: None,
    };
    let mut record = played.record(scenario);
    // What the scenario expects of its course does not hold for another one.
    record["expect"] = Value::Null;
    let ordeal = run.ordeal.take();
    if let Some(plant) = plant {
        plant.doctor(&mut record);
    }
    Survived {
        record,
        deaths: ordeal
            .as_ref()
            .map_or_else(Vec::new, |ordeal| ordeal.deaths.clone()),
        effects: ordeal.map(|ordeal| ordeal.effects).unwrap_or_default(),
    }
}

impl Survived {
    fn without_a_world(scenario: &Scenario, problem: &RunError) -> Self {
        let played = super::Played {
            app: AppLog::default(),
            books: None,
            problem: Some(RunError::Unmet(problem.to_string())),
            trace: None,
        };
        Self {
            record: played.record(scenario),
            deaths: Vec::new(),
            effects: BTreeMap::new(),
        }
    }
}

/// What is done to the app, and what came of it so far.
pub(super) struct Ordeal {
    plan: Plan,
    plant: Option<Plant>,
    dice: Dice,
    deaths: Vec<Death>,
    effects: BTreeMap<u32, u32>,
    /// Records that a plant brings back.
    kept: Vec<(std::path::PathBuf, Vec<u8>)>,
}

/// Whether the app got through something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Alive,
    Dead,
}

impl Run {
    /// Sets how the process that is about to start will die, if it will.
    pub(super) fn threaten(
        &mut self,
        phone: &mut PhoneProcess,
        configure: &mut Configure,
    ) -> Result<(), RunError> {
        let process = self.app.processes;
        let Some(ordeal) = &mut self.ordeal else {
            return Ok(());
        };
        match ordeal.plan.kills.get(&process) {
            Some(KillAt::Effect { when, nth }) => {
                configure.hold_at = Some(HoldPoint {
                    effect: HoldPoint::ANY.to_owned(),
                    when: *when,
                    nth: *nth,
                });
            }
            Some(KillAt::Instant { command, delay_us }) => {
                phone.strike_after(*command, Duration::from_micros(*delay_us));
            }
            None => {}
        }
        if process > 1
            && let Some(plant) = ordeal.plant
        {
            plant.before_start(&self.journal, &ordeal.kept)?;
        }
        Ok(())
    }

    /// Counts the effects of this process.
    pub(super) fn counted(&mut self, when: When) {
        let process = self.app.processes;
        if let Some(ordeal) = self.ordeal.as_mut().filter(|_| when == When::Before) {
            *ordeal.effects.entry(process).or_default() += 1;
        }
    }

    /// The scenario's steps, as far as they still can be done.
    async fn live(&mut self) -> Result<(), RunError> {
        let begun = self.begin().await;
        if self.fate(begun)? == Fate::Dead {
            self.die().await?;
        }
        for step in self.scenario.steps.clone() {
            if is_about_the_course(&step) {
                continue;
            }
            let done = self.step(step).await;
            self.refusal = None;
            if self.fate(done)? == Fate::Dead {
                self.die().await?;
            }
        }
        Ok(())
    }

    async fn begin(&mut self) -> Result<(), RunError> {
        self.start_phone().await?;
        self.settle().await.map(drop)
    }

    /// What this result means for an app that is expected to die, and for steps that no longer fit.
    fn fate(&self, done: Result<(), RunError>) -> Result<Fate, RunError> {
        if self.held {
            return Ok(Fate::Dead);
        }
        let Some(phone) = &self.phone else {
            // Steps that need a running app cannot be done.
            return Ok(Fate::Alive);
        };
        match done {
            Err(_) if phone.was_struck() => Ok(Fate::Dead),
            Ok(()) | Err(RunError::Unmet(_) | RunError::Step { .. } | RunError::Customer(_)) => {
                Ok(Fate::Alive)
            }
            // The app's own request may have been broken off by a fault of the scenario's.
            Err(RunError::Own(_)) => Ok(Fate::Alive),
            Err(other) => Err(other),
        }
    }

    /// The app dies, and is started again; and again, if it dies on the way.
    async fn die(&mut self) -> Result<(), RunError> {
        loop {
            self.bury().await?;
            self.pass_absence().await?;
            let begun = self.begin_again().await;
            if self.fate(begun)? == Fate::Alive {
                return Ok(());
            }
        }
    }

    async fn pass_absence(&mut self) -> Result<(), RunError> {
        let Some(ordeal) = &mut self.ordeal else {
            return Ok(());
        };
        let ms = ordeal.dice.one_of(&ABSENCES).copied().unwrap_or_default();
        let last = self.world.clock().now_ms() + ms;
        while ms > 0 && self.pass(last).await? {}
        self.move_to(last).await
    }

    /// The process ends; what it said before counts.
    async fn bury(&mut self) -> Result<(), RunError> {
        let Some(mut phone) = self.phone.take() else {
            return Ok(());
        };
        let at = (self.held, phone.was_struck());
        phone.kill().await?;
        while let Ok(report) = phone.next().await {
            // What the system would do about it, such as going to the back, is of no use to a process that is gone.
            let _ = self.heard(report).await;
        }
        let process = self.app.processes;
        if let Some(ordeal) = &mut self.ordeal
            && let Some(at) = ordeal.plan.kills.get(&process).filter(|_| at.0 || at.1)
        {
            let at = at.clone();
            ordeal.deaths.push(Death { process, at });
        }
        self.held = false;
        self.idle = None;
        self.shown.retain(|_, shown| shown.surface.is_elsewhere());
        self.acknowledging.clear();
        self.states.clear();
        self.settle().await.map(drop)
    }

    /// The customer starts the app again, and does what people do then: wait, tap *pay* once more, or go on with what is unfinished.
    async fn begin_again(&mut self) -> Result<(), RunError> {
        self.begin().await?;
        let choice = self
            .ordeal
            .as_mut()
            .map_or(0, |ordeal| ordeal.dice.below(3));
        match choice {
            0 => return Ok(()),
            1 => {
                self.step(Step::Pay {
                    replace: false,
                    order: None,
                    amount: None,
                    times: 1,
                })
                .await?;
            }
            _ => {
                for attempt in self.open_attempts().await? {
                    self.attempt = Some(attempt);
                    self.step(Step::Resume).await?;
                }
            }
        }
        self.refusal = None;
        Ok(())
    }

    /// What the core lists as unfinished.
    async fn open_attempts(&mut self) -> Result<Vec<String>, RunError> {
        self.unfinished = false;
        self.send(&Command::Unfinished).await?;
        while !self.unfinished {
            self.hear_next().await?;
        }
        self.unfinished = false;
        let open = std::mem::take(&mut self.app.unfinished);
        Ok(open.into_iter().map(|state| state.attempt).collect())
    }
}

/// Steps that say how the scenario goes, or where it kills, when nothing else does.
fn is_about_the_course(step: &Step) -> bool {
    matches!(
        step,
        Step::HoldAt(_)
            | Step::ExpectState(_)
            | Step::ExpectRefusal { .. }
            | Step::ExpectUnfinished { .. }
            | Step::ExpectEvent { .. }
            | Step::ExpectForwarded { .. }
            | Step::ExpectDisposition { .. }
            | Step::ExpectSurface { .. }
            | Step::ExpectTold { .. }
    )
}
