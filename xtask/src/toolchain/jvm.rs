//! Java and Maven.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Failure, Outcome};
use crate::project::Project;
use crate::system;

/// Makes sure that both are there.
pub fn ensure() -> Outcome<()> {
    system::ensure(&[system::JAVAC, system::MAVEN])
}

/// The version of the compiler's platform, whose bytes may differ from another's.
pub fn version() -> Outcome<String> {
    let mut javac = process::command("javac");
    javac.arg("-version");
    Ok(process::read(javac)?.trim().to_owned())
}

/// The folder of the Java that runs, which has its own classes in it.
pub fn home() -> Outcome<PathBuf> {
    let mut java = process::command("java");
    java.args(["-XshowSettings:properties", "-version"]);
    let said = process::overhear(java)?;
    let line = said
        .lines()
        .find_map(|line| line.trim().strip_prefix("java.home = "));
    line.map(PathBuf::from)
        .ok_or_else(|| Failure::new("java does not say where it is"))
}

/// `mvn` for the project in bindings/kotlin, to be given goals.
pub fn maven(project: &Project) -> Outcome<Command> {
    ensure()?;
    Ok(maven_in(&project.root.join("bindings/kotlin")))
}

/// `mvn` for the project in a folder.
pub fn maven_in(folder: &Path) -> Command {
    let mut maven = process::command("mvn");
    maven.args([
        "--batch-mode",
        "--no-transfer-progress",
        "-Dstyle.color=never",
    ]);
    maven.arg("--file").arg(folder.join("pom.xml"));
    maven.current_dir(folder);
    maven
}

/// What the Android shell needs besides: it writes the binary manifest.
pub fn ensure_android() -> Outcome<()> {
    system::ensure(&[system::AAPT])
}

/// A Java that runs Android's newest levels, which the one that compiles does not.
pub fn newest(project: &Project) -> Outcome<PathBuf> {
    let recipe = project.recipe("java-newest.sh");
    let text = std::fs::read(&recipe).map_err(process::at(&recipe))?;
    let folder = project.cache.entry("java-newest", &[&text]).get(|out| {
        system::ensure(&[system::PIP])?;
        let mut script = project.script("java-newest.sh");
        script.arg(out);
        process::run(script)
    })?;
    Ok(folder.join("bin/java"))
}
