//! An APK of the demo, from the packaged AAR, without Gradle and without an Android SDK: what can be had of R8 and Debian's tools.
//!
//! It shows that the AAR can be consumed, shrunk by its own rules, dexed, linked and signed. It does not show what Gradle, the Android Gradle
//! Plugin and its manifest merger make of it, and it was never installed on a phone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache;
use crate::package::Flavour;
use crate::package::abi::Abi;
use crate::package::android::REPOSITORY;
use crate::package::archive;
use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::system;
use crate::toolchain::jvm;

use super::container::Container;
use super::gradle::Gradle;
use super::{Build, FOLDER, FRAMEWORK, artifact, manifest, resources};

/// Google's shrinker and dexer. A later one than this is not on Maven Central.
const R8: &str = "com.android.tools:r8:8.5.35";
/// What the library's POM gives an app of JNA: with the libraries for phones.
const JNA: &str = "net.java.dev.jna:jna:5.19.1:aar";
/// What `getDefaultProguardFile("proguard-android-optimize.txt")` says, as far as it concerns an app without `AndroidX`.
const DEFAULTS: &str = "-allowaccessmodification\n-keepattributes AnnotationDefault,EnclosingMethod,InnerClasses,RuntimeVisibleAnnotations,Signature\n-keepclasseswithmembernames,includedescriptorclasses class * { native <methods>; }\n-keepclassmembers enum * { public static **[] values(); public static ** valueOf(java.lang.String); }\n-keepclassmembers class * implements android.os.Parcelable { public static final ** CREATOR; }\n";
/// As Android's own tools make it: it says nothing of who signed.
const PASSWORD: &str = "android";

/// Assembles, signs and verifies an APK of each build type from the packages in dist/android.
pub fn package(project: &Project) -> Outcome<()> {
    jvm::ensure()?;
    jvm::ensure_android()?;
    system::ensure(&[system::ZIPALIGN, system::APKSIGNER])?;
    let gradle = Gradle::read(project)?;
    let work = project.target()?.join(FOLDER).join("apk");
    cache::remove(&work)?;
    let aar = unpacked(project, &work)?;
    let app = compiled(project, &aar, &work)?;
    let out = project.root.join("dist/android-demo");
    fs::create_dir_all(&out).map_err(at(&out))?;
    for build in [Build::Debug, Build::Release] {
        let folder = work.join(build.name());
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let library = aar.join("AndroidManifest.xml");
        let library = fs::read_to_string(&library).map_err(at(&library))?;
        let text = manifest::merged(project, &gradle, &library, build)?;
        // Libraries are packed, so the system takes them out: where they lie in the file is no matter then.
        let text = text.replacen(
            "<application",
            "<application android:extractNativeLibs=\"true\"",
            1,
        );
        resources(project, &text, build, &folder)?;
        let dexed = dexed(project, build, &app, &aar, &folder)?;
        let apk = out.join(format!("demo-{}.apk", build.name()));
        assembled(&folder, &dexed, &aar)?;
        signed(project, &folder, &apk)?;
        println!("{}", verified(&apk, build, &abis(&aar))?);
    }
    println!(
        "not shown by this: that Gradle builds the project, that the Android Gradle Plugin merges the manifests so, that a phone installs and runs it"
    );
    Ok(())
}

/// The packaged AAR, and JNA's, taken apart into one folder: `classes.jar`, `jna.jar`, `proguard.txt`, the manifest, `jni`.
fn unpacked(project: &Project, work: &Path) -> Outcome<PathBuf> {
    let folder = work.join("aar");
    let name = Flavour::Standard.artifact();
    let version = project.version()?;
    let packaged = project.root.join(REPOSITORY).join(format!(
        "dev/klarnastepup/{name}/{version}/{name}-{version}.aar"
    ));
    if !packaged.is_file() {
        let missing = packaged.display();
        return Err(Failure::new(format!(
            "{missing} is not there: run `cargo xtask package android` first"
        )));
    }
    Container::open(&artifact(project, JNA)?)?.unpack(&folder)?;
    let jar = folder.join("classes.jar");
    fs::rename(&jar, folder.join("jna.jar")).map_err(at(&jar))?;
    Container::open(&packaged)?.unpack(&folder)?;
    Ok(folder)
}

