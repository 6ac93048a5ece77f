//! The library for Android: `cargo xtask package android`.

use std::fs;
use std::path::Path;

use crate::bindings::{self, Language};
use crate::cache;
use crate::process::{Failure, Outcome, at};
use crate::project::Project;
use crate::tally::Tally;

use super::Flavour;
use super::aar::{self, Parts};
use super::abi::Abi;
use super::android_library::{self, Library};
use super::kotlin_build::KotlinBuild;
use super::maven::Repository;
pub(super) use super::size::gzip;

/// The Maven repository that the packages are put in, in the checkout.
pub const REPOSITORY: &str = "dist/android";

/// Links arm64 in these flavours and checks what came out.
pub fn check(project: &Project, flavours: &[Flavour]) -> Outcome<Tally> {
    let mut tally = Tally::default();
    let mut objections = Vec::new();
    for flavour in flavours {
        let library = android_library::get(project, *flavour, Abi::Arm64)?;
        tally.count(library.objections.is_empty());
        objections.extend(library.objections);
    }
    refused(&objections)?;
    Ok(tally)
}

/// How much is made.
#[derive(Clone, Copy, Debug)]
pub struct Extent<'a> {
    pub flavours: &'a [Flavour],
    pub abis: &'a [Abi],
    /// Also the jar for tests on this machine, which takes a library of its own.
    pub for_jvm: bool,
}

/// Makes the packages in these flavours, and the products for tests, for this checkout. `abis`: only for these, and so no release; all if none is named.
pub fn package(project: &Project, flavours: &[Flavour], abis: &[Abi]) -> Outcome<Repository> {
    let place = project.root.join(REPOSITORY);
    let unfinished = project.root.join(format!("{REPOSITORY}.new"));
    cache::remove(&unfinished)?;
    let whole = Extent {
        flavours,
        abis: if abis.is_empty() { &Abi::ALL } else { abis },
        for_jvm: abis.is_empty(),
    };
    let said = make(project, &whole, &unfinished)?;
    cache::remove(&place)?;
    fs::rename(&unfinished, &place).map_err(at(&place))?;
    println!("{}", said.join("\n"));
    println!("a Maven repository: {}", place.display());
    Ok(Repository(place))
}

/// Makes them in a folder, and returns what there is to say of each.
pub fn make(project: &Project, extent: &Extent, place: &Path) -> Outcome<Vec<String>> {
    // The generated code and the library must be of one kind.
    bindings::verify(project, Language::Kotlin)?;
    let kotlin = KotlinBuild::get(project)?;
    let repository = Repository(place.to_path_buf());
    let parts = Parts::of(project, &kotlin, &repository)?;
    let mut said = Vec::new();
    for flavour in extent.flavours {
        let libraries = extent
            .abis
            .iter()
            .map(|abi| android_library::get(project, *flavour, *abi))
            .collect::<Outcome<Vec<Library>>>()?;
        let objections = libraries.iter().flat_map(|library| &library.objections);
        refused(&objections.cloned().collect::<Vec<_>>())?;
        said.push(aar::publish(&parts, *flavour, &libraries)?);
    }
    if extent.for_jvm {
        said.push(aar::publish_for_jvm(&parts)?);
    }
    said.push(aar::publish_testing(&parts)?);
    Ok(said)
}

fn refused(objections: &[String]) -> Outcome<()> {
    if objections.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the library for Android\n  {}",
        objections.join("\n  ")
    )))
}
