//! Virtual time: it moves only when phone and sandbox have come to rest, and only as far as the next thing that is due.

use std::time::{Duration, Instant};

use stepup_sandbox_control::PhoneState;

use super::{Run, RunError};
use crate::protocol::{Command, Reading, Report};

/// How long, in real time, phone and sandbox may take to come to rest.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long, in real time, a request may take from the phone to the sandbox on one machine. A request that was taken back before it
/// left never arrives, and cannot be told from one that is on its way in any other manner.
const ON_ITS_WAY_MS: u64 = 250;
/// How long between two looks at a sandbox that holds what is gone already.
const LOOK_AGAIN: Duration = Duration::from_millis(1);
/// What each process's monotonic clock begins with, so that nothing can rely on it across a restart.
const MONO_STEP: u64 = 1_000_000_000;

/// The phone's last word on its rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Idle {
    pub commands: u64,
    pub in_flight: usize,
    pub begun: usize,
    /// Unix milliseconds.
    pub wake_at: Option<i64>,
}

impl Run {
    /// The phone's clocks at this sandbox time.
    pub(super) fn reading(&self, wall: i64) -> Reading {
        let elapsed = u64::try_from(wall - self.app.began_at_ms).unwrap_or(0);
        Reading {
            wall: wall + self.wall_error_ms,
            mono: elapsed + MONO_STEP * u64::from(self.app.processes),
        }
    }

    /// The sandbox time of a reading of the phone's monotonic clock.
    pub(super) fn wall(&self, mono: u64) -> i64 {
        let elapsed = mono.saturating_sub(MONO_STEP * u64::from(self.app.processes));
        self.app
            .began_at_ms
            .saturating_add(i64::try_from(elapsed).unwrap_or(i64::MAX))
    }

    /// The next report of the phone.
    pub(super) async fn hear_next(&mut self) -> Result<(), RunError> {
        let phone = self.phone.as_mut().ok_or(RunError::PhoneGone)?;
        let report = tokio::time::timeout(PATIENCE, phone.next()).await;
        let report =
            report.map_err(|_| RunError::Restless("the phone says nothing".to_owned()))??;
        self.heard(report).await
    }

    async fn hear_waiting(&mut self) -> Result<(), RunError> {
        while let Some(report) = self.phone.as_mut().and_then(super::PhoneProcess::waiting) {
            self.heard(report).await?;
        }
        Ok(())
    }

    /// The phone's rest, if it has dealt with all commands.
    fn at_rest(&self) -> Option<Idle> {
        let sent = self.phone.as_ref()?.sent;
        self.idle.filter(|idle| idle.commands == sent)
    }

    /// Runs until nothing more happens without time passing. Returns when the next thing is due, if anything is. A core that stands
    /// still at its hold point counts as at rest.
    pub(super) async fn settle(&mut self) -> Result<Option<i64>, RunError> {
        let begun = Instant::now();
        let mut seen: Option<(Idle, usize)> = None;
        loop {
            if begun.elapsed() > PATIENCE {
                return Err(RunError::Restless(format!("{:?}", self.idle)));
            }
            self.hear_waiting().await?;
            if self.held {
                self.hear_last_words().await?;
                return Ok(None);
            }
            let state = match (&self.phone, self.at_rest()) {
                (None, _) => PhoneState::idle(),
                (Some(_), Some(idle)) => PhoneState {
                    idle: true,
                    in_flight: idle.in_flight,
                    wake_at: idle.wake_at,
                    sent: Some((self.arrived_before + idle.begun).saturating_sub(self.never_left)),
                    patience_ms: Some(ON_ITS_WAY_MS),
                },
                (Some(_), None) => {
                    self.hear_next().await?;
                    continue;
                }
            };
            let Some(settled) = self.settle_or_hear(state).await? else {
                continue;
            };
            if !settled.quiet {
                let missing = state.sent.unwrap_or(0).saturating_sub(settled.arrived);
                if settled.busy == 0 && settled.parked_phone == state.in_flight {
                    self.never_left += missing;
                }
                continue;
            }
            if self.holds_a_ghost() {
                tokio::time::sleep(LOOK_AGAIN).await;
                seen = None;
                continue;
            }
            let Some(idle) = self.at_rest() else {
                return Ok(settled.next_event);
            };
            // What the phone said may have been overtaken by an answer: only a phone that says it twice around a quiet sandbox rests.
            if seen.replace((idle, settled.arrived)).is_some_and(|before| {
                before.1 == settled.arrived
                    && before.0
                        == Idle {
                            commands: before.0.commands,
                            ..idle
                        }
            }) {
                self.acknowledged();
                return Ok(settled.next_event);
            }
            self.send(&Command::Ping).await?;
        }
    }

    /// The sandbox still holds a request that the core has taken back: of each kind and attempt it has one under way, the newest. Its
    /// connection will be found gone in a moment; until then it could be mistaken for one whose answer is on its way to the phone.
    fn holds_a_ghost(&self) -> bool {
        let wire = self.world.wire();
        let mut open = wire.iter().filter(|entry| entry.answer.is_none());
        open.any(|entry| {
            wire.iter().any(|later| {
                later.seq > entry.seq
                    && later.endpoint == entry.endpoint
                    && later.attempt == entry.attempt
            })
        })
    }

    /// Whichever comes first: the sandbox's word, or a report of the phone.
    async fn settle_or_hear(
        &mut self,
        state: PhoneState,
    ) -> Result<Option<stepup_sandbox_control::Settled>, RunError> {
        let world = self.world.clone();
        let Some(phone) = self.phone.as_mut() else {
            return Ok(Some(world.settle(state).await));
        };
        let report: Report = tokio::select! {
            settled = world.settle(state) => return Ok(Some(settled)),
            report = phone.next() => report?,
        };
        self.heard(report).await?;
        Ok(None)
    }

    /// What a core that stands still had delivered before is still on its way to the app.
    async fn hear_last_words(&mut self) -> Result<(), RunError> {
        self.pong = false;
        self.send(&Command::Ping).await?;
        while !self.pong {
            self.hear_next().await?;
        }
        Ok(())
    }

    fn acknowledged(&mut self) {
        for index in self.acknowledging.drain(..) {
            if let Some(entry) = self.app.told.get_mut(index) {
                entry.acknowledged = true;
            }
        }
    }

    /// Lets time pass to the next thing that is due, at most to `last`. False if nothing is due before.
    pub(super) async fn pass(&mut self, last: i64) -> Result<bool, RunError> {
        let next = self.settle().await?;
        let Some(next) = next.filter(|next| *next <= last) else {
            return Ok(false);
        };
        self.move_to(next.max(self.world.clock().now_ms())).await?;
        Ok(true)
    }

    /// What the sandbox does at that time comes first, then the phone's timers.
    pub(super) async fn move_to(&mut self, wall: i64) -> Result<(), RunError> {
        let phone = self.phone.is_some();
        if phone {
            let reading = self.reading(wall);
            self.send(&Command::Clock(reading)).await?;
            while self.at_rest().is_none() && !self.held {
                self.hear_next().await?;
            }
        }
        self.world.clock().advance_to(wall);
        self.settle().await?;
        if phone && !self.held {
            self.send(&Command::Wake).await?;
            self.settle().await?;
        }
        Ok(())
    }
}
