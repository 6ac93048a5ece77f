//! What everybody recorded, in one place, for whoever compares it with what the app was told.

use serde::{Deserialize, Serialize};
use stepup_sandbox_acquirer::AcquirerRecord;
use stepup_sandbox_klarna::KlarnaRecord;

use crate::{CustomerRecord, FaultReport, WireEntry};

/// The books of a world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Books {
    /// Unix ms of the sandbox's clock.
    pub now_ms: i64,
    /// What the acquirer knows.
    pub acquirer: Vec<AcquirerRecord>,
    /// What Klarna knows.
    pub klarna: Vec<KlarnaRecord>,
    /// What the phone asked and was told.
    pub wire: Vec<WireEntry>,
    /// The gateway's faults with their hits, cleared ones too.
    pub faults: Vec<FaultReport>,
    /// What the customers did.
    pub customers: Vec<CustomerRecord>,
}
