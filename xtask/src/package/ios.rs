//! The static library for iOS: each slice built, and looked into.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::native;
use crate::process::{Failure, Outcome, at};
use crate::project::Project;
use crate::tally::Tally;
use crate::toolchain::mobile_rust::{self, IOS_DEPLOYMENT_TARGET, MobileRust, renamed};

use super::Flavour;
use super::apple_tools::Tools;
use super::linked;
use super::macho::{self, Imports, Slice};
use super::paths::Machine;
use super::privacy;

pub const LIBRARY: &str = "libklarna_step_up.a";

/// One slice of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Rust's name for it.
    pub triple: &'static str,
    pub architecture: &'static str,
    /// As the load command of its objects names it.
    pub platform: &'static str,
}

pub const DEVICE: Target = Target {
    triple: "aarch64-apple-ios",
    architecture: "arm64",
    platform: "ios",
};
pub const SIMULATORS: [Target; 2] = [
    Target {
        triple: "aarch64-apple-ios-sim",
        architecture: "arm64",
        platform: "iossimulator",
    },
    Target {
        triple: "x86_64-apple-ios",
        architecture: "x86_64",
        platform: "iossimulator",
    },
];

impl Flavour {
    /// What an app may grow by, compressed: what was measured when the gate was set, and a twentieth (design section 6 has no figure for iOS).
    fn linked_budget(self) -> usize {
        match self {
            Self::Slim => 405_000,
            Self::Standard => 1_185_000,
        }
    }
}

/// Builds the device slice in these flavours and checks what came out.
pub fn check(project: &Project, flavours: &[Flavour]) -> Outcome<Tally> {
    let tools = Tools::find()?;
    let mut tally = Tally::default();
    let mut imports = String::new();
    let manifest = project.root.join("Package.swift");
    let manifest = std::fs::read_to_string(&manifest).map_err(at(&manifest))?;
    for flavour in flavours {
        let library = library(project, tools, *flavour, DEVICE)?;
        let slice = examine(project, *flavour, DEVICE, &library)?;
        tally.count(true);
        if tools == Tools::Linux {
            grows_by(project, *flavour, &library)?;
            tally.count(true);
        }
        for framework in allowed(project)?.frameworks(&slice.imports) {
            if !manifest.contains(&format!(".linkedFramework(\"{framework}\")")) {
                return Err(Failure::new(format!(
                    "Package.swift does not link {framework}, which the library imports from"
                )));
            }
        }
        for name in &slice.imports {
            imports.push_str(name);
            imports.push('\n');
        }
    }
    // One manifest for both flavours: it names what either of them touches.
    privacy::check(project, &imports)?;
    tally.count(true);
    Ok(tally)
}

/// The static library of one slice, built or found built from the same inputs.
pub fn library(
    project: &Project,
    tools: Tools,
    flavour: Flavour,
    target: Target,
) -> Outcome<PathBuf> {
    let build = Build::of(project, tools, flavour, target, None)?;
    let name = format!("ios-{}-{}", target.triple, flavour.name());
    let parts: Vec<&[u8]> = build.made_of.iter().map(Vec::as_slice).collect();
    let folder = project
        .cache
        .entry(&name, &parts)
        .get(|out| build.run(project, out))?;
    Ok(folder.join(LIBRARY))
}

/// How one slice is built.
pub struct Build {
    cargo: Command,
    folder: PathBuf,
    inputs: String,
    tools: Tools,
    target: Target,
    /// Everything that decides about the bytes.
    pub made_of: Vec<Vec<u8>>,
}

