//! A Maven repository in a folder, as Gradle and Maven read it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use crate::process::{Outcome, at};

/// Everything of ours is in it.
pub const GROUP: &str = "dev.klarnastepup";

/// A folder that is a repository.
pub struct Repository(pub PathBuf);

/// What a POM says.
pub struct Pom<'a> {
    pub artifact: &'a str,
    pub version: &'a str,
    /// `aar` or `jar`.
    pub packaging: &'a str,
    pub description: &'a str,
    pub dependencies: &'a [Dependency],
}

/// Something that an app gets along with the artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    pub group: String,
    pub artifact: String,
    pub version: String,
    /// `aar` or `jar`.
    pub kind: &'static str,
    /// `compile` if it shows in our interface, else `runtime`.
    pub scope: &'static str,
}

impl Pom<'_> {
    fn text(&self) -> String {
        let mut text = format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://maven.apache.org/POM/4.0.0 https://maven.apache.org/xsd/maven-4.0.0.xsd">
  <modelVersion>4.0.0</modelVersion>
  <groupId>{GROUP}</groupId>
  <artifactId>{}</artifactId>
  <version>{}</version>
  <packaging>{}</packaging>
  <name>{}</name>
  <description>{}</description>
  <licenses>
    <license>
      <name>Apache-2.0</name>
      <url>https://www.apache.org/licenses/LICENSE-2.0.txt</url>
    </license>
  </licenses>
  <dependencies>
"#,
            self.artifact, self.version, self.packaging, self.artifact, self.description
        );
        for dependency in self.dependencies {
            let kind = match dependency.kind {
                "jar" => String::new(),
                other => format!("\n      <type>{other}</type>"),
            };
            let _ = write!(
                text,
                "    <dependency>\n      <groupId>{}</groupId>\n      <artifactId>{}</artifactId>\n      <version>{}</version>{kind}\n      <scope>{}</scope>\n    </dependency>\n",
                dependency.group, dependency.artifact, dependency.version, dependency.scope
            );
        }
        text.push_str("  </dependencies>\n</project>\n");
        text
    }
}

impl Repository {
    /// The folder of one version of an artifact.
    pub fn folder(&self, artifact: &str, version: &str) -> PathBuf {
        self.0
            .join(GROUP.replace('.', "/"))
            .join(artifact)
            .join(version)
    }

    /// A file of it; `rest` is what follows the version in its name.
    pub fn file(&self, artifact: &str, version: &str, rest: &str) -> PathBuf {
        self.folder(artifact, version)
            .join(format!("{artifact}-{version}{rest}"))
    }

    /// Writes the POM and the check sums. The artifact's other files are there already.
    pub fn publish(&self, pom: &Pom) -> Outcome<()> {
        let file = self.file(pom.artifact, pom.version, ".pom");
        fs::write(&file, pom.text()).map_err(at(&file))?;
        let folder = self.folder(pom.artifact, pom.version);
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            sums(&entry.map_err(at(&folder))?.path())?;
        }
        Ok(())
    }
}

/// The check sums that repositories keep beside a file: Maven asks for the two weak ones, Gradle for the others as well.
fn sums(file: &Path) -> Outcome<()> {
    let content = fs::read(file).map_err(at(file))?;
    let all = [
        ("md5", hexadecimal(&Md5::digest(&content))),
        ("sha1", hexadecimal(&Sha1::digest(&content))),
        ("sha256", hexadecimal(&Sha256::digest(&content))),
        ("sha512", hexadecimal(&Sha512::digest(&content))),
    ];
    for (suffix, sum) in all {
        let mut name = file.as_os_str().to_owned();
        name.push(".");
        name.push(suffix);
        fs::write(&name, sum).map_err(at(file))?;
    }
    Ok(())
}

/// Bytes as check sums are written.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_has_what_resolvers_look_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = Repository(folder.path().to_path_buf());
        let jar = repository.file("thing", "1.2.3", ".jar");
        fs::create_dir_all(jar.parent().expect("a folder")).expect("a folder");
        fs::write(&jar, "abc").expect("a file");
        let dependencies = [Dependency {
            group: "net.java.dev.jna".to_owned(),
            artifact: "jna".to_owned(),
            version: "5".to_owned(),
            kind: "aar",
            scope: "runtime",
        }];
        repository
            .publish(&Pom {
                artifact: "thing",
                version: "1.2.3",
                packaging: "jar",
                description: "a thing",
                dependencies: &dependencies,
            })
            .expect("published");
        let read = |name: &str| {
            fs::read_to_string(
                folder
                    .path()
                    .join("dev/klarnastepup/thing/1.2.3")
                    .join(name),
            )
            .expect("a file")
        };
        assert_eq!(
            read("thing-1.2.3.jar.sha1"),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
        assert_eq!(
            read("thing-1.2.3.jar.md5"),
            "900150983cd24fb0d6963f7d28e17f72"
        );
        assert!(read("thing-1.2.3.pom").contains("<type>aar</type>"));
        assert_eq!(read("thing-1.2.3.pom.sha512").len(), 128);
    }
}
