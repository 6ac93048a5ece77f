//! The error of every host callback.

/// A host callback failed or threw.
#[derive(Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum HostError {
    /// What the host said is not trusted to be free of secrets: it is kept out of `Debug` and `Display`, and never traced.
    #[error("the host's callback failed")]
    Failed {
        /// The host's explanation.
        reason: String,
    },
}

impl core::fmt::Debug for HostError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("HostError")
    }
}

impl From<uniffi::UnexpectedUniFFICallbackError> for HostError {
    fn from(unexpected: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed {
            reason: unexpected.reason,
        }
    }
}
