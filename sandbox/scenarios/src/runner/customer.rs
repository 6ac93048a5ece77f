//! The customer in the journey, and the way of links from there to the app.

use stepup_sandbox_control::{CustomerRecord, OpenedIn, Step};

use super::screen::{Leaving, altered};
use super::{Run, RunError};
use crate::protocol::{Command, SurfaceName};
use crate::scenario::Altered;

/// Steps by which the customer goes to another app: ours goes to the back.
const TO_OTHER_APP: [&str; 2] = ["open-klarna-app", "open-bank"];
/// Steps by which the customer leaves another app: no surface of ours sees the link.
const FROM_OTHER_APP: [&str; 2] = ["confirm-in-app", "back-to-app"];
/// The longest that a page may take, milliseconds of the sandbox's clock.
const SLOWEST_PAGE_MS: i64 = 10 * 60_000;

fn unmet<T>(problem: impl Into<String>) -> Result<T, RunError> {
    Err(RunError::Unmet(problem.into()))
}

impl Run {
    /// The customer does these things in the journey that is shown.
    pub(super) async fn customer(&mut self, does: Vec<Step>) -> Result<(), RunError> {
        let Some(shown) = self.shown.clone() else {
            return unmet("no journey is shown");
        };
        let customer = match shown.customer {
            Some(customer) => customer,
            None => self.open(&shown.url, shown.surface).await?,
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
                from_other_app: shown.surface.is_elsewhere()
                    || FROM_OTHER_APP.contains(&action.as_str()),
            });
        }
        Ok(())
    }

    async fn open(&mut self, url: &str, surface: SurfaceName) -> Result<u64, RunError> {
        let opened_in = if surface == SurfaceName::KlarnaApp {
            OpenedIn::KlarnaApp
        } else {
            OpenedIn::Browser
        };
        let (customer, _) = self.world.customers().open(url, opened_in).await?;
        if let Some(shown) = &mut self.shown {
            shown.customer = Some(customer);
        }
        self.settle().await?;
        Ok(customer)
    }

    /// One step, with as much time as the page needs.
    async fn walk(&mut self, customer: u64, step: Step) -> Result<CustomerRecord, RunError> {
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
    pub(super) async fn deliver(&mut self, times: u32, how: Altered) -> Result<(), RunError> {
        let Some(link) = self.leaving.take() else {
            return unmet("the journey has not left by a link");
        };
        let uri = altered(&link.uri, how);
        for _ in 0..times {
            if let Some(shown) = self.shown.take_if(|shown| shown.ends_on(&link)) {
                let closed = Command::SurfaceClosed {
                    attempt: shown.attempt,
                    number: shown.number,
                    uri: Some(uri.clone()),
                };
                self.send(&closed).await?;
            } else {
                self.open_app(&uri).await?;
            }
            self.settle().await?;
        }
        Ok(())
    }

    /// iOS brings the app forward before it hands over the link, Android hands it over first.
    async fn open_app(&mut self, uri: &str) -> Result<(), RunError> {
        let link = Command::Link {
            uri: uri.to_owned(),
        };
        let ios = self
            .scenario
            .app
            .surfaces
            .contains(&SurfaceName::AuthSession);
        if ios {
            self.bring_to_front().await?;
            self.send(&link).await
        } else {
            self.send(&link).await?;
            self.bring_to_front().await
        }
    }
}
