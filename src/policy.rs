//! How often, and for how long, the backend is asked. All numbers of the confirmation live here.

use serde::{Deserialize, Serialize};

/// When to ask the backend, and when to stop waiting. All times are milliseconds.
///
/// The defaults were chosen so that a lost link costs seconds, and a phone that nobody looks at costs nothing.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record, Serialize, Deserialize)]
pub struct ConfirmationPolicy {
    /// How long a start without an answer is repeated with the same key, while `pay` waits.
    pub start_budget: u64,
    /// How long a start that provably never left the device is tried again.
    pub unsent_budget: u64,
    /// Time limit of the start request.
    pub start_timeout: u64,
    /// Time limit of a question, without the wait it carries.
    pub ask_timeout: u64,
    /// How long the backend may hold a question (`wait`); 0: never ask it to.
    pub long_poll: u64,
    /// Spacing of questions while the app is in front.
    pub base_interval: u64,
    /// Spacing once the journey has lasted `slow_after`.
    pub slow_interval: u64,
    /// When the journey counts as long.
    pub slow_after: u64,
    /// When a handover link is followed by further questions, counted from the link.
    pub handover_asks: Vec<u64>,
    /// Spacing of questions after a completion link, each up to a time counted from the link.
    pub completion_steps: Vec<CompletionStep>,
    /// The longest spacing that errors can stretch to, and the longest `Retry-After` that is honoured.
    pub stretch_cap: u64,
    /// iOS brings the app forward before it hands over the URL; a foreground waits this long for a link.
    pub merge_window: u64,
    /// A link without nonce makes us ask at most once in this time.
    pub unproven_spacing: u64,
    /// A presenter that has not answered by then may have opened the surface.
    pub present_deadline: u64,
    /// Where nobody shows the waiting screen, `pay` ends this long after the surface was closed.
    pub customer_left: u64,
    /// `pay` ends after this long at the latest.
    pub max_wait: u64,
    /// The life of a payment whose backend names none (Klarna's current default: 3 h).
    pub assumed_life: u64,
    /// An attempt is given up this long after its end, if the backend answers and still has no word.
    pub give_up_after: u64,
    /// An outcome that was delivered twice is kept this long.
    pub keep_outcome: u64,
}

/// One row of the schedule after a completion link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record, Serialize, Deserialize)]
pub struct CompletionStep {
    /// The row holds up to this time after the link.
    pub until: u64,
    /// Spacing of questions.
    pub interval: u64,
}

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const DAY: u64 = 24 * 60 * MINUTE;

impl Default for ConfirmationPolicy {
    fn default() -> Self {
        let step = |until, interval| CompletionStep {
            until: until * SECOND,
            interval: interval * SECOND,
        };
        Self {
            start_budget: 30 * SECOND,
            unsent_budget: 10 * SECOND,
            start_timeout: 25 * SECOND,
            ask_timeout: 30 * SECOND,
            long_poll: 25 * SECOND,
            base_interval: 5 * SECOND,
            slow_interval: 15 * SECOND,
            slow_after: 10 * MINUTE,
            handover_asks: vec![2 * SECOND, 4 * SECOND, 8 * SECOND],
            completion_steps: vec![step(10, 1), step(30, 2), step(60, 5)],
            stretch_cap: 3 * MINUTE,
            merge_window: 300,
            unproven_spacing: 2 * SECOND,
            present_deadline: 10 * SECOND,
            customer_left: 60 * SECOND,
            max_wait: 30 * MINUTE,
            assumed_life: 180 * MINUTE,
            give_up_after: 7 * DAY,
            keep_outcome: 30 * DAY,
        }
    }
}

/// The defaults, for a façade to start from.
#[uniffi::export]
#[must_use]
pub fn default_confirmation_policy() -> ConfirmationPolicy {
    ConfirmationPolicy::default()
}

impl ConfirmationPolicy {
    /// Spacing this long after a completion link; `None` once the time for it is over.
    #[must_use]
    pub fn completion_interval(&self, since: u64) -> Option<u64> {
        self.completion_steps
            .iter()
            .find(|step| since < step.until)
            .map(|step| step.interval)
    }

    /// How long a completion link keeps `pay` waiting.
    #[must_use]
    pub fn completion_budget(&self) -> u64 {
        self.completion_steps.last().map_or(0, |step| step.until)
    }

    /// `delay` stretched by `failures` unanswered questions in a row, up to the cap.
    #[must_use]
    pub fn stretched(&self, delay: u64, failures: u32) -> u64 {
        let floor = if failures == 0 {
            delay
        } else {
            delay.max(SECOND)
        };
        floor
            .saturating_mul(1 << failures.min(16))
            .min(self.stretch_cap.max(delay))
    }

    /// Some part of `over`, by `dice`, but not none of it: phones that were turned away together come back one by one.
    #[must_use]
    pub fn spread(over: u64, dice: u32) -> u64 {
        over * (1 + u64::from(dice % 1_000)) / 1_000
    }

    /// Over how long the phones come back that were asked to rest, after the rest. With less of it they make a peak of more than one and
    /// a half times the steady load when they do (`cargo xtask fleet`).
    #[must_use]
    pub fn rest_spread(rest: u64) -> u64 {
        (rest * 3 / 2).min(MINUTE)
    }

    /// `delay` within +-20 %, by `dice`, so that phones that failed together do not come back together.
    #[must_use]
    pub fn jittered(delay: u64, dice: u32) -> u64 {
        let per_mille = 800 + u64::from(dice % 401);
        delay * per_mille / 1000
    }
}
