//! What each artifact holds.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::bindings;
use crate::cache;
use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::toolchain::android_link::AndroidLink;
use crate::toolchain::jvm;

use super::Flavour;
use super::android_library::{LIBRARY, Library};
use super::archive;
use super::kotlin_build::{KotlinBuild, copy, copy_all};
use super::maven::{Dependency, GROUP, Pom, Repository};
use super::sbom::{self, Subject};

/// Beside the AARs: the façade alone, with the library for this machine, for tests on it.
pub const JVM: &str = "klarna-step-up-jvm";
/// The product for an app's tests.
pub const TESTING: &str = "klarna-step-up-testing";
/// Where JNA looks for the library of a 64-bit Linux PC in a jar.
const HOST: &str = "linux-x86-64";
/// What Play takes to read crashes in native code.
const SYMBOLS: &str = "-native-debug-symbols.zip";
/// Where an artifact says what it was made with.
pub const BUILD: &str = "META-INF/klarna-step-up/build.json";
/// What the Android Gradle Plugin asks of an AAR: nothing newer than what every one of them has.
const METADATA: &str = "aarFormatVersion=1.0\naarMetadataVersion=1.0\nminCompileSdk=1\nminCompileSdkExtension=0\nminAndroidGradlePluginVersion=1.0.0\ncoreLibraryDesugaringEnabled=false\n";

impl Flavour {
    /// The name of its AAR.
    pub fn artifact(self) -> &'static str {
        match self {
            Self::Slim => "klarna-step-up-slim",
            Self::Standard => "klarna-step-up",
        }
    }

    /// Whose HTTP, as the manifest tells the Android shell.
    fn transport(self) -> &'static str {
        match self {
            Self::Slim => "platform",
            Self::Standard => "library",
        }
    }
}

/// What all artifacts are made of.
pub struct Parts<'a> {
    project: &'a Project,
    kotlin: &'a KotlinBuild,
    repository: &'a Repository,
    version: String,
    versions: Versions,
    built: Value,
}

/// The versions of what comes along, in bindings/kotlin/pom.xml.
struct Versions {
    stdlib: String,
    coroutines: String,
    jna: String,
}

impl<'a> Parts<'a> {
    pub fn of(
        project: &'a Project,
        kotlin: &'a KotlinBuild,
        repository: &'a Repository,
    ) -> Outcome<Self> {
        let pom = project.root.join("bindings/kotlin/pom.xml");
        let text = fs::read_to_string(&pom).map_err(at(&pom))?;
        let version = |name: &str| {
            property(&text, name)
                .ok_or_else(|| Failure::new(format!("{} has no {name}", pom.display())))
        };
        let version_of_ours = project.version()?;
        let built = json!({
            "version": version_of_ours,
            "commit": commit(project),
            "linker": AndroidLink::get(project)?.name,
            "java": jvm::version()?,
            "kotlin": version("kotlin.version")?,
        });
        Ok(Self {
            project,
            kotlin,
            repository,
            versions: Versions {
                stdlib: version("stdlib.version")?,
                coroutines: version("coroutines.version")?,
                jna: version("jna.version")?,
            },
            version: version_of_ours,
            built,
        })
    }

    /// Where an artifact's files are gathered before they are packed.
    fn gathered(&self, artifact: &str) -> Outcome<PathBuf> {
        let folder = self.repository.0.join(format!(".{artifact}"));
        cache::remove(&folder)?;
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        Ok(folder)
    }

    /// Packs `files` as the artifact's file that ends in `rest`.
    fn pack(&self, files: &Path, artifact: &str, rest: &str) -> Outcome<PathBuf> {
        let folder = self.repository.folder(artifact, &self.version);
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let file = self.repository.file(artifact, &self.version, rest);
        archive::pack(files, &file)?;
        cache::remove(files)?;
        Ok(file)
    }

    fn sources(&self, artifact: &str, folders: &[&str]) -> Outcome<()> {
        let gathered = self.gathered(artifact)?;
        for folder in folders {
            copy_all(
                &self.project.root.join("bindings/kotlin").join(folder),
                &gathered,
            )?;
        }
        self.pack(&gathered, artifact, "-sources.jar").map(drop)
    }

    fn pages(&self, artifact: &str, module: &str) -> Outcome<()> {
        let gathered = self.gathered(artifact)?;
        copy_all(&self.kotlin.pages(module), &gathered)?;
        self.pack(&gathered, artifact, "-javadoc.jar").map(drop)
    }

