//! The machine's times: deadlines that wake it, and marks from which it counts.

/// Each is monotonic milliseconds, or not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum Time {
    /// Ask the backend (not before `NotBefore`).
    Ask,
    /// The backend asked for rest until then.
    NotBefore,
    /// The end of the window in which a link may follow a foreground.
    Merge,
    /// Send the start again.
    StartRetry,
    /// A presenter that has not answered by then may have opened the surface.
    PresentDeadline,
    /// `pay` ends here at the latest.
    WatchEnd,
    /// `pay` ends here where nobody shows the waiting screen.
    CustomerLeft,
    /// Send the cancellation (again).
    Cancel,
    /// Mark: the first start was sent.
    StartSince,
    /// Mark: the journey was first shown.
    JourneySince,
    /// Mark: the completion link came (or the start's fate became unknown), moved by the time in which no answer could come.
    CompletionSince,
    /// Mark: the handover link came.
    HandoverSince,
    /// Mark: the question in flight was sent.
    AskedAt,
    /// Mark: the last time that counted towards the completion budget.
    UsefulMark,
    /// Mark: the app went to the back.
    BackgroundSince,
    /// Mark: a link without nonce was acted on.
    UnprovenAt,
    /// Mark: the payment's life ends; nothing settles by it.
    LifeEnd,
}

const COUNT: usize = Time::LifeEnd as usize + 1;

/// All of an attempt's times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Times([Option<u64>; COUNT]);

impl Times {
    /// The time, if it is set.
    #[must_use]
    pub fn get(&self, time: Time) -> Option<u64> {
        self.0[time as usize]
    }

    /// Sets it.
    pub fn set(&mut self, time: Time, at: u64) {
        self.0[time as usize] = Some(at);
    }

    /// Sets it unless it is set already.
    pub fn set_if_unset(&mut self, time: Time, at: u64) {
        self.0[time as usize].get_or_insert(at);
    }

    /// Unsets it.
    pub fn clear(&mut self, time: Time) {
        self.0[time as usize] = None;
    }

    /// Unsets all of them.
    pub fn clear_all(&mut self) {
        self.0 = [None; COUNT];
    }

    /// It is set and has come.
    #[must_use]
    pub fn is_due(&self, time: Time, now: u64) -> bool {
        self.get(time).is_some_and(|at| at <= now)
    }

    /// Unsets it if it has come, and says whether it had.
    pub fn take_due(&mut self, time: Time, now: u64) -> bool {
        let due = self.is_due(time, now);
        if due {
            self.clear(time);
        }
        due
    }

    /// Milliseconds since a mark, if it is set.
    #[must_use]
    pub fn since(&self, mark: Time, now: u64) -> Option<u64> {
        self.get(mark).map(|at| now.saturating_sub(at))
    }

    /// The same times seen from `now`, with everything further back than `horizon` alike: two states that will behave the same
    /// are then equal. For the model checker.
    #[must_use]
    pub fn relative(&self, now: u64, horizon: u64) -> Vec<Option<i64>> {
        let limit = i64::try_from(horizon).unwrap_or(i64::MAX);
        let distance = |at: u64| {
            i64::try_from(at).unwrap_or(i64::MAX) - i64::try_from(now).unwrap_or(i64::MAX)
        };
        self.0
            .iter()
            .map(|time| time.map(|at| distance(at).max(-limit)))
            .collect()
    }
}
