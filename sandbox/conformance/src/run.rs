//! One run: what the checks share, and the account of every promise.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::backend::{Backend, Reply, WORDS};
use crate::checks;
use crate::journey;
use crate::promises::{Checkable, promises};
use crate::report::{Finding, Report, Result as Row, Verdict, lacking, reason};
use crate::sandbox::Sandbox;
use crate::target::{Links, Target};
use crate::time::Time;
use crate::walk::Walk;

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// No HTTP client could be made.
    Client(String),
    /// Nothing answers there.
    NoAnswer(String),
    /// Something answers, but not a backend that speaks this contract.
    NoBackend(String),
    /// It wants to know who asks.
    NoSession(String),
    /// The order is not accepted, so that nothing can be tried.
    OrderNotAccepted(String),
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(what) => write!(f, "no HTTP client: {what}"),
            Self::NoAnswer(what) => write!(
                f,
                "{what}\nIs the backend running, and is this its address? `/payments` is appended to it."
            ),
            Self::NoBackend(said) => write!(
                f,
                "a start was answered with {said}, which is no answer of this contract (docs/backend-api.yaml).\nIs this the backend's address? `/payments` is appended to it."
            ),
            Self::NoSession(said) => write!(
                f,
                "a start was answered with {said}: give the customer's session with --header, for example 'Authorization: Bearer …'"
            ),
            Self::OrderNotAccepted(said) => write!(
                f,
                "the order was answered with {said}; give one that your backend accepts with --order"
            ),
        }
    }
}

impl std::error::Error for Stopped {}

/// Checks all promises, or with `only` those; `walk` brings a customer. Each promise of the file is in the report. `told` hears of each
/// check that begins.
///
/// # Panics
/// If a promise of the file has neither a check nor a reason why it has none: then this program is wrong.
pub async fn run(
    target: &Target,
    time: Time,
    walk: Option<Walk>,
    only: &[String],
    told: &dyn Fn(&str),
) -> Result<Report, Stopped> {
    let backend =
        Backend::new(target, time.clone()).map_err(|error| Stopped::Client(error.to_string()))?;
    let run = Run {
        backend,
        time,
        walk,
        approved: OnceCell::new(),
        target: target.clone(),
        attempts: Mutex::default(),
    };
    run.try_one_order().await?;
    let mut verdicts = BTreeMap::new();
    let asked = |promise: &str| only.is_empty() || only.iter().any(|name| name == promise);
    for check in checks::all() {
        let verdict = if !asked(check.promise) {
            Verdict::NotAsked
        } else if run.has(check.needs) {
            told(check.promise);
            Verdict::from((check.run)(&run).await)
        } else {
            Verdict::NotChecked(lacking(check.needs).into())
        };
        verdicts.insert(check.promise, verdict);
    }
    run.clean_up().await;
    Ok(account(verdicts, &asked))
}

/// Puts the verdicts beside their promises, and makes sure that none of either is left over.
fn account(mut verdicts: BTreeMap<&str, Verdict>, asked: &dyn Fn(&str) -> bool) -> Report {
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
                if asked(&promise.id) {
                    Verdict::NotChecked(reason(&promise))
                } else {
                    Verdict::NotAsked
                }
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
    pub walk: Option<Walk>,
    /// The payment that a customer has approved, for all that is asked about one.
    pub approved: OnceCell<Result<checks::Approved, Finding>>,
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
#[derive(Clone, Debug)]
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
            // The first start of the run was accepted. What this one breaks is its own check's matter, not that of whatever is
            // tried with it.
            _ => Finding::not_checked(format!("a start was answered with {}", reply.said())),
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

    /// The sandbox whose Klarna the backend calls.
    pub fn sandbox(&self) -> Result<&Sandbox, Finding> {
        match &self.walk {
            Some(Walk::Scripted(sandbox)) => Ok(sandbox),
            _ => Finding::not_checked(lacking(Checkable::WithKlarna)),
        }
    }

    fn has(&self, needed: Checkable) -> bool {
        match needed {
            Checkable::Outside => true,
            Checkable::WithCustomer => self.walk.is_some(),
            Checkable::WithKlarna => matches!(self.walk, Some(Walk::Scripted(_))),
            Checkable::NotFromOutside => false,
        }
    }

    pub fn can_restart(&self) -> bool {
        self.target.restart.is_some()
    }

    /// Kills the backend and starts it again, if the run may, and waits until it answers.
    pub async fn restart_backend(&self) -> Result<(), Finding> {
        let Some(restart) = &self.target.restart else {
            return Ok(());
        };
        restart.run().await?;
        for _ in 0..60 {
            if self.backend.status(&self.attempt()).await.is_ok() {
                return Ok(());
            }
            self.time.sleep(1_000).await;
        }
        Finding::not_checked("the backend did not answer within a minute of its restart")
    }

    async fn try_one_order(&self) -> Result<(), Stopped> {
        let placing = self.place(0);
        let reply = self.backend.start(&placing.attempt, &placing.order).await;
        let reply = reply.map_err(|finding| match finding {
            Finding::Broken(what) | Finding::NotChecked(what) => Stopped::NoAnswer(what),
        })?;
        let said = reply.said();
        match reply.http {
            _ if WORDS.contains(&reply.word()) => Ok(()),
            401 => Err(Stopped::NoSession(said)),
            300..=399 => Err(Stopped::NoBackend(said)),
            _ if reply.json.is_object() => Err(Stopped::OrderNotAccepted(said)),
            403 => Err(Stopped::NoSession(said)),
            _ => Err(Stopped::NoBackend(said)),
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
