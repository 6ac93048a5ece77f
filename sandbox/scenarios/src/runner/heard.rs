//! What the phone says, noted; and what its system or the app does at once about it.

use super::record::ToldEntry;
use super::screen::Shown;
use super::time::Idle;
use super::{Run, RunError};
use crate::protocol::{Command, Report, StateReport, Told};

impl Run {
    /// Takes note of an attempt; steps are about the newest.
    pub(super) fn know(&mut self, attempt: &str) {
        if self.attempts.insert(attempt.to_owned()) {
            self.attempt = Some(attempt.to_owned());
        }
    }

    /// What is on the screen of the attempt that steps are about.
    pub(super) fn shown(&self) -> Option<&Shown> {
        self.shown.get(self.attempt.as_ref()?)
    }

    /// Takes note of a report, and does what the phone's system or the app would do at once.
    pub(super) async fn heard(&mut self, report: Report) -> Result<(), RunError> {
        match report {
            Report::Ready => {}
            Report::Step { when, .. } => self.counted(when),
            Report::Event { name, .. } => {
                self.events.insert(name);
            }
            Report::Forward { .. } => self.forwarded += 1,
            Report::Prepared {
                call,
                attempt,
                idempotency_key,
                completion,
                handover,
            } => {
                self.know(&attempt);
                self.app.owed.insert(attempt.clone());
                self.answered(call);
                if let Some(prepared) = self.prepared.get_mut(&call) {
                    prepared.attempt = attempt;
                    prepared.key = idempotency_key;
                    prepared.links = (completion, handover);
                }
            }
            Report::Pong => self.pong = true,
            Report::Refused { error } => return Err(RunError::Refused(error)),
            Report::Answer { call, error } => {
                self.answered(call);
                self.refusal = error;
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
                self.know(&attempt);
                self.app.owed.insert(attempt.clone());
                let shown = Shown {
                    attempt: attempt.clone(),
                    number,
                    surface,
                    url,
                    callback_scheme,
                    customer: None,
                };
                self.shown.insert(attempt, shown);
                if surface.is_elsewhere() {
                    self.send_to_back().await?;
                }
            }
            Report::Dismiss { attempt, number } => {
                self.shown
                    .retain(|of, shown| *of != attempt || shown.number != number);
            }
            Report::Outcome(told) => self.told(told).await?,
            Report::State(state) => self.state(state),
            Report::Disposition {
                disposition,
                attempt,
            } => self.disposition = Some((disposition, attempt)),
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

    pub(super) fn state(&mut self, state: StateReport) {
        self.know(&state.attempt);
        self.states.insert(state.attempt.clone(), state);
    }

    pub(super) async fn told(&mut self, told: Told) -> Result<(), RunError> {
        let process = self.app.processes;
        if let Some(call) = told.call {
            self.answered(call);
        }
        let told = match self.ordeal {
            None => told,
            Some(_) => match self.planted(told).await {
                Some(told) => told,
                None => return Ok(()),
            },
        };
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

    pub(super) fn answered(&mut self, call: u64) {
        for entry in &mut self.app.calls {
            entry.answered |= entry.call == call && entry.process == self.app.processes;
        }
    }

    pub(super) async fn send_to_back(&mut self) -> Result<(), RunError> {
        if std::mem::replace(&mut self.in_front, false) {
            self.send(&Command::Background).await?;
        }
        Ok(())
    }

    pub(super) async fn bring_to_front(&mut self) -> Result<(), RunError> {
        if !std::mem::replace(&mut self.in_front, true) {
            self.send(&Command::Foreground).await?;
        }
        Ok(())
    }
}
