//! The static library for iOS.

use std::path::{Path, PathBuf};

use crate::native;
use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::tally::Tally;
use crate::toolchain::mobile_rust::{self, IOS_DEPLOYMENT_TARGET, MobileRust};

use super::{Flavour, privacy};

const TARGET: &str = "aarch64-apple-ios";
const LIBRARY: &str = "libklarna_step_up.a";

/// Builds the device slice in these flavours and checks what it was built for.
pub fn check(project: &Project, flavours: &[Flavour]) -> Outcome<Tally> {
    let mut tally = Tally::default();
    let mut imports = String::new();
    for flavour in flavours {
        let library = build(project, *flavour)?;
        examine(*flavour, &library)?;
        tally.count(true);
        imports.push_str(&imported(&library)?);
    }
    // One manifest for both flavours: it names what either of them touches.
    privacy::check(project, &imports)?;
    tally.count(true);
    Ok(tally)
}

/// The static library, built or found built from the same inputs.
fn build(project: &Project, flavour: Flavour) -> Outcome<PathBuf> {
    let rust = MobileRust::with(project, TARGET)?;
    let headers = mobile_rust::apple_headers(project)?;
    let inputs = project.core_inputs()?;
    let parts = [
        rust.key.as_bytes(),
        headers.as_os_str().as_encoded_bytes(),
        inputs.as_bytes(),
    ];
    let folder = project
        .cache
        .entry(&format!("ios-arm64-{}", flavour.name()), &parts)
        .get(|out| {
            let mut cargo = rust.cargo(project)?;
            cargo.args([
                "rustc",
                "--release",
                "--package",
                "klarna-step-up",
                "--lib",
                "--crate-type",
                "staticlib",
                "--target",
                TARGET,
            ]);
            cargo.args(flavour.cargo_arguments());
            cargo
                .env("SDKROOT", &headers)
                .env("CC_aarch64_apple_ios", "clang-22")
                .env("AR_aarch64_apple_ios", "llvm-ar-22");
            let target = rust.target(project)?;
            native::build(
                project,
                &inputs,
                cargo,
                &target,
                &format!("{TARGET}/release"),
                LIBRARY,
                out,
            )
        })?;
    Ok(folder.join(LIBRARY))
}

fn examine(flavour: Flavour, library: &Path) -> Outcome<()> {
    let mut readobj = process::command("llvm-readobj-22");
    readobj.arg("--macho-version-min").arg(library);
    let versions = versions(&process::read(readobj)?);
    let mut nm = process::command("llvm-nm-22");
    nm.args([
        "--defined-only",
        "--extern-only",
        "--format=just-symbols",
        "--quiet",
    ])
    .arg(library);
    let symbols = process::read(nm)?;
    let exports = symbols
        .lines()
        .filter(|name| {
            name.starts_with("_uniffi_klarna_step_up_") || name.starts_with("_ffi_klarna_step_up_")
        })
        .count();
    let size = std::fs::metadata(library).map_err(at(library))?.len();
    println!(
        "iOS arm64 {}: {size} B static library, {} objects for {} and up, {exports} exports",
        flavour.name(),
        versions.len(),
        IOS_DEPLOYMENT_TARGET
    );
    let wanted = BuiltFor {
        command: "LC_BUILD_VERSION".to_owned(),
        platform: "ios".to_owned(),
        at_least: IOS_DEPLOYMENT_TARGET.to_owned(),
    };
    match versions.iter().find(|version| **version != wanted) {
        Some(other) => Err(Failure::new(format!(
            "iOS {}: an object is {other:?}, not {wanted:?}",
            flavour.name()
        ))),
        None if versions.is_empty() => Err(Failure::new(
            "no object of the static library says what it was built for",
        )),
        None if exports == 0 => Err(Failure::new(
            "the static library exports nothing of UniFFI's",
        )),
        None => Ok(()),
    }
}

/// The symbols that the library takes from the system.
fn imported(library: &Path) -> Outcome<String> {
    let mut nm = process::command("llvm-nm-22");
    nm.args([
        "--undefined-only",
        "--extern-only",
        "--format=just-symbols",
        "--quiet",
    ])
    .arg(library);
    process::read(nm)
}

/// What an object file says it was built for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct BuiltFor {
    command: String,
    platform: String,
    at_least: String,
}

/// Reads the output of `llvm-readobj --macho-version-min`.
fn versions(said: &str) -> Vec<BuiltFor> {
    let mut all: Vec<BuiltFor> = Vec::new();
    for line in said.lines().map(str::trim) {
        if line.starts_with("MinVersion {") {
            all.push(BuiltFor::default());
        } else if let (Some(version), Some((name, value))) = (all.last_mut(), line.split_once(": "))
        {
            match name {
                "Cmd" => value.clone_into(&mut version.command),
                "Platform" => value.clone_into(&mut version.platform),
                "Version" => value.clone_into(&mut version.at_least),
                _ => {}
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_version_of_each_object() {
        let said = "File: lib.a(one.o)\nFormat: Mach-O arm64\nMinVersion {\n  Cmd: LC_BUILD_VERSION\n  Size: 24\n  Platform: ios\n  Version: 15.0\n  SDK: n/a\n}\n\nFile: lib.a(two.o)\nMinVersion {\n  Cmd: LC_BUILD_VERSION\n  Platform: ios\n  Version: 18.0\n}\n";
        let versions = versions(said);
        assert_eq!(versions.len(), 2);
        assert_eq!(versions[0].at_least, "15.0");
        assert_eq!(versions[1].at_least, "18.0");
        assert_eq!(versions[1].platform, "ios");
    }
}
