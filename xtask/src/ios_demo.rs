//! The iOS demo app: its model runs here with the real library and the real sandbox; its views are type-checked; its project file is read.

use std::path::{Path, PathBuf};

use crate::bindings::{self, Language};
use crate::process::{self, Outcome, at};
use crate::project::Project;
use crate::sandbox::Control;
use crate::swift::MODULE_OPTIONS;
use crate::tally::Tally;
use crate::tests::{Ran, counted};
use crate::toolchain::swift_root::SwiftRoot;

/// The package with all of the app but its views.
const MODEL: &str = "ios-demo/DemoModel";
/// The app's own sources: no more of it than this cannot run on Linux.
const APP: &str = "ios-demo/KlarnaStepUpDemo";
/// Apart from the library's own builds: `SwiftPM` keeps one package a folder.
const SCRATCH: &str = "/scratch/demo";

/// Type-checks model and views for iOS 15.
const FOR_IOS: &str = "xtask/recipes/swift-demo-for-ios.sh";

/// Runs all of it.
pub fn check(project: &Project) -> Outcome<Ran> {
    let root = SwiftRoot::get(project)?;
    bindings::verify(project, Language::Swift)?;
    let mut swift = root.swift(
        project,
        &[
            "test",
            "--package-path",
            MODEL,
            "--scratch-path",
            SCRATCH,
            "-Xswiftc",
            "-warnings-as-errors",
        ],
    );
    let control = Control::start(project)?;
    control.tell(&mut swift);
    let (mut tally, ended) = counted(swift, Tally::of_swift);
    if ended.is_ok() {
        let views = sources(&project.root.join(APP))?;
        tally.count(process::run(typecheck(project, &root, &views)?).is_ok());
        tally.count(process::run(root.run(project, "bash", &[FOR_IOS])).is_ok());
        say_what_did_not_run(&views)?;
    }
    let lint = ["format", "lint", "--strict", "--recursive", MODEL, APP];
    tally.count(process::run(root.swift(project, &lint)).is_ok());
    Ok((tally, ended))
}

/// The compiler over the views, in Swift 6 mode, with the stand-ins for Apple's frameworks. As another package's: they see what an app sees.
fn typecheck(
    project: &Project,
    root: &SwiftRoot,
    views: &[PathBuf],
) -> Outcome<std::process::Command> {
    let modules = format!("{SCRATCH}/debug/Modules");
    let mut arguments = vec!["-typecheck", "-parse-as-library", "-swift-version", "6"];
    arguments.extend(["-warnings-as-errors", "-package-name", "app"]);
    arguments.extend(["-module-name", "KlarnaStepUpDemo", "-I", &modules]);
    // The C half of the generated module; the modules are those of this package's own build.
    arguments.extend(&MODULE_OPTIONS[2..]);
    let inside: Vec<String> = views
        .iter()
        .map(|file| {
            let inside = file.strip_prefix(&project.root).map_err(at(file))?;
            Ok(inside.display().to_string())
        })
        .collect::<Outcome<_>>()?;
    arguments.extend(inside.iter().map(String::as_str));
    Ok(root.run(project, "swiftc", &arguments))
}

/// The Swift files below a folder, by name.
fn sources(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|kind| kind == "swift") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// What of the app was compiled and never run, file by file.
fn say_what_did_not_run(views: &[PathBuf]) -> Outcome<()> {
    println!("type-checked, never run on this machine:");
    let mut all = 0;
    for file in views {
        let lines = lines_of_code(&std::fs::read_to_string(file).map_err(at(file))?);
        all += lines;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        println!("{lines:>6} lines  {name}");
    }
    println!("{all:>6} lines in all, and the Xcode project, which no Xcode has opened");
    Ok(())
}

/// Lines that are neither empty nor a comment.
fn lines_of_code(text: &str) -> usize {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .count()
}

#[cfg(test)]
mod checks {
    use super::*;

    #[test]
    fn every_view_is_found_below_its_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = folder.path().join("Views");
        std::fs::create_dir(&below).expect("a folder in it");
        for file in [
            folder.path().join("App.swift"),
            below.join("A.swift"),
            below.join("Assets.json"),
        ] {
            std::fs::write(file, "").expect("a file");
        }
        let found = sources(folder.path()).expect("readable");
        assert_eq!(
            found,
            [folder.path().join("App.swift"), below.join("A.swift")]
        );
    }

    #[test]
    fn comments_and_empty_lines_are_no_code() {
        assert_eq!(
            lines_of_code("import SwiftUI\n\n/// A view.\nstruct A {\n    // why\n}\n"),
            3
        );
    }
}
