//! Kotlin and Swift generated from the built library, and put where the packages look for it.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::internalize;
use crate::native;
use crate::package::paths::Machine;
use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::system;
use crate::toolchain::mobile_rust::renamed;

/// A language that the bindings are generated for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    Kotlin,
    Swift,
}

const LIBRARY: &str = if cfg!(target_os = "macos") {
    "libklarna_step_up.dylib"
} else {
    "libklarna_step_up.so"
};
/// The module of the generated Swift, in uniffi.toml; its C half has `FFI` behind the name.
const SWIFT_MODULE: &str = "KlarnaStepUpCore";

/// Builds the library for this machine and generates the bindings. Returns the files that are checked in and were not what the
/// library says.
pub fn generate(project: &Project, languages: &[Language]) -> Outcome<Vec<PathBuf>> {
    let library = host_library(project)?;
    let mut cargo = project.cargo()?;
    cargo.args(["build", "--quiet", "--package", "stepup-bindgen"]);
    process::run(cargo)?;
    let mut stale = Vec::new();
    for language in languages {
        let places = match language {
            Language::Kotlin => kotlin(project, &library)?,
            Language::Swift => swift(project, &library)?,
        };
        for (target, content) in places {
            if place(&content, &target)? {
                stale.push(target);
            }
        }
    }
    Ok(stale)
}

/// Generates for tests: generated files that are not those of this library are an error, once. They are right afterwards, and have
/// to be committed.
pub fn verify(project: &Project, language: Language) -> Outcome<()> {
    let stale = generate(project, &[language])?;
    if stale.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = stale
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    Err(Failure::new(format!(
        "generated files were not those of this library; they are now, commit them: {}",
        names.join(", ")
    )))
}

/// A generated file that is checked in: where it belongs, and what is in it.
type Generated = (PathBuf, Vec<u8>);

/// The library for this machine, with its symbols: the generator reads them.
fn host_library(project: &Project) -> Outcome<PathBuf> {
    host_library_of(project, "debug", &[])
}

/// The folder of the library that the Kotlin packages' tests load; [`generate`] puts it there.
pub fn kotlin_library(project: &Project) -> PathBuf {
    project.root.join("bindings/kotlin/facade/native")
}

/// The folder of the library for this machine as it is released: what benchmarks load.
pub fn released_host_library(project: &Project) -> Outcome<PathBuf> {
    let mut library = host_library_of(project, "release", &["--release"])?;
    library.pop();
    Ok(library)
}

/// The released library for this machine, without its symbols: what ships for tests.
pub fn shipped_host_library(project: &Project) -> Outcome<PathBuf> {
    system::ensure(&[system::LLVM])?;
    let library = released_host_library(project)?.join(LIBRARY);
    let shipped = library.with_extension("stripped.so");
    let mut strip = process::command("llvm-strip-22");
    strip.arg("--strip-all").arg(&library);
    strip.arg("-o").arg(&shipped);
    process::run(strip)?;
    let content = read(&shipped)?;
    match Machine::of(project)?.found_in(&content).first() {
        None => Ok(shipped),
        Some(path) => Err(Failure::new(format!(
            "{} holds the path {path}",
            shipped.display()
        ))),
    }
}

fn host_library_of(project: &Project, profile: &str, options: &[&str]) -> Outcome<PathBuf> {
    let inputs = project.core_inputs()?;
    let rustc = project.rustc_version()?;
    let entry = project.cache.entry(
        &format!("host-{profile}"),
        &[inputs.as_bytes(), rustc.as_bytes(), b"2"],
    );
    let folder = entry.get(|out| {
        let mut cargo = project.cargo()?;
        if profile == "release" {
            let flags = renamed(project, &project.target()?)?;
            cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        }
        cargo.args([
            "rustc",
            "--quiet",
            "--package",
            "klarna-step-up",
            "--lib",
            "--crate-type",
            "cdylib",
        ]);
        cargo.args(options);
        native::build(
            project,
            &inputs,
            cargo,
            &project.target()?,
            profile,
            LIBRARY,
            out,
        )
    })?;
    Ok(folder.join(LIBRARY))
}

