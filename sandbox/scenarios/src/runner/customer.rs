//! The customer in the journey, and the way of links from there to the app.

use stepup_sandbox_control::{CustomerRecord, OpenedIn, Step};

use super::screen::{Leaving, Shown, altered};
use super::{Run, RunError, unmet};
use crate::protocol::{Command, SurfaceName};
use crate::scenario::{Altered, Recipient, Step as Does};

/// Steps by which the customer goes to another app: ours goes to the back.
const TO_OTHER_APP: [&str; 2] = ["open-klarna-app", "open-bank"];
/// Steps by which the customer leaves another app: no surface of ours sees the link.
const FROM_OTHER_APP: [&str; 2] = ["confirm-in-app", "back-to-app"];
/// The longest that a page may take, milliseconds of the sandbox's clock.
const SLOWEST_PAGE_MS: i64 = 10 * 60_000;

impl Run {
    /// What the customer and the system do with what is on the screen.
    pub(super) async fn screen_step(&mut self, step: Does) -> Result<(), RunError> {
        match step {
            Does::Customer { does, elsewhere } => self.customer(does, elsewhere).await,
            Does::DeliverLink {
                times,
                altered,
                to,
                kept,
            } => {
                let link = if kept {
                    self.kept_link.clone()
                } else {
                    self.leaving.take()
                };
                self.deliver(link, times, altered, to).await
            }
            Does::LoseLink => match self.leaving.take() {
                Some(_) => Ok(()),
                None => unmet("the journey has not left by a link"),
            },
            Does::KeepLink => {
                self.kept_link = self.leaving.take();
                match self.kept_link {
                    Some(_) => Ok(()),
                    None => unmet("the journey has not left by a link"),
                }
            }
            Does::StaleResult { presentation } => {
                let attempt = self.attempt()?;
                self.closed(attempt, presentation).await
            }
            Does::CloseSurface => self.close_surface().await,
            Does::Background => self.send_to_back().await,
            _ => self.bring_to_front().await,
        }
    }

    async fn close_surface(&mut self) -> Result<(), RunError> {
        let attempt = self.attempt.clone().unwrap_or_default();
        let Some(shown) = self.shown.remove(&attempt) else {
            return unmet("no surface is up");
        };
        if shown.surface.is_elsewhere() {
            return self.bring_to_front().await;
        }
        self.closed(shown.attempt, shown.number).await
    }

    /// The surface of this presentation says that it was closed.
    async fn closed(&mut self, attempt: String, number: u32) -> Result<(), RunError> {
        let closed = Command::SurfaceClosed {
            attempt,
            number,
            uri: None,
        };
        self.send(&closed).await
    }

    /// The customer does these things in the journey that is shown.
    async fn customer(&mut self, does: Vec<Step>, elsewhere: bool) -> Result<(), RunError> {
        let Some(shown) = self.shown().cloned() else {
            return unmet("no journey is shown");
        };
        let customer = match shown.customer {
            _ if elsewhere => self.open_elsewhere(&shown.url).await?,
            Some(customer) => customer,
            None => self.open(&shown).await?,
        };
        for step in does {
            let action = step.to_string();
            if self.leaving.is_some() {
                return unmet(format!("the journey left for the app before `{action}`"));
            }
            if TO_OTHER_APP.contains(&action.as_str()) {
                self.send_to_back().await?;
            }
            let record = self.walk(customer, step).await?;
            let link = record
                .transcript
                .last()
                .and_then(|report| report.happened.app_link());
            self.leaving = link.map(|uri| Leaving {
                uri: uri.to_owned(),
                from_other_app: elsewhere
                    || shown.surface.is_elsewhere()
                    || FROM_OTHER_APP.contains(&action.as_str()),
            });
        }
        Ok(())
    }

    pub(super) async fn open(&mut self, shown: &Shown) -> Result<u64, RunError> {
        let opened_in = if shown.surface == SurfaceName::KlarnaApp {
            OpenedIn::KlarnaApp
        } else {
            OpenedIn::Browser
        };
        let customers = self.world.customers().clone();
        let (customer, _) = customers.open(&shown.url, opened_in).await?;
        if let Some(shown) = self.shown.get_mut(&shown.attempt) {
            shown.customer = Some(customer);
        }
        self.settle().await?;
        Ok(customer)
    }

    async fn open_elsewhere(&mut self, url: &str) -> Result<u64, RunError> {
        let customers = self.world.customers().clone();
        let (customer, _) = customers.open(url, OpenedIn::Browser).await?;
        self.settle().await?;
        Ok(customer)
    }

    /// One step, with as much time as the page needs.
    pub(super) async fn walk(
        &mut self,
        customer: u64,
        step: Step,
    ) -> Result<CustomerRecord, RunError> {
        let last = self.world.clock().now_ms() + SLOWEST_PAGE_MS;
        self.world.customers().walk_apart(customer, vec![step])?;
        loop {
            self.settle().await?;
            let record = self.world.customers().record(customer);
            match record.filter(|record| !record.acting) {
                Some(CustomerRecord {
                    failed: Some(failed),
                    ..
                }) => return unmet(failed),
                Some(record) => return Ok(record),
                None if self.pass(last).await? => {}
                None => return unmet("the page never answers"),
            }
        }
    }

    /// The system hands over the link by which the journey left: to the surface if that waits for it, else to the app.
    pub(super) async fn deliver(
        &mut self,
        link: Option<Leaving>,
        times: u32,
        how: Altered,
        to: Recipient,
    ) -> Result<(), RunError> {
        let Some(link) = link else {
            return unmet("the journey has not left by a link");
        };
        let uri = altered(&link.uri, how);
        for _ in 0..times {
            let waits = self.shown().is_some_and(|shown| match to {
                Recipient::WhoeverWaits => shown.ends_on(&link),
                Recipient::Surface => true,
                Recipient::App => false,
            });
            if let Some(shown) = self
                .attempt
                .clone()
                .filter(|_| waits)
                .and_then(|attempt| self.shown.remove(&attempt))
            {
                let closed = Command::SurfaceClosed {
                    attempt: shown.attempt,
                    number: shown.number,
                    uri: Some(uri.clone()),
                };
                self.hand_over(&closed).await?;
            } else {
                self.open_app(&uri).await?;
            }
            self.settle().await?;
        }
        Ok(())
    }

    pub(super) async fn open_app(&mut self, uri: &str) -> Result<(), RunError> {
        let link = Command::Link {
            uri: uri.to_owned(),
        };
        self.hand_over(&link).await
    }

    /// iOS brings the app forward before it hands over a link, Android hands it over first.
    async fn hand_over(&mut self, link: &Command) -> Result<(), RunError> {
        let ios = self
            .scenario
            .app
            .surfaces
            .contains(&SurfaceName::AuthSession);
        if ios {
            self.bring_to_front().await?;
            self.send(link).await
        } else {
            self.send(link).await?;
            self.bring_to_front().await
        }
    }
}
