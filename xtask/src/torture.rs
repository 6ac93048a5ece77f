//! Apps that are killed in the midst of their payments.

use crate::process::{Outcome, command};
use crate::project::Project;
use crate::sandbox::{self, PACKAGE};
use crate::tally::Tally;
use crate::tests::{Ran, counted};

/// Tortures, and keeps the records of red plays.
pub fn check(project: &Project, long: bool) -> Outcome<Ran> {
    let mut torture = command(sandbox::build(project, PACKAGE, "torture")?);
    torture
        .arg("--records")
        .arg(project.target()?.join("torture"));
    if long {
        torture.arg("--long");
    }
    Ok(counted(torture, Tally::of_plain))
}
