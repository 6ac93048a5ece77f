//! Many tortured plays, several at a time, and what they came to.

use std::collections::BTreeMap;

use tokio::task::JoinSet;

use crate::checker;
use crate::dice::Dice;
use crate::protocol::When;
use crate::runner::{KillAt, PhoneProgram, Plan, Plant, Survived, torture};
use crate::scenario::Scenario;

/// One play.
#[derive(Clone, Debug)]
pub struct Play {
    /// What is played.
    pub scenario: Scenario,
    /// When the app dies.
    pub plan: Plan,
}

/// A play in which something is wrong.
#[derive(Clone, Debug)]
pub struct Red {
    /// The scenario.
    pub scenario: String,
    /// The plan's text, to play it again.
    pub plan: String,
    /// What is wrong.
    pub findings: Vec<String>,
    /// All that the checker saw.
    pub record: serde_json::Value,
}

/// What plays came to.
#[derive(Clone, Debug, Default)]
pub struct Toll {
    /// Plays.
    pub plays: usize,
    /// Kills at an effect of the core's.
    pub at_effects: usize,
    /// Kills at an instant.
    pub at_instants: usize,
    /// Processes of the app.
    pub processes: u64,
    /// Attempts of which the backend heard.
    pub attempts: usize,
    /// Times that the app was told an outcome.
    pub told: usize,
    /// Plays in which something is wrong.
    pub red: Vec<Red>,
    /// Plays by scenario.
    pub scenarios: BTreeMap<String, usize>,
}

impl Toll {
    /// All kills.
    #[must_use]
    pub fn kills(&self) -> usize {
        self.at_effects + self.at_instants
    }

    fn add(&mut self, play: &Play, survived: &Survived) {
        self.plays += 1;
        *self
            .scenarios
            .entry(play.scenario.name.clone())
            .or_default() += 1;
        for death in &survived.deaths {
            match death.at {
                KillAt::Effect { .. } => self.at_effects += 1,
                KillAt::Instant { .. } => self.at_instants += 1,
            }
        }
        let app = &survived.record["app"];
        self.processes += app["processes"].as_u64().unwrap_or_default();
        self.told += app["told"].as_array().map_or(0, Vec::len);
        let wire = survived.record["books"]["wire"].as_array();
        let attempts: std::collections::BTreeSet<&str> = wire
            .into_iter()
            .flatten()
            .filter_map(|entry| entry["attempt"].as_str())
            .collect();
        self.attempts += attempts.len();
        let findings = checker::check_survivor(&survived.record);
        if !findings.is_empty() {
            self.red.push(Red {
                scenario: play.scenario.name.clone(),
                plan: play.plan.to_string(),
                findings,
                record: survived.record.clone(),
            });
        }
    }
}

/// Plays all of these, so many at a time, until there have been enough kills.
pub async fn run(
    plays: impl Iterator<Item = Play>,
    phone: &PhoneProgram,
    at_a_time: usize,
    enough: usize,
    mut progress: impl FnMut(&Toll, Option<&Red>),
) -> Toll {
    let mut plays = plays.fuse();
    let mut toll = Toll::default();
    let mut running = JoinSet::new();
    loop {
        let red = toll.red.len();
        while running.len() < at_a_time
            && toll.kills() < enough
            && let Some(play) = plays.next()
        {
            let phone = phone.clone();
            running.spawn(async move {
                let survived = torture(&play.scenario, &phone, &play.plan, None).await;
                (play, survived)
            });
        }
        match running.join_next().await {
            None => return toll,
            Some(Ok((play, survived))) => toll.add(&play, &survived),
            Some(Err(panicked)) => toll.red.push(Red {
                scenario: "?".to_owned(),
                plan: "?".to_owned(),
                findings: vec![format!("the play itself failed: {panicked}")],
                record: serde_json::Value::Null,
            }),
        }
        progress(&toll, toll.red.get(red));
    }
}

/// A play for each effect that an unharmed app does in this scenario, and each side of it.
pub async fn every_effect(scenario: &Scenario, phone: &PhoneProgram, seed: u64) -> Vec<Play> {
    let unharmed = torture(scenario, phone, &Plan::unharmed(seed), None).await;
    let mut plays = Vec::new();
    for (process, effects) in unharmed.effects {
        for nth in 1..=effects {
            for when in [When::Before, When::After] {
                plays.push(Play {
                    scenario: scenario.clone(),
                    plan: Plan::at_effect(seed, process, when, nth),
                });
            }
        }
    }
    plays
}

/// Plays without end: scenarios and deaths by chance.
pub fn by_chance(scenarios: Vec<Scenario>, seed: u64) -> impl Iterator<Item = Play> {
    let mut dice = Dice::new(seed);
    std::iter::from_fn(move || {
        let scenario = dice.one_of(&scenarios)?.clone();
        // Short, because a person copies it.
        let plan = Plan::random(dice.below(1_000_000_000));
        Some(Play { scenario, plan })
    })
}

/// Plants a fault; whether the checker says what it must.
pub async fn notices(
    plant: Plant,
    scenarios: &[Scenario],
    phone: &PhoneProgram,
) -> Result<Vec<String>, String> {
    let name = plant.shows_in();
    let scenario = scenarios.iter().find(|scenario| scenario.name == name);
    let scenario = scenario.ok_or_else(|| format!("there is no scenario `{name}`"))?;
    let survived = torture(scenario, phone, &Plan::unharmed(1), Some(plant)).await;
    let findings = checker::check_survivor(&survived.record);
    if findings.iter().any(|one| one.contains(plant.finding())) {
        Ok(findings)
    } else {
        Err(format!("{plant:?} in {name}: {findings:?}"))
    }
}
