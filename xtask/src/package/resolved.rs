//! Projects that know nothing but the coordinates find all that they need in the packed repository and in Maven Central.

use std::fs;
use std::path::Path;

use crate::process::{Outcome, at};
use crate::project::Project;
use crate::tally::Tally;
use crate::tests::counted;
use crate::toolchain::jvm;

use super::archive;
use super::guide;
use super::kotlin_build::copy;
use super::maven::Repository;

/// Resolves the AARs with all that comes along, and runs the guide's test with `klarna-step-up-testing` alone.
pub fn check(project: &Project, repository: &Repository, work: &Path) -> Outcome<Tally> {
    let text = project.root.join(guide::GUIDE);
    let text = fs::read_to_string(&text).map_err(at(&text))?;
    let pieces = work.join("pieces");
    guide::unpack(&text, &pieces)?;
    copy(
        &pieces.join("CheckoutTest.kt"),
        &work.join("tests/CheckoutTest.kt"),
    )?;
    let local = work.join("local-repository");
    borrow(&local)?;
    let mut maven = jvm::maven_in(&project.root.join("bindings/kotlin/consumer/resolved"));
    maven
        .arg(format!("-Dmaven.repo.local={}", local.display()))
        .arg(format!("-Dpacked={}", repository.0.display()))
        .arg(format!("-Dstepup.version={}", project.version()?))
        .arg(format!("-Dwork={}", work.display()))
        .arg("verify");
    let (mut tally, ended) = counted(maven, Tally::of_surefire);
    ended?;
    let found = archive::files(&work.join("found"))?;
    let aars: Vec<String> = found
        .iter()
        .filter_map(|file| file.file_name()?.to_str().map(str::to_owned))
        .filter(|name| {
            Path::new(name)
                .extension()
                .is_some_and(|kind| kind == "aar")
        })
        .collect();
    println!("resolved by coordinates: {}", aars.join(", "));
    // Ours in both flavours, and JNA's.
    tally.count(aars.len() == 3);
    Ok(tally)
}

/// A local repository that has what the usual one has, but for our own artifacts: those would be found there from an earlier run.
fn borrow(local: &Path) -> Outcome<()> {
    fs::create_dir_all(local).map_err(at(local))?;
    let usual = std::env::home_dir().map(|home| home.join(".m2/repository"));
    let Some(entries) = usual.and_then(|usual| fs::read_dir(usual).ok()) else {
        return Ok(());
    };
    for entry in entries.flatten().filter(|entry| entry.file_name() != "dev") {
        let link = local.join(entry.file_name());
        std::os::unix::fs::symlink(entry.path(), &link).map_err(at(&link))?;
    }
    Ok(())
}
