//! Callers, the loop and the host at once: whatever comes first, every call ends, and the journal can be opened again.
//!
//! Real threads in orders that chance decides; `ROUNDS` of them in each run, a hundred times as many with `STEPUP_LONG`.

use std::sync::mpsc;
use std::sync::{Arc, Barrier, Mutex, Weak};
use std::thread;
use std::time::{Duration, Instant};

use klarna_step_up::StepUpClient;
use klarna_step_up::host_error::HostError;
use klarna_step_up::machine::{NotStartedReason, UndeterminedReason};
use klarna_step_up::model::{AttemptState, DeliveredOutcome, Event, Outcome, PayOptions};
use klarna_step_up::seams::Listener;

use crate::phone::{Phone, configuration, iphone, lock, order, pending_with_journey, status};

const ROUNDS: u64 = 40;
/// A call that has not ended by then never will.
const LATEST: Duration = Duration::from_secs(60);
/// Names the wait that is stopped.
const WAIT: u64 = 7;

fn rounds() -> u64 {
    if std::env::var_os("STEPUP_LONG").is_some() {
        ROUNDS * 100
    } else {
        ROUNDS
    }
}

/// Gives way so often, to come before or after the others.
fn dawdle(number: u64) {
    for _ in 0..number {
        thread::yield_now();
    }
}

fn pay(client: &StepUpClient, reference: &str, wait: u64) -> DeliveredOutcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let options = PayOptions {
        wait,
        ..PayOptions::default()
    };
    runtime.block_on(client.pay(order(reference), options))
}

type Act = fn(&StepUpClient);

const ACTS: [Act; 6] = [
    |client| client.stop_waiting(WAIT),
    StepUpClient::shutdown,
    |client| {
        let _ = client.handle_link("shop://done?stepup=AAAAAAAAAAAAAAAAAAAAAA");
        let _ = client.handle_link("shop://done");
    },
    |client| {
        for state in client.unfinished() {
            // It may have ended meanwhile.
            let _ = client.abandon(state.attempt);
        }
    },
    |client| {
        client.backgrounded();
        client.set_owner(Some("alice".to_owned()), true);
        client.foregrounded();
    },
    |client| client.set_listener(None),
];

#[test]
fn rule_11_every_call_ends_whoever_cancels_shuts_down_or_interferes() {
    for round in 0..rounds() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let phone = Phone::new(directory.path());
        let approves = round % 3 == 0;
        phone.backend.otherwise(move |line| match line {
            start if start.starts_with("POST /payments") && !start.contains("cancel") => {
                pending_with_journey()
            }
            _ if approves => status("approved"),
            cancel if cancel.contains("cancel") => status("canceled"),
            _ => status("pending"),
        });
        phone.attach();
        let at_once = Arc::new(Barrier::new(ACTS.len() + 2));
        let (told, outcomes) = mpsc::channel();
        for caller in 0..2_u64 {
            let (client, at_once, told) = (
                Arc::clone(&phone.client),
                Arc::clone(&at_once),
                told.clone(),
            );
            thread::spawn(move || {
                at_once.wait();
                dawdle(round * 7 % 5 * caller);
                let _ = told.send(pay(&client, "order-1", WAIT));
            });
        }
        for (place, act) in (0_u64..).zip(ACTS) {
            let (client, at_once) = (Arc::clone(&phone.client), Arc::clone(&at_once));
            thread::spawn(move || {
                at_once.wait();
                dawdle((round * 31 + place * 17) % 400);
                act(&client);
            });
        }
        for _ in 0..2 {
            let told = outcomes.recv_timeout(LATEST).expect("every call ends");
            let fits = match &told.outcome {
                Outcome::Approved { .. } => approves,
                Outcome::Canceled { .. } => !approves,
                Outcome::Undetermined { reason } => matches!(
                    reason,
                    UndeterminedReason::StoppedWaiting | UndeterminedReason::OwnerChanged
                ),
                Outcome::NotStarted { reason } => matches!(
                    reason,
                    NotStartedReason::ShutDown
                        | NotStartedReason::Abandoned
                        | NotStartedReason::OrderBusy
                ),
                Outcome::Declined { .. } => false,
            };
            assert!(fits, "round {round}: {told:?}");
        }
        phone.client.shutdown();
        // The directory is free at once, and what is in it can be read.
        let again = Phone::new(directory.path());
        again.backend.otherwise(|_| status("pending"));
        // The loop runs only if there is something in it, or it is asked to.
        again.client.warm_up();
        again.settle();
        let names = again.event_names();
        assert!(
            !names.iter().any(|name| name.starts_with("Journal")),
            "round {round}: {names:?}"
        );
        again.client.shutdown();
    }
}

