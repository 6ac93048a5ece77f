//! What a fleet costs the backend, and what it gets for it.

use crate::backend::{OUTAGE, OUTAGE_END};
use crate::customer::ARRIVALS;
use crate::{MINUTE, Millis, SECOND};

/// Before this the first phones are still coming in.
const SETTLED_IN: Millis = 8 * MINUTE;

/// What happened to a fleet.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// Requests in each second.
    requests: Vec<u32>,
    /// How long each phone whose payment was approved took to know, without the time in which the backend was down, milliseconds.
    delays: Vec<Millis>,
    /// Approved payments whose phone never learned of it.
    pub never: u32,
    phones: u32,
}

impl Load {
    /// A phone asks.
    pub fn request(&mut self, at: Millis) {
        let second = usize::try_from(at / SECOND).unwrap_or(usize::MAX);
        if second >= self.requests.len() {
            self.requests.resize(second + 1, 0);
        }
        self.requests[second] += 1;
    }

    /// A phone is done; `known`: when it learned of the approval that there was since `approved`.
    pub fn done(&mut self, approved: Option<Millis>, known: Option<Millis>) {
        self.phones += 1;
        let Some(approved) = approved else { return };
        let Some(known) = known else {
            self.never += 1;
            return;
        };
        // While the backend is down nobody can know.
        let down = known.min(OUTAGE_END).saturating_sub(approved.max(OUTAGE));
        self.delays.push(known.saturating_sub(approved) - down);
    }

    /// Adds another's count.
    pub fn add(&mut self, other: Self) {
        if other.requests.len() > self.requests.len() {
            self.requests.resize(other.requests.len(), 0);
        }
        for (sum, more) in self.requests.iter_mut().zip(other.requests) {
            *sum += more;
        }
        self.delays.extend(other.delays);
        self.never += other.never;
        self.phones += other.phones;
    }

    /// Requests a second before anything goes wrong.
    #[must_use]
    pub fn steady(&self) -> f64 {
        mean(self.between(SETTLED_IN, OUTAGE - MINUTE))
    }

    /// The most requests a second, over any `window` seconds while phones come.
    #[must_use]
    pub fn peak(&self, window: usize) -> f64 {
        self.between(SETTLED_IN, ARRIVALS)
            .windows(window)
            .map(mean)
            .fold(0.0, f64::max)
    }

    /// In which minute that was.
    #[must_use]
    pub fn peak_minute(&self, window: usize) -> usize {
        let first = usize::try_from(SETTLED_IN / SECOND).unwrap_or(0);
        let peak = self
            .between(SETTLED_IN, ARRIVALS)
            .windows(window)
            .map(mean)
            .enumerate()
            .max_by(|(_, one), (_, other)| one.total_cmp(other));
        (first + peak.map_or(0, |(second, _)| second)) / 60
    }

    /// `peak` over `steady`.
    #[must_use]
    pub fn ratio(&self, window: usize) -> f64 {
        self.peak(window) / self.steady()
    }

    /// Requests of one phone, on average.
    #[must_use]
    pub fn per_phone(&self) -> f64 {
        let all: f64 = self.requests.iter().map(|count| f64::from(*count)).sum();
        all / f64::from(self.phones.max(1))
    }

    /// How long it took to know, for this part of a thousand of the phones; 1000: for the last one.
    #[must_use]
    pub fn delay(&self, per_mille: usize) -> Millis {
        let mut sorted = self.delays.clone();
        sorted.sort_unstable();
        let index = (sorted.len() * per_mille / 1000).min(sorted.len().saturating_sub(1));
        sorted.get(index).copied().unwrap_or(0)
    }

    /// Minutes and requests a second, averaged over `window` seconds, in units of the steady state.
    #[must_use]
    pub fn curve(&self, window: usize) -> Vec<(f64, f64)> {
        let steady = self.steady();
        self.requests
            .chunks(window)
            .enumerate()
            .map(|(index, chunk)| {
                let minute = f64::from(u32::try_from(index * window).unwrap_or(u32::MAX)) / 60.0;
                (minute, mean(chunk) / steady)
            })
            .collect()
    }

    fn between(&self, from: Millis, to: Millis) -> &[u32] {
        let index = |at: Millis| {
            usize::try_from(at / SECOND)
                .unwrap_or(usize::MAX)
                .min(self.requests.len())
        };
        &self.requests[index(from)..index(to)]
    }
}

fn mean(counts: &[u32]) -> f64 {
    let sum: f64 = counts.iter().map(|count| f64::from(*count)).sum();
    sum / f64::from(u32::try_from(counts.len().max(1)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(seconds: &[(Millis, u32)]) -> Load {
        let mut load = Load::default();
        for minute in 0..60 {
            for second in 0..60 {
                let at = minute * MINUTE + second * SECOND;
                let extra = seconds.iter().find(|(when, _)| *when == at);
                for _ in 0..10 + extra.map_or(0, |(_, more)| *more) {
                    load.request(at);
                }
            }
        }
        load
    }

    #[test]
    fn a_second_that_stands_out_is_the_peak_and_its_minute_is_named() {
        let load = load(&[(30 * MINUTE, 20)]);
        assert!((load.steady() - 10.0).abs() < 0.001);
        assert!((load.ratio(1) - 3.0).abs() < 0.001);
        assert!((load.ratio(10) - 1.2).abs() < 0.001, "averaged away");
        assert_eq!(load.peak_minute(1), 30);
    }

    #[test]
    fn time_in_which_nobody_could_know_is_not_counted() {
        let mut load = Load::default();
        load.done(Some(OUTAGE - 10 * SECOND), Some(OUTAGE_END + 5 * SECOND));
        load.done(Some(OUTAGE + MINUTE), Some(OUTAGE_END + 7 * SECOND));
        load.done(
            Some(OUTAGE_END + MINUTE),
            Some(OUTAGE_END + MINUTE + SECOND),
        );
        load.done(Some(1), None);
        load.done(None, None);
        assert_eq!(load.delay(1000), 15 * SECOND);
        assert_eq!(load.delay(500), 7 * SECOND);
        assert_eq!(load.delay(0), SECOND);
        assert_eq!(load.never, 1);
    }
}
