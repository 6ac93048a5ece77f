//! The demo app for Android: its own sources run on a JVM, and an APK of it put together without Gradle.

mod apk;
mod container;
mod gradle;
mod manifest;

use std::fs;
use std::path::{Path, PathBuf};

use crate::bindings::{self, Language};
use crate::cache;
use crate::package::archive;
use crate::package::kotlin_build::{KotlinBuild, copy};
use crate::process::{self, Outcome, at};
use crate::project::Project;
use crate::sandbox::Control;
use crate::tally::Tally;
use crate::tests::{Ran, counted};
use crate::toolchain::jvm;

pub use apk::package;
use gradle::Gradle;

/// Where it is.
const FOLDER: &str = "android-demo";
/// What Robolectric and `aapt` take for Android.
const FRAMEWORK: &str = "org.robolectric:android-all:14-robolectric-10818077";

/// Runs its tests, and looks whether its Gradle files agree with the checkout. In the long form on more levels of Android, and the APK
/// is made from the packages.
pub fn check(project: &Project, long: bool) -> Outcome<Ran> {
    jvm::ensure()?;
    jvm::ensure_android()?;
    bindings::verify(project, Language::Kotlin)?;
    let gradle = Gradle::read(project)?;
    let mut tally = Tally::default();
    let objections = gradle.objections(project)?;
    for objection in &objections {
        println!("android-demo: {objection}");
    }
    tally.count(objections.is_empty());
    let parts = parts(project, &gradle)?;
    let mut maven = jvm::maven_in(&project.root.join(FOLDER).join("robolectric"));
    maven.arg(format!("-Ddemo.parts={}", parts.display()));
    if long {
        maven.args(["--activate-profiles", "long"]);
    }
    // The compiler's plug-in keeps classes of files that are gone.
    maven.args(["clean", "verify"]);
    let control = Control::start(project)?;
    control.tell(&mut maven);
    let (ran, ended) = counted(maven, Tally::of_surefire);
    tally.add(ran);
    if long {
        crate::package::android::package(project, &crate::package::chosen(&[]), &[])?;
        package(project)?;
        tally.count(true);
    }
    Ok((tally, ended))
}

/// What the tests run with: the classes of the library's AAR, the library for this machine, the merged manifest and the compiled resources.
fn parts(project: &Project, gradle: &Gradle) -> Outcome<PathBuf> {
    let folder = project.target()?.join(FOLDER);
    cache::remove(&folder)?;
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    let classes = KotlinBuild::get(project)?.classes("android");
    archive::pack(&classes, &folder.join("classes.jar"))?;
    let native = project.root.join("bindings/kotlin/facade/native");
    let library = "libklarna_step_up.so";
    copy(&native.join(library), &folder.join(library))?;
    let library = project
        .root
        .join("bindings/kotlin/android/src/main/AndroidManifest.xml");
    let library = fs::read_to_string(&library).map_err(at(&library))?;
    let text = manifest::merged(project, gradle, &library, Build::Debug)?;
    resources(project, &text, Build::Debug, &folder)?;
    Ok(folder)
}

/// One of the two build types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Build {
    /// Not shrunk; speaks clear text to this machine.
    Debug,
    /// Shrunk; https only.
    Release,
}

impl Build {
    fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "release",
        }
    }
}

/// Writes AndroidManifest.xml and, compiled with the app's resources and scenarios, resources.ap_.
fn resources(project: &Project, manifest: &str, build: Build, folder: &Path) -> Outcome<()> {
    let app = project.root.join(FOLDER).join("app/src");
    let text = folder.join("AndroidManifest.xml");
    fs::write(&text, manifest).map_err(at(&text))?;
    let mut aapt = process::command("aapt");
    aapt.args(["package", "-f"]);
    if build == Build::Debug {
        aapt.arg("--debug-mode")
            .arg("-S")
            .arg(app.join("debug/res"));
    }
    aapt.arg("-S").arg(app.join("main/res"));
    aapt.arg("-A").arg(project.root.join(gradle::SCENARIOS));
    aapt.arg("-M").arg(&text);
    aapt.arg("-I").arg(artifact(project, FRAMEWORK)?);
    aapt.arg("-F").arg(folder.join("resources.ap_"));
    process::read(aapt).map(drop)
}

/// A file of Maven Central's, kept: `group:artifact:version`, and `:aar` if it is one.
fn artifact(project: &Project, coordinates: &str) -> Outcome<PathBuf> {
    let mut parts = coordinates.split(':').skip(1);
    let name = parts.next().unwrap_or_default();
    let version = parts.next().unwrap_or_default();
    let entry = project
        .cache
        .entry(&format!("maven-{name}"), &[coordinates.as_bytes()]);
    let folder = entry.get(|out| {
        let mut maven = process::command("mvn");
        maven.args(["--batch-mode", "--quiet", "--no-transfer-progress"]);
        maven.arg("org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy");
        maven.arg(format!("-Dartifact={coordinates}"));
        maven.arg(format!("-DoutputDirectory={}", out.display()));
        maven.current_dir(out);
        process::run(maven)
    })?;
    let kind = parts.next().unwrap_or("jar");
    Ok(folder.join(format!("{name}-{version}.{kind}")))
}
