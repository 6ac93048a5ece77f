//! Building the native library, for this machine or for a phone.

use std::path::Path;
use std::process::Command;

use crate::cache;
use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;

/// `inputs` is [`Project::core_inputs`] from before: what is kept under that name must be made of it.
///
/// Runs `cargo`, which is told all but its target folder, and puts what it built as `profile/name` into `out`.
///
/// Cargo gives a shared library the same name whatever checkout or features it was built from, and then takes another's file
/// for its own: so the old one is removed first, and nobody else builds one in `target` until it is copied.
pub fn build(
    project: &Project,
    inputs: &str,
    mut cargo: Command,
    target: &Path,
    profile: &str,
    name: &str,
    out: &Path,
) -> Outcome<()> {
    std::fs::create_dir_all(target).map_err(at(target))?;
    let _lock = cache::lock(&target.join("library.lock"))?;
    let built = target.join(profile).join(name);
    for old in [&built, &target.join(profile).join("deps").join(name)] {
        cache::remove(old)?;
    }
    cargo.env("CARGO_TARGET_DIR", target);
    process::run(cargo)?;
    if project.core_inputs()? != inputs {
        let reason = "the sources changed while the library was built: run it again";
        return Err(Failure::new(reason));
    }
    std::fs::copy(&built, out.join(name)).map_err(at(&built))?;
    Ok(())
}
