//! What a shop gets for iOS: `cargo xtask package ios`.
//!
//! `dist/` then holds the framework that `Package.swift` looks for, a package folder of its own for the slim flavour, both as zip files to
//! download, their check sums, and a description of how they were made.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::bindings::{self, Language};
use crate::cache;
use crate::process::{Failure, Outcome, at};
use crate::project::Project;

use super::Flavour;
use super::apple_tools::Tools;
use super::archive;
use super::ios;
use super::paths::Machine;
use super::sbom;
use super::xcframework::{self, copy_folder, create_folder};

/// Where all of it is put, in the checkout.
pub const DIST: &str = "dist";
/// How it was made, and how large it is.
pub const DESCRIPTION: &str = "ios.json";
/// The slim flavour's package folder.
pub const SLIM: &str = "KlarnaStepUpSlim";
/// What an app compiles: the rest of the checkout is ours.
const SOURCES: [&str; 5] = [
    "bindings/swift/Sources/KlarnaStepUp",
    "bindings/swift/Sources/KlarnaStepUpCore",
    "bindings/swift/Sources/KlarnaStepUpCoreFFI",
    "bindings/swift/Sources/KlarnaStepUpTesting",
    "bindings/swift/AppleStubs",
];

impl Flavour {
    /// The zip file to download, in bytes: what was measured when the gate was set, and a twentieth.
    fn download_budget(self) -> u64 {
        match self {
            Self::Slim => 6_425_000,
            Self::Standard => 15_500_000,
        }
    }

    /// What its bill of materials calls it.
    fn ios_artifact(self) -> &'static str {
        match self {
            Self::Slim => "klarna-step-up-ios-slim",
            Self::Standard => "klarna-step-up-ios",
        }
    }

    /// The zip file of a version.
    pub fn zip_name(self, version: &str) -> String {
        match self {
            Self::Slim => format!("{SLIM}-{version}.zip"),
            Self::Standard => format!("{}-{version}.zip", xcframework::folder_name()),
        }
    }
}

/// Makes the packages in these flavours, in the checkout.
pub fn package(project: &Project, flavours: &[Flavour]) -> Outcome<()> {
    let tools = Tools::find()?;
    // The Swift that is shipped, and the library that it calls, are of one kind.
    bindings::verify(project, Language::Swift)?;
    let dist = project.root.join(DIST);
    create_folder(&dist)?;
    let fresh = dist.join("ios.new");
    cache::remove(&fresh)?;
    create_folder(&fresh)?;
    make(project, tools, flavours, &fresh)?;
    for entry in fs::read_dir(&fresh).map_err(at(&fresh))? {
        let made = entry.map_err(at(&fresh))?;
        let place = dist.join(made.file_name());
        cache::remove(&place)?;
        fs::rename(made.path(), &place).map_err(at(&place))?;
    }
    cache::remove(&fresh)?;
    println!(
        "in {}, described by {DESCRIPTION}; SwiftPM remembers what a manifest said before: `swift package reset`, or in Xcode File, Packages, Reset Package Caches",
        dist.display()
    );
    Ok(())
}

