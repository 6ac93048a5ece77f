//! An `XCFramework` of static libraries: one folder for devices, one for simulators.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;

use super::Flavour;
use super::apple_tools::Tools;
use super::ios::{self, DEVICE, SIMULATORS, Target};
use super::macho::{self, Slice};

/// The module of the generated C header; the framework is called like it, because Swift packages look for it under that name.
pub const MODULE: &str = "KlarnaStepUpCoreFFI";
const HEADERS: &str = "bindings/swift/Sources/KlarnaStepUpCoreFFI/include";

/// One library of a framework.
struct Part {
    /// Its folder, in Xcode's own spelling.
    identifier: &'static str,
    targets: &'static [Target],
}

const PARTS: [Part; 2] = [
    Part {
        identifier: "ios-arm64",
        targets: &[DEVICE],
    },
    Part {
        identifier: "ios-arm64_x86_64-simulator",
        targets: &SIMULATORS,
    },
];

/// The framework's name as a folder.
pub fn folder_name() -> String {
    format!("{MODULE}.xcframework")
}

/// Makes `MODULE.xcframework` in `into`, and returns what was found in each slice.
pub fn make(
    project: &Project,
    tools: Tools,
    flavour: Flavour,
    into: &Path,
) -> Outcome<Vec<(Target, Slice)>> {
    let work = into.join(".work");
    let headers = work.join("Headers");
    // A folder of the module's own: a flat Headers/module.modulemap collides with any other framework's in the same app.
    copy_folder(&project.root.join(HEADERS), &headers.join(MODULE))?;
    let mut examined = Vec::new();
    let mut libraries = Vec::new();
    for part in &PARTS {
        let mut slices = Vec::new();
        for target in part.targets {
            let slice = ios::library(project, tools, flavour, *target)?;
            examined.push((*target, ios::examine(project, flavour, *target, &slice)?));
            slices.push(slice);
        }
        let library = work.join(part.identifier).join(format!("lib{MODULE}.a"));
        create_folder(&work.join(part.identifier))?;
        if let [only] = slices.as_slice() {
            fs::copy(only, &library).map_err(at(only))?;
        } else {
            tools.join(&slices, &library)?;
        }
        libraries.push((part, library));
    }
    let out = into.join(folder_name());
    match tools {
        Tools::Xcode => {
            let mut create = process::command("xcodebuild");
            create.arg("-create-xcframework");
            for (_, library) in &libraries {
                create.arg("-library").arg(library);
                create.arg("-headers").arg(&headers);
            }
            create.arg("-output").arg(&out);
            process::run(create)?;
        }
        Tools::Linux => {
            for (part, library) in &libraries {
                let folder = out.join(part.identifier);
                copy_folder(&headers, &folder.join("Headers"))?;
                let target = folder.join(format!("lib{MODULE}.a"));
                fs::rename(library, &target).map_err(at(&target))?;
            }
            let plist = out.join("Info.plist");
            fs::write(&plist, info_plist()).map_err(at(&plist))?;
        }
    }
    fs::remove_dir_all(&work).map_err(at(&work))?;
    look_into(&out)?;
    Ok(examined)
}

