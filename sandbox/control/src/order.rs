//! What came before what, where the clock shows the same time for both.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers everything that gateway and customers record in a world. Clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Order(Arc<AtomicU64>);

impl Order {
    /// The next number, from 1.
    pub fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}
