//! The shared library for Android.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::native;
use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::system;
use crate::tally::Tally;
use crate::toolchain::android_link::{self, AndroidLink};
use crate::toolchain::mobile_rust::MobileRust;

use super::Flavour;
use super::elf::Elf;
use super::symbols::Allowed;

const TARGET: &str = "aarch64-linux-android";
const LIBRARY: &str = "libklarna_step_up.so";
/// What Android calls 16 KB pages, asked of every native library since Android 15.
const PAGE: u64 = 0x4000;
/// What may be needed beside the library: it is on every phone.
const NEEDED: [&str; 4] = ["libc.so", "libdl.so", "libm.so", "liblog.so"];

impl Flavour {
    /// Budget for the stripped arm64 library after `gzip -9`, in bytes; a kilobyte is 1,000 of them, as in the measured floors.
    fn android_budget(self) -> usize {
        match self {
            Self::Slim => 420_000,
            Self::Standard => 1_250_000,
        }
    }
}

/// Links arm64 in these flavours and checks what came out.
pub fn check(project: &Project, flavours: &[Flavour]) -> Outcome<Tally> {
    system::ensure(&[system::GZIP])?;
    let mut tally = Tally::default();
    let mut objections = Vec::new();
    for flavour in flavours {
        let library = link(project, *flavour)?;
        let found = examine(project, *flavour, &library)?;
        tally.count(found.is_empty());
        objections.extend(
            found
                .into_iter()
                .map(|objection| format!("{}: {objection}", flavour.name())),
        );
    }
    if objections.is_empty() {
        Ok(tally)
    } else {
        Err(Failure::new(format!(
            "Android arm64\n  {}",
            objections.join("\n  ")
        )))
    }
}