/// The app's classes, compiled against that very AAR, and what it needs at run time beside it.
fn compiled(project: &Project, aar: &Path, work: &Path) -> Outcome<Vec<PathBuf>> {
    let build = work.join("maven");
    let needed = work.join("needed");
    let mut maven = jvm::maven_in(&project.root.join(FOLDER).join("robolectric"));
    maven.arg("--quiet");
    maven.arg(format!("-Ddemo.parts={}", aar.display()));
    maven.arg(format!("-Ddemo.build={}", build.display()));
    maven.args([
        "-DincludeScope=runtime",
        "-DexcludeArtifactIds=jna,klarna-step-up",
    ]);
    maven.arg(format!("-DoutputDirectory={}", needed.display()));
    maven.args(["compile", "dependency:copy-dependencies"]);
    process::run(maven)?;
    let mut inputs = vec![
        build.join("classes"),
        aar.join("classes.jar"),
        aar.join("jna.jar"),
    ];
    let read = fs::read_dir(&needed).map_err(at(&needed))?;
    for entry in read {
        inputs.push(entry.map_err(at(&needed))?.path());
    }
    inputs.sort();
    Ok(inputs)
}

/// Makes the dex files, and returns the folder that they are in.
fn dexed(
    project: &Project,
    build: Build,
    inputs: &[PathBuf],
    aar: &Path,
    folder: &Path,
) -> Outcome<PathBuf> {
    let out = folder.join("dex");
    fs::create_dir_all(&out).map_err(at(&out))?;
    let mut java = process::command("java");
    java.arg("-cp").arg(artifact(project, R8)?);
    match build {
        Build::Debug => java.args(["com.android.tools.r8.D8", "--debug"]),
        Build::Release => {
            let rules = folder.join("rules.txt");
            fs::write(
                &rules,
                rules_of_the_app(&folder.join("AndroidManifest.xml"))?,
            )
            .map_err(at(&rules))?;
            java.args(["com.android.tools.r8.R8", "--release"]);
            java.arg("--pg-conf").arg(rules);
            // The library's own rules, as they are in the AAR.
            java.arg("--pg-conf").arg(aar.join("proguard.txt"));
            java.arg("--pg-map-output").arg(folder.join("mapping.txt"))
        }
    };
    java.args(["--min-api", "24"]);
    java.arg("--lib").arg(artifact(project, FRAMEWORK)?);
    java.arg("--lib").arg(java_home()?);
    java.arg("--output").arg(&out);
    for input in inputs {
        if input.is_dir() {
            // A folder is no input of theirs.
            let jar = folder.join("app.jar");
            archive::pack(input, &jar)?;
            java.arg(jar);
        } else {
            java.arg(input);
        }
    }
    process::read(java)?;
    kept(&out, build)?;
    Ok(out)
}

/// What native code looks for by name is there under its name; what nobody looks for lost its own if it was shrunk.
fn kept(dex: &Path, build: Build) -> Outcome<()> {
    let mut code = Vec::new();
    for file in archive::files(dex)? {
        code.extend(fs::read(&file).map_err(at(&file))?);
    }
    let has = |name: &str| {
        code.windows(name.len())
            .any(|bytes| bytes == name.as_bytes())
    };
    let whole = has("Lcom/sun/jna/Native;") && has("Ldev/klarnastepup/ffi/UniffiLib;");
    let named = has("Ldev/klarnastepup/demo/OrderBook;");
    if whole && named == (build == Build::Debug) {
        return Ok(());
    }
    let said = format!(
        "{}: wrong names: JNA's and the bindings' {whole}, the app's own {named}",
        dex.display()
    );
    Err(Failure::new(said))
}

/// The Android Gradle Plugin's: what the manifest names is made by the system.
fn rules_of_the_app(manifest: &Path) -> Outcome<String> {
    let text = fs::read_to_string(manifest).map_err(at(manifest))?;
    let named = text.split("android:name=\"").skip(1);
    let classes = named
        .filter_map(|rest| rest.split('"').next())
        .filter(|name| {
            name.starts_with("dev.klarnastepup.")
                && name
                    .rsplit('.')
                    .next()
                    .is_some_and(|last| last.starts_with(char::is_uppercase))
        });
    Ok(classes.fold(DEFAULTS.to_owned(), |rules, class| {
        format!("{rules}-keep class {class} {{ <init>(); }}\n")
    }))
}

/// The JDK whose `java` this is: it knows what is not Android's.
fn java_home() -> Outcome<PathBuf> {
    let mut java = process::command("java");
    java.args(["-XshowSettings:properties", "-version"]);
    let said = process::overhear(java)?;
    said.lines()
        .find_map(|line| line.trim().strip_prefix("java.home = "))
        .map(PathBuf::from)
        .ok_or_else(|| Failure::new("java does not say where it is"))
}

/// Puts code and libraries beside the resources.
fn assembled(folder: &Path, dex: &Path, aar: &Path) -> Outcome<()> {
    let base = folder.join("resources.ap_");
    let mut container = Container::open(&base)?;
    let mut files = Vec::new();
    for file in archive::files(dex)? {
        let name = file
            .strip_prefix(dex)
            .unwrap_or(&file)
            .to_string_lossy()
            .into_owned();
        files.push((name, file.clone()));
    }
    for abi in abis(aar) {
        let native = aar.join("jni").join(abi.folder());
        for file in archive::files(&native)? {
            let name = file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            files.push((format!("lib/{}/{name}", abi.folder()), file));
        }
    }
    container.add(&files)
}

