//! When the app dies. A plan has a text, so that a red play can be repeated: `7/1:before:12/2:instant:3:450`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::dice::Dice;
use crate::protocol::When;

/// Processes of one play that may be killed, at most.
const MOST_DEATHS: u32 = 4;
/// Effects of a process among which one is chosen.
const EFFECTS: u64 = 16;
/// Commands of a process after one of which it is struck.
const COMMANDS: u64 = 24;
/// The longest, in microseconds, between the command and the strike: longer than the core is at work for one.
const LONGEST_US: u64 = 6_000;

/// When the app dies, and what else is left to chance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Decides everything that is not planned: how long the app is away, what the customer does.
    pub seed: u64,
    /// How each process dies, by its number, from 1.
    pub kills: BTreeMap<u32, KillAt>,
}

/// When one process dies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KillAt {
    /// At an effect: the core stands still there until the process is gone.
    Effect {
        /// Before or after it.
        when: When,
        /// Which, from 1.
        nth: u32,
    },
    /// In the midst of whatever it does so long, in real time, after so many commands.
    Instant {
        /// How many.
        command: u64,
        /// Microseconds.
        delay_us: u64,
    },
}

/// A process that died as planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Death {
    /// Its number, from 1.
    pub process: u32,
    /// When.
    pub at: KillAt,
}

impl Plan {
    /// Nobody dies.
    #[must_use]
    pub fn unharmed(seed: u64) -> Self {
        Self {
            seed,
            kills: BTreeMap::new(),
        }
    }

    /// One process dies at one effect.
    #[must_use]
    pub fn at_effect(seed: u64, process: u32, when: When, nth: u32) -> Self {
        Self {
            seed,
            kills: BTreeMap::from([(process, KillAt::Effect { when, nth })]),
        }
    }

    /// Up to four deaths, at random effects and instants.
    #[must_use]
    pub fn random(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let mut kills = BTreeMap::new();
        for process in 1..=MOST_DEATHS {
            // The first always dies, the others more rarely.
            if process > 1 && dice.below(2) == 0 {
                continue;
            }
            let at = if dice.below(3) == 0 {
                KillAt::Effect {
                    when: *dice
                        .one_of(&[When::Before, When::After])
                        .unwrap_or(&When::Before),
                    nth: u32::try_from(1 + dice.below(EFFECTS)).unwrap_or(1),
                }
            } else {
                KillAt::Instant {
                    command: 1 + dice.below(COMMANDS),
                    delay_us: dice.below(LONGEST_US),
                }
            };
            kills.insert(process, at);
        }
        Self { seed, kills }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.seed)?;
        for (process, at) in &self.kills {
            match at {
                KillAt::Effect { when, nth } => {
                    let when = if *when == When::Before {
                        "before"
                    } else {
                        "after"
                    };
                    write!(f, "/{process}:{when}:{nth}")?;
                }
                KillAt::Instant { command, delay_us } => {
                    write!(f, "/{process}:instant:{command}:{delay_us}")?;
                }
            }
        }
        Ok(())
    }
}

/// A text that is no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a plan is SEED, then for each process that dies /PROCESS:before:NTH, …:after:NTH or …:instant:COMMAND:MICROSECONDS"
)]
pub struct NoPlan;

impl FromStr for Plan {
    type Err = NoPlan;

    fn from_str(text: &str) -> Result<Self, NoPlan> {
        let mut parts = text.split('/');
        let seed = number(parts.next())?;
        let mut kills = BTreeMap::new();
        for part in parts {
            let mut fields = part.split(':');
            let process = number(fields.next())?;
            let effect = |when, nth| KillAt::Effect { when, nth };
            let at = match fields.next() {
                Some("before") => effect(When::Before, number(fields.next())?),
                Some("after") => effect(When::After, number(fields.next())?),
                Some("instant") => KillAt::Instant {
                    command: number(fields.next())?,
                    delay_us: number(fields.next())?,
                },
                _ => return Err(NoPlan),
            };
            if fields.next().is_some() || kills.insert(process, at).is_some() {
                return Err(NoPlan);
            }
        }
        Ok(Self { seed, kills })
    }
}

fn number<T: FromStr>(text: Option<&str>) -> Result<T, NoPlan> {
    text.and_then(|text| text.parse().ok()).ok_or(NoPlan)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_what_its_text_says_and_the_same_for_the_same_seed() {
        for seed in 0..200 {
            let plan = Plan::random(seed);
            assert_eq!(plan.to_string().parse(), Ok(plan.clone()));
            assert_eq!(Plan::random(seed), plan);
            assert!(plan.kills.contains_key(&1), "somebody dies");
        }
        let text = "7/1:before:12/2:instant:3:450";
        let plan: Plan = text.parse().expect("a plan");
        assert_eq!(plan.to_string(), text);
        for wrong in [
            "",
            "x",
            "7/1:before",
            "7/1:never:2",
            "7/1:before:1/1:after:2",
            "7/1:before:1:2",
        ] {
            assert_eq!(wrong.parse::<Plan>(), Err(NoPlan), "{wrong}");
        }
    }
}
