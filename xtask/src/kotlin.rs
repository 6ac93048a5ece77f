//! The Kotlin façade's checks: generated files, tests, what an app sees of it, and every scenario through it; and what it costs.

use std::path::Path;
use std::process::ExitCode;

use crate::bindings::{self, Language};
use crate::process::{self, Outcome, at};
use crate::project::Project;
use crate::sandbox::{self, Control};
use crate::tally::Tally;
use crate::tests::{Ran, counted};
use crate::toolchain::jvm;

/// The phone that plays the scenarios through the façade, among the tests of the testing product.
const PHONE: &str = "dev.klarnastepup.phone.MainKt";
/// Prints what the façade costs, beside the budgets and the calls of the generated code.
const BENCH: &str = "dev.klarnastepup.bench.BenchKt";
/// It lives for a second or two: what the optimising compiler and a parallel collector would give comes too late for it.
const SHORT_LIVED: [&str; 4] = [
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-Xshare:auto",
];

/// Runs all of them; the pages of its documentation only in the long form.
pub fn check(project: &Project, long: bool) -> Outcome<Ran> {
    let mut maven = jvm::maven(project)?;
    bindings::verify(project, Language::Kotlin)?;
    if long {
        maven.args(["--activate-profiles", "docs"]);
    }
    // The compiler's plug-in keeps classes of generated code that is gone.
    maven.args(["clean", "verify"]);
    let control = Control::start(project)?;
    control.tell(&mut maven);
    let (mut tally, mut ended) = counted(maven, Tally::of_surefire);
    if ended.is_ok() && tally.failed == 0 {
        let (played, well) = scenarios(project)?;
        tally.add(played);
        ended = ended.and(well);
    }
    Ok((tally, ended))
}

/// The Android shell against Android itself: two levels of it in the short form; in the long form six, of which the newest want a
/// newer Java.
pub fn shell(project: &Project, long: bool) -> Outcome<Ran> {
    jvm::ensure()?;
    jvm::ensure_android()?;
    bindings::verify(project, Language::Kotlin)?;
    let (mut tally, mut ended) = levels(project, long.then_some("android-long,docs"), None)?;
    if long && ended.is_ok() {
        let java = jvm::newest(project)?;
        let (more, well) = levels(project, Some("android-newest"), Some(&java))?;
        tally.add(more);
        ended = well;
    }
    Ok((tally, ended))
}

fn levels(project: &Project, profile: Option<&str>, java: Option<&Path>) -> Outcome<Ran> {
    let mut maven = jvm::maven(project)?;
    let profiles = ["android"].into_iter().chain(profile);
    maven
        .args(["--projects", "robolectric-shim,android"])
        .arg("--activate-profiles")
        .arg(profiles.collect::<Vec<_>>().join(","));
    if let Some(java) = java {
        maven.arg(format!("-Djvm={}", java.display()));
    }
    maven.args(["clean", "verify"]);
    let control = Control::start(project)?;
    control.tell(&mut maven);
    Ok(counted(maven, Tally::of_surefire))
}

/// What the façade costs, on a JVM and with the library as it is released.
pub fn bench(project: &Project) -> Outcome<ExitCode> {
    let library = bindings::released_host_library(project)?;
    let mut maven = jvm::maven(project)?;
    maven.args(["--quiet", "--activate-profiles", "bench", "-DskipTests"]);
    maven.args(["--projects", "bench", "--also-make", "package"]);
    process::run(maven)?;
    let target = project.root.join("bindings/kotlin/bench/target");
    let list = target.join("bench.classpath");
    let libraries = std::fs::read_to_string(&list).map_err(at(&list))?;
    let mut java = process::command("java");
    java.arg(format!("-Djna.library.path={}", library.display()))
        .arg("-cp")
        .arg(format!(
            "{}:{}",
            target.join("classes").display(),
            libraries.trim()
        ))
        .arg(BENCH);
    process::forward(java)
}

/// Every scenario, through the façade and by the built-in phone: both must send the backend the same requests.
fn scenarios(project: &Project) -> Outcome<Ran> {
    let mut cargo = project.cargo()?;
    cargo.args(["run", "--quiet", "--package", sandbox::PACKAGE]);
    cargo.args(["--bin", "scenarios", "--", "--compare", "--phone", "java"]);
    for argument in phone(project)? {
        cargo.arg(format!("--phone-argument={argument}"));
    }
    Ok(counted(cargo, Tally::of_plain))
}

/// What Java is told to be the phone.
fn phone(project: &Project) -> Outcome<Vec<String>> {
    let kotlin = project.root.join("bindings/kotlin");
    let target = kotlin.join("testing/target");
    let list = target.join("phone.classpath");
    let libraries = std::fs::read_to_string(&list).map_err(at(&list))?;
    let class_path = format!(
        "{}:{}:{}",
        target.join("test-classes").display(),
        target.join("classes").display(),
        libraries.trim()
    );
    let mut arguments: Vec<String> = SHORT_LIVED.map(str::to_owned).to_vec();
    arguments.push(format!(
        "-Djna.library.path={}",
        kotlin.join("facade/native").display()
    ));
    arguments.extend(["-cp".to_owned(), class_path, PHONE.to_owned()]);
    Ok(arguments)
}
