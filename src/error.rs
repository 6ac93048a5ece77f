//! Errors: one type, as fine as what a caller can do about it.

use crate::hosts::HostConfigError;
use crate::links::LinkConfigError;

/// Why a call was refused. None of them says anything about a payment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum StepUpError {
    /// A field of the configuration is not usable. Fix it before shipping; the client was not made.
    #[error("{field}: {problem}; {fix}")]
    Configuration {
        /// Which field.
        field: String,
        /// What is wrong with its shape. Never its value.
        problem: String,
        /// What to write instead.
        fix: String,
    },
    /// The journal directory is held by another client (another process, an app extension, or one of other configuration).
    /// Use that client, or another directory.
    #[error("the journal directory is held by another client")]
    JournalInUse,
    /// There is no such attempt of this owner at this backend.
    #[error("no such attempt")]
    UnknownAttempt,
    /// The attempt cannot do that now; its state says what it can do.
    #[error("not possible in the attempt's present state")]
    NotPossible,
    /// The client was shut down. Make a new one.
    #[error("the client was shut down")]
    ShutDown,
}

impl StepUpError {
    pub(crate) fn configuration(field: &str, problem: &str, fix: &str) -> Self {
        Self::Configuration {
            field: field.to_owned(),
            problem: problem.to_owned(),
            fix: fix.to_owned(),
        }
    }

    pub(crate) fn host(field: &str, reason: &HostConfigError) -> Self {
        Self::configuration(field, reason.problem, reason.fix)
    }
}

impl From<LinkConfigError> for StepUpError {
    fn from(reason: LinkConfigError) -> Self {
        Self::configuration(reason.field, reason.problem, reason.fix)
    }
}
