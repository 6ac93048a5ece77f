//! One version for everything: `cargo xtask version X.Y.Z`.

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;

use crate::bindings::{self, Language};
use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;

const CHANGELOG: &str = "CHANGELOG.md";
const UNRELEASED: &str = "## [Unreleased]\n";

/// A place that names the version: in files whose path ends so, between these two texts.
struct Place {
    file: &'static str,
    before: &'static str,
    after: char,
}

const fn place(file: &'static str, before: &'static str, after: char) -> Place {
    Place {
        file,
        before,
        after,
    }
}

/// All of them. Each has to be found somewhere: one that is not has moved, and would be forgotten.
const PLACES: [Place; 9] = [
    place("Cargo.toml", "[workspace.package]\nversion = \"", '"'),
    place(
        "pom.xml",
        "klarna-step-up-parent</artifactId>\n  <version>",
        '<',
    ),
    place(
        "pom.xml",
        "klarna-step-up-parent</artifactId>\n    <version>",
        '<',
    ),
    place("pom.xml", "<stepup.version>", '<'),
    place("Version.kt", "VERSION: String = \"", '"'),
    place("Version.swift", "bindingsVersion = \"", '"'),
    place("libs.versions.toml", "\nstepUp = \"", '"'),
    place(".md", "dev.klarnastepup:klarna-step-up:", '"'),
    place(".md", "dev.klarnastepup:klarna-step-up-testing:", '"'),
];
/// As [`PLACES`], where the version ends with its line.
const LINES: [(&str, &str); 1] = [(".xcconfig", "MARKETING_VERSION = ")];

impl Place {
    /// Puts `version` into every such place of the text, and tells what stood there.
    fn put(&self, text: &str, version: &str) -> (String, Vec<String>) {
        let mut pieces = text.split(self.before);
        let mut fresh = pieces.next().unwrap_or_default().to_owned();
        let mut found = Vec::new();
        for piece in pieces {
            let (old, rest) = piece.split_at(piece.find(self.after).unwrap_or(piece.len()));
            found.push(old.to_owned());
            fresh.push_str(self.before);
            fresh.push_str(version);
            fresh.push_str(rest);
        }
        (fresh, found)
    }
}

fn places() -> impl Iterator<Item = Place> {
    let lines = LINES.map(|(file, before)| place(file, before, '\n'));
    PLACES.into_iter().chain(lines)
}

/// Prints the version, and fails if a place names another, or if it is not the expected one.
pub fn show(project: &Project, expected: Option<&str>) -> Outcome<ExitCode> {
    let version = project.version()?;
    println!("{version}");
    let mut objections = objections(project, &version)?;
    let expected = expected.map(|tag| tag.strip_prefix('v').unwrap_or(tag));
    let other = expected.filter(|expected| *expected != version);
    objections.extend(other.map(|other| format!("{other} was expected")));
    if objections.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::new(objections.join("\n")))
}

/// Writes the version in every place, generates what has it in it, and gives what is unreleased in the changelog its heading.
pub fn set(project: &Project, version: &str) -> Outcome<ExitCode> {
    if !well_formed(version) {
        return Err(Failure::new(format!(
            "`{version}` is not three numbers with dots between, such as 1.2.3"
        )));
    }
    for name in files(project)? {
        let file = project.root.join(&name);
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        let fresh = places()
            .filter(|place| name.ends_with(place.file))
            .fold(text.clone(), |text, place| place.put(&text, version).0);
        if fresh != text {
            fs::write(&file, fresh).map_err(at(&file))?;
            println!("{name}");
        }
    }
    let changelog = project.root.join(CHANGELOG);
    let text = fs::read_to_string(&changelog).map_err(at(&changelog))?;
    let mut date = process::command("date");
    date.args(["--utc", "+%F"]);
    if let Some(fresh) = released(&text, version, process::read(date)?.trim()) {
        fs::write(&changelog, fresh).map_err(at(&changelog))?;
        println!("{CHANGELOG}");
    }
    // The lock file names the workspace's own crates.
    let mut metadata = project.cargo()?;
    metadata.args(["metadata", "--quiet", "--format-version", "1"]);
    process::read(metadata)?;
    bindings::generate(project, &[Language::Kotlin, Language::Swift])?;
    show(project, None)
}

