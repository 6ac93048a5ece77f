//! What each target does with an input. `tests/fuzzed.rs` feeds the same with the inputs that once found something.

mod inputs;
mod replay;

pub use inputs::{configuration, journal, links, replies, status};
pub use replay::replay;
