//! When everything that went wrong is over: the app is started again until each attempt has its outcome.

use std::collections::BTreeSet;

use stepup_sandbox_control::{AcquirerFaults, Happened, KlarnaFaults};

use super::{Fate, Plant};
use crate::protocol::{Command, CredentialsAnswer, PresenterManner, Told};
use crate::runner::screen::Leaving;
use crate::runner::{Run, RunError};
use crate::scenario::{Altered, Recipient, Step};

/// How often each account's app is started before what is left over counts as never ending.
const ROUNDS: u32 = 8;
/// From this round on the customer chooses another method.
const ABANDON_FROM: u32 = 3;
/// How long an outcome may take once everything works, milliseconds.
const PATIENCE_MS: i64 = 10 * 60_000;
/// The most that a journey takes.
const PAGES: usize = 12;

impl Run {
    pub(super) async fn finish(&mut self) -> Result<(), RunError> {
        self.calm().await?;
        loop {
            self.until_all_have_ended().await?;
            self.unfinished = false;
            self.kept = false;
            let ended = self.end().await;
            if self.fate(ended)? == Fate::Alive {
                return Ok(());
            }
            // The customer may have begun something new when the app was back.
            self.die().await?;
        }
    }

    async fn until_all_have_ended(&mut self) -> Result<(), RunError> {
        let mut left = Vec::new();
        for (owner, backend) in self.sessions() {
            self.scenario.app.owner = owner;
            self.backend = backend;
            let mut open = Vec::new();
            for round in 0..ROUNDS {
                self.bury().await?;
                let begun = self.begin().await;
                if self.fate(begun)? == Fate::Dead {
                    self.die().await?;
                }
                let ended = self.round(round).await;
                if self.fate(ended)? == Fate::Dead {
                    self.die().await?;
                }
                let asked = self.open_attempts().await;
                open = match asked {
                    Ok(open) => open,
                    Err(gone) => {
                        self.fate(Err(gone))?;
                        vec![String::new()]
                    }
                };
                if open.is_empty() {
                    break;
                }
            }
            left.extend(open);
        }
        if !left.is_empty() {
            return Err(RunError::Unmet(format!(
                "{} attempts never end: {left:?}",
                left.len()
            )));
        }
        Ok(())
    }

    /// Whoever was signed in at some time, at whatever the app was set up for.
    fn sessions(&self) -> BTreeSet<(Option<String>, String)> {
        let first = self.scenario.app.owner.clone();
        let later = self.scenario.steps.iter().filter_map(|step| match step {
            Step::SetOwner { owner, .. } => Some(owner.clone()),
            _ => None,
        });
        let owners: BTreeSet<Option<String>> = later.chain([first]).collect();
        let other = self.scenario.steps.iter().filter_map(|step| match step {
            Step::Restart { backend, .. } => backend.clone(),
            _ => None,
        });
        let backends: BTreeSet<String> = other.chain(["sandbox".to_owned()]).collect();
        let each = |owner: Option<String>| {
            let backends = backends.clone();
            backends
                .into_iter()
                .map(move |backend| (owner.clone(), backend))
        };
        owners.into_iter().flat_map(each).collect()
    }

    /// All that the scenario made go wrong is over.
    async fn calm(&mut self) -> Result<(), RunError> {
        self.world.clear_faults();
        self.world.set_klarna_faults(KlarnaFaults::default());
        self.world.set_acquirer_faults(AcquirerFaults::default());
        self.world.set_online(true).await?;
        if self.journal.with_extension("locked").exists() {
            self.unlock()?;
        }
        self.scenario.app.presenter = PresenterManner::Confirm;
        let session = self.scenario.world.sessions.last();
        let token = session.map(|session| CredentialsAnswer::Token(session.token.clone()));
        self.scenario.app.credentials = token.into_iter().collect();
        Ok(())
    }

    /// The customer goes through each unfinished payment, or in the end chooses another method.
    async fn round(&mut self, round: u32) -> Result<(), RunError> {
        for attempt in self.open_attempts().await? {
            self.attempt = Some(attempt);
            let told = self.app.told.len();
            if round < ABANDON_FROM {
                self.step(Step::Resume).await?;
                self.walk_through().await?;
            } else {
                self.step(Step::Abandon).await?;
            }
            self.refusal = None;
            let last = self.world.clock().now_ms() + PATIENCE_MS;
            while self.app.told.len() == told && !self.held && self.pass(last).await? {}
        }
        // What nobody waited for comes by itself.
        let last = self.world.clock().now_ms() + 60_000;
        while self.pass(last).await? {}
        self.move_to(last).await
    }

    /// The customer decides, by chance, on whatever page the journey is.
    async fn walk_through(&mut self) -> Result<(), RunError> {
        let decision = self.ordeal.as_mut().map_or("approve", |ordeal| {
            ordeal
                .dice
                .one_of(&["approve", "approve", "deny", "abort"])
                .copied()
                .unwrap_or("approve")
        });
        let Some(shown) = self.shown().cloned() else {
            return Ok(());
        };
        let customer = match shown.customer {
            Some(customer) => customer,
            None => self.open(&shown).await?,
        };
        for _ in 0..PAGES {
            let record = self.world.customers().record(customer);
            let seen = record.and_then(|record| record.transcript.last().cloned());
            let actions = match seen.map(|seen| seen.happened) {
                Some(Happened::AppLink { uri }) => {
                    let link = Leaving {
                        uri,
                        from_other_app: shown.surface.is_elsewhere(),
                    };
                    return self
                        .deliver(Some(link), 1, Altered::No, Recipient::WhoeverWaits)
                        .await;
                }
                Some(Happened::Page { actions, .. }) => actions,
                Some(Happened::Navigated { .. }) | None => return Ok(()),
            };
            let choices = [
                ("phone", "phone:+4306762600456"),
                ("otp", "otp:123456"),
                ("option", "option"),
                (decision, decision),
                ("approve", "approve"),
                ("return", "return"),
                ("confirm-in-app", "confirm-in-app"),
            ];
            let Some((_, step)) = choices
                .iter()
                .find(|(action, _)| actions.iter().any(|offered| offered == action))
            else {
                return Ok(());
            };
            let step = step
                .parse()
                .map_err(|_| RunError::Unmet((*step).to_owned()))?;
            self.walk(customer, step).await?;
        }
        Ok(())
    }

    /// What a plant makes of an outcome; none if the app is not told of it.
    pub(in crate::runner) async fn planted(&mut self, mut told: Told) -> Option<Told> {
        let ordeal = self.ordeal.as_mut()?;
        match ordeal.plant {
            Some(Plant::Swallowed) => {
                let outcome = told.id;
                let _ = self.send(&Command::Acknowledge { outcome }).await;
                return None;
            }
            Some(Plant::AlwaysApproved) => "approved".clone_into(&mut told.outcome),
            Some(Plant::RecordsBack) => {
                ordeal.kept = super::plant::records(&self.journal).unwrap_or_default();
            }
            _ => {}
        }
        Some(told)
    }
}