impl Build {
    /// In a `folder` of its own, where one is given, what cargo built before is not looked at.
    pub fn of(
        project: &Project,
        tools: Tools,
        flavour: Flavour,
        target: Target,
        folder: Option<&Path>,
    ) -> Outcome<Self> {
        let inputs = project.core_inputs()?;
        let mut made_of = vec![inputs.clone().into_bytes()];
        let (mut cargo, folder) = match tools {
            Tools::Linux => {
                let rust = MobileRust::with(project, target.triple)?;
                let headers = mobile_rust::apple_headers(project)?;
                made_of.push(rust.key.clone().into_bytes());
                made_of.push(headers.as_os_str().as_encoded_bytes().to_vec());
                let folder = match folder {
                    Some(folder) => folder.to_path_buf(),
                    None => rust.target(project)?,
                };
                let mut cargo = rust.cargo(project)?;
                cargo.env(
                    "CARGO_ENCODED_RUSTFLAGS",
                    renamed(project, &folder)?.join("\u{1f}"),
                );
                let name = target.triple.replace('-', "_");
                // cc splits at spaces and knows no quotes; a folder with one is not renamed, which the look at the bytes then says.
                let paths: Vec<String> = renamed(project, &folder)?
                    .into_iter()
                    .map(|flag| flag.replacen("--remap-path-prefix", "-ffile-prefix-map", 1))
                    .collect();
                cargo
                    .env("SDKROOT", &headers)
                    .env(format!("CC_{name}"), "clang-22")
                    .env(format!("AR_{name}"), "llvm-ar-22")
                    .env(
                        format!("CFLAGS_{name}"),
                        format!(
                            "{} -ffile-prefix-map={}=/sdk -ffile-prefix-map=/usr/lib/llvm-22=/llvm",
                            paths.join(" "),
                            headers.display()
                        ),
                    );
                (cargo, folder)
            }
            Tools::Xcode => {
                made_of.push(project.rustc_version()?.into_bytes());
                let folder = match folder {
                    Some(folder) => folder.to_path_buf(),
                    None => project.target()?,
                };
                let mut cargo = project.cargo()?;
                cargo.env("IPHONEOS_DEPLOYMENT_TARGET", IOS_DEPLOYMENT_TARGET);
                cargo.env(
                    "CARGO_ENCODED_RUSTFLAGS",
                    renamed(project, &folder)?.join("\u{1f}"),
                );
                (cargo, folder)
            }
        };
        // `cargo rustc` with one crate type: with several, cargo silently drops the link-time optimisation.
        cargo.args(["rustc", "--release", "--package", "klarna-step-up"]);
        cargo.args(["--lib", "--crate-type", "staticlib"]);
        cargo
            .args(["--target", target.triple])
            .args(flavour.cargo_arguments());
        Ok(Self {
            cargo,
            folder,
            inputs,
            tools,
            target,
            made_of,
        })
    }

    /// Puts the library into `out`.
    pub fn run(self, project: &Project, out: &Path) -> Outcome<()> {
        let profile = format!("{}/release", self.target.triple);
        native::build(
            project,
            &self.inputs,
            self.cargo,
            &self.folder,
            &profile,
            LIBRARY,
            out,
        )?;
        self.tools.drop_bitcode(&out.join(LIBRARY))
    }
}

/// What may be imported.
pub fn allowed(project: &Project) -> Outcome<Imports> {
    let list = project.recipe("symbols/ios.txt");
    let text = std::fs::read_to_string(&list).map_err(at(&list))?;
    Ok(Imports::parse(&text))
}

/// Looks into a library of one slice, says what there is, and fails if it is not as it has to be.
pub fn examine(
    project: &Project,
    flavour: Flavour,
    target: Target,
    library: &Path,
) -> Outcome<Slice> {
    let bytes = std::fs::read(library).map_err(at(library))?;
    let mut slices = macho::slices(&bytes)?;
    let name = format!("iOS {} {}", target.triple, flavour.name());
    let (Some(slice), true) = (slices.pop(), slices.is_empty()) else {
        return Err(Failure::new(format!(
            "{name}: a file of one slice was wanted"
        )));
    };
    let mut objections =
        slice.objections(target.platform, IOS_DEPLOYMENT_TARGET, &allowed(project)?);
    if slice.architecture != target.architecture {
        objections.push(format!("is for {}", slice.architecture));
    }
    let paths = Machine::of(project)?.found_in(&bytes);
    objections.extend(paths.iter().map(|path| format!("holds the path {path}")));
    println!(
        "{name}: {} B, {} B of it debug information, {} objects for {} {IOS_DEPLOYMENT_TARGET} and up, {} imports, no path of this machine",
        slice.bytes,
        slice.debug_bytes,
        slice.objects,
        target.platform,
        slice.imports.len()
    );
    if objections.is_empty() {
        return Ok(slice);
    }
    Err(Failure::new(format!(
        "{name}\n  {}",
        objections.join("\n  ")
    )))
}

/// What an app grows by.
pub struct Growth {
    pub bytes: usize,
    pub compressed: usize,
}

/// Links the device's slice and measures it against the gate.
pub fn grows_by(project: &Project, flavour: Flavour, library: &Path) -> Outcome<Growth> {
    let linked = linked::link(library, &allowed(project)?, IOS_DEPLOYMENT_TARGET)?;
    let paths = Machine::of(project)?.found_in(&linked);
    let compressed = super::android::gzip(&linked)?;
    let budget = flavour.linked_budget();
    println!(
        "iOS arm64 {}: an app grows by {} B, {compressed} B after gzip -9 (gate {budget} B), by LLVM's linker",
        flavour.name(),
        linked.len()
    );
    if compressed > budget {
        return Err(Failure::new(format!(
            "{compressed} B after gzip -9, {} B over the gate",
            compressed - budget
        )));
    }
    if let Some(path) = paths.first() {
        return Err(Failure::new(format!(
            "the linked library holds the path {path}"
        )));
    }
    Ok(Growth {
        bytes: linked.len(),
        compressed,
    })
}
