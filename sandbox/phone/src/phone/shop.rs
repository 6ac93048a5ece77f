//! The shop's app: what it does, what it is told, and what it knows. All but the order's number is forgotten when it is killed.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stepup_sandbox_scenarios::protocol::{Command, OrderText, Report, StateReport, Told};

use super::{Act, Phone};
use crate::timeline::Lane;

/// The basket, in cents.
pub const AMOUNT: i64 = 11_800;

/// What the app knows.
#[derive(Clone, Debug, Default)]
pub struct Shop {
    /// Which basket it is; kept by the shop's server.
    pub order: u32,
    /// A call of `pay` or `resume` waits.
    pub paying: bool,
    /// The latest states.
    pub states: BTreeMap<String, StateReport>,
    /// The latest outcome, until a new basket is filled.
    pub told: Option<Told>,
    /// The system has destroyed its screens.
    pub without_screens: bool,
    calls: u64,
    /// Something happened that the core's trace may tell.
    untold: bool,
    /// How many steps of which trace are in the timeline.
    traced: BTreeMap<String, u64>,
}

impl Shop {
    /// Its process has ended: only what its server keeps is left.
    pub(super) fn forget(&mut self) {
        *self = Self {
            order: self.order,
            ..Self::default()
        };
    }

    /// The order's name.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("order-{}", self.order + 1)
    }

    /// A payment is under way.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.paying || !self.states.is_empty()
    }

    /// What is unfinished and not being waited for on the screen.
    #[must_use]
    pub fn unfinished(&self) -> Vec<&StateReport> {
        let reference = self.reference();
        let own_is_shown = self.paying || self.told.is_some();
        let states = self.states.values();
        states
            .filter(|state| state.reference != reference || !own_is_shown)
            .collect()
    }

    /// The state of this order's attempt.
    #[must_use]
    pub fn state(&self) -> Option<&StateReport> {
        let reference = self.reference();
        let mut states = self.states.values().rev();
        states.find(|state| state.reference == reference)
    }
}

/// What a disposition means, for people.
fn meaning(disposition: &str) -> String {
    let known = match disposition {
        "completion" => {
            "the completion link of this payment: the customer is done, which proves nothing, so the core asks"
        }
        "handover" => "the handover link of this payment: Klarna's page stays, and the core asks",
        "duplicate" => "seen before: nothing happens",
        "late" => "late: its payment has its outcome",
        "accepted" => "the app's own; which payment's it is will be known when the journal is read",
        "not-ours" => "not for the core: the app routes it itself",
        "refused-wrong-nonce" => "refused, because its secret is not one that the core gave out",
        other => return other.replace('-', " "),
    };
    known.to_owned()
}

impl Phone {
    fn next_call(&mut self) -> u64 {
        self.shop.calls += 1;
        self.shop.calls
    }

    /// The customer uses the app.
    pub(super) async fn use_shop(&mut self, act: Act) {
        if self.app.is_none() {
            return;
        }
        let call = self.next_call();
        let command = match act {
            Act::Pay => {
                self.note(Lane::You, "pay", "tap “Pay with Klarna”");
                self.shop.paying = true;
                self.shop.told = None;
                Command::Pay {
                    call,
                    order: self.basket(),
                    replace: false,
                }
            }
            Act::NewBasket => {
                self.shop.order += 1;
                self.shop.told = None;
                self.note(Lane::You, "new-basket", "fill a new basket");
                return;
            }
            Act::Resume { attempt } => {
                self.note(Lane::You, "resume", "go on with the unfinished payment");
                self.shop.paying = true;
                Command::Resume { call, attempt }
            }
            Act::Reopen => {
                let Some(state) = self.shop.state() else {
                    return;
                };
                let attempt = state.attempt.clone();
                self.note(Lane::You, "continue", "tap “Continue with Klarna”");
                Command::Reopen {
                    call,
                    attempt,
                    surface: None,
                }
            }
            Act::Abandon { attempt } => {
                self.note(Lane::You, "abandon", "tap “Use another method”");
                Command::Abandon { call, attempt }
            }
            Act::CheckAgain { attempt } => {
                self.note(Lane::You, "check-again", "tap “Check again”");
                Command::CheckAgain { call, attempt }
            }
            _ => return,
        };
        self.send(command).await;
    }

    fn basket(&self) -> OrderText {
        let reference = self.shop.reference();
        let order = json!({
            "reference": reference, "amount": AMOUNT, "currency": "USD",
            "items": [{"name": "T-shirt", "quantity": 2, "unit_price": AMOUNT / 2, "total_amount": AMOUNT}],
            "customer": {"email": "customer@email.us"},
        });
        OrderText {
            reference,
            json: order.to_string(),
        }
    }

