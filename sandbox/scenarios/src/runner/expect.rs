//! What must hold in the middle of a scenario.

use super::{Run, RunError, unmet};
use crate::protocol::{Command, SurfaceName};
use crate::scenario::{ExpectedState, Step};

impl Run {
    pub(super) async fn expect(&mut self, step: Step) -> Result<(), RunError> {
        match step {
            Step::ExpectState(expected) => self.expect_state(&expected),
            Step::ExpectRefusal { is } => match self.refusal.take() {
                Some(refusal) if refusal.contains(&is) => Ok(()),
                other => unmet(format!("it was {other:?}")),
            },
            Step::ExpectUnfinished { attempts } => self.expect_unfinished(attempts).await,
            Step::ExpectEvent { is } if !self.events.contains(&is) => {
                unmet(format!("heard were {:?}", self.events))
            }
            Step::ExpectForwarded { links } if self.forwarded != links => {
                unmet(format!("{} were", self.forwarded))
            }
            Step::ExpectDisposition { is, with_attempt } => {
                let fits = self.disposition.as_ref().is_some_and(|(name, attempt)| {
                    *name == is && with_attempt.is_none_or(|with| with == attempt.is_some())
                });
                if fits {
                    Ok(())
                } else {
                    unmet(format!("it was {:?}", self.disposition))
                }
            }
            Step::ExpectSurface { is } => self.expect_surface(is),
            Step::ExpectTold { outcomes } if self.app.told.len() != outcomes => {
                unmet(format!("it was told {}", self.app.told.len()))
            }
            _ => Ok(()),
        }
    }

    async fn expect_unfinished(&mut self, attempts: usize) -> Result<(), RunError> {
        self.unfinished = false;
        self.send(&Command::Unfinished).await?;
        while !self.unfinished {
            self.hear_next().await?;
        }
        self.unfinished = false;
        if self.app.unfinished.len() == attempts {
            Ok(())
        } else {
            unmet(format!("they are {:?}", self.app.unfinished))
        }
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
        let shown = self.shown().map(|shown| shown.surface);
        if shown == is {
            Ok(())
        } else {
            unmet(format!("it is {shown:?}"))
        }
    }
}