/// The description of a framework, as `xcodebuild -create-xcframework` writes it.
fn info_plist() -> String {
    let mut libraries = String::new();
    for part in &PARTS {
        let mut architectures = String::new();
        for target in part.targets {
            let _ = writeln!(
                architectures,
                "\t\t\t\t<string>{}</string>",
                target.architecture
            );
        }
        let variant = if part.targets == [DEVICE] {
            ""
        } else {
            "\t\t\t<key>SupportedPlatformVariant</key>\n\t\t\t<string>simulator</string>\n"
        };
        let _ = write!(
            libraries,
            "\t\t<dict>
\t\t\t<key>BinaryPath</key>
\t\t\t<string>lib{MODULE}.a</string>
\t\t\t<key>HeadersPath</key>
\t\t\t<string>Headers</string>
\t\t\t<key>LibraryIdentifier</key>
\t\t\t<string>{}</string>
\t\t\t<key>LibraryPath</key>
\t\t\t<string>lib{MODULE}.a</string>
\t\t\t<key>SupportedArchitectures</key>
\t\t\t<array>
{architectures}\t\t\t</array>
\t\t\t<key>SupportedPlatform</key>
\t\t\t<string>ios</string>
{variant}\t\t</dict>
",
            part.identifier
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">
<plist version=\"1.0\">
<dict>
\t<key>AvailableLibraries</key>
\t<array>
{libraries}\t</array>
\t<key>CFBundlePackageType</key>
\t<string>XFWK</string>
\t<key>XCFrameworkFormatVersion</key>
\t<string>1.0</string>
</dict>
</plist>
"
    )
}

/// Whether a finished framework has what its description names, whoever made it.
fn look_into(framework: &Path) -> Outcome<()> {
    let plist = framework.join("Info.plist");
    let plist = fs::read_to_string(&plist).map_err(at(&plist))?;
    for part in &PARTS {
        let folder = framework.join(part.identifier);
        let wrong = |what: &str| Failure::new(format!("{}: {what}", folder.display()));
        if !plist.contains(&format!("<string>{}</string>", part.identifier)) {
            return Err(wrong("Info.plist does not name it"));
        }
        let library = folder.join(format!("lib{MODULE}.a"));
        let slices = macho::slices(&fs::read(&library).map_err(at(&library))?)?;
        let found: Vec<&str> = slices
            .iter()
            .map(|slice| slice.architecture.as_str())
            .collect();
        let wanted = part.targets.iter().map(|target| target.architecture);
        if found.len() != part.targets.len() || !wanted.clone().all(|name| found.contains(&name)) {
            let wanted: Vec<_> = wanted.collect();
            return Err(wrong(&format!("is for {found:?}, not for {wanted:?}")));
        }
        let module = folder.join("Headers").join(MODULE);
        for file in ["module.modulemap", &format!("{MODULE}.h")] {
            if !module.join(file).is_file() {
                return Err(wrong(&format!("Headers/{MODULE}/{file} is missing")));
            }
        }
        if folder.join("Headers/module.modulemap").exists() {
            return Err(wrong("Headers/module.modulemap collides with others"));
        }
    }
    Ok(())
}

/// In what an app could notice two frameworks differ: whoever made them, they must be of one kind. Sizes differ, and are only printed.
pub fn compare(one: &Path, other: &Path) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    for part in &PARTS {
        let read = |framework: &Path| {
            let folder = framework.join(part.identifier);
            let library = folder.join(format!("lib{MODULE}.a"));
            let slices = macho::slices(&fs::read(&library).map_err(at(&library))?)?;
            let header = folder
                .join("Headers")
                .join(MODULE)
                .join(format!("{MODULE}.h"));
            let header = fs::read(&header).map_err(at(&header))?;
            Ok((slices, header))
        };
        let (ours, our_header) = read(one)?;
        let (theirs, their_header) = read(other)?;
        let name = part.identifier;
        if our_header != their_header {
            found.push(format!("{name}: the header"));
        }
        if ours.len() != theirs.len() {
            found.push(format!(
                "{name}: {} slices and {}",
                ours.len(),
                theirs.len()
            ));
        }
        for our in &ours {
            let architecture = &our.architecture;
            let their = theirs
                .iter()
                .find(|slice| slice.architecture == *architecture);
            let Some(their) = their else {
                found.push(format!("{name}: only one has {architecture}"));
                continue;
            };
            println!(
                "{name} {architecture}: {} B and {} B, without debug information {} B and {} B",
                our.bytes,
                their.bytes,
                our.bytes - our.debug_bytes,
                their.bytes - their.debug_bytes
            );
            if our.built_for != their.built_for {
                found.push(format!(
                    "{name} {architecture}: for {:?} and for {:?}",
                    our.built_for, their.built_for
                ));
            }
            // Others than UniFFI's are Rust's own, named after the compiler that made them.
            let exports = |slice: &Slice| {
                let ours = ["_uniffi_klarna_step_up_", "_ffi_klarna_step_up_"];
                let names = slice.exports.iter();
                names
                    .filter(|name| ours.iter().any(|start| name.starts_with(start)))
                    .cloned()
                    .collect::<BTreeSet<_>>()
            };
            let (our, their) = (exports(our), exports(their));
            for name in our.symmetric_difference(&their) {
                found.push(format!("{architecture}: only one exports {name}"));
            }
        }
    }
    Ok(found)
}

/// Makes a folder and those above it.
pub fn create_folder(folder: &Path) -> Outcome<()> {
    fs::create_dir_all(folder).map_err(at(folder))
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) -> Outcome<()> {
    for file in super::archive::files(from)? {
        let inside: PathBuf = file.strip_prefix(from).unwrap_or(&file).into();
        let target = to.join(inside);
        if let Some(folder) = target.parent() {
            create_folder(folder)?;
        }
        fs::copy(&file, &target).map_err(at(&file))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_names_both_parts_and_their_processors() {
        let plist = info_plist();
        assert_eq!(
            plist
                .matches("<string>libKlarnaStepUpCoreFFI.a</string>")
                .count(),
            4
        );
        assert_eq!(plist.matches("<string>arm64</string>").count(), 2);
        assert_eq!(plist.matches("<string>x86_64</string>").count(), 1);
        assert_eq!(plist.matches("<string>simulator</string>").count(), 1);
    }

    #[test]
    fn a_framework_without_its_parts_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("Info.plist"), info_plist()).expect("a file");
        assert!(look_into(folder.path()).is_err());
        fs::write(folder.path().join("Info.plist"), "").expect("a file");
        let said = look_into(folder.path()).expect_err("refused").to_string();
        assert!(said.contains("does not name it"), "{said}");
    }
}