    fn dependency(
        group: &str,
        artifact: &str,
        version: &str,
        kind: &'static str,
        scope: &'static str,
    ) -> Dependency {
        Dependency {
            group: group.to_owned(),
            artifact: artifact.to_owned(),
            version: version.to_owned(),
            kind,
            scope,
        }
    }

    fn stdlib(&self) -> Dependency {
        let version = &self.versions.stdlib;
        Self::dependency(
            "org.jetbrains.kotlin",
            "kotlin-stdlib",
            version,
            "jar",
            "compile",
        )
    }

    fn coroutines(&self, artifact: &str) -> Dependency {
        let version = &self.versions.coroutines;
        Self::dependency("org.jetbrains.kotlinx", artifact, version, "jar", "compile")
    }

    fn jna(&self, kind: &'static str) -> Dependency {
        let version = &self.versions.jna;
        Self::dependency("net.java.dev.jna", "jna", version, kind, "runtime")
    }

    /// The last files, and the check sums of all.
    fn publish(&self, pom: &Pom, native: Option<(Flavour, &[&str])>) -> Outcome<()> {
        let subject = Subject {
            artifact: pom.artifact,
            version: pom.version,
            packaging: pom.packaging,
            dependencies: pom.dependencies,
        };
        let bill = self
            .repository
            .file(pom.artifact, pom.version, "-cyclonedx.json");
        let text = sbom::bill(self.project, &subject, native)?;
        fs::write(&bill, text).map_err(at(&bill))?;
        self.repository.publish(pom)
    }
}

/// The AAR of one flavour. Returns what there is to say of it.
pub fn publish(parts: &Parts, flavour: Flavour, libraries: &[Library]) -> Outcome<String> {
    let artifact = flavour.artifact();
    let android = parts.project.root.join("bindings/kotlin/android");
    let classes = parts.gathered("classes")?;
    copy_all(&parts.kotlin.classes("android"), &classes)?;
    let gathered = parts.gathered(artifact)?;
    archive::pack(&classes, &gathered.join("classes.jar"))?;
    cache::remove(&classes)?;
    let manifest = android.join("src/main/AndroidManifest.xml");
    let text = fs::read_to_string(&manifest).map_err(at(&manifest))?;
    write(
        &gathered.join("AndroidManifest.xml"),
        &for_transport(&text, flavour.transport())?,
    )?;
    copy(
        &android.join("proguard.txt"),
        &gathered.join("proguard.txt"),
    )?;
    write(&gathered.join("R.txt"), "")?;
    write(
        &gathered.join("META-INF/com/android/build/gradle/aar-metadata.properties"),
        METADATA,
    )?;
    let mut built = parts.built.clone();
    built["artifact"] = artifact.into();
    for library in libraries {
        let folder = library.abi.folder();
        copy(
            &library.file,
            &gathered.join("jni").join(folder).join(LIBRARY),
        )?;
        built["libraries"][folder] = json!({
            "bytes": library.bytes,
            "gzip": library.compressed,
            "sha256": archive::checksum(&library.file)?,
        });
    }
    write(&gathered.join(BUILD), &format!("{built:#}\n"))?;
    let aar = parts.pack(&gathered, artifact, ".aar")?;
    parts.sources(
        artifact,
        &[
            "facade/src/main/kotlin",
            "facade/src/generated/kotlin",
            "android/src/main/kotlin",
        ],
    )?;
    parts.pages(artifact, "android")?;
    for library in libraries {
        let file = gathered.join(library.abi.folder()).join(LIBRARY);
        copy(&library.unstripped, &file)?;
    }
    parts.pack(&gathered, artifact, SYMBOLS)?;
    let description = match flavour {
        Flavour::Standard => {
            "Carries a customer through Klarna's step-up and reports one outcome. With HTTP of its own."
        }
        Flavour::Slim => {
            "Carries a customer through Klarna's step-up and reports one outcome. With the platform's HTTP."
        }
    };
    parts.publish(
        &Pom {
            artifact,
            version: &parts.version,
            packaging: "aar",
            description,
            dependencies: &[
                parts.stdlib(),
                parts.coroutines("kotlinx-coroutines-android"),
                parts.jna("aar"),
            ],
        },
        Some((
            flavour,
            &libraries
                .iter()
                .map(|library| library.abi.target())
                .collect::<Vec<_>>(),
        )),
    )?;
    let size = fs::metadata(&aar).map_err(at(&aar))?.len();
    Ok(format!("{GROUP}:{artifact}:{} {size} B", parts.version))
}

