//! Plays one scenario: a world in virtual time, a phone in a process of its own, and what happens between them.

mod customer;
mod process;
mod record;
mod screen;
mod steps;
mod time;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stepup_sandbox_control::{Books, CustomerError, World, WorldConfig, WorldError};

use crate::protocol::{Command, Configure, OrderText, Report, StateReport, Told};
use crate::scenario::Scenario;
use process::PhoneProcess;
pub use process::PhoneProgram;
pub use record::{AppLog, CallEntry, KillEntry, ToldEntry};
use screen::{Leaving, Shown};
use time::Idle;

/// Why a scenario could not be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The sandbox.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The phone program does not start or end.
    #[error("the phone process: {0}")]
    Phone(#[source] std::io::Error),
    /// It ended by itself.
    #[error("the phone process is gone")]
    PhoneGone,
    /// It refused a command.
    #[error("the phone refused: {0}")]
    Refused(String),
    /// A folder for the journal.
    #[error("no folder for the journal: {0}")]
    Folder(#[source] std::io::Error),
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
    crate::crypto::install();
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
    journal: String,
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
    last_attempt: Option<String>,
    shown: Option<Shown>,
    leaving: Option<Leaving>,
    in_front: bool,
    disposition: Option<String>,
    /// Outcomes whose acknowledgement is on its way to the core.
    acknowledging: Vec<usize>,
    /// Outcomes that a step has waited for.
    awaited: usize,
    calls: u64,
    unfinished: bool,
    kept: bool,
    trace: Option<Value>,
}

impl Run {
    async fn new(scenario: Scenario, program: PhoneProgram) -> Result<Self, RunError> {
        let part = &scenario.world;
        let config = WorldConfig {
            long_poll: part.long_poll,
            reply_shape: part.reply_shape,
            request_life_ms: part.request_life_ms,
            ..WorldConfig::in_virtual_time()
        };
        let folder = tempfile::tempdir().map_err(RunError::Folder)?;
        let journal = folder.path().join("journal");
        std::fs::create_dir(&journal).map_err(RunError::Folder)?;
        let world = World::start(config).await?;
        let app = AppLog {
            began_at_ms: world.clock().now_ms(),
            ..AppLog::default()
        };
        Ok(Self {
            scenario,
            program,
            world,
            journal: journal.to_string_lossy().into_owned(),
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
            last_attempt: None,
            shown: None,
            leaving: None,
            in_front: true,
            disposition: None,
            acknowledging: Vec::new(),
            awaited: 0,
            calls: 0,
            unfinished: false,
            kept: false,
            trace: None,
        })
    }

    async fn play(&mut self) -> Result<(), RunError> {
        self.start_phone().await?;
        self.settle().await?;
        for (index, step) in self.scenario.steps.clone().into_iter().enumerate() {
            let name = format!("{step:?}");
            let done = self.step(step).await;
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
        let app = &self.scenario.app;
        let configure = Configure {
            backend: self.world.addresses().backend.clone(),
            handover: app.handover.clone(),
            completion: app.completion.clone(),
            fallback_scheme: app.fallback_scheme.clone(),
            nonce: app.nonce,
            journal: self.journal.clone(),
            surfaces: app.surfaces.clone(),
            https_links: app.https_links,
            presenter: app.presenter,
            policy: app.policy.clone(),
            clock: Some(self.reading(self.world.clock().now_ms())),
            seed: Some(self.seed(self.app.processes)),
        };
        self.phone = Some(PhoneProcess::start(&self.program)?);
        self.send(&Command::Configure(Box::new(configure))).await
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

    fn order(&self) -> OrderText {
        let order = &self.scenario.order;
        let json = json!({
            "reference": order.reference, "amount": order.amount, "currency": order.currency,
            "items": [{"name": "T-shirt", "quantity": 1, "unit_price": order.amount, "total_amount": order.amount}],
            "customer": {"email": order.email},
        });
        OrderText {
            reference: order.reference.clone(),
            json: json.to_string(),
        }
    }

    /// Takes note of a report, and does what the phone's system or the app would do at once.
    async fn heard(&mut self, report: Report) -> Result<(), RunError> {
        match report {
            Report::Ready
            | Report::Event { .. }
            | Report::Step { .. }
            | Report::Forward { .. }
            | Report::Prepared { .. } => {}
            Report::Pong => self.pong = true,
            Report::Refused { error } => return Err(RunError::Refused(error)),
            Report::Answer { error, .. } => {
                if let Some(error) = error {
                    return Err(RunError::Unmet(format!("the core refused: {error}")));
                }
            }
            Report::Idle {
                commands,
                in_flight,
                begun,
                wake_at,
            } => {
                self.idle = Some(Idle {
                    commands,
                    in_flight: usize::try_from(in_flight).unwrap_or(usize::MAX),
                    begun,
                    wake_at: wake_at.map(|at| self.wall(at)),
                });
            }
            Report::Present {
                attempt,
                number,
                surface,
                url,
                callback_scheme,
                ..
            } => {
                self.app.presented += 1;
                self.last_attempt = Some(attempt.clone());
                self.shown = Some(Shown {
                    attempt,
                    number,
                    surface,
                    url,
                    callback_scheme,
                    customer: None,
                });
                if surface.is_elsewhere() {
                    self.send_to_back().await?;
                }
            }
            Report::Dismiss { number, .. } => {
                if self
                    .shown
                    .as_ref()
                    .is_some_and(|shown| shown.number == number)
                {
                    self.shown = None;
                }
            }
            Report::Outcome(told) => self.told(told).await?,
            Report::State(state) => self.state(state),
            Report::Disposition { disposition, .. } => self.disposition = Some(disposition),
            Report::Held { .. } => {
                self.held = true;
                if let Some(kill) = self.hold.and_then(|index| self.app.kills.get_mut(index)) {
                    kill.hit = true;
                }
            }
            Report::Trace { trace, .. } => self.trace = Some(trace),
            Report::Unfinished { attempts } => {
                self.app.unfinished = attempts;
                self.unfinished = true;
            }
            Report::Outcomes { ids } => {
                self.app.kept = ids;
                self.kept = true;
            }
        }
        Ok(())
    }

    fn state(&mut self, state: StateReport) {
        self.last_attempt = Some(state.attempt.clone());
        self.states.insert(state.attempt.clone(), state);
    }

    async fn told(&mut self, told: Told) -> Result<(), RunError> {
        let process = self.app.processes;
        if let Some(call) = told.call {
            for entry in &mut self.app.calls {
                entry.answered |= entry.call == call && entry.process == process;
            }
        }
        let id = told.id.clone();
        self.app.told.push(ToldEntry {
            at_ms: self.world.clock().now_ms(),
            process,
            acknowledged: false,
            told,
        });
        if self.scenario.app.acknowledges && !id.is_empty() {
            self.acknowledging.push(self.app.told.len() - 1);
            self.send(&Command::Acknowledge { outcome: id }).await?;
        }
        Ok(())
    }

    async fn send_to_back(&mut self) -> Result<(), RunError> {
        if std::mem::replace(&mut self.in_front, false) {
            self.send(&Command::Background).await?;
        }
        Ok(())
    }

    async fn bring_to_front(&mut self) -> Result<(), RunError> {
        if !std::mem::replace(&mut self.in_front, true) {
            self.send(&Command::Foreground).await?;
        }
        Ok(())
    }

    /// Asks the core for what the checker needs, and ends the phone.
    async fn end(&mut self) -> Result<(), RunError> {
        if self.phone.is_none() || self.held {
            return Ok(());
        }
        for command in [Command::Unfinished, Command::Outcomes] {
            self.send(&command).await?;
        }
        if let Some(attempt) = self.last_attempt.clone() {
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