/// The processors that the AAR is for: all three, unless it was packaged for some alone.
fn abis(aar: &Path) -> Vec<Abi> {
    let has = |abi: &Abi| {
        let library = Path::new("jni")
            .join(abi.folder())
            .join("libklarna_step_up.so");
        aar.join(library).is_file()
    };
    Abi::ALL.into_iter().filter(has).collect()
}

/// Aligns and signs it with a key that says nothing.
fn signed(project: &Project, folder: &Path, apk: &Path) -> Outcome<()> {
    let key = key(project)?;
    let aligned = folder.join("aligned.apk");
    let mut align = process::command("zipalign");
    align
        .args(["-f", "4"])
        .arg(folder.join("resources.ap_"))
        .arg(&aligned);
    process::read(align)?;
    let mut sign = process::command("apksigner");
    sign.args(["sign", "--ks-pass", &format!("pass:{PASSWORD}")]);
    sign.arg("--ks")
        .arg(key)
        .arg("--out")
        .arg(apk)
        .arg(&aligned);
    process::read(sign).map(drop)
}

fn key(project: &Project) -> Outcome<PathBuf> {
    let folder = project
        .cache
        .entry("android-debug-key", &[b"1"])
        .get(|out| {
            let mut keytool = process::command("keytool");
            keytool.args([
                "-genkeypair",
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-validity",
                "10000",
            ]);
            keytool.args([
                "-alias",
                "androiddebugkey",
                "-dname",
                "CN=Android Debug,O=Android,C=US",
            ]);
            keytool.args(["-storepass", PASSWORD, "-keypass", PASSWORD, "-keystore"]);
            keytool.arg(out.join("debug.keystore"));
            process::read(keytool).map(drop)
        })?;
    Ok(folder.join("debug.keystore"))
}

/// Looks into the finished file with the tools that were not used to make it so.
fn verified(apk: &Path, build: Build, abis: &[Abi]) -> Outcome<String> {
    let asked = |command: &str, arguments: &[&str]| {
        let mut command: Command = process::command(command);
        command.args(arguments).arg(apk);
        process::read(command)
    };
    let signature = asked(
        "apksigner",
        &["verify", "--verbose", "--min-sdk-version", "24"],
    )?;
    asked("zipalign", &["-c", "4"])?;
    let badging = asked("aapt", &["dump", "badging"])?;
    let mut tree = process::command("aapt");
    tree.args(["dump", "xmltree"])
        .arg(apk)
        .arg("AndroidManifest.xml");
    let tree = process::read(tree)?;
    let files = asked("aapt", &["list"])?;
    let wrong: Vec<&str> = [
        (
            signature.contains("v2): true"),
            "the signature of scheme v2",
        ),
        (
            badging.contains("package: name='dev.klarnastepup.demo'"),
            "the application's id",
        ),
        (
            badging.contains("launchable-activity: name='dev.klarnastepup.demo.BasketActivity'"),
            "the first screen",
        ),
        (
            abis.iter()
                .all(|abi| badging.contains(&format!("'{}'", abi.folder()))),
            "a processor",
        ),
        (
            tree.contains("StepUpReturnActivity") && tree.contains("klarnastepup-demo-done"),
            "the library's activity and its links",
        ),
        (
            badging.contains("application-debuggable") == (build == Build::Debug),
            "debuggable only in the debug build",
        ),
        (
            tree.contains("networkSecurityConfig") == (build == Build::Debug),
            "clear text only in the debug build",
        ),
        (files.contains("assets/happy-url.json"), "the scenarios"),
        (
            files
                .lines()
                .filter(|file| file.ends_with("/libklarna_step_up.so"))
                .count()
                == abis.len(),
            "the library",
        ),
        (
            files
                .lines()
                .filter(|file| file.ends_with("/libjnidispatch.so"))
                .count()
                == abis.len(),
            "JNA's library",
        ),
    ]
    .iter()
    .filter_map(|(holds, what)| (!holds).then_some(*what))
    .collect();
    if !wrong.is_empty() {
        return Err(Failure::new(format!(
            "{}: not right: {}",
            apk.display(),
            wrong.join(", ")
        )));
    }
    let bytes = fs::metadata(apk).map_err(at(apk))?.len();
    let by = match build {
        Build::Debug => "D8",
        Build::Release => "R8, with the AAR's rules",
    };
    let processors: Vec<&str> = abis.iter().map(|abi| abi.folder()).collect();
    Ok(format!(
        "{}: {bytes} bytes, {}, by {by}, signed with a debug key",
        apk.display(),
        processors.join(", ")
    ))
}
