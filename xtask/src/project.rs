//! This checkout: where it is, and how cargo is called in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache::{self, Cache};
use crate::process::{self, Failure, Outcome};

/// The checkout that `cargo xtask` was called in.
pub struct Project {
    pub root: PathBuf,
    pub cache: Cache,
}

impl Project {
    /// Finds the checkout by the place of this crate's manifest, so that it works from any folder in it.
    pub fn open() -> Outcome<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .parent()
            .ok_or_else(|| Failure::new("xtask has no parent folder"))?
            .to_path_buf();
        Ok(Self {
            root,
            cache: Cache::open()?,
        })
    }

    /// A recipe's path; recipes are scripts that do the part of the work which is all other programs' calls.
    pub fn recipe(&self, name: &str) -> PathBuf {
        self.root.join("xtask/recipes").join(name)
    }

    /// `bash RECIPE`, to be given its arguments.
    pub fn script(&self, name: &str) -> Command {
        let mut command = process::command("bash");
        command.arg(self.recipe(name)).current_dir(&self.root);
        command
    }

    /// What `rustc -vV` says in this checkout.
    pub fn rustc_version(&self) -> Outcome<String> {
        let mut rustc = process::command("rustc");
        rustc.arg("-vV").current_dir(&self.root);
        process::read(rustc)
    }

    /// The library's version.
    pub fn version(&self) -> Outcome<String> {
        let mut pkgid = self.cargo()?;
        pkgid.args(["pkgid", "--package", "klarna-step-up"]);
        let id = process::read(pkgid)?;
        id.trim()
            .rsplit_once(['@', '#'])
            .map(|(_, version)| version.to_owned())
            .ok_or_else(|| Failure::new("cargo names no version"))
    }

    /// Where cargo builds: `CARGO_TARGET_DIR`, or a folder of the cache that serves every checkout, so that a fresh clone does
    /// not compile its dependencies again. Cargo itself tells the versions in a lock file apart; another compiler gets
    /// another folder.
    pub fn target(&self) -> Outcome<PathBuf> {
        if let Some(folder) = std::env::var_os("CARGO_TARGET_DIR") {
            return std::path::absolute(self.root.join(folder))
                .map_err(|error| Failure::new(error.to_string()));
        }
        let mut rustc = process::command("rustc");
        rustc.arg("-vV").current_dir(&self.root);
        let version = process::read(rustc)?;
        Ok(self
            .cache
            .folder()
            .join(format!("target-{}", cache::key(&[version.as_bytes()]))))
    }

    /// Keeps the shared target folder from growing for ever: each checkout leaves its own build of the workspace's crates there.
    pub fn trim_target(&self) -> Outcome<()> {
        const LIMIT_MB: u64 = 12_000;
        let target = self.target()?;
        let ours = target.starts_with(self.cache.folder()) && target.exists();
        if !ours || cache::megabytes(&target)? < LIMIT_MB {
            return Ok(());
        }
        println!(
            "{} is over {LIMIT_MB} MB: clearing the workspace's crates",
            target.display()
        );
        let mut clean = self.cargo()?;
        clean.args(["clean", "--workspace"]);
        let cleaned = process::run(clean);
        if cleaned.is_err() || cache::megabytes(&target)? >= LIMIT_MB {
            std::fs::remove_dir_all(&target).map_err(process::at(&target))?;
        }
        Ok(())
    }

    /// Cargo in this checkout, with the shared target folder.
    pub fn cargo(&self) -> Outcome<Command> {
        let mut command = process::command("cargo");
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", self.target()?);
        Ok(command)
    }

    /// A hash of what the native library is made of: its sources, its manifest, and the locked versions.
    pub fn core_inputs(&self) -> Outcome<String> {
        let mut files = vec![
            self.root.join("Cargo.toml"),
            self.root.join("Cargo.lock"),
            self.root.join("uniffi.toml"),
        ];
        collect(&self.root.join("src"), &mut files)?;
        files.sort();
        let mut parts = Vec::new();
        for file in &files {
            parts.push(
                file.strip_prefix(&self.root)
                    .unwrap_or(file)
                    .to_string_lossy()
                    .into_owned()
                    .into_bytes(),
            );
            parts.push(std::fs::read(file).map_err(process::at(file))?);
        }
        Ok(cache::key(
            &parts.iter().map(Vec::as_slice).collect::<Vec<_>>(),
        ))
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Outcome<()> {
    for entry in std::fs::read_dir(folder).map_err(process::at(folder))? {
        let path = entry.map_err(process::at(folder))?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