/// The façade on a plain JVM, with the library for this machine.
pub fn publish_for_jvm(parts: &Parts) -> Outcome<String> {
    let library = bindings::shipped_host_library(parts.project)?;
    let gathered = parts.gathered(JVM)?;
    copy_all(&parts.kotlin.classes("facade"), &gathered)?;
    copy(&library, &gathered.join(HOST).join(LIBRARY))?;
    let mut built = parts.built.clone();
    built["artifact"] = JVM.into();
    built["linker"] = "this machine's".into();
    built["libraries"][HOST] = json!({ "sha256": archive::checksum(&library)? });
    write(&gathered.join(BUILD), &format!("{built:#}\n"))?;
    let jar = parts.pack(&gathered, JVM, ".jar")?;
    parts.sources(
        JVM,
        &["facade/src/main/kotlin", "facade/src/generated/kotlin"],
    )?;
    parts.pages(JVM, "facade")?;
    parts.publish(
        &Pom {
            artifact: JVM,
            version: &parts.version,
            packaging: "jar",
            description: "KlarnaStepUp on a plain JVM, for tests that run on a 64-bit Linux machine. Not for apps.",
            dependencies: &[parts.stdlib(), parts.coroutines("kotlinx-coroutines-core-jvm"), parts.jna("jar")],
        },
        Some((Flavour::Standard, &["x86_64-unknown-linux-gnu"])),
    )?;
    let size = fs::metadata(&jar).map_err(at(&jar))?.len();
    Ok(format!("{GROUP}:{JVM}:{} {size} B", parts.version))
}

/// The scripted backend, fake surface and virtual clock.
pub fn publish_testing(parts: &Parts) -> Outcome<String> {
    let gathered = parts.gathered(TESTING)?;
    copy_all(&parts.kotlin.classes("testing"), &gathered)?;
    let jar = parts.pack(&gathered, TESTING, ".jar")?;
    parts.sources(TESTING, &["testing/src/main/kotlin"])?;
    parts.pages(TESTING, "testing")?;
    let jvm = Parts::dependency(GROUP, JVM, &parts.version, "jar", "compile");
    parts.publish(
        &Pom {
            artifact: TESTING,
            version: &parts.version,
            packaging: "jar",
            description: "For an app's own tests of KlarnaStepUp: a scripted backend, a fake surface, a virtual clock, faults by name.",
            dependencies: &[parts.stdlib(), parts.coroutines("kotlinx-coroutines-core-jvm"), jvm],
        },
        None,
    )?;
    let size = fs::metadata(&jar).map_err(at(&jar))?.len();
    Ok(format!("{GROUP}:{TESTING}:{} {size} B", parts.version))
}

fn write(file: &Path, text: &str) -> Outcome<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    fs::write(file, text).map_err(at(file))
}

/// The manifest for another flavour's transport.
fn for_transport(manifest: &str, transport: &str) -> Outcome<String> {
    let line = |value: &str| {
        format!(r#"<meta-data android:name="dev.klarnastepup.transport" android:value="{value}"/>"#)
    };
    let found = line("library");
    if manifest.matches(&found).count() != 1 {
        return Err(Failure::new(format!("the manifest has not `{found}` once")));
    }
    Ok(manifest.replace(&found, &line(transport)))
}

/// A property of a POM.
fn property(pom: &str, name: &str) -> Option<String> {
    let (_, rest) = pom.split_once(&format!("<{name}>"))?;
    let (value, _) = rest.split_once("</")?;
    Some(value.to_owned())
}

/// The commit that the checkout is at; null where there is no git or where files differ from it.
fn commit(project: &Project) -> Value {
    let git = |arguments: &[&str]| {
        let mut git = process::command("git");
        git.args(arguments).current_dir(&project.root);
        process::read(git).ok()
    };
    match (git(&["status", "--porcelain"]), git(&["rev-parse", "HEAD"])) {
        (Some(changes), Some(head)) if changes.is_empty() => head.trim().into(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slim_manifest_differs_in_the_transport_alone() {
        let line =
            r#"<meta-data android:name="dev.klarnastepup.transport" android:value="library"/>"#;
        let slim = for_transport(&format!("<a>{line}</a>"), "platform").expect("replaced");
        assert_eq!(
            slim,
            format!("<a>{}</a>", line.replace("library", "platform"))
        );
        assert!(for_transport("<a/>", "platform").is_err());
    }

    #[test]
    fn a_property_is_read() {
        let pom = "<properties><jna.version>5.19.1</jna.version></properties>";
        assert_eq!(property(pom, "jna.version").as_deref(), Some("5.19.1"));
        assert_eq!(property(pom, "stdlib.version"), None);
    }
}
