//! A Rust toolchain with the standard library for phones, where rustup may fetch no target.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache::{self, Entry};
use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::system;

use super::ziglang;

/// The oldest iOS that we support; in objects of the standard library as well as in ours.
pub const IOS_DEPLOYMENT_TARGET: &str = "15.0";

/// A toolchain that can build for one target.
pub struct MobileRust {
    /// What `RUSTUP_TOOLCHAIN` is set to. A path rather than a global `rustup toolchain link`: two checkouts would fight over that.
    pub toolchain: PathBuf,
    /// Changes when anything in it does.
    pub key: String,
    /// Changes when the compiler or the way in which the standard library is built does, the same for every target.
    builds: String,
}

impl MobileRust {
    /// Makes it, or finds it made.
    pub fn with(project: &Project, target: &str) -> Outcome<Self> {
        // Asked for apart from the cache: a new machine with an old cache has none of these.
        system::ensure(&[system::LIBGIT2, system::CLANG, system::LLD, system::LLVM])?;
        let version = system::candidate("rustc-web")?;
        let recipe = project.recipe("mobile-rust.sh");
        let text = std::fs::read(&recipe).map_err(at(&recipe))?;
        let base = project
            .cache
            .entry("mobile-rust", &[&text, version.as_bytes()]);
        let toolchain = base.get(|out| {
            let mut script = project.script("mobile-rust.sh");
            script.arg(out);
            process::run(script)
        })?;
        let toolchain = toolchain.join("usr");

        let recipe = project.recipe("rust-std.sh");
        let text = std::fs::read(&recipe).map_err(at(&recipe))?;
        let std = Entry::at(
            toolchain.join("lib/rustlib").join(target),
            &[&text, base.key().as_bytes(), target.as_bytes()],
        );
        std.get(|out| {
            let mut script = project.script("rust-std.sh");
            script.arg(out).arg(&toolchain).arg(target);
            process::run(script)
        })?;
        Ok(Self {
            toolchain,
            key: std.key().to_owned(),
            builds: cache::key(&[&text, base.key().as_bytes()]),
        })
    }

    /// Where it builds: a folder of its own, since the compiler is another one. Cargo goes by the compiler's version alone, and would
    /// link crates that were built against another standard library: so each has its folder.
    pub fn target(&self, project: &Project) -> Outcome<PathBuf> {
        Ok(project.target()?.join(format!("mobile-{}", self.builds)))
    }

    /// Cargo of this toolchain in the checkout.
    pub fn cargo(&self, project: &Project) -> Outcome<Command> {
        let mut cargo = project.cargo()?;
        // `cargo run` names the toolchain it belongs to; rustup would obey that rather than this one's path.
        cargo
            .env("RUSTUP_TOOLCHAIN", &self.toolchain)
            .env_remove("RUSTC")
            .env_remove("CARGO");
        cargo.env("IPHONEOS_DEPLOYMENT_TARGET", IOS_DEPLOYMENT_TARGET);
        cargo.env(
            "CARGO_ENCODED_RUSTFLAGS",
            renamed(project, &self.target(project)?)?.join("\u{1f}"),
        );
        Ok(cargo)
    }
}

/// The flags by which no path of this machine gets into what ships: it would tell who built it where, and give every machine other bytes.
pub fn renamed(project: &Project, target: &Path) -> Outcome<Vec<String>> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
        .ok_or_else(|| Failure::new("neither CARGO_HOME nor HOME is set"))?;
    let names = [
        (project.root.clone(), "/klarna-step-up"),
        (target.to_path_buf(), "/target"),
        (home.join("registry/src"), "/crates"),
    ];
    // Of several that fit, the last one counts.
    let flags = names.map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display()));
    Ok(flags.to_vec())
}

/// A folder that C code for Apple's systems takes for an SDK: its headers only.
pub fn apple_headers(project: &Project) -> Outcome<PathBuf> {
    let zig = ziglang::folder(project)?;
    project
        .cache
        .entry("apple-headers", &[zig.as_os_str().as_encoded_bytes()])
        .get(|out| {
            let usr = out.join("usr");
            std::fs::create_dir_all(&usr).map_err(at(&usr))?;
            std::os::unix::fs::symlink(zig.join("include/any-darwin-any"), usr.join("include"))
                .map_err(at(&usr))
        })
}
