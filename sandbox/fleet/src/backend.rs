//! The backend: what a question at a given time is answered, and when.

use rand::{Rng, RngExt};

use crate::{MINUTE, Millis, SECOND};

/// How long a request and its answer take together.
pub const ROUND_TRIP: Millis = 120;

/// What the backend is like for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It answers.
    Well,
    /// It refuses connections, and held questions break when that begins.
    Down,
    /// This many questions of a hundred are answered 503.
    BrownOut(u32),
    /// Every question is answered 429 with a `Retry-After` of this long.
    Busy(Millis),
}

/// The hour: each condition holds from its time to the next one's.
pub const HOUR: [(Millis, Condition); 6] = [
    (0, Condition::Well),
    (OUTAGE, Condition::Down),
    (OUTAGE_END, Condition::Well),
    (35 * MINUTE, Condition::BrownOut(20)),
    (45 * MINUTE, Condition::Busy(30 * SECOND)),
    (47 * MINUTE, Condition::Well),
];
/// When the outage of ten minutes begins.
pub const OUTAGE: Millis = 15 * MINUTE;
/// When it ends.
pub const OUTAGE_END: Millis = 25 * MINUTE;

/// What a question comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Still pending.
    Pending,
    /// Approved.
    Approved,
    /// No connection.
    Refused,
    /// The connection broke while the question was held.
    Broken,
    /// 503.
    Unavailable,
    /// 429 with `Retry-After`.
    Throttled(Millis),
}

/// The condition at this time.
#[must_use]
pub fn condition(at: Millis) -> Condition {
    HOUR.iter()
        .rev()
        .find(|(since, _)| *since <= at)
        .map_or(Condition::Well, |(_, condition)| *condition)
}

/// The answer to a question asked now that may be held for `wait`, of a payment that is approved from `approved` on if ever; and when it comes.
pub fn ask(
    now: Millis,
    wait: Millis,
    approved: Option<Millis>,
    dice: &mut impl Rng,
) -> (Millis, Answer) {
    let at_once = now + ROUND_TRIP;
    match condition(now) {
        Condition::Down => return (at_once, Answer::Refused),
        Condition::Busy(rest) => return (at_once, Answer::Throttled(rest)),
        Condition::BrownOut(percent) if dice.random_range(0..100) < percent => {
            return (at_once, Answer::Unavailable);
        }
        Condition::BrownOut(_) | Condition::Well => {}
    }
    let word = approved.map(|at| at.max(now));
    let held_until = word.map_or(now + wait, |at| at.min(now + wait));
    let breaks = HOUR.iter().find(|(since, condition)| {
        *condition == Condition::Down && *since > now && *since <= held_until
    });
    if let Some((broken, _)) = breaks {
        return (broken + ROUND_TRIP / 2, Answer::Broken);
    }
    let answer = if word == Some(held_until) {
        Answer::Approved
    } else {
        Answer::Pending
    };
    (held_until + ROUND_TRIP, answer)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn asked(now: Millis, wait: Millis, approved: Option<Millis>) -> (Millis, Answer) {
        ask(now, wait, approved, &mut StdRng::seed_from_u64(1))
    }

    #[test]
    fn a_held_question_is_answered_when_there_is_something_new() {
        let wait = 25 * SECOND;
        let now = MINUTE;
        assert_eq!(asked(now, 0, None), (now + ROUND_TRIP, Answer::Pending));
        assert_eq!(asked(now, wait, None).0, now + wait + ROUND_TRIP);
        let approved = now + 3 * SECOND;
        assert_eq!(
            asked(now, wait, Some(approved)),
            (approved + ROUND_TRIP, Answer::Approved)
        );
        assert_eq!(
            asked(now, 0, Some(now - 1)),
            (now + ROUND_TRIP, Answer::Approved)
        );
    }

    #[test]
    fn an_outage_breaks_what_is_held_and_refuses_the_rest() {
        let held = asked(OUTAGE - 10 * SECOND, 25 * SECOND, None);
        assert_eq!(held, (OUTAGE + ROUND_TRIP / 2, Answer::Broken));
        assert_eq!(asked(OUTAGE, 25 * SECOND, None).1, Answer::Refused);
        assert_eq!(asked(OUTAGE_END, 0, Some(OUTAGE)).1, Answer::Approved);
    }

    #[test]
    fn a_busy_backend_names_a_time() {
        assert_eq!(
            asked(46 * MINUTE, 0, Some(1)).1,
            Answer::Throttled(30 * SECOND)
        );
    }
}