/// An empty folder for generated files, outside the sources until all of them are there.
fn workspace(project: &Project, name: &str) -> Outcome<PathBuf> {
    let folder = project.target()?.join("bindings").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(at(&folder))?;
    }
    std::fs::create_dir_all(&folder).map_err(at(&folder))?;
    Ok(folder)
}

/// Writes a file if its content changed, so that compilers which go by times have nothing to do. True if it did.
fn place(content: &[u8], target: &Path) -> Outcome<bool> {
    if std::fs::read(target).is_ok_and(|old| old == content) {
        return Ok(false);
    }
    let folder = target
        .parent()
        .ok_or_else(|| Failure::new("a file without a folder"))?;
    std::fs::create_dir_all(folder).map_err(at(folder))?;
    // Under another name first: a program that runs with the old library keeps it whole.
    let fresh = target.with_extension("new");
    std::fs::write(&fresh, content).map_err(at(&fresh))?;
    std::fs::rename(&fresh, target).map_err(at(target))?;
    Ok(true)
}

fn read(file: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(file).map_err(at(file))
}

fn copy(source: &Path, target: &Path) -> Outcome<()> {
    place(&read(source)?, target).map(drop)
}

fn kotlin(project: &Project, library: &Path) -> Outcome<Vec<Generated>> {
    let out = workspace(project, "kotlin")?;
    let mut bindgen = process::command(project.target()?.join("debug/stepup-bindgen"));
    bindgen
        .current_dir(&project.root)
        .args([
            "generate",
            "--language",
            "kotlin",
            "--no-format",
            "--out-dir",
        ])
        .arg(&out)
        .arg(library);
    process::read(bindgen)?;
    let file = Path::new("dev/klarnastepup/ffi/klarna_step_up.kt");
    let generated = std::fs::read_to_string(out.join(file)).map_err(at(&out.join(file)))?;
    let made = internalize::internalize(&generated)
        .map_err(|reason| Failure::new(format!("the generated Kotlin: {reason}")))?;
    let facade = project.root.join("bindings/kotlin/facade");
    copy(library, &kotlin_library(project).join(LIBRARY))?;
    println!(
        "Kotlin: {} declarations made internal, in bindings/kotlin/facade/src/generated",
        made.changed
    );
    Ok(vec![(
        facade.join("src/generated/kotlin").join(file),
        made.source.into_bytes(),
    )])
}

fn swift(project: &Project, library: &Path) -> Outcome<Vec<Generated>> {
    let out = workspace(project, "swift")?;
    let mut bindgen = process::command(project.target()?.join("debug/stepup-bindgen-swift"));
    // It reads uniffi.toml by way of the manifest in the folder that it runs in.
    bindgen.current_dir(&project.root).args([
        "--swift-sources",
        "--headers",
        "--modulemap",
        "--modulemap-filename",
        "module.modulemap",
    ]);
    bindgen
        .args(["--module-name", &format!("{SWIFT_MODULE}FFI")])
        .arg(library)
        .arg(&out);
    process::read(bindgen)?;
    let sources = project.root.join("bindings/swift/Sources");
    let header = format!("{SWIFT_MODULE}FFI.h");
    let module = sources.join(format!("{SWIFT_MODULE}FFI"));
    let source = sources.join(SWIFT_MODULE);
    copy(
        library,
        &project.root.join("bindings/swift/native").join(LIBRARY),
    )?;
    println!("Swift: generated in bindings/swift/Sources/{SWIFT_MODULE} and {SWIFT_MODULE}FFI");
    Ok(vec![
        (
            source.join(format!("{SWIFT_MODULE}.swift")),
            read(&out.join(format!("{SWIFT_MODULE}.swift")))?,
        ),
        (
            source.join("Version.swift"),
            version_file(&project.version()?).into_bytes(),
        ),
        (
            module.join("include").join(&header),
            read(&out.join(&header))?,
        ),
        (
            module.join("include/module.modulemap"),
            read(&out.join("module.modulemap"))?,
        ),
        // SwiftPM wants a source file in a C target.
        (
            module.join("shim.c"),
            format!("#include \"{header}\"\n").into_bytes(),
        ),
    ])
}

/// What the façade compares with the library's own version.
fn version_file(version: &str) -> String {
    format!(
        "/// The version of the library that these bindings were generated from.\npublic let bindingsVersion = \"{version}\"\n"
    )
}
