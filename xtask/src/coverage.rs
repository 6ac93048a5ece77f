//! How much of the pure parts the core's tests reach: enough lines of each, and of the machine every branch but those that are named.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::tally::Tally;
use crate::toolchain::llvm_cov;

/// Parts of `src/` that are held to [`LEAST`].
const PARTS: [&str; 3] = ["machine", "links", "journal"];
/// Per cent of the lines.
const LEAST: f64 = 98.0;
/// The tests that count. Not `model`: its searches take minutes when every branch is counted.
const TESTS: &str =
    "--lib --test client --test machine --test rules --test traces --test parts_vectors";
/// Branches of the machine that no test can reach, with the reason.
const NAMED: &str = "uncovered.txt";

/// Counts, prints the figures, and says which of them hold.
pub fn run(project: &Project) -> Outcome<Tally> {
    let mut tests = llvm_cov::command(project)?;
    tests
        .args(["--no-report", "--package", "klarna-step-up"])
        .args(TESTS.split_whitespace());
    process::run(tests)?;
    let mut report = llvm_cov::command(project)?;
    report.args(["report", "--json"]);
    let counted = process::read(report)?;
    let counted: Value =
        serde_json::from_str(&counted).map_err(|error| Failure::new(error.to_string()))?;
    let files = counted["data"][0]["files"]
        .as_array()
        .ok_or_else(|| Failure::new("llvm-cov counted no files"))?;
    let mut tally = Tally::default();
    for part in PARTS {
        let lines = lines(files, part);
        let holds = lines.per_cent() >= LEAST;
        println!(
            "{part:<8} {:>5.1} % of {} lines{}",
            lines.per_cent(),
            lines.count,
            if holds {
                String::new()
            } else {
                format!(", wanted are {LEAST} %")
            }
        );
        tally.count(holds);
    }
    let list = project.recipe(NAMED);
    let named = std::fs::read_to_string(&list).map_err(at(&list))?;
    let differences = differences(&named, &not_reached(project, files)?);
    for difference in &differences {
        println!("{difference}");
    }
    tally.count(differences.is_empty());
    Ok(tally)
}

#[derive(Default)]
struct Lines {
    count: u64,
    covered: u64,
}

impl Lines {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand lines")]
    fn per_cent(&self) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        self.covered as f64 / self.count as f64 * 100.0
    }
}

/// A file of a part of `src/`, tests left out.
fn is_of(file: &Value, part: &str) -> bool {
    let name = file["filename"].as_str().unwrap_or_default();
    name.contains(&format!("/src/{part}/")) && !name.ends_with("/tests.rs")
}

fn lines(files: &[Value], part: &str) -> Lines {
    let of_part = files.iter().filter(|file| is_of(file, part));
    of_part.fold(Lines::default(), |sum, file| {
        let number = |what: &str| file["summary"]["lines"][what].as_u64().unwrap_or(0);
        Lines {
            count: sum.count + number("count"),
            covered: sum.covered + number("covered"),
        }
    })
}

/// Where the machine has branches that no test took: the file's name, and the line as it is written.
fn not_reached(project: &Project, files: &[Value]) -> Outcome<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for file in files.iter().filter(|file| is_of(file, PARTS[0])) {
        let path = Path::new(file["filename"].as_str().unwrap_or_default());
        let path = project.root.join(path);
        let text = std::fs::read_to_string(&path).map_err(at(&path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        for segment in file["segments"].as_array().into_iter().flatten() {
            // Line, column, count, is counted, begins a region, is a gap between regions.
            let is = |at: usize| segment[at] == true;
            if is(3) && is(4) && !is(5) && segment[2] == 0 {
                let line = segment[0]
                    .as_u64()
                    .and_then(|line| usize::try_from(line).ok());
                let line = line.and_then(|line| text.lines().nth(line.saturating_sub(1)));
                found.insert(format!("{name}: {}", line.unwrap_or_default().trim()));
            }
        }
    }
    Ok(found)
}

fn differences(named: &str, found: &BTreeSet<String>) -> Vec<String> {
    let named: BTreeSet<String> = named
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(str::to_owned)
        .collect();
    let new = found.difference(&named);
    let new = new.map(|line| format!("no test reaches machine/{line}"));
    let gone = named.difference(found);
    let gone = gone.map(|line| format!("reached, or gone; take it off the list: {line}"));
    new.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_of_a_part_are_added_up_without_its_tests() {
        let file = |name: &str, count, covered| json!({"filename": name, "summary": {"lines": {"count": count, "covered": covered}}});
        let files = [
            file("/p/src/links/mod.rs", 50, 50),
            file("/p/src/links/read.rs", 50, 48),
            file("/p/src/links/tests.rs", 900, 900),
            file("/p/src/machine/mod.rs", 10, 0),
        ];
        let lines = lines(&files, "links");
        assert_eq!((lines.count, lines.covered), (100, 98));
        assert!((lines.per_cent() - 98.0).abs() < 0.001);
        assert!(super::lines(&[], "links").per_cent() < 1.0);
    }

    #[test]
    fn a_branch_that_is_new_or_reached_after_all_is_named() {
        let found = ["a.rs: one", "a.rs: two"].map(str::to_owned);
        let named = "# because\na.rs: two\na.rs: three\n";
        let said = differences(named, &BTreeSet::from(found));
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].contains("reaches machine/a.rs: one") && said[1].contains("three"));
    }
}
