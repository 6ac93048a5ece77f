//! In whose name a request is sent.

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The customer whose payments these are.
    Owner,
    /// Somebody else, signed in too.
    Other,
    /// Nobody.
    Nobody,
}
