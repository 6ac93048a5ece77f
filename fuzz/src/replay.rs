//! A machine that takes whatever inputs at whatever times.

use std::sync::Arc;

use klarna_step_up::machine::{Around, Effect, Input, Machine, Now, OutcomeRecord, Record};
use klarna_step_up::policy::ConfirmationPolicy;
use serde::Deserialize;

/// More would only be slow.
const MOST_STEPS: usize = 300;

/// As in `tests/vectors/traces`, one machine.
#[derive(Deserialize)]
struct Life {
    #[serde(default)]
    foreground: bool,
    #[serde(default)]
    host: bool,
    record: Record,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Step {
    Adopt { adopt: String },
    Take { now: Now, input: Box<Input> },
}

/// The JSON of a life: nothing panics, time may jump, and what was final stays as it was.
pub fn replay(data: &[u8]) {
    let Ok(life) = serde_json::from_slice::<Life>(data) else {
        return;
    };
    let around = Around {
        foreground: life.foreground,
        host: life.host,
    };
    let policy = Arc::new(ConfirmationPolicy::default());
    let mut machine = Machine::new(policy, life.record, around);
    let mut ended = ended(&machine);
    let mut forgotten = false;
    for step in life.steps.into_iter().take(MOST_STEPS) {
        match step {
            Step::Adopt { adopt } => machine.adopt(&adopt),
            Step::Take { now, input } => {
                let effects = machine.step(*input, now);
                let before = std::mem::replace(&mut ended, self::ended(&machine));
                if let Some(before) = before {
                    let after = ended.as_ref().expect("what was final stays");
                    assert_eq!(before.verdict, after.verdict, "rule 2");
                    assert_eq!(before.number, after.number, "rule 2");
                    let starts = effects.iter().any(|effect| {
                        matches!(effect, Effect::Authorize { .. } | Effect::Present { .. })
                    });
                    assert!(!starts, "nothing is begun after the end");
                }
                let _ = machine.view(now);
                forgotten |= effects
                    .iter()
                    .any(|effect| matches!(effect, Effect::Forget { .. }));
                if forgotten {
                    return;
                }
            }
        }
    }
}

fn ended(machine: &Machine) -> Option<OutcomeRecord> {
    let outcome = machine.record().outcome.clone()?;
    (machine.record().is_settled() && outcome.verdict.is_final()).then_some(outcome)
}
