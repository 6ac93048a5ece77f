//! Randomness that can be repeated.

/// `SplitMix64`: <https://prng.di.unimi.it/splitmix64.c>. Not for secrets that matter.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The same numbers for the same seed, on every machine.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below this one; 0 below 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit.max(1)
    }

    /// One of these.
    pub fn one_of<'a, T>(&mut self, these: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(these.len()).unwrap_or(u64::MAX);
        let place = usize::try_from(self.below(count)).unwrap_or(usize::MAX);
        these.get(place)
    }
}
