//! docs/architecture.md names files, functions, inputs, effects and events: they are those of the source.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const DOCUMENT: &str = include_str!("../docs/architecture.md");
const SIGNAL: &str = include_str!("../src/machine/signal.rs");

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Texts between backticks, each with what follows it up to the next one.
fn quoted(text: &str) -> Vec<(&str, &str)> {
    let parts: Vec<&str> = text.split('`').collect();
    let pairs = parts.chunks(2).skip(1);
    let inside = parts.iter().skip(1).step_by(2);
    let after = pairs.map(|pair| pair[0]);
    inside.copied().zip(after).collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The file that a path of the document means: below `src/` unless it begins otherwise.
fn find(path: &str) -> Option<PathBuf> {
    let places = [root().join("src").join(path), root().join(path)];
    places.into_iter().find(|place| place.exists())
}

fn prose() -> impl Iterator<Item = &'static str> {
    let mut fenced = false;
    DOCUMENT.lines().filter(move |line| {
        fenced ^= line.starts_with("```");
        !fenced
    })
}

#[test]
fn files_and_functions_that_it_names_are_there() {
    let (mut files, mut names) = (0, 0);
    for line in prose() {
        // `file.rs` (`name`, `name`): the names are in that file.
        let mut file: Option<(&str, String)> = None;
        for (what, after) in quoted(line) {
            let is_source = Path::new(what).extension().is_some_and(|end| end == "rs");
            let ours =
                !what.contains([' ', ':', '<', '…', '{']) && (is_source || what.ends_with('/'));
            if ours {
                let place = find(what);
                assert!(place.is_some(), "`{what}` is not there: {line}");
                files += 1;
                let text = place.and_then(|place| std::fs::read_to_string(place).ok());
                file = text.filter(|_| after == " (").map(|text| (what, text));
            } else if let Some((path, text)) = &file {
                if is_name(what) {
                    assert!(text.contains(what), "`{what}` is not in `{path}`: {line}");
                    names += 1;
                }
                if after.contains(')') {
                    file = None;
                }
            }
        }
    }
    assert!(files > 60 && names > 20, "{files} files, {names} names");
}

/// The variants of an enum of `machine/signal.rs`.
fn variants(of: &str) -> BTreeSet<&'static str> {
    let begin = SIGNAL.find(of).expect("the enum is there");
    let body = &SIGNAL[begin..];
    let end = body.find("\n}").expect("it ends");
    let lines = body[..end].lines().skip(1);
    let variants = lines.filter_map(|line| {
        let name = line.strip_prefix("    ")?;
        let end = name.find(|letter: char| !letter.is_ascii_alphanumeric());
        let name = &name[..end.unwrap_or(name.len())];
        name.starts_with(|letter: char| letter.is_ascii_uppercase())
            .then_some(name)
    });
    variants.collect()
}

/// What the first column of the table below a heading names.
fn first_column(heading: &str) -> BTreeSet<&'static str> {
    let begin = DOCUMENT.find(heading).expect("the heading is there");
    let section = &DOCUMENT[begin + heading.len()..];
    let section = &section[..section.find("\n#").unwrap_or(section.len())];
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.flat_map(|row| quoted(row.split('|').nth(1).unwrap_or_default()))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn inputs_effects_and_events_are_those_of_the_machine() {
    assert_eq!(first_column("\n### Inputs\n"), variants("pub enum Input {"));
    assert_eq!(
        first_column("\n### Effects\n"),
        variants("pub enum Effect {")
    );
    let events = first_column("\n## Events\n");
    for note in variants("pub enum Note {") {
        let told = events.iter().any(|event| event.starts_with(note));
        assert!(told, "no event of the document's is {note}");
    }
}
