//! One run: what the checks share, and the account of every promise.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use uuid::Uuid;

use crate::backend::{Backend, Reply};
use crate::checks;
use crate::journey;
use crate::promises::{Checkable, promises};
use crate::report::{Finding, Report, Result as Row, Verdict, reason};
use crate::sandbox::Sandbox;
use crate::target::{Links, Target};
use crate::time::Time;

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// No HTTP client could be made.
    Client(String),
    /// Nothing answers there, or nothing that speaks this contract.
    NoAnswer(String),
    /// The order is not accepted, so that nothing can be tried.
    OrderNotAccepted(String),
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(what) => write!(f, "no HTTP client: {what}"),
            Self::NoAnswer(what) => write!(f, "{what}"),
            Self::OrderNotAccepted(said) => write!(
                f,
                "the order was answered with {said}; give one that your backend accepts with --order, and a session with --header"
            ),
        }
    }
}

impl std::error::Error for Stopped {}

/// Checks all promises, or with `only` those; `sandbox` brings a customer. Each promise of the file is in the report.
///
/// # Panics
/// If a promise of the file has neither a check nor a reason why it has none: then this program is wrong.
pub async fn run(
    target: &Target,
    time: Time,
    sandbox: Option<Sandbox>,
    only: &[String],
) -> Result<Report, Stopped> {
    let backend =
        Backend::new(target, time.clone()).map_err(|error| Stopped::Client(error.to_string()))?;
    let run = Run {
        backend,
        time,
        sandbox,
        target: target.clone(),
        attempts: Mutex::default(),
    };
    run.try_one_order().await?;
    let mut verdicts = BTreeMap::new();
    for check in checks::all() {
        if only.is_empty() || only.iter().any(|name| name == check.promise) {
            let verdict = match (check.needs_customer, &run.sandbox) {
                (true, None) => Verdict::NotChecked(reason(Checkable::WithCustomer).into()),
                _ => Verdict::from((check.run)(&run).await),
            };
            verdicts.insert(check.promise, verdict);
        } else {
            let why = reason(Checkable::Outside).into();
            verdicts.insert(check.promise, Verdict::NotChecked(why));
        }
    }
    run.clean_up().await;
    Ok(account(verdicts))
}

/// Puts the verdicts beside their promises, and makes sure that none of either is left over.
fn account(mut verdicts: BTreeMap<&str, Verdict>) -> Report {
    let promises = promises();
    let ids: BTreeSet<_> = promises.iter().map(|promise| promise.id.as_str()).collect();
    let unknown: Vec<_> = verdicts.keys().filter(|id| !ids.contains(*id)).collect();
    assert!(unknown.is_empty(), "checks without a promise: {unknown:?}");
    let results = promises
        .into_iter()
        .map(|promise| {
            let verdict = verdicts.remove(promise.id.as_str()).unwrap_or_else(|| {
                assert!(
                    promise.checkable == Checkable::NotFromOutside,
                    "no check for {}",
                    promise.id
                );
                Verdict::NotChecked(reason(promise.checkable).into())
            });
            Row { promise, verdict }
        })
        .collect();
    Report { results }
}

/// What the checks share.
pub(crate) struct Run {
    pub backend: Backend,
    pub time: Time,
    pub sandbox: Option<Sandbox>,
    target: Target,
    attempts: Mutex<Vec<String>>,
}

/// An order about to be placed.
pub(crate) struct Placing {
    pub attempt: String,
    pub order: Value,
    pub links: Links,
}

/// A payment that was started and is pending.
pub(crate) struct Pending {
    pub attempt: String,
    pub order: Value,
    pub links: Links,
    pub reply: Reply,
}

impl Pending {
    /// The backend's name of it; the attempt id if it gave none.
    pub fn name(&self) -> &str {
        self.reply.payment_id().unwrap_or(&self.attempt)
    }
}

impl Run {
    pub fn orders(&self) -> usize {
        self.target.orders.count()
    }

    pub fn attempt(&self) -> String {
        let attempt = Uuid::new_v4().simple().to_string();
        self.attempts().push(attempt.clone());
        attempt
    }

    /// A new order by template `which`.
    pub fn place(&self, which: usize) -> Placing {
        let nonce = &Uuid::new_v4().simple().to_string()[..22];
        let marked = |link: &str| {
            let joint = if link.contains('?') { '&' } else { '?' };
            format!("{link}{joint}stepup={nonce}")
        };
        let links = Links {
            completion: marked(&self.target.links.completion),
            handover: marked(&self.target.links.handover),
        };
        let reference = format!("conformance-{}", &Uuid::new_v4().simple().to_string()[..12]);
        Placing {
            attempt: self.attempt(),
            order: self.target.orders.fill(which, &reference, &links),
            links,
        }
    }

    /// Starts a payment that has to be pending.
    pub async fn pending(&self) -> Result<Pending, Finding> {
        self.pending_of(0).await
    }

    pub async fn pending_of(&self, which: usize) -> Result<Pending, Finding> {
        let Placing {
            attempt,
            order,
            links,
        } = self.place(which);
        let reply = self.backend.start(&attempt, &order).await?;
        match reply.word() {
            "pending" => Ok(Pending {
                attempt,
                order,
                links,
                reply,
            }),
            "approved" | "declined" => Finding::not_checked(
                "the order was decided at once; give one that needs a journey with --order",
            ),
            _ => Finding::broken(format!("a start was answered with {}", reply.said())),
        }
    }

    /// The address of the journey, from the start's reply or from a status question's.
    pub async fn journey(&self, payment: &Pending) -> Result<String, Finding> {
        let whole = |reply: &Value| {
            let fine = journey::fault(reply, self.backend.is_local()).is_none();
            journey::address(reply).filter(|_| fine).map(str::to_owned)
        };
        if let Some(url) = whole(&payment.reply.json) {
            return Ok(url);
        }
        for _ in 0..30 {
            let reply = self.backend.status(payment.name()).await?;
            if let Some(url) = whole(&reply.json) {
                return Ok(url);
            }
            self.time.sleep(1_000).await;
        }
        Finding::not_checked("the payment has no journey")
    }

    /// Asks every second until the word is final, at most for a minute.
    pub async fn final_word(&self, name: &str) -> Result<Reply, Finding> {
        let mut reply = self.backend.status(name).await?;
        for _ in 0..60 {
            if reply.is_final() {
                break;
            }
            self.time.sleep(1_000).await;
            reply = self.backend.status(name).await?;
        }
        Ok(reply)
    }

    pub fn sandbox(&self) -> Result<&Sandbox, Finding> {
        let none = || Finding::NotChecked(reason(Checkable::WithCustomer).into());
        self.sandbox.as_ref().ok_or_else(none)
    }

    async fn try_one_order(&self) -> Result<(), Stopped> {
        let placing = self.place(0);
        let reply = self.backend.start(&placing.attempt, &placing.order).await;
        match reply {
            Ok(reply) if crate::backend::WORDS.contains(&reply.word()) => Ok(()),
            Ok(reply) => Err(Stopped::OrderNotAccepted(reply.said())),
            Err(Finding::Broken(what) | Finding::NotChecked(what)) => Err(Stopped::NoAnswer(what)),
        }
    }

    /// Calls off what is still open, as Klarna asks ("Cancel payment request"). What comes of it is nobody's promise.
    async fn clean_up(&self) {
        let attempts = self.attempts().clone();
        for attempt in attempts {
            let _ = self.backend.cancel(&attempt, &attempt, 99).await;
        }
    }

    fn attempts(&self) -> MutexGuard<'_, Vec<String>> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
