//! What is needed to link for Android without an NDK.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Outcome, at};
use crate::project::Project;
use crate::system;

use super::ziglang;

/// The libraries whose imports are listed in `xtask/recipes/symbols`.
pub const LIBRARIES: [&str; 4] = ["libc", "libdl", "liblog", "libm"];

/// Stub libraries, a C compiler and linker, and a start-up object for each ABI.
pub struct AndroidLink {
    folder: PathBuf,
    /// Changes when anything in it does, a line of a symbol list included.
    pub key: String,
}

/// What makes the download smaller. Relocations are packed as Android has read them since API 23 (`DT_RELR` would need 28); functions
/// and data are laid out so that like comes after like, which only matters to whoever compresses them (lld 21 and later).
const SMALLER: [&str; 4] = [
    "-Wl,-O2",
    "-Wl,--icf=all",
    "-Wl,--pack-dyn-relocs=android",
    "-Wl,--bp-compression-sort=both",
];

/// The file that lists what may be imported from a library.
pub fn symbols(project: &Project, library: &str) -> PathBuf {
    project.recipe("symbols").join(format!("{library}.txt"))
}

impl AndroidLink {
    /// Makes it, or finds it made.
    pub fn get(project: &Project) -> Outcome<Self> {
        system::ensure(&[system::CLANG, system::LLD, system::LLVM])?;
        let zig = ziglang::folder(project)?;
        let mut parts = vec![zig.as_os_str().as_encoded_bytes().to_vec()];
        let mut files = vec![project.recipe("android-link.sh")];
        files.extend(LIBRARIES.map(|library| symbols(project, library)));
        for file in files {
            parts.push(std::fs::read(&file).map_err(at(&file))?);
        }
        let entry = project.cache.entry(
            "android-link",
            &parts.iter().map(Vec::as_slice).collect::<Vec<_>>(),
        );
        let folder = entry.get(|out| {
            let mut script = project.script("android-link.sh");
            script.arg(out).arg(&zig).arg(project.recipe("symbols"));
            process::run(script)
        })?;
        Ok(Self {
            folder,
            key: entry.key().to_owned(),
        })
    }

    fn file(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.join(path)
    }

    /// Tells `cargo rustc`, whose own arguments are complete, to link and to compile C for `target` with it.
    pub fn apply(&self, cargo: &mut Command, target: &str, soname: &str) {
        // Rust and clang name 32-bit ARM differently.
        let triple = target.replace("armv7-linux", "armv7a-linux");
        let compiler = self.file(format!("bin/{triple}-cc"));
        let upper = target.to_uppercase().replace('-', "_");
        let lower = target.replace('-', "_");
        let mut flags = vec![
            "-Wl,-z,max-page-size=16384".to_owned(),
            "-Wl,-z,common-page-size=16384".to_owned(),
            format!("-Wl,-soname,{soname}"),
            "-Wl,--no-undefined".to_owned(),
        ];
        flags.extend(SMALLER.map(str::to_owned));
        flags.push(self.file(format!("{triple}/crt.o")).display().to_string());
        let flags: Vec<String> = flags
            .into_iter()
            .map(|flag| format!("-Clink-arg={flag}"))
            .collect();
        cargo.env(format!("CARGO_TARGET_{upper}_LINKER"), &compiler);
        // For the last step only: as flags for every crate they would have all of them built again whenever a list changes.
        cargo.arg("--").args(flags);
        cargo
            .env(format!("CC_{lower}"), &compiler)
            .env(format!("AR_{lower}"), "llvm-ar-22");
    }
}