/// The unstripped library, linked or found linked from the same inputs.
fn link(project: &Project, flavour: Flavour) -> Outcome<PathBuf> {
    let rust = MobileRust::with(project, TARGET)?;
    let android = AndroidLink::get(project)?;
    let inputs = project.core_inputs()?;
    let parts = [
        rust.key.as_bytes(),
        android.key.as_bytes(),
        inputs.as_bytes(),
    ];
    let entry = project
        .cache
        .entry(&format!("android-arm64-{}", flavour.name()), &parts);
    let folder = entry.get(|out| {
        let mut cargo = rust.cargo(project)?;
        // `cargo rustc` with one crate type: with several, cargo silently drops the link-time optimisation.
        cargo.args([
            "rustc",
            "--release",
            "--package",
            "klarna-step-up",
            "--lib",
            "--crate-type",
            "cdylib",
            "--target",
            TARGET,
        ]);
        cargo.args(flavour.cargo_arguments());
        android.apply(&mut cargo, TARGET, LIBRARY);
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

fn examine(project: &Project, flavour: Flavour, library: &Path) -> Outcome<Vec<String>> {
    let mut readelf = process::command("llvm-readelf-22");
    readelf
        .args([
            "--wide",
            "--dynamic-table",
            "--program-headers",
            "--dyn-symbols",
        ])
        .arg(library);
    let elf = Elf::parse(&process::read(readelf)?);
    let mut objections = objections(&elf, &allowed(project)?);

    let stripped = library.with_extension("stripped.so");
    let mut strip = process::command("llvm-strip-22");
    strip
        .arg("--strip-all")
        .arg(library)
        .arg("-o")
        .arg(&stripped);
    process::run(strip)?;
    let bytes = std::fs::read(&stripped).map_err(at(&stripped))?;
    let compressed = gzip(&bytes)?;
    let budget = flavour.android_budget();
    println!(
        "Android arm64 {}: {} B stripped, {compressed} B after gzip -9 (budget {budget} B, {:.0} %), {} imports, {} exports, needs {}",
        flavour.name(),
        bytes.len(),
        100.0 * ratio(compressed, budget),
        elf.imports.len(),
        elf.exports,
        elf.needed.join(", ")
    );
    if compressed > budget {
        objections.push(format!(
            "{compressed} B after gzip -9, {} B over the budget of {budget} B",
            compressed - budget
        ));
        explain_size(library)?;
    }
    Ok(objections)
}

#[expect(clippy::cast_precision_loss, reason = "a percentage for people")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

fn objections(elf: &Elf, allowed: &Allowed) -> Vec<String> {
    let mut found = Vec::new();
    if elf.soname.as_deref() != Some(LIBRARY) {
        found.push(format!("SONAME is {:?}, not {LIBRARY}", elf.soname));
    }
    for name in elf
        .needed
        .iter()
        .filter(|name| !NEEDED.contains(&name.as_str()))
    {
        found.push(format!("needs {name}, which is not on every phone"));
    }
    if elf.load_alignments.is_empty()
        || elf
            .load_alignments
            .iter()
            .any(|alignment| *alignment != PAGE)
    {
        found.push(format!(
            "LOAD segments are aligned to {:#x?}, not to {PAGE:#x}: Android 15 wants 16 KB pages",
            elf.load_alignments
        ));
    }
    if elf.text_relocations {
        found.push("has text relocations, which Android refuses to load".to_owned());
    }
    if elf.exports == 0 {
        found.push("exports nothing".to_owned());
    }
    found.extend(
        elf.imports
            .iter()
            .filter_map(|import| allowed.objection(&import.name, import.weak)),
    );
    found
}

fn allowed(project: &Project) -> Outcome<Allowed> {
    let mut allowed = Allowed::default();
    for library in android_link::LIBRARIES {
        let file = android_link::symbols(project, library);
        allowed.add(
            &std::fs::read_to_string(&file).map_err(at(&file))?,
            &file.display().to_string(),
        )?;
    }
    Ok(allowed)
}

/// The size that a download has: the program `gzip` itself, so that the figure is the one in the budget.
pub(super) fn gzip(bytes: &[u8]) -> Outcome<usize> {
    let mut gzip = process::command("gzip");
    gzip.args(["-9", "--no-name", "--stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let failed = |error: std::io::Error| Failure::new(format!("gzip: {error}"));
    let mut child = gzip.spawn().map_err(failed)?;
    let input = child.stdin.take();
    let output = std::thread::scope(|scope| {
        // Written from a thread of its own: gzip answers while it reads.
        scope.spawn(move || input.map(|mut input| input.write_all(bytes)));
        child.wait_with_output()
    });
    Ok(output.map_err(failed)?.stdout.len())
}

/// Where the bytes are, for whoever has to find some to save.
fn explain_size(library: &Path) -> Outcome<()> {
    let mut size = process::command("llvm-size-22");
    size.args(["--format=sysv"]).arg(library);
    println!("{}", process::read(size)?);
    let mut nm = process::command("llvm-nm-22");
    nm.args([
        "--print-size",
        "--size-sort",
        "--reverse-sort",
        "--radix=d",
        "--demangle",
    ])
    .arg(library);
    println!("largest symbols:");
    for line in process::read(nm)?.lines().take(30) {
        println!("  {line}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::elf::Import;
    use super::*;

    fn good() -> Elf {
        Elf {
            soname: Some(LIBRARY.to_owned()),
            needed: vec!["libc.so".to_owned()],
            load_alignments: vec![PAGE, PAGE],
            text_relocations: false,
            imports: vec![Import {
                name: "open".to_owned(),
                weak: false,
            }],
            exports: 1,
        }
    }

    fn objections_to(change: impl FnOnce(&mut Elf)) -> Vec<String> {
        let mut allowed = Allowed::default();
        allowed.add("open 21", "libc.txt").expect("a list");
        let mut elf = good();
        change(&mut elf);
        objections(&elf, &allowed)
    }

    #[test]
    fn a_good_library_passes() {
        assert!(objections_to(|_| {}).is_empty());
    }

    #[test]
    fn each_fault_is_found() {
        let faults: [fn(&mut Elf); 7] = [
            |elf| elf.soname = None,
            |elf| elf.needed.push("libssl.so".to_owned()),
            |elf| elf.load_alignments.push(0x1000),
            |elf| elf.load_alignments.clear(),
            |elf| elf.text_relocations = true,
            |elf| elf.exports = 0,
            |elf| {
                elf.imports.push(Import {
                    name: "system".to_owned(),
                    weak: false,
                });
            },
        ];
        for fault in faults {
            assert_eq!(objections_to(fault).len(), 1);
        }
    }

    #[test]
    fn gzip_counts_compressed_bytes() {
        let bytes = vec![0; 1_000_000];
        let compressed = gzip(&bytes).expect("gzip runs");
        assert!((500..5_000).contains(&compressed), "{compressed}");
    }
}
