//! `cargo xtask test package-android`: the packages are looked into, made twice, and used by an app.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::cache;
use crate::process::{Failure, Outcome, at};
use crate::project::Project;
use crate::tally::Tally;
use crate::tests::Ran;

use super::Flavour;
use super::aar::{self, TESTING};
use super::abi::Abi;
use super::android::{self, Extent};
use super::android_library::LIBRARY;
use super::archive;
use super::chosen;
use super::consumer::{self, Consumer, Shrinker};
use super::maven::Repository;
use super::resolved;
use super::twice;

/// Runs the checks. Their long form makes everything, and makes it afresh.
pub fn run(project: &Project, long: bool) -> Outcome<Ran> {
    let flavours = chosen(&[]);
    let extent = Extent {
        flavours: &flavours,
        abis: if long { &Abi::ALL } else { &[Abi::Arm64] },
        for_jvm: long,
    };
    let work = project.target()?.join("package-android");
    // Another checkout may build in the same folder.
    let _lock = cache::lock(&work.with_extension("lock"))?;
    cache::remove(&work)?;
    let places = ["one", "two"].map(|name| work.join(name));
    for place in &places {
        println!("{}", android::make(project, &extent, place)?.join("\n"));
    }
    let mut tally = Tally::default();
    let mut report = |what: &str, objections: Vec<String>| {
        tally.count(objections.is_empty());
        for objection in objections {
            println!("{what}: {objection}");
        }
    };
    report("made twice", twice::differences(&places[0], &places[1])?);
    let [place, _] = places;
    let repository = Repository(place);
    let version = project.version()?;
    for flavour in &flavours {
        let found = objections(&repository, &version, *flavour, extent.abis)?;
        report(flavour.artifact(), found);
    }
    report("check sums", wrong_sums(&repository)?);
    if long {
        report("made afresh", twice::afresh(project, &work)?);
        report("the NDK's way", twice::by_ndk(project, &work)?);
    }
    let testing = repository.file(TESTING, &version, ".jar");
    let mut shrinkers = vec![Shrinker::ProGuard];
    if long {
        shrinkers.push(Shrinker::R8);
    }
    for flavour in &flavours {
        let aar = repository.file(flavour.artifact(), &version, ".aar");
        // The classes of the two are the same bytes: one app is enough.
        if *flavour == Flavour::Standard {
            let app = work.join("consumer");
            let (consumer, compiled) = Consumer::compile(project, &aar, &testing, &app)?;
            tally.add(compiled);
            for shrinker in &shrinkers {
                tally.add(consumer.shrink(*shrinker)?);
            }
        }
    }
    if long {
        tally.add(resolved::check(
            project,
            &repository,
            &work.join("resolved"),
        )?);
    }
    Ok((tally, Ok(())))
}

/// What is wrong with an AAR.
fn objections(
    repository: &Repository,
    version: &str,
    flavour: Flavour,
    abis: &[Abi],
) -> Outcome<Vec<String>> {
    let file = repository.file(flavour.artifact(), version, ".aar");
    let mut found = Vec::new();
    let names: BTreeSet<String> = consumer::names(&file)?.into_iter().collect();
    let libraries = abis
        .iter()
        .map(|abi| format!("jni/{}/{LIBRARY}", abi.folder()));
    let wanted: BTreeSet<String> = [
        "AndroidManifest.xml",
        "classes.jar",
        "proguard.txt",
        "R.txt",
        "META-INF/com/android/build/gradle/aar-metadata.properties",
        aar::BUILD,
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(libraries)
    .collect();
    if names != wanted {
        found.push(format!("holds {names:?}, not {wanted:?}"));
    }
    let text = |name: &str| -> Outcome<String> {
        Ok(String::from_utf8_lossy(&consumer::entry(&file, name)?).into_owned())
    };
    let transport = match flavour {
        Flavour::Standard => "library",
        Flavour::Slim => "platform",
    };
    let manifest = text("AndroidManifest.xml")?;
    let line = format!(r#"android:name="dev.klarnastepup.transport" android:value="{transport}""#);
    if !manifest.contains(&line) {
        found.push(format!(
            "its manifest does not name the transport {transport}"
        ));
    }
    let built: Value = serde_json::from_str(&text(aar::BUILD)?)
        .map_err(|error| Failure::new(format!("{}: {error}", aar::BUILD)))?;
    for abi in abis {
        let name = format!("jni/{}/{LIBRARY}", abi.folder());
        let sum = hexadecimal(&consumer::entry(&file, &name)?);
        if built["libraries"][abi.folder()]["sha256"] != *sum {
            found.push(format!("{name} is not the one that was examined"));
        }
    }
    if !built["linker"]
        .as_str()
        .is_some_and(|linker| linker.contains("NDK"))
    {
        found.push("does not say what it was linked with".to_owned());
    }
    let classes = repository.0.join("classes.jar");
    fs::write(&classes, consumer::entry(&file, "classes.jar")?).map_err(at(&classes))?;
    let classes_of = consumer::names(&classes)?;
    cache::remove(&classes)?;
    for name in [
        "dev/klarnastepup/StepUpClient.class",
        "dev/klarnastepup/StepUpClients.class",
        "dev/klarnastepup/android/StepUpReturnActivity.class",
        "META-INF/klarna-step-up.kotlin_module",
    ] {
        if !classes_of.iter().any(|class| class == name) {
            found.push(format!("classes.jar lacks {name}"));
        }
    }
    let stranger = classes_of.iter().find(|class| {
        !class.starts_with("dev/klarnastepup/") && !class.starts_with("META-INF/klarna-step-up.")
    });
    found.extend(stranger.map(|class| format!("classes.jar holds {class}")));
    let pom = repository.file(flavour.artifact(), version, ".pom");
    let pom = fs::read_to_string(&pom).map_err(at(&pom))?;
    let jna = "<artifactId>jna</artifactId>";
    let kind = pom
        .split_once(jna)
        .and_then(|(_, rest)| rest.split_once("</dependency>"));
    if !kind.is_some_and(|(of_jna, _)| of_jna.contains("<type>aar</type>")) {
        found.push("its POM does not ask for JNA's AAR".to_owned());
    }
    Ok(found)
}

/// Files whose check sum is missing or another's.
fn wrong_sums(repository: &Repository) -> Outcome<Vec<String>> {
    let files = archive::files(&repository.0)?;
    let is_sum = |file: &PathBuf| {
        let kind = file.extension().and_then(|kind| kind.to_str());
        matches!(kind, Some("md5" | "sha1" | "sha256" | "sha512"))
    };
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !is_sum(file)) {
        let content = fs::read(file).map_err(at(file))?;
        let sum = fs::read_to_string(with(file, ".sha256")).unwrap_or_default();
        if sum != hexadecimal(&content) {
            found.push(format!("{}: {sum:?}", file.display()));
        }
    }
    if files.is_empty() {
        found.push("there is nothing".to_owned());
    }
    Ok(found)
}

fn with(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn hexadecimal(content: &[u8]) -> String {
    super::maven::hexadecimal(&Sha256::digest(content))
}
