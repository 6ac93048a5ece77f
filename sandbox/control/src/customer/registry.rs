//! All customers of a world, by number.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use stepup_sandbox_clock::Clock;
use url::{Origin, Url};

use crate::order::Order;

use super::{Customer, CustomerError, OpenedIn, Step, StepReport, Transcript};

/// What a customer did, for the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRecord {
    /// Counts from 1 in a world.
    pub id: u64,
    /// Where they opened the journey.
    pub opened_in: OpenedIn,
    /// Whether a step is going on.
    pub acting: bool,
    /// Every step that was done, in order.
    pub transcript: Vec<StepReport>,
    /// Why the last step could not be done, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// The customers of a world. Clones are the same ones.
#[derive(Debug, Clone)]
pub struct Customers {
    clock: Clock,
    order: Order,
    sandbox: Arc<Vec<Origin>>,
    all: Arc<Mutex<Vec<Tab>>>,
}

#[derive(Debug, Clone)]
struct Tab {
    opened_in: OpenedIn,
    customer: Arc<tokio::sync::Mutex<Customer>>,
    transcript: Transcript,
    failed: Arc<Mutex<Option<String>>>,
}

impl Customers {
    /// Customers of the sandbox whose servers have these origins; every other address is a link for an app.
    pub(crate) fn new(clock: Clock, order: Order, sandbox: Vec<Origin>) -> Self {
        Self {
            clock,
            order,
            sandbox: Arc::new(sandbox),
            all: Arc::default(),
        }
    }

    /// A new customer opens the address that the phone opened. Returns their number and what they see.
    pub async fn open(
        &self,
        url: &str,
        opened_in: OpenedIn,
    ) -> Result<(u64, StepReport), CustomerError> {
        let _acting = self.clock.busy();
        let address = self.address(url, opened_in)?;
        let (id, tab) = self.enter(opened_in)?;
        let opened = tab.lock(id)?.open(address).await;
        tab.note(&opened);
        Ok((id, opened?))
    }

    /// The customer does one step.
    pub async fn step(&self, id: u64, step: &Step) -> Result<StepReport, CustomerError> {
        let _acting = self.clock.busy();
        let tab = self.tab(id)?;
        let done = tab.lock(id)?.step(step).await;
        tab.note(&done);
        done
    }

    /// The customer does the steps one by one; stops after the first that ends in a link for an app, and fails at the first
    /// that can't be done.
    pub async fn walk(&self, id: u64, steps: &[Step]) -> Result<Vec<StepReport>, CustomerError> {
        let mut reports = Vec::new();
        for step in steps {
            let report = self.step(id, step).await?;
            let left = report.happened.app_link().is_some();
            reports.push(report);
            if left {
                break;
            }
        }
        Ok(reports)
    }

    /// Lets the customer walk without waiting for it: they count as acting before this returns, and what came of it is in
    /// [`record`](Self::record). For drivers that have to move the clock meanwhile.
    pub fn walk_apart(&self, id: u64, steps: Vec<Step>) -> Result<(), CustomerError> {
        let acting = self.clock.busy();
        let tab = self.tab(id)?;
        let mut customer = Arc::clone(&tab.customer)
            .try_lock_owned()
            .map_err(|_| CustomerError::StillActing(id))?;
        tokio::spawn(async move {
            for step in &steps {
                let done = customer.step(step).await;
                tab.note(&done);
                if done.map_or(true, |report| report.happened.app_link().is_some()) {
                    break;
                }
            }
            drop(customer);
            drop(acting);
        });
        Ok(())
    }

    /// What one customer did so far.
    #[must_use]
    pub fn record(&self, id: u64) -> Option<CustomerRecord> {
        self.tab(id).ok().map(|tab| tab.record(id))
    }

    /// What all did so far.
    #[must_use]
    pub fn records(&self) -> Vec<CustomerRecord> {
        let all = self.lock().clone();
        (1..).zip(&all).map(|(id, tab)| tab.record(id)).collect()
    }

    fn address(&self, url: &str, opened_in: OpenedIn) -> Result<Url, CustomerError> {
        let mut address = Url::parse(url)
            .ok()
            .filter(|address| self.sandbox.contains(&address.origin()))
            .ok_or_else(|| CustomerError::Address(url.chars().take(100).collect()))?;
        if opened_in == OpenedIn::KlarnaApp {
            address.query_pairs_mut().append_pair("via", "klarna-app");
        }
        Ok(address)
    }

    fn enter(&self, opened_in: OpenedIn) -> Result<(u64, Tab), CustomerError> {
        let transcript = Transcript::default();
        let customer = Customer::new(
            self.clock.clone(),
            self.order.clone(),
            self.sandbox.to_vec(),
            Arc::clone(&transcript),
        )
        .map_err(CustomerError::Http)?;
        let tab = Tab {
            opened_in,
            customer: Arc::new(tokio::sync::Mutex::new(customer)),
            transcript,
            failed: Arc::default(),
        };
        let mut all = self.lock();
        all.push(tab.clone());
        Ok((all.len() as u64, tab))
    }

    fn tab(&self, id: u64) -> Result<Tab, CustomerError> {
        let index = usize::try_from(id).ok().and_then(|id| id.checked_sub(1));
        index
            .and_then(|index| self.lock().get(index).cloned())
            .ok_or(CustomerError::NoSuchCustomer(id))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Tab>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tab {
    /// Nobody waits for a customer's turn: two scripts for one customer are a mistake of the driver.
    fn lock(&self, id: u64) -> Result<tokio::sync::MutexGuard<'_, Customer>, CustomerError> {
        self.customer
            .try_lock()
            .map_err(|_| CustomerError::StillActing(id))
    }

    fn note(&self, done: &Result<StepReport, CustomerError>) {
        let failed = done.as_ref().err().map(ToString::to_string);
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = failed;
    }

    fn record(&self, id: u64) -> CustomerRecord {
        let transcript = self
            .transcript
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        CustomerRecord {
            id,
            opened_in: self.opened_in,
            acting: self.customer.try_lock().is_err(),
            transcript: transcript.clone(),
            failed: failed.clone(),
        }
    }
}
