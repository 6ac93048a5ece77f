//! The customers: when each comes, how long the journey takes, how it ends.

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

use crate::backend::{OUTAGE, OUTAGE_END};
use crate::{MINUTE, Millis, SECOND};

/// During this long, phones begin their journeys, evenly but for the outage.
pub const ARRIVALS: Millis = 60 * MINUTE;

/// How a journey ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Approved, and the completion link comes.
    Link,
    /// Approved, and the link is lost: the surface stays until somebody closes it.
    LinkLost,
    /// The customer closes the surface without paying.
    Left,
}

/// One customer.
#[derive(Clone, Copy, Debug)]
pub struct Customer {
    /// When the journey is shown.
    pub begins: Millis,
    /// When the customer is done with it.
    pub ends: Millis,
    /// How.
    pub end: End,
    /// From when on the backend says `approved`; never for who left.
    pub approved: Option<Millis>,
}

impl Customer {
    /// Customer `index` of `count`, and the dice for what happens to their phone. While the backend is down nobody begins: the start
    /// would not be answered either.
    #[must_use]
    pub fn new(index: u32, count: u32, seed: u64) -> (Self, StdRng) {
        let mut dice = StdRng::seed_from_u64(seed.wrapping_add(u64::from(index)));
        let outage = OUTAGE_END - OUTAGE;
        let up = (ARRIVALS - outage) * u64::from(index) / u64::from(count);
        let begins = if up < OUTAGE { up } else { up + outage };
        let ends = begins + 20 * SECOND + exponential(&mut dice, 70 * SECOND).min(20 * MINUTE);
        let end = match dice.random_range(0..100) {
            0..80 => End::Link,
            80..90 => End::LinkLost,
            _ => End::Left,
        };
        let finalised = exponential(&mut dice, 1_500).min(MINUTE);
        let customer = Self {
            begins,
            ends,
            end,
            approved: (end != End::Left).then_some(ends + finalised),
        };
        (customer, dice)
    }
}

fn exponential(dice: &mut impl Rng, mean: Millis) -> Millis {
    let even: f64 = dice.random_range(f64::MIN_POSITIVE..1.0);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a made-up duration of minutes"
    )]
    let drawn = (-even.ln() * mean as f64) as Millis;
    drawn
}
