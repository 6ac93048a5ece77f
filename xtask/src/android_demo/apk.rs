//! An APK of the demo.

use crate::process::{Failure, Outcome};
use crate::project::Project;

/// Not yet.
pub fn package(_project: &Project) -> Outcome<()> {
    Err(Failure::new("not yet"))
}
