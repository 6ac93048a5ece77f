//! Java and Maven.

use std::process::Command;

use crate::process::{self, Outcome};
use crate::project::Project;
use crate::system;

/// `mvn` for the project in bindings/kotlin, to be given goals.
pub fn maven(project: &Project) -> Outcome<Command> {
    system::ensure(&[system::JAVAC, system::MAVEN])?;
    let mut maven = process::command("mvn");
    maven.args([
        "--batch-mode",
        "--no-transfer-progress",
        "-Dstyle.color=never",
    ]);
    maven
        .arg("--file")
        .arg(project.root.join("bindings/kotlin/pom.xml"))
        .current_dir(project.root.join("bindings/kotlin"));
    Ok(maven)
}

/// What the Android shell needs besides: it writes the binary manifest.
pub fn ensure_android() -> Outcome<()> {
    system::ensure(&[system::AAPT])
}
