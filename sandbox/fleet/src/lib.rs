//! A fleet of phones in the confirmation phase, and a backend that has a bad hour.
//!
//! A seeded discrete-event simulation: each phone runs the real machine with the real policy, on virtual time, against a backend whose
//! condition is a function of time alone. No phone's question changes what another is answered, so the phones run one after the other;
//! what they share is the count of requests in each second. Beside them, fixed schedules as other SDKs have them meet the same customers
//! and the same backend.

pub mod backend;
pub mod customer;
pub mod load;
pub mod peer;
pub mod phone;
pub mod plot;
pub mod report;

/// Milliseconds of virtual time since the first phone.
pub type Millis = u64;

/// One second.
pub const SECOND: Millis = 1_000;
/// One minute.
pub const MINUTE: Millis = 60 * SECOND;
