//! Apple's own tools where they are, LLVM's where they are not.

use std::path::{Path, PathBuf};

use crate::process::{self, Failure, Outcome, at};
use crate::system;

use super::macho;

/// With what a package for Apple's systems is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tools {
    /// On a Mac: its SDK, `lipo`, `xcodebuild -create-xcframework`.
    Xcode,
    /// Debian's rustc and LLVM, headers from elsewhere, and the folder layout that Xcode documents.
    Linux,
}

impl Tools {
    pub fn find() -> Outcome<Self> {
        if !cfg!(target_os = "macos") {
            return Ok(Self::Linux);
        }
        xcode().map(|_| Self::Xcode)
    }

    /// With what a package was made, for whoever holds it.
    pub fn description(self) -> Outcome<String> {
        match self {
            Self::Xcode => Ok(xcode()?.replace('\n', ", ")),
            Self::Linux => Ok(format!(
                "Linux: rustc-web {}, LLVM 22; neither Apple's SDK nor its linker nor Xcode had a part in it",
                system::candidate("rustc-web")?
            )),
        }
    }

    /// Takes bitcode out of a static library. Rust's own objects have it, no linker of today wants it, and Apple's store refuses it.
    pub fn drop_bitcode(self, library: &Path) -> Outcome<()> {
        let bytes = std::fs::read(library).map_err(at(library))?;
        let slices = macho::slices(&bytes)?;
        if slices.iter().all(|slice| slice.bitcode_bytes == 0) {
            return Ok(());
        }
        let mut command = match self {
            Self::Linux => process::command("llvm-objcopy-22"),
            Self::Xcode => {
                let mut strip = process::command("xcrun");
                strip.args(["bitcode_strip", "-r"]).arg(library).arg("-o");
                strip
            }
        };
        if self == Self::Linux {
            for section in ["__LLVM,__bitcode", "__LLVM,__cmdline"] {
                command.args(["--remove-section", section]);
            }
        }
        command.arg(library);
        process::run(command)
    }

    /// One file of several slices for one platform.
    pub fn join(self, slices: &[PathBuf], out: &Path) -> Outcome<()> {
        let mut lipo = process::command(match self {
            Self::Xcode => "lipo",
            Self::Linux => "llvm-lipo-22",
        });
        lipo.arg("-create").args(slices).arg("-output").arg(out);
        process::run(lipo)
    }
}

/// The version of Xcode, or what to do where there is none.
pub fn xcode() -> Outcome<String> {
    let mut version = process::command("xcodebuild");
    version.arg("-version");
    process::read(version)
        .map(|said| said.trim().to_owned())
        .map_err(|failure| {
            Failure::new(format!(
                "this needs a Mac with Xcode 16 or newer, and `xcode-select` pointing to it: {failure}"
            ))
        })
}
