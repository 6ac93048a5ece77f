//! What the demo's Gradle files say, read as text: they are the one place where it stands, and nothing here can run Gradle.

use std::fs;
use std::path::PathBuf;

use crate::package::Flavour;
use crate::package::android::REPOSITORY;
use crate::package::archive;
use crate::process::{Failure, Outcome, at};
use crate::project::Project;

use super::FOLDER;

/// The scenarios, which the app carries as assets.
pub const SCENARIOS: &str = "tests/scenarios";
/// Gradle's own sum of the wrapper's jar of 8.14.
const WRAPPER: &str = "7d3a4ac4de1c32b59bc6a4eb8ecb8e612ccd0cf1ae1e99f66902da64df296172";

/// The files' texts.
pub struct Gradle {
    root: PathBuf,
    settings: String,
    whole: String,
    app: String,
    catalogue: String,
    wrapper: String,
}

impl Gradle {
    pub fn read(project: &Project) -> Outcome<Self> {
        let root = project.root.join(FOLDER);
        let text = |name: &str| {
            let path = root.join(name);
            fs::read_to_string(&path).map_err(at(&path))
        };
        Ok(Self {
            settings: text("settings.gradle.kts")?,
            whole: text("build.gradle.kts")?,
            app: text("app/build.gradle.kts")?,
            catalogue: text("gradle/libs.versions.toml")?,
            wrapper: text("gradle/wrapper/gradle-wrapper.properties")?,
            root,
        })
    }

    /// The value of `name = value` in the app's file.
    pub fn value(&self, name: &str) -> Outcome<String> {
        let mut lines = self.app.lines().map(str::trim);
        lines
            .find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix('='))
            .map(|value| value.trim().trim_matches('"').to_owned())
            .ok_or_else(|| Failure::new(format!("{FOLDER}/app/build.gradle.kts has no {name}")))
    }

    /// The manifest's placeholders, by name, with that of the application's id.
    pub fn placeholders(&self) -> Outcome<Vec<(String, String)>> {
        let named = self
            .app
            .lines()
            .find(|line| line.trim_start().starts_with("manifestPlaceholders"));
        let quoted: Vec<&str> = named
            .unwrap_or_default()
            .split('"')
            .skip(1)
            .step_by(2)
            .collect();
        let mut found: Vec<(String, String)> = quoted
            .chunks_exact(2)
            .map(|pair| (pair[0].to_owned(), pair[1].to_owned()))
            .collect();
        found.push(("applicationId".to_owned(), self.value("applicationId")?));
        Ok(found)
    }

    /// The version under this name in the catalogue.
    pub fn version(&self, name: &str) -> Option<&str> {
        let versions = section(&self.catalogue, "versions");
        versions
            .lines()
            .find_map(|line| line.strip_prefix(name)?.trim().strip_prefix('='))
            .map(|value| value.trim().trim_matches('"'))
    }

    /// Every path and every coordinate that leads nowhere.
    pub fn objections(&self, project: &Project) -> Outcome<Vec<String>> {
        let mut wrong = Vec::new();
        let mut must = |holds: bool, otherwise: String| {
            if !holds {
                wrong.push(otherwise);
            }
        };
        let repository = format!("uri(\"../{REPOSITORY}\")");
        must(
            self.settings.contains(&repository),
            format!("settings.gradle.kts does not take the library from {repository}"),
        );
        must(
            self.settings.contains("includeGroup(\"dev.klarnastepup\")"),
            "settings.gradle.kts would look for the library elsewhere, too".to_owned(),
        );
        for module in quoted_after(&self.settings, "include(") {
            let file = module.replace(':', "/") + "/build.gradle.kts";
            must(
                self.root.join(file.trim_start_matches('/')).is_file(),
                format!("the module {module} has no {file}"),
            );
        }
        for folder in quoted_after(&self.app, "srcDir(") {
            let scenarios = self.root.join("app").join(&folder).join("happy-url.json");
            must(
                scenarios.is_file(),
                format!("{folder} in app/build.gradle.kts holds no scenario"),
            );
        }
        let version = project.version()?;
        must(
            self.version("stepUp") == Some(&version),
            format!("libs.versions.toml: stepUp is not {version}"),
        );
        let library = format!("\"dev.klarnastepup:{}\"", Flavour::Standard.artifact());
        must(
            section(&self.catalogue, "libraries").contains(&library),
            format!("libs.versions.toml does not name {library}"),
        );
        for accessor in self.accessors() {
            must(
                self.is_known(&accessor),
                format!("libs.{accessor} is not in libs.versions.toml"),
            );
        }
        for name in quoted_after(&self.catalogue, "version.ref = ") {
            must(
                self.version(&name)
                    .is_some_and(|version| !version.contains('+')),
                format!("libs.versions.toml: {name} is no fixed version"),
            );
        }
        let jar = self.root.join("gradle/wrapper/gradle-wrapper.jar");
        must(
            archive::checksum(&jar)? == WRAPPER,
            "gradle-wrapper.jar is not the one that Gradle published".to_owned(),
        );
        must(
            self.wrapper.contains("distributions/gradle-8.14.")
                && self.wrapper.contains("distributionSha256Sum="),
            "gradle-wrapper.properties names another Gradle than the jar's, or no sum".to_owned(),
        );
        Ok(wrong)
    }

    /// `plugins.android.application` of `alias(libs.plugins.android.application)`, and so on.
    fn accessors(&self) -> Vec<String> {
        let mut found = Vec::new();
        for text in [&self.whole, &self.app] {
            for rest in text.split("libs.").skip(1) {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '.');
                let name = &rest[..end.unwrap_or(rest.len())];
                found.push(name.trim_end_matches(".get").to_owned());
            }
        }
        found
    }

    fn is_known(&self, accessor: &str) -> bool {
        let (table, name) = match accessor.split_once('.') {
            Some(("plugins", name)) => ("plugins", name),
            Some(("versions", name)) => ("versions", name),
            _ => ("libraries", accessor),
        };
        section(&self.catalogue, table)
            .lines()
            .filter_map(|line| line.split_once('='))
            .any(|(key, _)| key.trim().replace('-', ".") == name)
    }
}

