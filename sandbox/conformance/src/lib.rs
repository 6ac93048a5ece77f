//! Checks anyone's backend against the promises that an app relies on ([`Promise`], `docs/backend-guide.md`), by HTTP alone.
//!
//! The promises are data (`promises.json`). Some can be checked from outside, some need a customer who walks the journey, some can
//! only be kept. A run accounts for every one of them: none is left out, and none passes without having been checked.

mod backend;
mod caller;
mod checks;
mod embedded;
mod journey;
mod promises;
mod report;
mod restart;
mod run;
mod sandbox;
mod target;
mod time;
mod walk;

pub use embedded::{Embedded, EmbeddedError, session_header};
pub use promises::{Checkable, Promise, promises};
pub use report::{Finding, Report, Result, Verdict};
pub use restart::Restart;
pub use run::{Stopped, run};
pub use sandbox::Sandbox;
pub use target::{Links, OrderError, Orders, Target};
pub use time::Time;
pub use walk::{Person, Walk};