/// Calls the client from within every callback.
struct Meddler {
    client: Mutex<Weak<StepUpClient>>,
    told: Mutex<mpsc::Sender<DeliveredOutcome>>,
}

impl Meddler {
    fn meddle(&self) {
        let client = lock(&self.client).upgrade();
        let Some(client) = client else {
            return;
        };
        for state in client.unfinished() {
            client.set_observed(state.attempt.clone(), true);
            let _ = client.trace(&state.attempt);
            let _ = client.check_again(state.attempt);
        }
        let _ = client.outcomes();
        let _ = client.handle_link("shop://klarna");
        client.network_changed();
    }
}

impl Listener for Meddler {
    fn on_event(&self, event: Event) -> Result<(), HostError> {
        // Else its own questions would cause it for ever.
        if event.name.starts_with("Started") || event.name.starts_with("Present") {
            self.meddle();
        }
        Ok(())
    }

    fn on_outcome(&self, outcome: DeliveredOutcome) -> Result<(), HostError> {
        self.meddle();
        let client = lock(&self.client).upgrade();
        if let Some(client) = client {
            client.acknowledge(outcome.id.clone());
            // From within a callback a call that waits may be made, and the client be ended.
            let next = pay(&client, "order-2", 0);
            let _ = lock(&self.told).send(next);
            client.shutdown();
            client.shutdown();
        }
        let _ = lock(&self.told).send(outcome);
        Ok(())
    }

    fn on_state(&self, _state: AttemptState) -> Result<(), HostError> {
        let client = lock(&self.client).upgrade();
        if let Some(client) = client {
            let _ = client.unfinished();
            let _ = client.handle_link("shop://done");
        }
        Ok(())
    }
}

#[test]
fn rule_11_a_listener_may_call_the_client_and_even_end_it() {
    for _ in 0..rounds() / 4 {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let (told, outcomes) = mpsc::channel();
        let meddler = Arc::new(Meddler {
            client: Mutex::new(Weak::new()),
            told: Mutex::new(told),
        });
        let listener = Arc::clone(&meddler);
        let phone = Phone::with(configuration(directory.path()), iphone(), |parts| {
            parts.listener = Some(listener);
        });
        *lock(&meddler.client) = Arc::downgrade(&phone.client);
        phone.attach();
        phone.backend.then(pending_with_journey());
        phone.backend.otherwise(|_| status("approved"));
        let client = Arc::clone(&phone.client);
        let (ended, first) = mpsc::channel();
        thread::spawn(move || {
            let _ = ended.send(pay(&client, "order-1", WAIT));
        });
        phone.client.stop_waiting(WAIT);
        let first = first.recv_timeout(LATEST).expect("the call ends");
        let stopped = matches!(
            first.outcome,
            Outcome::Undetermined {
                reason: UndeterminedReason::StoppedWaiting
            }
        );
        if stopped {
            // Nobody waits any more: the word comes to the listener.
            let begun = Instant::now();
            let mut heard = Vec::new();
            while heard.len() < 2 {
                assert!(begun.elapsed() < LATEST, "nothing hangs");
                for state in phone.client.unfinished() {
                    // The listener may have ended it, or the client, meanwhile.
                    let _ = phone.client.check_again(state.attempt);
                }
                heard.extend(outcomes.recv_timeout(Duration::from_millis(5)));
            }
            for told in heard {
                let fits = matches!(told.outcome, Outcome::Approved { .. });
                assert!(fits, "{told:?}");
            }
        } else {
            assert!(
                matches!(first.outcome, Outcome::Approved { .. }),
                "{first:?}"
            );
        }
        phone.client.shutdown();
    }
}
