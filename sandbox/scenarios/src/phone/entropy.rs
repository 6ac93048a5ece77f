//! Randomness that can be repeated.

use std::sync::{Mutex, PoisonError};

use klarna_step_up::host_error::HostError;
use klarna_step_up::seams::Entropy;

/// `SplitMix64`: <https://prng.di.unimi.it/splitmix64.c>. Not for secrets that matter.
pub(super) struct Seeded(Mutex<u64>);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Entropy for Seeded {
    fn bytes(&self, count: u32) -> Result<Vec<u8>, HostError> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = Vec::new();
        while bytes.len() < count as usize {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            bytes.extend((z ^ (z >> 31)).to_be_bytes());
        }
        bytes.truncate(count as usize);
        Ok(bytes)
    }
}
