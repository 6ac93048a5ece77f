//! What a waiting screen needs to know of an attempt.

use super::live::{Showing, Want};
use super::{Machine, Now, Phase, Surface};
use crate::reply::KlarnaState;

/// Who has to act next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum WhoActs {
    /// Nobody: there is a final outcome.
    Nobody,
    /// The customer.
    Customer,
    /// The backend, or Klarna.
    Backend,
}

/// An attempt as seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// How far it has come.
    pub phase: Phase,
    /// Who has to act next.
    pub who_acts: WhoActs,
    /// Offer *Continue* and *Use another method* now.
    pub waiting_for_customer: bool,
    /// *Continue* makes sense.
    pub can_reopen: bool,
    /// *Use another method* makes sense.
    pub can_abandon: bool,
    /// What is on the screen, as far as is known.
    pub surface: Option<Surface>,
}

impl Machine {
    /// The attempt as seen from outside.
    #[must_use]
    pub fn view(&self, now: Now) -> View {
        let settled = self.record.is_settled();
        let finishing = self.live.klarna == Some(KlarnaState::Completed);
        let who_acts = match self.record.phase {
            Phase::Settled => WhoActs::Nobody,
            Phase::Starting => WhoActs::Backend,
            _ if finishing || self.record.cancel.is_some() => WhoActs::Backend,
            Phase::Ready | Phase::InJourney => WhoActs::Customer,
            Phase::Confirming if self.live.waiting || self.live.klarna.is_some() => {
                WhoActs::Customer
            }
            Phase::Confirming => WhoActs::Backend,
        };
        View {
            phase: self.record.phase,
            who_acts,
            waiting_for_customer: self.live.waiting && !settled,
            can_reopen: self.can_reopen(now),
            can_abandon: !settled && !finishing && self.record.cancel.is_none(),
            surface: match self.live.showing {
                Showing::Open(surface) | Showing::Opening(surface) => Some(surface),
                Showing::Nothing | Showing::Saving(_) => None,
            },
        }
    }

    /// A `pay` of this attempt may still show something.
    #[must_use]
    pub fn will_present(&self) -> bool {
        self.live.want != Want::Nothing
    }
}
