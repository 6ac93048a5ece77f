//! The durable record of unfinished attempts and undelivered outcomes: its bytes, and where they lie.

pub mod format;
pub mod store;
