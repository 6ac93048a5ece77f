//! What has to happen next with a payment, as it stands.

use super::{Payment, Stage};
use crate::config::Secret;

/// Klarna remembers an idempotency key for 24 h ("Idempotency"). Repeated later, the first authorize could charge twice.
const FIRST_REPEATABLE_MS: i64 = 23 * 3_600_000;

/// How much a visitor wants Klarna to be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    /// Only what is due anyway.
    #[default]
    Due,
    /// If the last answer is not fresh.
    IfStale,
    /// In any case.
    Read,
}

/// What has to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Rest,
    CloseUnsent,
    StopRepeating,
    AuthorizeFirst,
    AuthorizeSecond(Secret),
    CancelAtKlarna(String),
    Read(String),
}

impl Payment {
    pub(crate) fn next_step(&self, now: i64, wish: Wish, read_every_ms: i64) -> Step {
        let pausing = self.due_at.is_some_and(|due| now < due);
        match self.stage {
            Stage::Authorize if self.cancel_wanted && self.first_sends == 0 => Step::CloseUnsent,
            Stage::Authorize if self.is_first_too_old(now) => match self.due_at {
                Some(_) => Step::StopRepeating,
                None => Step::Rest,
            },
            Stage::Authorize if !pausing => Step::AuthorizeFirst,
            Stage::Finalise if !pausing => {
                self.token.clone().map_or(Step::Rest, Step::AuthorizeSecond)
            }
            Stage::Journey => self.journey_step(now, wish, read_every_ms, pausing),
            Stage::Authorize | Stage::Finalise | Stage::Settled => Step::Rest,
        }
    }

    fn journey_step(&self, now: i64, wish: Wish, read_every_ms: i64, pausing: bool) -> Step {
        let Some(request_id) = self.request_id.clone() else {
            return Step::Rest;
        };
        // COMPLETED without the token: nothing to cancel any more, the token is what is missing.
        if self.cancel_wanted && self.klarna_state.as_deref() != Some("COMPLETED") {
            return if pausing {
                Step::Rest
            } else {
                Step::CancelAtKlarna(request_id)
            };
        }
        let stale = now - self.last_read_at >= read_every_ms;
        let wanted = match wish {
            Wish::Due => false,
            Wish::IfStale => stale,
            Wish::Read => true,
        };
        let due = self.due_at.is_some_and(|due| due <= now);
        if wanted || due {
            Step::Read(request_id)
        } else {
            Step::Rest
        }
    }

    fn is_first_too_old(&self, now: i64) -> bool {
        self.first_sent_at
            .is_some_and(|sent| now - sent >= FIRST_REPEATABLE_MS)
    }
}
