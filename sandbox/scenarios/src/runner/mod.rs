//! Plays one scenario: a world in virtual time, a phone in a process of its own, and what happens between them.

mod app;
mod customer;
mod device;
mod expect;
mod heard;
mod own_backend;
mod process;
mod record;
mod screen;
mod steps;
mod time;
mod torture;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Value, json};
use stepup_sandbox_control::{Books, CustomerError, World, WorldConfig, WorldError};

use crate::protocol::{Command, Configure, OrderText, StateReport};
use crate::scenario::{Scenario, Step};
use own_backend::Prepared;
use process::PhoneProcess;
pub use process::PhoneProgram;
pub use record::{AppLog, CallEntry, KillEntry, ToldEntry};
use screen::{Leaving, Shown};
use time::Idle;
pub use torture::{Death, KillAt, NoPlan, Plan, Plant, Survived, torture};

/// Why a scenario could not be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The sandbox.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The app's own request to the backend.
    #[error("the app's own request: {0}")]
    Own(#[from] reqwest::Error),
    /// The phone program does not start or end.
    #[error("the phone process: {0}")]
    Phone(#[source] std::io::Error),
    /// It ended by itself.
    #[error("the phone process is gone")]
    PhoneGone,
    /// It refused a command.
    #[error("the phone refused: {0}")]
    Refused(String),
    /// The journal's folder, or what is in it.
    #[error("the journal: {0}")]
    Folder(#[from] std::io::Error),
    /// A line that cannot be written.
    #[error("a command could not be written: {0}")]
    Json(#[source] serde_json::Error),
    /// The customer cannot do that.
    #[error("the customer: {0}")]
    Customer(#[from] CustomerError),
    /// Phone and sandbox never came to rest together.
    #[error("phone and sandbox do not come to rest: {0}")]
    Restless(String),
    /// The scenario does not fit what happened.
    #[error("step {number} ({step}): {problem}")]
    Step {
        /// Counts from 1.
        number: usize,
        /// The step's name.
        step: String,
        /// What is wrong.
        problem: String,
    },
    /// The same, before it is known which step it was.
    #[error("{0}")]
    Unmet(String),
}

fn unmet<T>(problem: impl Into<String>) -> Result<T, RunError> {
    Err(RunError::Unmet(problem.into()))
}

/// A scenario that was played.
#[derive(Debug)]
pub struct Played {
    /// What the app did and was told.
    pub app: AppLog,
    /// What everybody else recorded.
    pub books: Option<Books>,
    /// Why it could not be played to its end.
    pub problem: Option<RunError>,
    /// The core's trace of the last attempt, for a person.
    pub trace: Option<Value>,
}

impl Played {
    /// All that the checker looks at.
    #[must_use]
    pub fn record(&self, scenario: &Scenario) -> Value {
        json!({
            "name": scenario.name,
            "expect": scenario.expect,
            "problem": self.problem.as_ref().map(ToString::to_string),
            "app": self.app,
            "books": self.books,
        })
    }
}

/// Plays `scenario` with this phone.
pub async fn play(scenario: &Scenario, phone: &PhoneProgram) -> Played {
    let mut run = match Run::new(scenario.clone(), phone.clone()).await {
        Ok(run) => run,
        Err(problem) => {
            return Played {
                app: AppLog::default(),
                books: None,
                problem: Some(problem),
                trace: None,
            };
        }
    };
    let mut problem = run.play().await.err();
    run.app.ended_at_ms = run.world.clock().now_ms();
    let ended = run.end().await;
    problem = problem.or(ended.err());
    let books = run.world.books();
    run.world.stop().await;
    Played {
        app: run.app,
        books: books.ok(),
        problem,
        trace: run.trace,
    }
}

/// A scenario being played.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Run {
    scenario: Scenario,
    program: PhoneProgram,
    world: World,
    /// Kept so that the folder stays.
    _folder: tempfile::TempDir,
    journal: PathBuf,
    /// What the backend is called in the journal.
    backend: String,
    phone: Option<PhoneProcess>,
    idle: Option<Idle>,
    /// The core stands still at a hold point.
    held: bool,
    /// The hold point that is set.
    hold: Option<usize>,
    pong: bool,
    /// Requests of earlier processes, and of this one that were taken back before they left.
    arrived_before: usize,
    never_left: usize,
    app: AppLog,
    states: BTreeMap<String, StateReport>,
    /// Every attempt that was heard of.
    attempts: BTreeSet<String>,
    /// The attempt that steps are about: the one begun last, or the one that was turned to.
    attempt: Option<String>,
    /// What the app prepared, by its call.
    prepared: BTreeMap<u64, Prepared>,
    /// The journey of each attempt that has one on the screen.
    shown: BTreeMap<String, Shown>,
    leaving: Option<Leaving>,
    kept_link: Option<Leaving>,
    /// What the core said to the last call, if it refused it.
    refusal: Option<String>,
    events: BTreeSet<String>,
    forwarded: u32,
    /// How far the phone's wall clock is off.
    wall_error_ms: i64,
    in_front: bool,
    /// What the last link was, and of which attempt.
    disposition: Option<(String, Option<String>)>,
    /// Outcomes whose acknowledgement is on its way to the core.
    acknowledging: Vec<usize>,
    /// Outcomes that a step has waited for.
    awaited: usize,
    calls: u64,
    unfinished: bool,
    kept: bool,
    trace: Option<Value>,
    /// Set while the app is tortured.
    ordeal: Option<torture::Ordeal>,
}

impl Run {
    async fn new(scenario: Scenario, program: PhoneProgram) -> Result<Self, RunError> {
        let part = &scenario.world;
        let folder = tempfile::tempdir()?;
        let config = WorldConfig {
            long_poll: part.long_poll,
            reply_shape: part.reply_shape,
            request_life_ms: part.request_life_ms,
            sessions: part.sessions.clone(),
            database: part.database.then(|| folder.path().join("acquirer.db")),
            ..WorldConfig::in_virtual_time()
        };
        let journal = folder.path().join("journal");
        std::fs::create_dir(&journal)?;
        let world = World::start(config).await?;
        let app = AppLog {
            began_at_ms: world.clock().now_ms(),
            ..AppLog::default()
        };
        Ok(Self {
            scenario,
            program,
            world,
            journal,
            backend: "sandbox".to_owned(),
            _folder: folder,
            phone: None,
            idle: None,
            held: false,
            hold: None,
            pong: false,
            arrived_before: 0,
            never_left: 0,
            app,
            states: BTreeMap::new(),
            attempts: BTreeSet::new(),
            attempt: None,
            prepared: BTreeMap::new(),
            shown: BTreeMap::new(),
            leaving: None,
            kept_link: None,
            refusal: None,
            events: BTreeSet::new(),
            forwarded: 0,
            wall_error_ms: 0,
            in_front: true,
            disposition: None,
            acknowledging: Vec::new(),
            awaited: 0,
            calls: 0,
            unfinished: false,
            kept: false,
            trace: None,
            ordeal: None,
        })
    }

    async fn play(&mut self) -> Result<(), RunError> {
        self.start_phone().await?;
        self.settle().await?;
        let steps = self.scenario.steps.clone();
        for (index, step) in steps.iter().enumerate() {
            let name = format!("{step:?}");
            let mut done = self.step(step.clone()).await;
            let expected = matches!(steps.get(index + 1), Some(Step::ExpectRefusal { .. }));
            if !expected && let Some(refusal) = self.refusal.take() {
                done = done.and(Err(RunError::Unmet(format!("the core refused: {refusal}"))));
            }
            done.map_err(|error| match error {
                RunError::Unmet(problem) => RunError::Step {
                    number: index + 1,
                    step: name.chars().take(80).collect(),
                    problem,
                },
                other => other,
            })?;
        }
        Ok(())
    }

    async fn start_phone(&mut self) -> Result<(), RunError> {
        self.app.processes += 1;
        self.idle = None;
        self.held = false;
        self.in_front = true;
        self.arrived_before = self.world.wire().len();
        self.never_left = 0;
        let mut configure = self.configure();
        let mut phone = PhoneProcess::start(&self.program)?;
        self.threaten(&mut phone, &mut configure)?;
        self.phone = Some(phone);
        self.send(&Command::Configure(Box::new(configure))).await
    }

    fn configure(&self) -> Configure {
        let app = &self.scenario.app;
        Configure {
            backend: self.world.addresses().backend.clone(),
            backend_id: self.backend.clone(),
            owner: app.owner.clone(),
            credentials: app.credentials.clone(),
            handover: app.handover.clone(),
            completion: app.completion.clone(),
            fallback_scheme: app.fallback_scheme.clone(),
            nonce: app.nonce,
            journal: self.journal.to_string_lossy().into_owned(),
            surfaces: app.surfaces.clone(),
            https_links: app.https_links,
            presenter: app.presenter,
            policy: app.policy.clone(),
            clock: Some(self.reading(self.world.clock().now_ms())),
            clock_runs: false,
            seed: Some(self.seed(self.app.processes)),
            hold_at: None,
        }
    }

    /// Another one for each process of each scenario, the same in every run.
    fn seed(&self, process: u32) -> u64 {
        let name = self.scenario.name.bytes();
        name.fold(u64::from(process), |seed, byte| {
            seed.wrapping_mul(31).wrapping_add(u64::from(byte))
        })
    }

    async fn send(&mut self, command: &Command) -> Result<(), RunError> {
        let phone = self.phone.as_mut().ok_or(RunError::PhoneGone)?;
        phone.send(command).await
    }

    fn order(&self, reference: Option<String>, amount: Option<i64>) -> OrderText {
        let order = &self.scenario.order;
        let reference = reference.unwrap_or_else(|| order.reference.clone());
        let amount = amount.unwrap_or(order.amount);
        let json = json!({
            "reference": reference, "amount": amount, "currency": order.currency,
            "items": [{"name": "T-shirt", "quantity": 1, "unit_price": amount, "total_amount": amount}],
            "customer": {"email": order.email},
        });
        OrderText {
            reference,
            json: json.to_string(),
        }
    }

    /// Asks the core for what the checker needs, and ends the phone.
    async fn end(&mut self) -> Result<(), RunError> {
        if self.phone.is_none() || self.held {
            return Ok(());
        }
        for command in [Command::Unfinished, Command::Outcomes] {
            self.send(&command).await?;
        }
        if let Some(attempt) = self.attempt.clone() {
            self.send(&Command::Trace { attempt }).await?;
        }
        while !(self.unfinished && self.kept) {
            self.hear_next().await?;
        }
        self.settle().await?;
        if let Some(mut phone) = self.phone.take() {
            phone.send(&Command::Shutdown).await?;
            phone.kill().await?;
        }
        Ok(())
    }
}
