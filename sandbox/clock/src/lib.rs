//! The sandbox's clock: real or virtual time, and an account of who is acting and who is waiting.
//!
//! With virtual time a whole three-hour payment runs in milliseconds, provided that somebody knows when nothing more will
//! happen unless time passes. That is what the account is for:
//!
//! - Whoever *starts* something inside the sandbox holds a [`BusyGuard`] while it acts ([`Clock::busy`]): a background task
//!   while it is awake, a scripted customer while stepping. A handler of a request from the phone holds a guard from entry to
//!   reply that also counts the request ([`Clock::phone_request`]).
//! - What it calls in turn (acquirer to Klarna, webhook to acquirer) is covered by that guard and counts nothing of its own.
//! - To wait for time or for an event means to give the guard back for that long. [`Clock::sleep_until`], [`Signal::wait`]
//!   and [`Turns::take`] do that themselves, and *whoever wakes a waiter* takes the guard back on its behalf before it returns:
//!   there is no instant in which work is pending and nobody is busy. Anything else that can wait for another's progress (a
//!   plain mutex across an `await`, a channel) would stall the driver: use [`Turns`] or [`Signal`].
//! - One guard waits once at a time: do not race a wait of your own against a call whose other side may wait too (a `select!` of
//!   [`Clock::sleep`] and an HTTP request), or one guard is given back twice.
//! - Work that must outlive its request (a caller may hang up at any time) is spawned with a guard of its own.
//!
//! When [`Counts::busy`] is 0, every request of the phone that is still open is parked, wherever below it the waiting takes
//! place. So a driver may let time pass when `busy == 0`, the phone itself is idle, and the phone's number of requests in
//! flight equals [`Counts::phone_requests`]; then to the earlier of the phone's wake-up and [`Clock::next_sleeper`].

mod clock;
mod signal;
mod turns;

pub use clock::{BusyGuard, Clock, Counts, ParkGuard, PhoneGuard};
pub use signal::{Signal, Ticket, Wake};
pub use turns::{Place, Turn, Turns};
