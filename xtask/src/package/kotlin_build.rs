//! What the packages hold of Kotlin: classes, sources and pages, compiled apart from the checkout, so that neither its `target` folders
//! nor its place have a part in it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cache;
use crate::process::{self, Outcome, at};
use crate::project::Project;
use crate::toolchain::jvm;

use super::archive;

/// What Maven reads. `src/test` is left out.
const READ: [&str; 12] = [
    "pom.xml",
    ".mvn",
    "tools",
    "facade/pom.xml",
    "facade/src/main",
    "facade/src/generated",
    "testing/pom.xml",
    "testing/src/main",
    "robolectric-shim/pom.xml",
    "robolectric-shim/src",
    "android/pom.xml",
    "android/src/main",
];
const MODULES: [&str; 3] = ["facade", "testing", "android"];

/// The compiled modules.
pub struct KotlinBuild(PathBuf);

impl KotlinBuild {
    /// Compiles them and writes their pages, or finds that done for the same sources.
    pub fn get(project: &Project) -> Outcome<Self> {
        jvm::ensure()?;
        let sources = project.root.join("bindings/kotlin");
        let files = files(&sources)?;
        let mut parts = vec![jvm::version()?.into_bytes()];
        for file in &files {
            let name = file.strip_prefix(&sources).unwrap_or(file);
            parts.push(name.as_os_str().as_encoded_bytes().to_vec());
            parts.push(fs::read(file).map_err(at(file))?);
        }
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let entry = project.cache.entry("kotlin-package", &parts);
        let folder = entry.get(|out| build(&sources, &files, out))?;
        Ok(Self(folder))
    }

    /// Compiles them in a new folder, whatever was compiled before.
    pub fn afresh(project: &Project, folder: &Path) -> Outcome<Self> {
        let sources = project.root.join("bindings/kotlin");
        cache::remove(folder)?;
        build(&sources, &files(&sources)?, folder)?;
        Ok(Self(folder.to_path_buf()))
    }

    /// A module's classes: `facade`, `testing`, or `android`, which holds the façade as well.
    pub fn classes(&self, module: &str) -> PathBuf {
        self.0.join(module).join("classes")
    }

    /// The pages of what is public in a module.
    pub fn pages(&self, module: &str) -> PathBuf {
        self.0.join(module).join("dokka")
    }
}

fn build(sources: &Path, files: &[PathBuf], out: &Path) -> Outcome<()> {
    let work = out.join("work");
    for file in files {
        copy(file, &work.join(file.strip_prefix(sources).unwrap_or(file)))?;
    }
    compile(&work)?;
    for module in MODULES {
        let place = out.join(module);
        fs::create_dir_all(&place).map_err(at(&place))?;
        for part in ["classes", "dokka"] {
            let made = work.join(module).join("target").join(part);
            fs::rename(&made, place.join(part)).map_err(at(&made))?;
        }
    }
    cache::remove(&work)
}

fn compile(work: &Path) -> Outcome<()> {
    let mut maven = jvm::maven_in(work);
    maven.args(["--quiet", "--activate-profiles", "android,docs"]);
    // Tests were run elsewhere; they, Robolectric's frameworks and its manifest are half a gigabyte.
    maven.args(["-Dmaven.test.skip=true", "-Dmdep.skip=true"]);
    maven.arg("-Dexec.skip=true");
    maven.args(["--projects", "facade,testing,robolectric-shim,android"]);
    maven.arg("package");
    process::run(maven)
}

fn files(sources: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for name in READ {
        let path = sources.join(name);
        if path.is_dir() {
            files.extend(archive::files(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// Copies a file, and makes the folder that it goes to.
pub fn copy(source: &Path, target: &Path) -> Outcome<()> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    fs::copy(source, target).map_err(at(source))?;
    Ok(())
}

/// Copies all files below a folder.
pub fn copy_all(source: &Path, target: &Path) -> Outcome<()> {
    for file in archive::files(source)? {
        let name = file.strip_prefix(source).unwrap_or(&file);
        copy(&file, &target.join(name))?;
    }
    Ok(())
}