fn well_formed(version: &str) -> bool {
    let numbers: Vec<&str> = version.split('.').collect();
    numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u32>().is_ok())
}

/// The places that do not name this version.
pub fn objections(project: &Project, version: &str) -> Outcome<Vec<String>> {
    let mut named: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for name in files(project)? {
        let all: Vec<Place> = places()
            .filter(|place| name.ends_with(place.file))
            .collect();
        // Not every file is text.
        let Ok(text) = fs::read_to_string(project.root.join(&name)) else {
            continue;
        };
        for place in all {
            let (_, versions) = place.put(&text, version);
            *named.entry(place.before).or_default() += versions.len();
            let others = versions.iter().filter(|other| *other != version);
            found.extend(others.map(|other| format!("{name}: {other}, not {version}")));
        }
    }
    let lost = places().filter(|place| named.get(place.before).is_none_or(|count| *count == 0));
    found.extend(lost.map(|place| {
        format!(
            "no file that ends in {} says `{}` any more: mend xtask/src/version.rs",
            place.file,
            place.before.trim()
        )
    }));
    let changelog = project.root.join(CHANGELOG);
    let text = fs::read_to_string(&changelog).map_err(at(&changelog))?;
    found.extend(
        newest(&text)
            .filter(|newest| *newest != version)
            .map(|newest| {
                format!("{CHANGELOG}: the newest release is {newest}, the version {version}")
            }),
    );
    Ok(found)
}

/// The files of the checkout, those included that are not committed yet.
fn files(project: &Project) -> Outcome<Vec<String>> {
    let mut git = process::command("git");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    git.current_dir(&project.root);
    let said = process::read(git)?;
    let names = said
        .split('\0')
        .filter(|name| places().any(|place| name.ends_with(place.file)));
    Ok(names.map(str::to_owned).collect())
}

/// The newest release in the changelog.
fn newest(changelog: &str) -> Option<&str> {
    let headings = changelog
        .lines()
        .filter_map(|line| line.strip_prefix("## [")?.split(']').next());
    headings
        .into_iter()
        .find(|heading| *heading != "Unreleased")
}

/// The changelog with what was unreleased under the version's heading; nothing if it has that.
fn released(changelog: &str, version: &str, date: &str) -> Option<String> {
    if newest(changelog) == Some(version) {
        return None;
    }
    let heading = format!("{UNRELEASED}\n## [{version}] - {date}\n");
    Some(changelog.replacen(UNRELEASED, &heading, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_names_the_same_version() {
        let project = Project::open().expect("a checkout");
        let version = project.version().expect("a version");
        let objections = objections(&project, &version).expect("looked at");
        assert!(objections.is_empty(), "{}", objections.join("\n"));
    }

    #[test]
    fn a_place_is_found_and_filled() {
        let pom = "<artifactId>klarna-step-up-parent</artifactId>\n    <version>0.1.0</version>";
        let (fresh, found) = PLACES[2].put(pom, "0.2.0");
        assert_eq!(found, ["0.1.0"]);
        assert!(fresh.ends_with("<version>0.2.0</version>"));
        let (same, none) = PLACES[2].put("<version>3</version>", "0.2.0");
        assert!(none.is_empty() && same == "<version>3</version>");
        let (line, found) = places()
            .last()
            .expect("a place")
            .put("MARKETING_VERSION = 0.1.0\nOTHER = 1\n", "0.2.0");
        assert_eq!(
            (line.as_str(), found.len()),
            ("MARKETING_VERSION = 0.2.0\nOTHER = 1\n", 1)
        );
    }

    #[test]
    fn what_was_unreleased_gets_a_heading_once() {
        let text = "# Changelog\n\n## [Unreleased]\n\n### Added\n";
        assert_eq!(newest(text), None);
        let fresh = released(text, "0.2.0", "2026-01-02").expect("a heading");
        assert_eq!(
            fresh,
            "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-01-02\n\n### Added\n"
        );
        assert_eq!(newest(&fresh), Some("0.2.0"));
        assert_eq!(released(&fresh, "0.2.0", "2026-01-03"), None);
    }

    #[test]
    fn a_version_is_three_numbers() {
        assert!(well_formed("1.20.3"));
        for other in ["1.2", "1.2.3.4", "1.2.x", "v1.2.3", "1.2.3-rc1", ""] {
            assert!(!well_formed(other), "{other}");
        }
    }
}
