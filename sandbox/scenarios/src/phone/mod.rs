//! A phone with a shop's app in a process of its own: the real core, driven by lines on stdin.
//!
//! The process can be killed at any effect and started again on the same journal, as a phone's operating system does with apps.

mod credentials;
mod disk;
mod entropy;
mod executor;
mod host;
mod output;
mod quiet;
mod words;

use std::io::BufRead as _;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock};

use klarna_step_up::StepUpClient;
use klarna_step_up::api::{Prepared, PresentFailure};
use klarna_step_up::error::StepUpError;
use klarna_step_up::hosts::Environment;
use klarna_step_up::links::ReturnLinks;
use klarna_step_up::machine::{IfBusy, Surface};
use klarna_step_up::model::{
    BackendReply, Configuration, DeliveredOutcome, FieldNames, LinkNonceMode, Order, PayOptions,
};
use klarna_step_up::policy::ConfirmationPolicy;
use klarna_step_up::seams::{HostParts, TestParts};

use crate::protocol::{
    Command, Configure, OrderText, PolicyChanges, Reading, Report, StartReply, Via,
};
use executor::Executor;
use host::{Ear, Facts, Holds, Observer, Screen};
use output::Output;
use quiet::Quiet;

struct Phone {
    client: Arc<StepUpClient>,
    screen: Arc<Screen>,
    quiet: Arc<Quiet>,
    executor: Executor,
    output: Output,
    holds: Arc<Holds>,
}

/// Reads commands until stdin ends or `shutdown` comes.
#[must_use]
pub fn run() -> ExitCode {
    let output = Output::new();
    let mut phone: Option<Phone> = None;
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let command = match serde_json::from_str(&line) {
            Ok(command) => command,
            Err(error) => {
                output.say(&refused(&error));
                continue;
            }
        };
        match (command, &phone) {
            (Command::Configure(wanted), None) => match Phone::new(*wanted, output.clone()) {
                Ok(made) => {
                    output.say(&Report::Ready);
                    made.quiet.command_done();
                    phone = Some(made);
                }
                Err(error) => {
                    output.say(&refused(&error));
                    return ExitCode::FAILURE;
                }
            },
            (Command::Shutdown, phone) => {
                if let Some(phone) = phone {
                    phone.client.shutdown();
                }
                return ExitCode::SUCCESS;
            }
            (command, Some(phone)) => {
                phone.obey(command);
                phone.quiet.command_done();
            }
            (_, None) => output.say(&refused(&"configure comes first")),
        }
    }
    ExitCode::SUCCESS
}

fn refused(error: &impl ToString) -> Report {
    Report::Refused {
        error: error.to_string(),
    }
}

