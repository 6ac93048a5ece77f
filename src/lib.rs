//! Carries a customer of a Partner's mobile app through Klarna's step-up and reports one outcome.
//!
//! The customer leaves the app for Klarna's Purchase Journey. The link back may never come, come twice, come early or be forged; the
//! tab may be closed after paying; the phone may end the app. So nothing seen on the device decides anything: it is only a reason to
//! ask the backend, whose word alone settles an attempt.
//!
//! [`machine`] is the pure core; [`StepUpClient`] is what a façade holds.

pub mod api;
pub mod doctor;
pub mod error;
pub mod host_error;
pub mod hosts;
pub mod journal;
pub mod links;
pub mod machine;
pub mod model;
pub mod policy;
pub mod redact;
pub mod reply;
mod runtime;
pub mod seams;
mod settings;
pub mod trace;
pub mod transport;

pub use api::StepUpClient;
pub use error::StepUpError;

uniffi::setup_scaffolding!();

/// The version of this library, for a façade to compare with its own.
#[uniffi::export]
#[must_use]
pub fn library_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
