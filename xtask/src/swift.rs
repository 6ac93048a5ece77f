//! The Swift façade's checks: generated files, tests, scenarios, what an app sees of it, format.

use std::path::Path;
use std::process::ExitCode;

use crate::bindings::{self, Language};
use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::sandbox::{self, Control};
use crate::swift_interface;
use crate::tally::Tally;
use crate::tests::{Ran, counted};
use crate::toolchain::swift_root::SwiftRoot;

/// The phone that plays the scenarios through the façade.
const PHONE: &str = "stepup-phone-swift";
/// Prints what the façade costs.
const BENCH: &str = "stepup-bench-swift";
/// What is written by hand, and formatted.
const FORMATTED: [&str; 8] = [
    "Package.swift",
    "bindings/swift/AppleStubs",
    "bindings/swift/Bench",
    "bindings/swift/Consumer",
    "bindings/swift/Sources/KlarnaStepUp",
    "bindings/swift/Sources/KlarnaStepUpTesting",
    "bindings/swift/Sources/StepUpPhone",
    "bindings/swift/Tests",
];
/// Type-checks the façade for iOS 15 and for app extensions.
const FOR_IOS: &str = "xtask/recipes/swift-for-ios.sh";
/// Apps of one file: those in `compiles` do, and those in `hidden` say in their first line why they do not.
const CONSUMER: &str = "bindings/swift/Tests/Consumer";

/// Where the modules are that were built, and the C half of the generated one.
pub const MODULE_OPTIONS: [&str; 4] = [
    "-I",
    "/scratch/debug/Modules",
    "-Xcc",
    "-fmodule-map-file=/project/bindings/swift/Sources/KlarnaStepUpCoreFFI/include/module.modulemap",
];

/// Runs all of them.
pub fn check(project: &Project) -> Outcome<Ran> {
    let root = SwiftRoot::get(project)?;
    bindings::verify(project, Language::Swift)?;
    let (mut tally, mut ended) = tests(project, &root)?;
    if ended.is_ok() {
        let (played, well) = scenarios(project, &root)?;
        tally.add(played);
        ended = ended.and(well);
        tally.add(consumer(project, &root)?);
        tally.count(process::run(root.run(project, "bash", &[FOR_IOS])).is_ok());
        tally.count(swift_interface::is_as_checked_in(project, &root)?);
    }
    let mut lint = vec!["format", "lint", "--strict", "--recursive"];
    lint.extend(FORMATTED);
    tally.count(process::run(root.swift(project, &lint)).is_ok());
    Ok((tally, ended))
}

/// What the façade costs beside the raw calls, with the library as it is released.
pub fn bench(project: &Project) -> Outcome<ExitCode> {
    let root = SwiftRoot::get(project)?;
    bindings::verify(project, Language::Swift)?;
    let arguments = ["build", "--configuration", "release", "--scratch-path"];
    let built = ["/scratch/bench", "--product", BENCH];
    process::run(root.swift(project, &[&arguments[..], &built].concat()))?;
    let (loader, mut arguments) = root.outside(project, &format!("bench/release/{BENCH}"));
    // Before the one for tests, which is not optimised.
    let released = bindings::released_host_library(project)?;
    if let Some(libraries) = arguments.iter_mut().find(|argument| argument.contains(':')) {
        *libraries = format!("{}:{libraries}", released.display());
    }
    let mut bench = process::command(loader);
    bench.args(arguments);
    process::forward(bench)
}

fn tests(project: &Project, root: &SwiftRoot) -> Outcome<Ran> {
    let arguments = [
        "test",
        "--scratch-path",
        "/scratch",
        "-Xswiftc",
        "-warnings-as-errors",
    ];
    let mut swift = root.swift(project, &arguments);
    let control = Control::start(project)?;
    control.tell(&mut swift);
    Ok(counted(swift, Tally::of_swift))
}

/// Every scenario, through the façade and by the built-in phone: both must send the backend the same requests.
fn scenarios(project: &Project, root: &SwiftRoot) -> Outcome<Ran> {
    let mut cargo = project.cargo()?;
    cargo.args(["run", "--quiet", "--package", sandbox::PACKAGE]);
    cargo.args(["--bin", "scenarios", "--", "--compare", "--phone"]);
    let (loader, arguments) = root.outside(project, &format!("debug/{PHONE}"));
    cargo.arg(loader);
    for argument in arguments {
        cargo.arg(format!("--phone-argument={argument}"));
    }
    Ok(counted(cargo, Tally::of_plain))
}

/// What an app sees: it compiles against façade and testing product, and can reach nothing of the generated code or of the seams.
fn consumer(project: &Project, root: &SwiftRoot) -> Outcome<Tally> {
    let mut tally = Tally::default();
    for folder in ["compiles", "hidden"] {
        let full = project.root.join(CONSUMER).join(folder);
        for entry in std::fs::read_dir(&full).map_err(at(&full))? {
            let file = entry.map_err(at(&full))?.path();
            let expected = expected_error(&file)?;
            let said = typecheck(project, root, &file)?;
            let good = match &expected {
                None => said.is_empty(),
                Some(error) => said.contains(error.as_str()),
            };
            if !good {
                println!("{}: {expected:?} was expected\n{said}", file.display());
            }
            tally.count(good);
        }
    }
    Ok(tally)
}

/// The error that a file announces in its first line.
fn expected_error(file: &Path) -> Outcome<Option<String>> {
    let text = std::fs::read_to_string(file).map_err(at(file))?;
    let first = text.lines().next().unwrap_or_default();
    Ok(first.strip_prefix("// error: ").map(str::to_owned))
}

/// What the compiler says to a file of an app's, whose module is another package's.
fn typecheck(project: &Project, root: &SwiftRoot, file: &Path) -> Outcome<String> {
    let inside = file
        .strip_prefix(&project.root)
        .map_err(|_| Failure::new("a file outside of the checkout"))?;
    let inside = inside.display().to_string();
    let mut arguments = vec!["-typecheck", "-parse-as-library", "-swift-version", "6"];
    // Neither the façade's package nor its module: what is `package` or internal there is out of reach.
    arguments.extend(["-package-name", "app", "-module-name", "App"]);
    arguments.extend(MODULE_OPTIONS);
    arguments.push(&inside);
    let mut swiftc = root.run(project, "swiftc", &arguments);
    let output = swiftc.output().map_err(at(Path::new("swiftc")))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() && !said.is_empty() {
        println!("{said}");
        return Ok(String::new());
    }
    Ok(said)
}
