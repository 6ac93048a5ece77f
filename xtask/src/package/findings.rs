//! What `doctor()` can find, as a list: the code finds these, and the guide says of each what to do.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::process::{Outcome, at};
use crate::project::Project;

use super::archive;
use super::guide::GUIDE;

/// The list, among the recipes.
const LIST: &str = "doctor-findings.txt";

/// Where list, code and guide differ.
pub fn differences(project: &Project) -> Outcome<Vec<String>> {
    let read = |file: &Path| fs::read_to_string(file).map_err(at(file));
    let list = read(&project.recipe(LIST))?;
    let mut found = Vec::new();
    let core = between(
        &read(&project.root.join("src/doctor.rs"))?,
        "CODES: [",
        "];",
    );
    found.extend(compared(
        &listed(&list, "core"),
        &quoted(&core),
        "src/doctor.rs",
    ));
    for (whose, folder) in [
        ("facade", "bindings/kotlin/facade/src/main"),
        ("android", "bindings/kotlin/android/src/main"),
    ] {
        let mut codes = BTreeSet::new();
        for file in archive::files(&project.root.join(folder))? {
            codes.extend(kotlin(&read(&file)?));
        }
        found.extend(compared(&listed(&list, whose), &codes, folder));
    }
    let explained = table(&read(&project.root.join(GUIDE))?);
    let all = ["core", "facade", "android"].map(|whose| listed(&list, whose));
    let all = all.into_iter().flatten().collect();
    found.extend(compared(&all, &explained, GUIDE));
    Ok(found)
}

fn listed(list: &str, whose: &str) -> BTreeSet<String> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let lines = lines.filter_map(|line| line.split_once(' '));
    lines
        .filter(|(_, of)| *of == whose)
        .map(|(code, _)| code.to_owned())
        .collect()
}

fn between(text: &str, start: &str, end: &str) -> String {
    let rest = text.split_once(start).map_or("", |(_, rest)| rest);
    // The length and the equals sign of the array.
    let rest = rest.split_once('[').map_or("", |(_, rest)| rest);
    rest.split_once(end)
        .map_or("", |(inside, _)| inside)
        .to_owned()
}

fn quoted(text: &str) -> BTreeSet<String> {
    text.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// The first argument of whatever makes a finding: a call of `Finding`, or of the short form beside it.
fn kotlin(source: &str) -> BTreeSet<String> {
    let calls = ["Finding(", "broken("];
    let arguments = calls.iter().flat_map(|call| source.split(call).skip(1));
    let codes = arguments.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    codes.map(str::to_owned).collect()
}

/// The first column of the guide's table of findings.
fn table(guide: &str) -> BTreeSet<String> {
    let rows = guide
        .lines()
        .skip_while(|line| !line.starts_with("| finding |"));
    rows.skip(2)
        .map_while(|line| line.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect()
}

fn compared(list: &BTreeSet<String>, other: &BTreeSet<String>, name: &str) -> Vec<String> {
    let missing = list.difference(other);
    let missing = missing.map(|code| format!("{LIST} has {code}, {name} has not"));
    let more = other.difference(list);
    let more = more.map(|code| format!("{name} has {code}, {LIST} has not"));
    missing.chain(more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_code_and_guide_agree() {
        let project = Project::open().expect("a checkout");
        let differences = differences(&project).expect("compared");
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    }

    #[test]
    fn each_source_is_read() {
        assert_eq!(
            quoted(&between(
                "pub const CODES: [&str; 2] = [\"a\", \"b\"];",
                "CODES: [",
                "];"
            )),
            ["a", "b"].map(str::to_owned).into()
        );
        assert_eq!(
            kotlin("add(broken(\"one\", x)) + Finding(\n  \"two\", y) + Finding(code, z)"),
            ["one", "two"].map(str::to_owned).into()
        );
        assert_eq!(
            table("| finding | x |\n|---|---|\n| `one` | x |\n| `two` | x |\n\n| `three` |\n"),
            ["one", "two"].map(str::to_owned).into()
        );
        assert_eq!(listed("# core\na core\nb android\n", "core").len(), 1);
    }

    #[test]
    fn what_only_one_has_is_named() {
        let one = ["a", "b"].map(str::to_owned).into();
        let two = ["b", "c"].map(str::to_owned).into();
        assert_eq!(compared(&one, &two, "x").len(), 2);
    }
}
