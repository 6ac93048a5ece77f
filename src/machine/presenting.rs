//! Showing the journey. Presentations are numbered; what is said of an older one is ignored.

use super::live::{Showing, Want};
use super::{
    CancelCause, CloseHint, Effect, Evidence, Machine, Now, Phase, PresentProblem, Surface, Time,
};
use crate::hosts::JourneyKind;
use crate::reply::KlarnaState;

impl Machine {
    /// Rule 3: first the journal, then the surface; and only where there is a window in front.
    pub(super) fn due_presentation(&mut self, now: Now) {
        let ready =
            self.live.foreground && self.live.host && !self.live.blocked && self.live.visible;
        if self.live.want != Want::Now || self.record.cancel.is_some() || !ready {
            return;
        }
        let Some(journey) = &self.record.journey else {
            return;
        };
        let kind = journey.kind;
        match self.live.showing {
            Showing::Nothing => {
                // Klarna's app knows Klarna's address only; a page of the backend's own is for a browser.
                self.live.surfaces.retain(|surface| {
                    kind == JourneyKind::PaymentRequestUrl || *surface != Surface::KlarnaApp
                });
                let Some(surface) = self.live.surfaces.first().copied() else {
                    self.no_surface(now);
                    return;
                };
                self.live.showing = Showing::Saving(surface);
                self.end_budgets();
                let record = self.write();
                record.presentation += 1;
                record.surface = Some(surface);
                record.phase = Phase::InJourney;
            }
            Showing::Saving(surface)
                if self.is_saved() || (self.live.shown && self.is_saved_or_refused()) =>
            {
                self.live.showing = Showing::Opening(surface);
                self.live.times.set(
                    Time::PresentDeadline,
                    now.mono + self.policy.present_deadline,
                );
                self.effects.push(Effect::Present {
                    number: self.record.presentation,
                    surface,
                });
            }
            _ => {}
        }
    }

    pub(super) fn presented(&mut self, number: u32, now: Now) {
        if number == self.record.presentation {
            self.open(now);
        }
    }

    pub(super) fn perhaps_open(&mut self, now: Now) {
        self.see(Evidence::PerhapsOpen);
        self.open(now);
    }

    fn open(&mut self, now: Now) {
        let Showing::Opening(surface) = self.live.showing else {
            return;
        };
        self.live.showing = Showing::Open(surface);
        self.live.want = Want::Nothing;
        self.live.shown = true;
        self.live.times.clear(Time::PresentDeadline);
        self.live.times.set_if_unset(Time::JourneySince, now.mono);
        self.live.plain = false;
        if self.live.asking.is_none() && self.live.times.get(Time::Ask).is_none() {
            self.plan_question(now);
        }
    }

    pub(super) fn present_failed(&mut self, number: u32, problem: PresentProblem, now: Now) {
        if number != self.record.presentation
            || !matches!(self.live.showing, Showing::Opening(_) | Showing::Saving(_))
        {
            return;
        }
        self.live.showing = Showing::Nothing;
        self.live.times.clear(Time::PresentDeadline);
        match problem {
            PresentProblem::NoHost => self.live.blocked = true,
            PresentProblem::Unavailable => {
                let tried = self.live.surfaces.len().min(1);
                self.live.surfaces.drain(..tried);
            }
        }
        if self.live.surfaces.is_empty() {
            self.no_surface(now);
        }
    }

    /// A payment that nobody can see is canceled at the backend; one that was seen already waits for the customer.
    fn no_surface(&mut self, now: Now) {
        self.live.want = Want::Nothing;
        if self.live.shown {
            self.live.expect_customer = true;
            self.move_to_confirming();
            self.expect_customer_to_leave(now);
            self.ask_now(now);
        } else {
            self.wish_to_cancel(CancelCause::NoSurface, now);
        }
    }

    pub(super) fn surface_closed(&mut self, number: u32, hint: CloseHint, now: Now) {
        let ours = self
            .record
            .surface
            .is_some_and(|surface| !surface.is_elsewhere());
        let after_restart = self.live.restored && self.record.phase == Phase::InJourney;
        let up = matches!(self.live.showing, Showing::Opening(_) | Showing::Open(_));
        if number != self.record.presentation || !ours || !(up || after_restart) {
            return;
        }
        self.live.shown = true;
        self.live.want = Want::Nothing;
        self.live.showing = Showing::Nothing;
        self.live.times.clear(Time::PresentDeadline);
        self.see(Evidence::SurfaceClosed);
        self.move_to_confirming();
        if hint != CloseHint::ByCompletion {
            self.live.expect_customer = true;
        }
        self.expect_customer_to_leave(now);
        self.ask_now(now);
    }

    /// Klarna's app and the browser never say that they were left. Who is back in this app has nothing to return to: the next
    /// answer "pending" is told as such, and showing the journey means showing it again.
    pub(super) fn back_from_elsewhere(&mut self) {
        if let Showing::Open(surface) = self.live.showing
            && surface.is_elsewhere()
        {
            self.live.showing = Showing::Nothing;
            self.live.expect_customer = true;
        }
    }

    pub(super) fn reopen(&mut self, surfaces: Vec<Surface>, now: Now) {
        if !self.can_reopen(now) {
            return;
        }
        self.withdraw_abandon();
        self.dismiss();
        self.live.showing = Showing::Nothing;
        self.live.surfaces = surfaces;
        self.live.want = Want::Now;
        self.live.blocked = false;
        self.live.times.clear(Time::PresentDeadline);
        self.end_budgets();
        self.watch(now);
        self.plan_question(now);
    }

    /// What was counted, and offered, since the customer's return is void once the journey is shown again.
    fn end_budgets(&mut self) {
        self.live.waiting = false;
        self.live.expect_customer = false;
        for time in [
            Time::CompletionSince,
            Time::HandoverSince,
            Time::CustomerLeft,
        ] {
            self.live.times.clear(time);
        }
    }

    /// The same payment request can be shown again.
    #[must_use]
    pub fn can_reopen(&self, now: Now) -> bool {
        let alive = !self.live.times.is_due(Time::LifeEnd, now.mono);
        let cancel_stands = self.record.cancel.is_some() && !self.is_abandon_withdrawable();
        let undisturbed = !cancel_stands && self.live.klarna != Some(KlarnaState::Completed);
        self.record.journey.is_some() && !self.record.is_settled() && alive && undisturbed
    }

    /// Takes the surface away, if it is one of ours.
    pub(super) fn dismiss(&mut self) {
        if self.live.is_on_screen() {
            self.effects.push(Effect::Dismiss {
                number: self.record.presentation,
            });
        }
        if matches!(self.live.showing, Showing::Opening(_) | Showing::Open(_)) {
            self.live.showing = Showing::Nothing;
            self.live.times.clear(Time::PresentDeadline);
        }
    }
}
