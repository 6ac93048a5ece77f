//! What is needed to link for Android: the NDK where `ANDROID_NDK_HOME` names one, else stub libraries of our own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::system;

use super::ziglang;

/// The libraries whose imports are listed in `xtask/recipes/symbols`.
pub const LIBRARIES: [&str; 4] = ["libc", "libdl", "liblog", "libm"];

/// A C compiler that links, for each ABI.
pub struct AndroidLink {
    folder: PathBuf,
    ar: PathBuf,
    flags: Vec<&'static str>,
    /// Whether each link needs our start-up object. The NDK brings its own.
    starts_up: bool,
    /// Changes when anything in it does, a line of a symbol list included.
    pub key: String,
    /// Which of the two it is, for the package to say.
    pub name: String,
    /// Folders whose files C code is compiled from, and what they are called in debug information.
    pub renamed: Vec<(PathBuf, &'static str)>,
}

/// What makes the download smaller. Relocations are packed as Android has read them since API 23 (`DT_RELR` would need 28).
const SMALLER: [&str; 3] = ["-Wl,-O2", "-Wl,--icf=all", "-Wl,--pack-dyn-relocs=android"];
/// Lays out functions and data so that like comes after like, which only matters to whoever compresses them. Since lld 21.
const SORTED: &str = "--bp-compression-sort";

/// The file that lists what may be imported from a library.
pub fn symbols(project: &Project, library: &str) -> PathBuf {
    project.recipe("symbols").join(format!("{library}.txt"))
}

impl AndroidLink {
    /// Makes it, or finds it made.
    pub fn get(project: &Project) -> Outcome<Self> {
        // Also beside an NDK: what it links is examined with LLVM's programs.
        system::ensure(&[system::CLANG, system::LLD, system::LLVM])?;
        match std::env::var_os("ANDROID_NDK_HOME").filter(|home| !home.is_empty()) {
            Some(home) => Self::of_ndk(project, Path::new(&home)),
            None => Self::of_stubs(project),
        }
    }

    fn of_stubs(project: &Project) -> Outcome<Self> {
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
            ar: "llvm-ar-22".into(),
            flags: [SMALLER.as_slice(), &["-Wl,--bp-compression-sort=both"]].concat(),
            starts_up: true,
            key: entry.key().to_owned(),
            name: "LLVM 22 and stub libraries, without the NDK".to_owned(),
            renamed: vec![
                (project.cache.folder().to_path_buf(), "/cache"),
                ("/usr/lib/llvm-22".into(), "/llvm"),
            ],
        })
    }

    /// With the NDK in this folder.
    pub fn of_ndk(project: &Project, home: &Path) -> Outcome<Self> {
        let properties = home.join("source.properties");
        let text = std::fs::read_to_string(&properties).map_err(at(&properties))?;
        let revision = revision(&text).ok_or_else(|| {
            Failure::new(format!("{} names no Pkg.Revision", properties.display()))
        })?;
        let tools = home.join("toolchains/llvm/prebuilt/linux-x86_64/bin");
        let recipe = project.recipe("android-ndk.sh");
        let script = std::fs::read(&recipe).map_err(at(&recipe))?;
        let parts = [
            script.as_slice(),
            home.as_os_str().as_encoded_bytes(),
            revision.as_bytes(),
        ];
        let entry = project.cache.entry("android-ndk", &parts);
        let folder = entry.get(|out| {
            let mut script = project.script("android-ndk.sh");
            script.arg(out).arg(&tools);
            process::run(script)
        })?;
        let mut lld = process::command(tools.join("ld.lld"));
        lld.arg("--help");
        let mut flags = SMALLER.to_vec();
        if process::read(lld)?.contains(SORTED) {
            flags.push("-Wl,--bp-compression-sort=both");
        }
        Ok(Self {
            folder,
            ar: tools.join("llvm-ar"),
            flags,
            starts_up: false,
            key: entry.key().to_owned(),
            name: format!("Android NDK {revision}"),
            renamed: vec![(home.to_path_buf(), "/ndk")],
        })
    }

    /// Where its programs and libraries are.
    pub fn folder(&self) -> &Path {
        &self.folder
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
        flags.extend(self.flags.iter().map(|flag| (*flag).to_owned()));
        if self.starts_up {
            flags.push(self.file(format!("{triple}/crt.o")).display().to_string());
        }
        let flags: Vec<String> = flags
            .into_iter()
            .map(|flag| format!("-Clink-arg={flag}"))
            .collect();
        cargo.env(format!("CARGO_TARGET_{upper}_LINKER"), &compiler);
        // For the last step only: as flags for every crate they would have all of them built again whenever a list changes.
        cargo.arg("--").args(flags);
        cargo
            .env(format!("CC_{lower}"), &compiler)
            .env(format!("AR_{lower}"), &self.ar);
    }
}

/// What an NDK's `source.properties` says it is.
fn revision(properties: &str) -> Option<&str> {
    let line = properties
        .lines()
        .find_map(|line| line.strip_prefix("Pkg.Revision"))?;
    Some(line.trim_start_matches([' ', '=']).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_revision_is_read() {
        let said =
            "Pkg.Desc = Android NDK\nPkg.Revision = 28.2.13676358\nPkg.BaseRevision = 28.2\n";
        assert_eq!(revision(said), Some("28.2.13676358"));
        assert_eq!(revision("Pkg.Desc = Android NDK\n"), None);
    }
}
