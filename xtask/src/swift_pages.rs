//! The Swift package's pages (`DocC`): the catalogue of `bindings/swift` with everything public, without a warning.

use std::fs;
use std::path::Path;

use crate::cache;
use crate::package::xcframework::create_folder;
use crate::process::{self, Outcome, at};
use crate::project::Project;
use crate::tally::Tally;
use crate::toolchain::swift_root::SwiftRoot;

/// Where an app gets each module's pages from.
const CATALOGUES: [(&str, &str); 2] = [
    (
        "KlarnaStepUp",
        "/scratch/tree/KlarnaStepUp/bindings/swift/Sources/KlarnaStepUp/KlarnaStepUp.docc",
    ),
    (
        "KlarnaStepUpTesting",
        "/scratch/tree/KlarnaStepUp/bindings/swift/Sources/KlarnaStepUpTesting/KlarnaStepUpTesting.docc",
    ),
];

/// Makes them from what the shop's package was built into.
pub fn check(project: &Project, root: &SwiftRoot, scratch: &Path) -> Outcome<Tally> {
    let debug = scratch.join("consumer/debug");
    let debug = fs::read_link(&debug).map_err(at(&debug))?;
    let triple = debug.iter().next().unwrap_or_default().to_string_lossy();
    let run = |program: &str, arguments: &[&str]| {
        root.run_in(project, (scratch, scratch), program, arguments)
    };
    let mut tally = Tally::default();
    for (module, catalogue) in CATALOGUES {
        let graphs = scratch.join("graphs").join(module);
        cache::remove(&graphs)?;
        create_folder(&graphs)?;
        let inside = format!("/scratch/graphs/{module}");
        let mut extract = vec!["-module-name", module, "-target", &triple];
        extract.extend(["-I", "/scratch/consumer/debug/Modules", "-Xcc"]);
        extract.push("-fmodule-map-file=/scratch/tree/KlarnaStepUp/bindings/swift/Sources/KlarnaStepUpCoreFFI/include/module.modulemap");
        extract.extend([
            "-minimum-access-level",
            "public",
            "-skip-synthesized-members",
        ]);
        extract.extend(["-output-dir", &inside]);
        process::run(run("swift-symbolgraph-extract", &extract))?;
        let out = format!("/scratch/pages/{module}.doccarchive");
        create_folder(&scratch.join("pages"))?;
        cache::remove(&scratch.join("pages").join(format!("{module}.doccarchive")))?;
        let mut convert = vec![
            "convert",
            catalogue,
            "--additional-symbol-graph-dir",
            &inside,
        ];
        convert.extend(["--output-path", &out, "--warnings-as-errors"]);
        convert.extend(["--fallback-display-name", module]);
        let (well, said) = process::watch(run("docc", &convert))?;
        tally.count(well && !said.contains("warning:"));
        if tally.failed == 0 {
            println!("{module}: pages without a warning");
        }
    }
    Ok(tally)
}