    /// The app's process says something.
    pub(super) async fn heard(&mut self, report: Report) {
        match report {
            Report::Ready => self.note(Lane::App, "ready", "is ready"),
            Report::Present {
                attempt,
                number,
                surface,
                url,
                ..
            } => self.present(attempt, number, surface, &url).await,
            Report::Dismiss { number, .. } => self.dismiss(number),
            Report::Outcome(told) => self.told(told).await,
            Report::State(state) => self.state_changed(state),
            Report::Disposition { disposition, .. } => {
                let said = format!(
                    "hears from the core what the link is: {}",
                    meaning(&disposition)
                );
                self.note(Lane::App, format!("link:{disposition}"), said);
            }
            Report::Held { effect, .. } => {
                self.note(
                    Lane::Phone,
                    "held",
                    format!("stops the app right after {effect}"),
                );
                self.switches.remove("kill-at-step");
                self.kill(" at this very step").await;
            }
            Report::Answer { error, .. } => {
                if let Some(error) = error {
                    self.note(Lane::App, "refused", format!("is refused: {error}"));
                }
            }
            Report::Refused { error } => {
                self.note(Lane::App, "trouble", format!("has trouble: {error}"));
            }
            Report::Event { .. } | Report::Step { .. } => self.shop.untold = true,
            Report::Idle { .. } => self.ask_for_traces().await,
            Report::Trace { attempt, trace } => self.traced(&attempt, trace),
            Report::Forward { .. }
            | Report::Prepared { .. }
            | Report::Pong
            | Report::Outcomes { .. }
            | Report::Unfinished { .. } => {}
        }
    }

    async fn told(&mut self, told: Told) {
        self.shop.untold = true;
        let because = told
            .reason
            .as_deref()
            .map_or(String::new(), |reason| format!(" ({reason})"));
        let outcome = told.outcome.clone();
        self.note(
            Lane::App,
            format!("outcome:{outcome}"),
            format!(
                "is told the outcome of {}: {outcome}{because}",
                told.reference
            ),
        );
        self.shop.paying = false;
        let is_final = outcome != "undetermined";
        if is_final && let Some(attempt) = &told.attempt {
            self.shop.states.remove(attempt);
        }
        if !told.id.is_empty() {
            self.send(Command::Acknowledge {
                outcome: told.id.clone(),
            })
            .await;
        }
        self.say = format!("The shop was told: {outcome}");
        // The outcome of an earlier basket is not that of this one.
        if told.reference == self.shop.reference() {
            self.shop.told = Some(told);
        }
    }

    fn state_changed(&mut self, state: StateReport) {
        self.shop.untold = true;
        let before = self.shop.states.get(&state.attempt);
        let phase_before = before.map(|state| state.phase.clone());
        let offered = before.is_some_and(|state| state.waiting_for_customer);
        if before.is_none() && !self.shop.paying && state.phase != "settled" {
            let said = "finds an unfinished payment in its journal";
            self.note(Lane::App, "unfinished", said);
        }
        if phase_before.as_deref() != Some(&state.phase) {
            let said = format!("shows the payment as {}", state.phase);
            self.note(Lane::App, format!("phase:{}", state.phase), said);
        }
        if state.waiting_for_customer && !offered {
            self.note(Lane::App, "offers", "offers to continue, or another method");
        }
        if state.phase == "settled" {
            self.shop.states.remove(&state.attempt);
        } else {
            self.shop.states.insert(state.attempt.clone(), state);
        }
    }

    /// The core rests: what it took and wanted since the last rest is in its traces.
    async fn ask_for_traces(&mut self) {
        if !std::mem::take(&mut self.shop.untold) {
            return;
        }
        let mut attempts: Vec<String> = self.shop.states.keys().cloned().collect();
        let last = self
            .shop
            .told
            .as_ref()
            .and_then(|told| told.attempt.clone());
        attempts.extend(last);
        attempts.dedup();
        for attempt in attempts {
            self.send(Command::Trace { attempt }).await;
        }
    }

    fn traced(&mut self, attempt: &str, trace: Value) {
        let begun = trace["begun"].as_i64().unwrap_or_default();
        let dropped = trace["dropped"].as_u64().unwrap_or_default();
        let Some(steps) = trace["steps"].as_array() else {
            return;
        };
        let all = dropped + steps.len() as u64;
        let known = self
            .shop
            .traced
            .insert(attempt.to_owned(), all)
            .unwrap_or(0);
        let news = usize::try_from(all.saturating_sub(known)).unwrap_or(usize::MAX);
        // The phone's clock may be wrong, and the timeline's is the sandbox's.
        let wrong = self.wrong_ms;
        for step in &steps[steps.len().saturating_sub(news)..] {
            let (lane, what) = match step["in"].as_str() {
                Some(what) => (Lane::Saw, what),
                None => (Lane::Does, step["out"].as_str().unwrap_or_default()),
            };
            let name = what.split(['(', '{', ' ']).next().unwrap_or_default();
            let at = begun + step["ms"].as_i64().unwrap_or_default() - wrong;
            self.shared
                .timeline()
                .add(at, lane, format!("core:{name}"), what);
        }
        if !steps.is_empty() {
            *self.shared.trace() = Some(trace);
        }
    }
}