/// A table of a TOML file.
fn section<'a>(text: &'a str, name: &str) -> &'a str {
    let after = text
        .split(&format!("[{name}]\n"))
        .nth(1)
        .unwrap_or_default();
    after.split("\n[").next().unwrap_or_default()
}

/// What stands in quotes right behind `before`.
fn quoted_after(text: &str, before: &str) -> Vec<String> {
    text.split(before)
        .skip(1)
        .filter_map(|rest| rest.strip_prefix('"')?.split('"').next())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod checks {
    use super::*;

    #[test]
    fn what_stands_in_the_files_is_found_and_what_leads_nowhere_is_named() {
        let project = Project::open().expect("this checkout");
        let mut gradle = Gradle::read(&project).expect("the files");
        assert_eq!(
            gradle.objections(&project).expect("read"),
            Vec::<String>::new()
        );
        assert_eq!(gradle.value("minSdk").expect("there"), "24");
        let placeholders = gradle.placeholders().expect("there");
        assert!(placeholders.contains(&("stepUpHost".to_owned(), "klarna".to_owned())));
        gradle.app = gradle.app.replace("libs.step.up", "libs.stepup");
        gradle.app = gradle.app.replace("tests/scenarios", "test/scenarios");
        gradle.settings = gradle.settings.replace("dist/android", "dist");
        gradle.catalogue = gradle.catalogue.replace("2.2.21", "2.+");
        let found = gradle.objections(&project).expect("read").join("\n");
        for word in [
            "libs.stepup",
            "holds no scenario",
            "dist/android",
            "kotlin is no fixed",
        ] {
            assert!(found.contains(word), "{word}: {found}");
        }
    }
}
