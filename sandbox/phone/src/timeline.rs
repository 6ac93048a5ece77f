//! What happened on a phone, in the order in which it became known.

use std::collections::VecDeque;

use serde::Serialize;

/// How many entries a phone keeps; the oldest go first.
const KEPT: usize = 3_000;

/// Who did something, or knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lane {
    /// Whoever holds the phone.
    You,
    /// The phone's system.
    Phone,
    /// The shop's app.
    App,
    /// The core took an input.
    Saw,
    /// The core wants something done.
    Does,
    /// The acquirer's backend.
    Backend,
    /// Klarna.
    Klarna,
}

impl Lane {
    /// All of them, with their names for people.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::You, "You"),
        (Self::Phone, "Phone"),
        (Self::App, "Shop app"),
        (Self::Saw, "Core sees"),
        (Self::Does, "Core does"),
        (Self::Backend, "Backend"),
        (Self::Klarna, "Klarna"),
    ];
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Counts from 1.
    pub n: u64,
    /// Milliseconds since the phone was made, by the sandbox's clock.
    pub at: i64,
    /// Who.
    pub lane: Lane,
    /// A name that tests can wait for.
    pub kind: String,
    /// A sentence, without secrets.
    pub text: String,
}

/// The entries of a phone.
#[derive(Debug)]
pub struct Timeline {
    begun_ms: i64,
    last: u64,
    entries: VecDeque<Entry>,
}

impl Timeline {
    /// Begins at this time, Unix milliseconds.
    #[must_use]
    pub const fn new(begun_ms: i64) -> Self {
        Self {
            begun_ms,
            last: 0,
            entries: VecDeque::new(),
        }
    }

    /// Adds an entry.
    pub fn add(
        &mut self,
        at_ms: i64,
        lane: Lane,
        kind: impl Into<String>,
        text: impl Into<String>,
    ) {
        self.last += 1;
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry {
            n: self.last,
            at: at_ms - self.begun_ms,
            lane,
            kind: kind.into(),
            text: text.into(),
        });
    }

    /// All entries after this number.
    #[must_use]
    pub fn after(&self, n: u64) -> Vec<Entry> {
        let found = self.entries.iter().filter(|entry| entry.n > n);
        found.cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first_and_numbers_go_on() {
        let mut timeline = Timeline::new(1_000);
        for _ in 0..KEPT + 2 {
            timeline.add(1_005, Lane::You, "tap", "taps");
        }
        let all = timeline.after(0);
        assert_eq!((all.len(), all[0].n, all[0].at), (KEPT, 3, 5));
        assert_eq!(timeline.after(KEPT as u64 + 1).len(), 1);
    }
}
