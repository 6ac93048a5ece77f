//! `docs/integrate-ios.md`, followed to the letter: its snippets are compiled, its tests are run, its tables are complete.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::cache;
use crate::package::xcframework::create_folder;
use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::system;
use crate::tally::Tally;
use crate::toolchain::swift_root::SwiftRoot;

const GUIDE: &str = "docs/integrate-ios.md";
/// What the snippets use of Apple's beyond the stand-ins.
const NAMES: &str = "bindings/swift/Tests/Guide/AppleNames.swift";
const INTERFACE: &str = "bindings/swift/api/KlarnaStepUp.txt";
/// The section that has to stay short, and how many lines of Swift are too many.
const SHORT: &str = "From nothing to an outcome";
const TOO_LONG: usize = 20;
/// The section whose snippets are tests: they are run by the shop's own package.
pub const TESTING: &str = "Testing";
const OUTCOMES: &str = "What to show for each outcome";
const FINDINGS: &str = "When something does not work";

/// A part of the guide between two headings.
#[derive(Debug, Default)]
pub struct Section {
    pub title: String,
    /// Language and text of each block of code.
    blocks: Vec<(String, String)>,
    /// What stands in backticks in the first column of its tables.
    names: Vec<String>,
}

impl Section {
    /// Its blocks of this language.
    pub fn code<'a>(&'a self, language: &'a str) -> impl Iterator<Item = &'a str> {
        let blocks = self.blocks.iter();
        blocks.filter_map(move |(named, text)| (named == language).then_some(text.as_str()))
    }
}

/// The guide's sections.
pub fn sections(project: &Project) -> Outcome<Vec<Section>> {
    let file = project.root.join(GUIDE);
    Ok(parse(&fs::read_to_string(&file).map_err(at(&file))?))
}

fn parse(text: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut block: Option<(String, String)> = None;
    for line in text.lines() {
        let Some(section) = sections.last_mut() else {
            break;
        };
        match (&mut block, line.trim_start().strip_prefix("```")) {
            (None, Some(language)) => block = Some((language.to_owned(), String::new())),
            (Some(_), Some(_)) => section.blocks.extend(block.take()),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {
                if let Some(title) = line.strip_prefix("## ") {
                    sections.push(Section {
                        title: title.to_owned(),
                        ..Section::default()
                    });
                } else if let Some(row) = line.strip_prefix("| `") {
                    section
                        .names
                        .extend(row.split('`').next().map(str::to_owned));
                }
            }
        }
    }
    sections
}

/// Compiles and compares. `scratch` holds what the shop's package was built into.
pub fn check(project: &Project, root: &SwiftRoot, scratch: &Path) -> Outcome<Tally> {
    let sections = sections(project)?;
    let folder = scratch.join("guide");
    cache::remove(&folder)?;
    create_folder(&folder)?;
    let names = project.root.join(NAMES);
    fs::copy(&names, folder.join("AppleNames.swift")).map_err(at(&names))?;
    let mut tally = Tally::default();
    for (number, section) in sections.iter().enumerate() {
        if section.title != TESTING && section.code("swift").next().is_some() {
            tally.count(compiles(project, root, scratch, (number, section))?);
        }
        for plist in section.code("xml") {
            tally.count(is_plist(plist)?);
        }
        for json in section.code("json") {
            tally.count(serde_json::from_str::<serde_json::Value>(json).is_ok());
        }
    }
    for (held, what) in compared(project, &sections)? {
        if !held {
            println!("{GUIDE}: {what}");
        }
        tally.count(held);
    }
    Ok(tally)
}

fn compiles(
    project: &Project,
    root: &SwiftRoot,
    scratch: &Path,
    (number, section): (usize, &Section),
) -> Outcome<bool> {
    let mut files = vec!["guide/AppleNames.swift".to_owned()];
    for (index, code) in section.code("swift").enumerate() {
        let name = format!("guide/Section{number}Block{index}.swift");
        let file = scratch.join(&name);
        fs::write(&file, code).map_err(at(&file))?;
        files.push(name);
    }
    let mut arguments = vec!["-typecheck", "-parse-as-library", "-swift-version", "6"];
    arguments.extend(["-module-name", "App", "-warnings-as-errors"]);
    arguments.extend(["-I", "/scratch/consumer/debug/Modules", "-Xcc"]);
    arguments.push("-fmodule-map-file=/scratch/tree/KlarnaStepUp/bindings/swift/Sources/KlarnaStepUpCoreFFI/include/module.modulemap");
    arguments.extend(files.iter().map(String::as_str));
    // Its own folder is what is mounted as the project: the files are named from there, as in a message to whoever edits the guide.
    let swiftc = root.run_in(project, (scratch, scratch), "swiftc", &arguments);
    let said = process::overhear(swiftc)?;
    if said.is_empty() {
        return Ok(true);
    }
    println!("{GUIDE}, section \"{}\":\n{said}", section.title);
    Ok(false)
}

