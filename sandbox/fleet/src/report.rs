//! Fleets of every policy in the same world, and a table of them.

use std::fmt::Write as _;
use std::sync::Arc;

use klarna_step_up::policy::ConfirmationPolicy;

use crate::customer::Customer;
use crate::load::Load;
use crate::peer::PEERS;
use crate::{Millis, phone};

/// The peak over the steady state that our policies must stay below.
pub const PEAK_LIMIT: f64 = 1.5;

/// How a fleet came through the hour.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// The policy's name.
    pub name: &'static str,
    /// It is one of ours: the limit holds for it.
    pub ours: bool,
    /// What it cost, and what it got.
    pub load: Load,
}

/// Runs `count` phones of each policy, with the same customers.
#[must_use]
pub fn run(count: u32, seed: u64) -> Vec<Fleet> {
    let long_poll = ConfirmationPolicy::default();
    let plain = ConfirmationPolicy {
        long_poll: 0,
        ..ConfirmationPolicy::default()
    };
    let mut fleets = vec![
        ours("KlarnaStepUp, long-poll", long_poll, count, seed),
        ours("KlarnaStepUp, plain", plain, count, seed),
    ];
    fleets.extend(PEERS.map(|peer| {
        let load = in_two_halves(count, |index, load| {
            let (customer, mut dice) = Customer::new(index, count, seed);
            peer.live(customer, &mut dice, load);
        });
        Fleet {
            name: peer.name,
            ours: false,
            load,
        }
    }));
    fleets
}

fn ours(name: &'static str, policy: ConfirmationPolicy, count: u32, seed: u64) -> Fleet {
    let policy = Arc::new(policy);
    let load = in_two_halves(count, |index, load| {
        let (customer, mut dice) = Customer::new(index, count, seed);
        phone::live(&policy, customer, &mut dice, load);
    });
    Fleet {
        name,
        ours: true,
        load,
    }
}

/// Phones do not know of each other, so they may live on two cores.
fn in_two_halves(count: u32, live: impl Fn(u32, &mut Load) + Sync) -> Load {
    let half = |first: u32| {
        let mut load = Load::default();
        for index in (first..count).step_by(2) {
            live(index, &mut load);
        }
        load
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let mut load = half(0);
        if let Ok(more) = other.join() {
            load.add(more);
        }
        load
    })
}

/// A table for people. `window`: over how many seconds a peak is averaged.
#[must_use]
pub fn table(fleets: &[Fleet], window: usize) -> String {
    let mut text = format!(
        "{:<30} {:>9} {:>10} {:>10} {:>9} {:>6} {:>9} {:>9} {:>9} {:>7}\n",
        "policy",
        "req/phone",
        "steady/s",
        "peak/s",
        "in minute",
        "ratio",
        "p50 knows",
        "p99 knows",
        "last",
        "never"
    );
    for fleet in fleets {
        let load = &fleet.load;
        let _ = writeln!(
            text,
            "{:<30} {:>9.1} {:>10.0} {:>10.0} {:>9} {:>6.2} {:>9} {:>9} {:>9} {:>7}",
            fleet.name,
            load.per_phone(),
            load.steady(),
            load.peak(window),
            load.peak_minute(window),
            load.ratio(window),
            seconds(load.delay(500)),
            seconds(load.delay(990)),
            seconds(load.delay(1000)),
            load.never
        );
    }
    text
}

fn seconds(millis: Millis) -> String {
    format!("{}.{} s", millis / 1000, millis % 1000 / 100)
}
