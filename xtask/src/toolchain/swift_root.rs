//! Swift for Linux in a root of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::system;

/// A root with Swift in it, made or found.
pub struct SwiftRoot {
    folder: PathBuf,
    scratch: PathBuf,
}

impl SwiftRoot {
    /// Makes it, or finds it made. Needs root: packages are unpacked and folders mounted.
    pub fn get(project: &Project) -> Outcome<Self> {
        if !system::is_root() {
            return Err(Failure::new(
                "the Swift tests need root here (they run in a Debian 13 root, which is mounted): run them with sudo, or on macOS with `swift test`",
            ));
        }
        system::ensure(&[system::DEBOOTSTRAP, system::UNSHARE])?;
        let recipe = project.recipe("swift-root.sh");
        let text = std::fs::read(&recipe).map_err(at(&recipe))?;
        let entry = project.cache.entry("swift-root", &[&text]);
        let folder = entry.get(|out| {
            let mut script = project.script("swift-root.sh");
            script.arg(out);
            process::run(script)
        })?;
        let scratch = project
            .cache
            .folder()
            .join(format!("swift-build-{}", entry.key()));
        std::fs::create_dir_all(&scratch).map_err(at(&scratch))?;
        Ok(Self { folder, scratch })
    }

    /// `swift …` in the package `folder`, which is all that it sees of this machine. Builds go to `/scratch`.
    pub fn swift(&self, project: &Project, folder: &Path, arguments: &[&str]) -> Command {
        let mut script = project.script("swift-in-root.sh");
        script
            .arg(&self.folder)
            .arg(folder)
            .arg(&self.scratch)
            .arg("swift")
            .args(arguments);
        script
    }
}
