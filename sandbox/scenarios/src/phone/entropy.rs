//! Randomness that can be repeated.

use std::sync::{Mutex, PoisonError};

use klarna_step_up::host_error::HostError;
use klarna_step_up::seams::Entropy;

use crate::dice::Dice;

/// The core's randomness, from a seed.
pub(super) struct Seeded(Mutex<Dice>);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(Dice::new(seed)))
    }
}

impl Entropy for Seeded {
    fn bytes(&self, count: u32) -> Result<Vec<u8>, HostError> {
        let mut dice = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = Vec::new();
        while bytes.len() < count as usize {
            bytes.extend(dice.number().to_be_bytes());
        }
        bytes.truncate(count as usize);
        Ok(bytes)
    }
}
