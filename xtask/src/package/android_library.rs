//! The shared library for one of Android's processors: linked, and examined as it ships.

use std::path::{Path, PathBuf};

use crate::native;
use crate::process::{self, Outcome, at};
use crate::project::Project;
use crate::system;
use crate::toolchain::android_link::{self, AndroidLink};
use crate::toolchain::mobile_rust::{MobileRust, renamed};

use super::Flavour;
use super::abi::Abi;
use super::elf::Elf;
use super::paths::Machine;
use super::size;
use super::symbols::Allowed;

/// The name by which it is loaded.
pub const LIBRARY: &str = "libklarna_step_up.so";
/// The folder of the library with its symbols, beside the one that ships.
const UNSTRIPPED: &str = "unstripped";
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

/// A library as it ships.
pub struct Library {
    pub abi: Abi,
    pub file: PathBuf,
    /// The same with its symbols, for reading crashes.
    pub unstripped: PathBuf,
    pub bytes: usize,
    /// After `gzip -9`.
    pub compressed: usize,
    /// What is wrong with it.
    pub objections: Vec<String>,
}

/// Links the library, or finds it linked from the same inputs, and examines it.
pub fn get(project: &Project, flavour: Flavour, abi: Abi) -> Outcome<Library> {
    system::ensure(&[system::GZIP])?;
    let build = Build::of(project, flavour, abi)?;
    let parts: Vec<&[u8]> = build.made_of.iter().map(Vec::as_slice).collect();
    let name = format!("android-{}-{}", abi.name(), flavour.name());
    let entry = project.cache.entry(&name, &parts);
    let folder = entry.get(|out| build.run(project, out))?;
    examine(project, flavour, abi, &folder)
}

/// Builds it in a folder of its own, where nothing was built before, and returns its bytes.
pub fn afresh(project: &Project, flavour: Flavour, abi: Abi, folder: &Path) -> Outcome<Vec<u8>> {
    let mut build = Build::of(project, flavour, abi)?;
    build.target = folder.join("target");
    build.run(project, folder)?;
    let file = folder.join(LIBRARY);
    std::fs::read(&file).map_err(at(&file))
}

/// Builds it with another linker, and examines it.
pub fn linked_by(
    project: &Project,
    flavour: Flavour,
    abi: Abi,
    link: AndroidLink,
    folder: &Path,
) -> Outcome<Library> {
    std::fs::create_dir_all(folder).map_err(at(folder))?;
    let mut build = Build::of(project, flavour, abi)?;
    build.android = link;
    build.run(project, folder)?;
    examine(project, flavour, abi, folder)
}

/// How one library is built.
struct Build {
    rust: MobileRust,
    android: AndroidLink,
    inputs: String,
    flavour: Flavour,
    abi: Abi,
    target: PathBuf,
    /// Everything that decides about the bytes.
    made_of: Vec<Vec<u8>>,
}

impl Build {
    fn of(project: &Project, flavour: Flavour, abi: Abi) -> Outcome<Self> {
        let rust = MobileRust::with(project, abi.target())?;
        let android = AndroidLink::get(project)?;
        let inputs = project.core_inputs()?;
        let made_of = vec![
            rust.key.clone().into_bytes(),
            android.key.clone().into_bytes(),
            inputs.clone().into_bytes(),
            // To be counted up when what is done below changes.
            b"3".to_vec(),
        ];
        Ok(Self {
            target: rust.target(project)?,
            rust,
            android,
            inputs,
            flavour,
            abi,
            made_of,
        })
    }

    /// Puts the library as it ships into `out`, and the one with its symbols into the folder `unstripped` there.
    fn run(&self, project: &Project, out: &Path) -> Outcome<()> {
        let triple = self.abi.target();
        let mut cargo = self.rust.cargo(project)?;
        let renamed = renamed(project, &self.target)?;
        cargo.env("CARGO_ENCODED_RUSTFLAGS", renamed.join("\u{1f}"));
        // C code as well: its paths stand in the debug information, which the build id is made from.
        let tools = self.android.renamed.iter().map(|(folder, name)| {
            let folder = folder.display();
            format!("-ffile-prefix-map={folder}={name}")
        });
        let ours = renamed
            .iter()
            .map(|flag| flag.replacen("--remap-path-prefix", "-ffile-prefix-map", 1));
        let of_c: Vec<String> = tools.chain(ours).collect();
        cargo.env(
            format!("CFLAGS_{}", triple.replace('-', "_")),
            of_c.join(" "),
        );
        // `cargo rustc` with one crate type: with several, cargo silently drops the link-time optimisation.
        cargo.args(["rustc", "--release", "--package", "klarna-step-up"]);
        cargo.args(["--lib", "--crate-type", "cdylib", "--target", triple]);
        cargo.args(self.flavour.cargo_arguments());
        self.android.apply(&mut cargo, triple, LIBRARY);
        let unstripped = out.join(UNSTRIPPED);
        std::fs::create_dir_all(&unstripped).map_err(at(&unstripped))?;
        let profile = format!("{triple}/release");
        native::build(
            project,
            &self.inputs,
            cargo,
            &self.target,
            &profile,
            LIBRARY,
            &unstripped,
        )?;
        let mut strip = process::command("llvm-strip-22");
        strip.arg("--strip-all").arg(unstripped.join(LIBRARY));
        strip.arg("-o").arg(out.join(LIBRARY));
        process::run(strip)
    }
}

fn examine(project: &Project, flavour: Flavour, abi: Abi, folder: &Path) -> Outcome<Library> {
    let file = folder.join(LIBRARY);
    let mut readelf = process::command("llvm-readelf-22");
    readelf
        .args([
            "--wide",
            "--dynamic-table",
            "--program-headers",
            "--dyn-symbols",
        ])
        .arg(&file);
    let elf = Elf::parse(&process::read(readelf)?);
    let mut objections = objections(&elf, &allowed(project)?);
    let content = std::fs::read(&file).map_err(at(&file))?;
    let unstripped = folder.join(UNSTRIPPED).join(LIBRARY);
    let symbols = std::fs::read(&unstripped).map_err(at(&unstripped))?;
    let machine = Machine::of(project)?;
    let paths = [machine.found_in(&content), machine.found_in(&symbols)].concat();
    objections.extend(paths.iter().map(|path| format!("holds the path {path}")));
    let compressed = size::gzip(&content)?;
    let budget = flavour.android_budget();
    // The budget is arm64's: the two others are for old phones and for emulators.
    let of_budget = if abi == Abi::Arm64 {
        format!(
            " (budget {budget} B, {:.0} %)",
            100.0 * ratio(compressed, budget)
        )
    } else {
        String::new()
    };
    println!(
        "Android {} {}: {} B stripped, {compressed} B after gzip -9{of_budget}, {} imports, {} exports, needs {}",
        abi.name(),
        flavour.name(),
        content.len(),
        elf.imports.len(),
        elf.exports,
        elf.needed.join(", ")
    );
    if abi == Abi::Arm64 && compressed > budget {
        objections.push(format!(
            "{compressed} B after gzip -9, {} B over the budget of {budget} B",
            compressed - budget
        ));
        size::explain(&unstripped)?;
    }
    let name = format!("{} {}", abi.name(), flavour.name());
    Ok(Library {
        abi,
        file,
        unstripped,
        bytes: content.len(),
        compressed,
        objections: objections
            .into_iter()
            .map(|objection| format!("{name}: {objection}"))
            .collect(),
    })
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
}