/// Makes them in a folder. Returns the check sums of the zip files.
pub fn make(
    project: &Project,
    tools: Tools,
    flavours: &[Flavour],
    into: &Path,
) -> Outcome<Vec<String>> {
    let version = project.version()?;
    let mut described = Map::new();
    let mut sums = Vec::new();
    for flavour in flavours {
        let folder = into.join(format!(".{}", flavour.name()));
        // What is in the zip file, under the name that it has there.
        let (content, shipped) = match flavour {
            Flavour::Standard => (folder.clone(), xcframework::folder_name()),
            Flavour::Slim => (folder.join(SLIM).join(DIST), SLIM.to_owned()),
        };
        create_folder(&content)?;
        let slices = xcframework::make(project, tools, *flavour, &content)?;
        if *flavour == Flavour::Slim {
            stage(project, &folder.join(SLIM), *flavour)?;
        }
        no_paths(project, &folder)?;
        let zip = into.join(flavour.zip_name(&version));
        archive::pack(&folder, &zip)?;
        let bytes = fs::metadata(&zip).map_err(at(&zip))?.len();
        let budget = flavour.download_budget();
        if bytes > budget {
            return Err(Failure::new(format!(
                "{} has {bytes} B, {} B over the gate",
                zip.display(),
                bytes - budget
            )));
        }
        let sum = archive::checksum(&zip)?;
        let artifact = flavour.ios_artifact();
        let subject = sbom::Subject {
            artifact,
            version: &version,
            packaging: "zip",
            dependencies: &[],
        };
        let bill = sbom::bill(project, &subject, Some((*flavour, &[ios::DEVICE.triple])))?;
        let file = into.join(format!("{artifact}-{version}.cdx.json"));
        fs::write(&file, bill).map_err(at(&file))?;
        println!(
            "{}: {bytes} B (gate {budget} B), checksum {sum}",
            flavour.zip_name(&version)
        );
        let mut about = json!({
            "zip": flavour.zip_name(&version),
            "bytes": bytes,
            "checksum": sum,
            "slices": slices.iter().map(|(target, slice)| json!({
                "target": target.triple,
                "bytes": slice.bytes,
                "without_debug_information": slice.bytes - slice.debug_bytes,
            })).collect::<Vec<_>>(),
        });
        if tools == Tools::Linux {
            let library = ios::library(project, tools, *flavour, ios::DEVICE)?;
            let growth = ios::grows_by(project, *flavour, &library)?;
            about["app_grows_by"] =
                json!({ "bytes": growth.bytes, "compressed": growth.compressed });
        }
        described.insert(flavour.name().to_owned(), about);
        sums.push(sum);
        let place = into.join(&shipped);
        fs::rename(folder.join(&shipped), &place).map_err(at(&place))?;
        cache::remove(&folder)?;
    }
    let description = into.join(DESCRIPTION);
    let text = json!({
        "version": version,
        "made_with": tools.description()?,
        "flavours": Value::Object(described),
    });
    fs::write(&description, format!("{text:#}\n")).map_err(at(&description))?;
    Ok(sums)
}

/// The checkout's manifest, with one word changed.
fn slim_manifest(text: &str) -> Outcome<String> {
    const STANDARD: &str = "let slim = false";
    if text.matches(STANDARD).count() != 1 {
        return Err(Failure::new(format!(
            "Package.swift has to say `{STANDARD}` once"
        )));
    }
    Ok(text.replacen(STANDARD, "let slim = true", 1))
}

/// Copies what an app gets of the checkout, and no more; not the library.
pub fn stage(project: &Project, folder: &Path, flavour: Flavour) -> Outcome<()> {
    create_folder(folder)?;
    let licence = project.root.join("LICENSE");
    fs::copy(&licence, folder.join("LICENSE")).map_err(at(&licence))?;
    for name in SOURCES {
        copy_folder(&project.root.join(name), &folder.join(name))?;
    }
    let manifest = project.root.join("Package.swift");
    let mut text = fs::read_to_string(&manifest).map_err(at(&manifest))?;
    if flavour == Flavour::Slim {
        text = slim_manifest(&text)?;
    }
    let place = folder.join("Package.swift");
    fs::write(&place, text).map_err(at(&place))
}

/// No file that is shipped names a folder of this machine.
fn no_paths(project: &Project, folder: &Path) -> Outcome<()> {
    let machine = Machine::of(project)?;
    for file in archive::files(folder)? {
        // Libraries were looked into slice by slice.
        if file.extension().is_some_and(|extension| extension == "a") {
            continue;
        }
        let found = machine.found_in(&fs::read(&file).map_err(at(&file))?);
        if let Some(path) = found.first() {
            let inside: PathBuf = file.strip_prefix(folder).unwrap_or(&file).into();
            return Err(Failure::new(format!("{} names {path}", inside.display())));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slim_manifest_differs_in_one_word() {
        let slim = slim_manifest("a\nlet slim = false\nb\n").expect("a manifest");
        assert_eq!(slim, "a\nlet slim = true\nb\n");
        assert!(slim_manifest("let slim = 0").is_err());
    }
}
