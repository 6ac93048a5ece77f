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

    /// `swift …` in the checkout, which is all that it sees of this machine. Builds go to `/scratch`.
    pub fn swift(&self, project: &Project, arguments: &[&str]) -> Command {
        self.run(project, "swift", arguments)
    }

    /// As `swift`, with another program of the root's.
    pub fn run(&self, project: &Project, program: &str, arguments: &[&str]) -> Command {
        let mut script = project.script("swift-in-root.sh");
        script
            .arg(&self.folder)
            .arg(&project.root)
            .arg(&self.scratch)
            .arg(program)
            .args(arguments);
        script
    }

    /// As `run`, in another folder than the checkout and with a build folder of its own.
    pub fn run_in(
        &self,
        project: &Project,
        (folder, scratch): (&Path, &Path),
        program: &str,
        arguments: &[&str],
    ) -> Command {
        let mut script = project.script("swift-in-root.sh");
        script.arg(&self.folder).arg(folder).arg(scratch);
        script.arg(program).args(arguments);
        script
    }

    /// A folder for builds that are not the checkout's, kept for the next time.
    pub fn scratch(&self, name: &str) -> Outcome<PathBuf> {
        let mut path = self.scratch.clone().into_os_string();
        path.push(format!("-{name}"));
        let path = PathBuf::from(path);
        std::fs::create_dir_all(&path).map_err(at(&path))?;
        Ok(path)
    }

    /// How a program that was built in the root is run outside of it, where it sees what its caller sees and is the caller's own
    /// child: by the root's loader, with the root's libraries. Gives the loader and its arguments.
    pub fn outside(&self, project: &Project, built: &str) -> (PathBuf, Vec<String>) {
        let libraries = [
            self.folder.join("usr/lib/x86_64-linux-gnu"),
            self.folder.join("usr/libexec/swift/lib/swift/linux"),
            project.root.join("bindings/swift/native"),
        ];
        let libraries: Vec<String> = libraries
            .iter()
            .map(|folder| folder.display().to_string())
            .collect();
        let program = self.scratch.join(built).display().to_string();
        let arguments = vec!["--library-path".to_owned(), libraries.join(":"), program];
        (self.folder.join("lib64/ld-linux-x86-64.so.2"), arguments)
    }

    /// A file that was built, as it is outside of the root.
    pub fn built(&self, file: &str) -> PathBuf {
        self.scratch.join(file)
    }
}
