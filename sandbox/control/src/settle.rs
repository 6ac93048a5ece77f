//! Knowing when nothing more will happen unless time passes.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use stepup_sandbox_clock::Clock;

/// How long to wait, in real milliseconds, for phone and sandbox to agree on what is in flight.
const PATIENCE_MS: u64 = 5_000;

/// What the phone says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneState {
    /// Nothing is left to do in the phone until a request is answered, a timer fires, or somebody acts on it.
    pub idle: bool,
    /// Requests sent and not answered yet.
    pub in_flight: usize,
    /// The phone's earliest timer, unix ms of the sandbox's clock.
    #[serde(default)]
    pub wake_at: Option<i64>,
    /// All requests that left the phone since the world began. With it a request that is still on its way cannot be
    /// mistaken for one that was aborted and whose connection the sandbox still holds, and an answer that is on its way
    /// back is told at once (`quiet: false`: look at the phone again). Requests that could not connect don't count.
    #[serde(default)]
    pub sent: Option<usize>,
    /// Real milliseconds to wait for agreement; 5000 when left out.
    #[serde(default)]
    pub patience_ms: Option<u64>,
}

impl PhoneState {
    /// An idle phone with nothing in flight and no timer.
    #[must_use]
    pub const fn idle() -> Self {
        Self {
            idle: true,
            in_flight: 0,
            wake_at: None,
            sent: None,
            patience_ms: None,
        }
    }

    /// With so many requests in flight.
    #[must_use]
    pub const fn in_flight(mut self, requests: usize) -> Self {
        self.in_flight = requests;
        self
    }

    /// With a timer.
    #[must_use]
    pub const fn wake_at(mut self, unix_ms: Option<i64>) -> Self {
        self.wake_at = unix_ms;
        self
    }
}

/// Whether time may pass, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The phone is idle, nobody in the sandbox acts, and every request in flight is parked here: nothing happens any
    /// more unless time passes or somebody acts.
    pub quiet: bool,
    /// Unix ms of the sandbox's clock.
    pub now_ms: i64,
    /// Initiators in the sandbox that are acting.
    pub busy: i64,
    /// Open requests of the phone that have arrived. While `busy` is 0 all of them are parked.
    pub parked_phone: usize,
    /// All requests of the phone that have arrived since the world began.
    pub arrived: usize,
    /// Whoever waits for time in the sandbox: the earliest due time.
    pub next_sleeper: Option<i64>,
    /// Where to advance to: the earlier of `next_sleeper` and the phone's `wake_at`. `None`: nothing would ever happen.
    pub next_event: Option<i64>,
}

/// Waits until the sandbox has nothing to do and sees the same open requests as the phone, or until patience ends.
pub(crate) async fn settle(
    clock: &Clock,
    arrived: impl Fn() -> usize + Sync,
    phone: PhoneState,
) -> Settled {
    let all_here = || phone.sent.is_none_or(|sent| arrived() >= sent);
    let agrees = |open: usize| open == phone.in_flight && all_here();
    // All have arrived and fewer are open: the phone has yet to read an answer, and nothing will change here before it does.
    let answered = |open: usize| phone.sent.is_some() && open < phone.in_flight && all_here();
    let told = |open: usize| !phone.idle || agrees(open) || answered(open);
    let patience = Duration::from_millis(phone.patience_ms.unwrap_or(PATIENCE_MS));
    let mut counts = clock.watch();
    let still = counts.wait_for(|now| now.busy == 0 && told(now.phone_requests));
    // Patience is real time and only ever ends in `quiet: false`: something that ought to arrive does not.
    let settled = tokio::time::timeout(patience, still)
        .await
        .is_ok_and(|still| still.is_ok());
    let now = clock.counts();
    let next_sleeper = clock.next_sleeper();
    Settled {
        quiet: settled && phone.idle && now.busy == 0 && agrees(now.phone_requests),
        now_ms: clock.now_ms(),
        busy: now.busy,
        parked_phone: now.phone_requests,
        arrived: arrived(),
        next_sleeper,
        next_event: [next_sleeper, phone.wake_at].into_iter().flatten().min(),
    }
}