/// Whether it can be read, put into an otherwise empty property list.
fn is_plist(text: &str) -> Outcome<bool> {
    system::ensure(&[system::PIP])?;
    let whole = format!("<plist version=\"1.0\"><dict>\n{text}</dict></plist>\n");
    let mut python = process::command("python3");
    python.args([
        "-c",
        "import plistlib, sys; plistlib.loads(sys.argv[1].encode())",
    ]);
    python.arg(whole);
    Ok(process::run(python).is_ok())
}

/// What the guide says against what there is.
fn compared(project: &Project, sections: &[Section]) -> Outcome<Vec<(bool, String)>> {
    let read = |name: &str| {
        let file = project.root.join(name);
        fs::read_to_string(&file).map_err(at(&file))
    };
    let section = |title: &str| {
        let found = sections.iter().find(|section| section.title == title);
        found.ok_or_else(|| Failure::new(format!("{GUIDE} has no section \"{title}\"")))
    };
    let mut compared = Vec::new();
    let lines: usize = section(SHORT)?
        .code("swift")
        .map(|code| code.lines().filter(|line| !line.trim().is_empty()).count())
        .sum();
    println!("{GUIDE}: {lines} lines of Swift from nothing to an outcome");
    compared.push((
        lines > 0 && lines < TOO_LONG,
        format!("{lines} lines from nothing to an outcome, {TOO_LONG} are too many"),
    ));
    let mut same = |what: &str, said: &[String], there: BTreeSet<String>| {
        let all: BTreeSet<String> = said.iter().cloned().collect();
        let missing: Vec<_> = there.difference(&all).collect();
        let unknown: Vec<_> = all.difference(&there).collect();
        compared.push((
            missing.is_empty() && unknown.is_empty() && all.len() == said.len(),
            format!("{what}: {missing:?} missing, {unknown:?} do not exist, or one stands twice"),
        ));
    };
    same(
        "outcomes",
        &section(OUTCOMES)?.names,
        outcomes(&read(INTERFACE)?),
    );
    same(
        "findings",
        &section(FINDINGS)?.names,
        findings(&read("src/doctor.rs")?)?,
    );
    for target in links(&read(GUIDE)?) {
        let there = project.root.join("docs").join(&target).exists();
        compared.push((there, format!("the link to {target} leads nowhere")));
    }
    Ok(compared)
}

/// Each outcome with each reason, as Swift writes it.
fn outcomes(interface: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::from([".approved".to_owned(), ".declined".to_owned()]);
    for (list, outcome) in [
        ("Cancellation.Reason.", "canceled"),
        ("Unsettled.Reason.", "undetermined"),
        ("NotStarted.Reason.", "notStarted"),
    ] {
        for line in interface.lines().filter_map(|line| line.strip_prefix(list)) {
            if let Some((name, _)) = line.split_once(": case ") {
                let name = name.split('(').next().unwrap_or(name);
                all.insert(format!(".{outcome}(.{name})"));
            }
        }
    }
    all
}

/// The stable names of what `doctor()` can find, as the core lists them.
fn findings(source: &str) -> Outcome<BTreeSet<String>> {
    let list = source
        .split_once("pub const CODES")
        .and_then(|(_, rest)| rest.split_once("= [")?.1.split_once("];"))
        .ok_or_else(|| Failure::new("src/doctor.rs has no list `CODES`"))?
        .0;
    Ok(list
        .split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect())
}

/// The files that the guide links to.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split([')', '#']).next());
    targets
        .filter(|target| !target.is_empty() && !target.contains("://"))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod checks {
    use super::*;

    #[test]
    fn sections_have_their_code_and_the_names_of_their_tables() {
        let sections = parse(
            "# Title\n## One\n```swift\nlet a = 1\n```\n| `x` | y |\n## Two\n  ```json\n{}\n  ```\n",
        );
        assert_eq!(sections.len(), 3);
        assert_eq!(
            sections[1].code("swift").collect::<Vec<_>>(),
            ["let a = 1\n"]
        );
        assert_eq!(sections[1].names, ["x"]);
        assert_eq!(sections[2].code("json").count(), 1);
        assert_eq!(sections[2].code("swift").count(), 0);
    }

    #[test]
    fn what_there_is_comes_from_interface_and_core() {
        let interface = "NotStarted.Reason.refused(_:): case refused(String?)\nUnsettled.Reason.init(rawValue:): init?\n";
        assert!(outcomes(interface).contains(".notStarted(.refused)"));
        assert_eq!(outcomes(interface).len(), 3);
        let source = "pub const CODES: [&str; 2] = [\n    \"a-b\",\n    \"c\",\n];\n";
        let found = findings(source).expect("a list");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["a-b", "c"]);
    }

    #[test]
    fn links_to_files_are_found() {
        assert_eq!(links("[a](b.md#c) [d](https://e) [f](#g)"), ["b.md"]);
    }
}