/// Why there is no phone.
#[derive(Debug, thiserror::Error)]
enum NoPhone {
    #[error(transparent)]
    Client(#[from] StepUpError),
    #[error("no thread: {0}")]
    Thread(#[from] std::io::Error),
}

pub(crate) fn policy(changes: &PolicyChanges) -> ConfirmationPolicy {
    let mut policy = ConfirmationPolicy::default();
    for (field, change) in [
        (&mut policy.long_poll, changes.long_poll),
        (&mut policy.max_wait, changes.max_wait),
        (&mut policy.customer_left, changes.customer_left),
        (&mut policy.start_budget, changes.start_budget),
    ] {
        *field = change.unwrap_or(*field);
    }
    policy
}

impl Phone {
    fn new(wanted: Configure, output: Output) -> Result<Self, NoPhone> {
        let policy = policy(&wanted.policy);
        let configuration = Configuration {
            backend: wanted.backend,
            backend_id: Some(wanted.backend_id),
            environment: Environment::Sandbox { hosts: Vec::new() },
            links: ReturnLinks {
                handover: wanted.handover,
                completion: wanted.completion,
                fallback_scheme: wanted.fallback_scheme,
            },
            link_nonce: if wanted.nonce {
                LinkNonceMode::Query
            } else {
                LinkNonceMode::Off
            },
            redirect_hosts: Vec::new(),
            field_names: FieldNames::default(),
            words: Vec::new(),
            headers: Vec::new(),
            owner: wanted.owner,
            policy,
            journal_directory: wanted.journal,
        };
        let virtual_time = wanted.clock.is_some();
        let begin = wanted.clock.unwrap_or(Reading { wall: 0, mono: 0 });
        let quiet = Quiet::new(begin, wanted.clock_runs);
        let polled = Arc::clone(&quiet);
        let executor = Executor::start(move || polled.changed())?;
        let holds = Arc::new(Holds::default());
        if let Some(point) = wanted.hold_at {
            holds.set(point);
        }
        let parts = HostParts {
            device_facts: Some(Arc::new(Facts {
                surfaces: wanted.surfaces.into_iter().map(Surface::from).collect(),
                https_links: wanted.https_links,
            })),
            credentials: (!wanted.credentials.is_empty()).then(|| {
                Arc::new(credentials::Purse {
                    answers: Mutex::new(wanted.credentials),
                    quiet: Arc::clone(&quiet),
                    unanswered: Mutex::default(),
                }) as _
            }),
            listener: Some(Arc::new(Ear(output.clone()))),
            ..HostParts::default()
        };
        let test = TestParts {
            clock: virtual_time.then(|| Arc::clone(&quiet) as _),
            entropy: wanted
                .seed
                .map(|seed| Arc::new(entropy::Seeded::new(seed)) as _),
            step_observer: Some(Arc::new(Observer {
                output: output.clone(),
                holds: Arc::clone(&holds),
                quiet: Arc::clone(&quiet),
            })),
        };
        let client = StepUpClient::for_testing(configuration, parts, test)?;
        let known = Arc::new(OnceLock::new());
        let _ = known.set(Arc::downgrade(&client));
        let screen = Arc::new(Screen {
            output: output.clone(),
            manner: wanted.presenter,
            client: known,
        });
        client.attach_host(Arc::clone(&screen) as _);
        if virtual_time {
            // The core's thread starts at the first need; before that nothing could tell that it rests.
            client.warm_up();
            quiet.report(executor.clone(), output.clone())?;
            quiet.wake_in_time()?;
        }
        Ok(Self {
            client,
            screen,
            quiet,
            executor,
            output,
            holds,
        })
    }

    fn obey(&self, command: Command) {
        let client = &self.client;
        match command {
            Command::Configure(_) | Command::Shutdown => {
                self.output.say(&refused(&"not now"));
            }
            Command::HoldAt(point) => self.holds.set(point),
            Command::Pay { .. }
            | Command::Prepare { .. }
            | Command::Continue { .. }
            | Command::Resume { .. }
            | Command::Reopen { .. } => self.call(command),
            Command::StopWaiting { call } => client.stop_waiting(call),
            Command::Abandon { call, attempt } => self.answer(call, client.abandon(attempt)),
            Command::CheckAgain { call, attempt } => self.answer(call, client.check_again(attempt)),
            Command::Link { uri } => self.disposition(client.handle_link(&uri)),
            Command::SurfacePresented { attempt, number } => {
                client.surface_presented(attempt, number);
            }
            Command::SurfaceFailed {
                attempt,
                number,
                no_host,
            } => {
                let failure = if no_host {
                    PresentFailure::NoHost
                } else {
                    PresentFailure::Unavailable
                };
                client.surface_failed(attempt, number, failure);
            }
            Command::SurfaceClosed {
                attempt,
                number,
                uri,
            } => self.disposition(client.surface_closed(attempt, number, uri)),
            Command::Foreground => client.foregrounded(),
            Command::Background => client.backgrounded(),
            Command::NetworkChanged => client.network_changed(),
            Command::CredentialsChanged => client.credentials_changed(),
            Command::DiskFull { full } => {
                if let Err(error) = disk::full(full) {
                    self.output.say(&refused(&error));
                }
            }
            Command::AttachHost => client.attach_host(Arc::clone(&self.screen) as _),
            Command::DetachHost => client.detach_host(),
            Command::SetOwner {
                owner,
                adopt_current,
            } => client.set_owner(owner, adopt_current),
            Command::Acknowledge { outcome } => client.acknowledge(outcome),
            Command::Observe { attempt, observed } => client.set_observed(attempt, observed),
            Command::Clock(now) => self.quiet.set(now),
            Command::Wake => self.quiet.wake(),
            Command::Ping => {
                while !self.executor.is_idle() {
                    std::thread::yield_now();
                }
                self.output.say(&Report::Pong);
            }
            Command::Trace { attempt } => {
                let trace = client.trace(&attempt);
                let trace = trace.and_then(|text| serde_json::from_str(&text).ok());
                self.output.say(&Report::Trace {
                    attempt,
                    trace: trace.unwrap_or_default(),
                });
            }
            Command::Unfinished => {
                let attempts = client.unfinished().into_iter().map(words::state).collect();
                self.output.say(&Report::Unfinished { attempts });
            }
            Command::Outcomes => {
                let ids = client.outcomes().into_iter().map(|told| told.id).collect();
                self.output.say(&Report::Outcomes { ids });
            }
        }
    }

    /// A call that is answered later.
    fn call(&self, command: Command) {
        let (client, output) = (Arc::clone(&self.client), self.output.clone());
        self.executor.spawn(async move {
            let report = match command {
                Command::Pay {
                    call,
                    order,
                    replace,
                } => {
                    let options = PayOptions {
                        if_busy: if replace {
                            IfBusy::Replace
                        } else {
                            IfBusy::Join
                        },
                        wait: call,
                    };
                    told(call, Ok(client.pay(order.into(), options).await))
                }
                Command::Prepare { call, order } => match client.prepare(order.into()).await {
                    Prepared::Ready { attempt } => Report::Prepared {
                        call,
                        attempt: attempt.attempt,
                        idempotency_key: attempt.idempotency_key,
                        completion: attempt.completion_link,
                        handover: attempt.handover_link,
                    },
                    Prepared::Ended { outcome } => told(call, Ok(outcome)),
                },
                Command::Continue {
                    call,
                    attempt,
                    reply,
                } => told(
                    call,
                    client.continue_payment(attempt, reply.into(), call).await,
                ),
                Command::Resume { call, attempt } => told(call, client.resume(attempt, call).await),
                Command::Reopen {
                    call,
                    attempt,
                    surface,
                } => {
                    let surface = surface.map(Surface::from);
                    answer(call, client.reopen(attempt, surface).await)
                }
                _ => return,
            };
            output.say(&report);
        });
    }

    fn answer(&self, call: u64, result: Result<(), StepUpError>) {
        self.output.say(&answer(call, result));
    }

    fn disposition(&self, disposition: klarna_step_up::model::LinkDisposition) {
        let (disposition, attempt) = words::disposition(disposition);
        self.output.say(&Report::Disposition {
            disposition,
            attempt,
        });
    }
}

fn answer(call: u64, result: Result<(), StepUpError>) -> Report {
    Report::Answer {
        call,
        error: result.err().map(|error| error.to_string()),
    }
}

fn told(call: u64, result: Result<DeliveredOutcome, StepUpError>) -> Report {
    match result {
        Ok(outcome) => Report::Outcome(words::told(outcome, Via::Call, Some(call))),
        Err(error) => answer(call, Err(error)),
    }
}

impl From<OrderText> for Order {
    fn from(order: OrderText) -> Self {
        Self {
            reference: order.reference,
            json: order.json,
            revision: None,
        }
    }
}

impl From<StartReply> for BackendReply {
    fn from(reply: StartReply) -> Self {
        match reply {
            StartReply::Answered { status, body } => Self::Answered {
                http_status: status,
                body: body.into_bytes(),
            },
            StartReply::Lost => Self::Lost,
            StartReply::NotSent => Self::NotSent,
        }
    }
}
