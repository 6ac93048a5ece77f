//! What goes wrong on purpose.

use std::sync::atomic::Ordering;

use stepup_sandbox_control::{Fault, FaultKind, KlarnaFaults};
use stepup_sandbox_scenarios::protocol::{Command, HoldPoint, When};

use super::Phone;
use crate::device::{SWITCHES, SwitchKind};
use crate::timeline::Lane;

/// How much longer a slow network takes, milliseconds.
pub(crate) const SLOW_MS: i64 = 2_000;
const TEN_MINUTES: i64 = 10 * 60 * 1_000;
const DAY: i64 = 24 * 60 * 60 * 1_000;
const WEBHOOK_LATE_MS: i64 = 5_000;

/// Right after the app has written to its journal.
pub(super) fn next_note() -> HoldPoint {
    HoldPoint {
        effect: "Persist".to_owned(),
        when: When::After,
        nth: 1,
    }
}

impl Phone {
    /// A switch is pressed.
    pub(super) async fn press(&mut self, id: &str) {
        let Some(switch) = SWITCHES.iter().find(|switch| switch.id == id) else {
            return;
        };
        let on = switch.kind != SwitchKind::Now && !self.switches.remove(id);
        if on {
            self.switches.insert(id.to_owned());
        }
        let how = match switch.kind {
            SwitchKind::Now => "press",
            _ if on => "switch on",
            _ => "switch off",
        };
        let said = format!("{how}: {}, “{}”", switch.group, switch.label);
        self.note(Lane::You, format!("switch:{id}"), said);
        match id {
            "kill-now" => self.kill("").await,
            "kill-at-step" if on => self.send(Command::HoldAt(next_note())).await,
            "close-tab" => self.close_tab().await,
            "minimise-tab" => self.minimise_tab().await,
            "offline" => {
                // A world that cannot listen again says so in every request.
                let _ = self.world.set_online(!on).await;
                self.send(Command::NetworkChanged).await;
            }
            "slow-network" => {
                self.slow.store(on, Ordering::Relaxed);
                self.spoil_backend("slow-network", FaultKind::DelayMs(SLOW_MS), on);
            }
            "backend-5xx" => {
                let broken = FaultKind::Status {
                    code: 503,
                    retry_after: None,
                };
                self.spoil_backend("backend-5xx", broken, on);
            }
            "expire" => self.expire(),
            "pass-ten-minutes" => {
                self.ahead_ms += TEN_MINUTES.unsigned_abs();
                self.world.clock().move_by(TEN_MINUTES);
                self.tell_time().await;
            }
            "clock-ahead" => {
                self.wrong_ms += DAY;
                self.tell_time().await;
            }
            _ => self.spoil_webhooks(),
        }
    }

    fn spoil_backend(&mut self, id: &'static str, kind: FaultKind, on: bool) {
        if let Some(fault) = self.faults.remove(id) {
            // One that is gone already is no reason to stop.
            let _ = self.world.clear_fault(fault);
        }
        if on {
            let fault = self.world.set_fault(Fault::new(kind).until_cleared());
            self.faults.insert(id, fault.id);
        }
    }

    fn spoil_webhooks(&mut self) {
        let on = |id: &str| self.switches.contains(id);
        let mut faults = KlarnaFaults::default();
        faults.webhook.drop = on("webhook-lost");
        faults.webhook.extra_copies = u32::from(on("webhook-doubled"));
        faults.webhook.delay_ms = if on("webhook-late") {
            WEBHOOK_LATE_MS
        } else {
            0
        };
        faults.webhook.reorder = on("webhook-reordered");
        self.world.set_klarna_faults(faults);
    }

    fn expire(&self) {
        let order = self.shop.reference();
        let open = self
            .world
            .klarna()
            .books()
            .into_iter()
            .rev()
            .find(|record| record.purchase_reference.as_deref() == Some(&order));
        let request = open.and_then(|record| record.payment_request_id);
        let expired = request.is_some_and(|request| self.world.klarna().expire(&request));
        if !expired {
            self.note(
                Lane::You,
                "nothing",
                "find no open payment that could expire",
            );
        }
    }
}
