//! The attempts of a world. Worlds that differ in one attempt share the others: millions of them are kept at once.

use std::ops::{Index, IndexMut};
use std::sync::Arc;

use crate::world::Slot;

/// Attempts, copied when they are changed.
#[derive(Clone, Default)]
pub struct Slots(Vec<Arc<Slot>>);

impl Slots {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn push(&mut self, slot: Slot) {
        self.0.push(Arc::new(slot));
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Slot> + ExactSizeIterator {
        self.0.iter().map(Arc::as_ref)
    }
}

impl Index<usize> for Slots {
    type Output = Slot;

    fn index(&self, at: usize) -> &Slot {
        &self.0[at]
    }
}

impl IndexMut<usize> for Slots {
    fn index_mut(&mut self, at: usize) -> &mut Slot {
        Arc::make_mut(&mut self.0[at])
    }
}
