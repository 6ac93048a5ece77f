//! What only a Mac can test: the package by Apple's compiler, the tests in a simulator, the demo's schemes.

use std::path::Path;
use std::process::Command;

use crate::bindings::{self, Language};
use crate::package::apple_tools::{self, Tools};
use crate::package::{self, swift_package, xcframework};
use crate::process::{self, Failure, Outcome};
use crate::project::Project;
use crate::sandbox::Control;
use crate::tally::Tally;

/// The oldest Xcode that reads the manifest.
const OLDEST_XCODE: u32 = 16;
/// The scheme for everything in a package of several products.
const SCHEME: &str = "KlarnaStepUp-Package";
const DEVICE: &str = "generic/platform=iOS";
/// What the simulator is told by this prefix reaches the tests without it.
const FOR_TESTS: &str = "TEST_RUNNER_STEPUP_CONTROL";
const DEMO: &str = "ios-demo/KlarnaStepUpDemo.xcodeproj";
const DEMO_SCHEMES: [&str; 2] = ["KlarnaStepUpDemo", "KlarnaStepUpDemo-SystemHTTP"];

/// Runs all of it. Without Xcode it fails and says what is missing.
pub fn check(project: &Project) -> Outcome<Tally> {
    let said = apple_tools::xcode()?;
    println!("{said}");
    if Tools::find()? != Tools::Xcode || major(&said) < OLDEST_XCODE {
        return Err(Failure::new(format!(
            "this needs a Mac with Xcode {OLDEST_XCODE} or newer, not {said}"
        )));
    }
    let mut tally = Tally::default();
    bindings::verify(project, Language::Swift)?;
    swift_package::package(project, &package::chosen(&[]))?;
    tally.count(true);
    let build = |destination: &str| {
        let mut build = xcodebuild(project);
        build.args(["build", "-scheme", SCHEME, "-destination", destination]);
        build.arg("SWIFT_TREAT_WARNINGS_AS_ERRORS=YES");
        build
    };
    tally.count(process::run(build(DEVICE)).is_ok());
    let simulator = simulator()?;
    let control = Control::start(project)?;
    let mut test = xcodebuild(project);
    test.args(["test", "-scheme", SCHEME, "-destination"]);
    test.arg(format!("id={simulator}"));
    test.env(FOR_TESTS, control.address());
    let (ended_well, said) = process::watch(test)?;
    let tests = Tally::of_swift(&said);
    tally.add(tests);
    tally.count(ended_well && tests.passed > 0);
    for scheme in DEMO_SCHEMES {
        let mut demo = xcodebuild(project);
        demo.args(["build", "-project", DEMO, "-scheme", scheme]);
        demo.args(["-destination", "generic/platform=iOS Simulator"]);
        tally.count(process::run(demo).is_ok());
    }
    Ok(tally)
}

fn xcodebuild(project: &Project) -> Command {
    let mut command = process::command("xcodebuild");
    command.current_dir(&project.root);
    command
}

/// `Xcode 16.2` is 16.
fn major(said: &str) -> u32 {
    let version = said.strip_prefix("Xcode ").unwrap_or_default();
    let mut digits = version.split(|character: char| !character.is_ascii_digit());
    digits.find_map(|digits| digits.parse().ok()).unwrap_or(0)
}

/// An iPhone simulator that is there, by its id: the names differ from one Xcode to the next.
fn simulator() -> Outcome<String> {
    let mut list = process::command("xcrun");
    list.args(["simctl", "list", "devices", "available", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&process::read(list)?)
        .map_err(|error| Failure::new(error.to_string()))?;
    iphone(&said).ok_or_else(|| {
        Failure::new("no iPhone simulator is installed: Xcode, Settings, Components")
    })
}

/// Of the newest system that has one.
fn iphone(devices: &serde_json::Value) -> Option<String> {
    let runtimes = devices["devices"].as_object()?;
    let mut found: Vec<(&String, &str)> = Vec::new();
    for (runtime, devices) in runtimes {
        for device in devices.as_array().into_iter().flatten() {
            let name = device["name"].as_str().unwrap_or_default();
            if name.starts_with("iPhone") {
                found.extend(device["udid"].as_str().map(|id| (runtime, id)));
            }
        }
    }
    found.sort();
    found.last().map(|(_, id)| (*id).to_owned())
}

/// Compares the framework in `dist/` with another, for example one that was made on the other system.
pub fn compare(project: &Project, other: &Path) -> Outcome<()> {
    let own = project
        .root
        .join(swift_package::DIST)
        .join(xcframework::folder_name());
    let differences = xcframework::compare(&own, other)?;
    if differences.is_empty() {
        println!("the same processors, versions, exports and headers");
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} and {} differ\n  {}",
        own.display(),
        other.display(),
        differences.join("\n  ")
    )))
}

#[cfg(test)]
mod checks {
    use super::*;

    #[test]
    fn xcode_says_its_version() {
        assert_eq!(major("Xcode 16.2\nBuild version 16C5032a"), 16);
        assert_eq!(major("xcode-select: error"), 0);
    }

    #[test]
    fn an_iphone_of_the_newest_system_is_taken() {
        let devices = serde_json::json!({"devices": {
            "com.apple.CoreSimulator.SimRuntime.iOS-17-5": [{"name": "iPhone 15", "udid": "A"}],
            "com.apple.CoreSimulator.SimRuntime.iOS-18-2": [{"name": "iPad", "udid": "C"}, {"name": "iPhone 16", "udid": "B"}],
        }});
        assert_eq!(iphone(&devices).as_deref(), Some("B"));
        assert_eq!(iphone(&serde_json::json!({"devices": {}})), None);
    }
}
