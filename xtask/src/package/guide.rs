//! The pieces of code in docs/integrate-android.md, made into files that a compiler takes. A block of Kotlin or Java says behind the language
//! what it is: `file=NAME` a file as it stands, `in=PLACE` lines of a function that has the place for its receiver.

use std::fs;
use std::path::Path;

use crate::process::{Failure, Outcome, at};

/// The document, in the checkout.
pub const GUIDE: &str = "docs/integrate-android.md";
/// "From nothing to an outcome": fewer lines of the app's own code than this.
const FEW: usize = 20;
/// What every piece may use by its short name.
const IMPORTS: &str = "\
import android.app.Activity
import android.app.Application
import android.util.Log
import android.view.ViewGroup
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import dev.klarnastepup.*
import kotlinx.coroutines.MainScope
import kotlinx.coroutines.launch
";

#[derive(Debug, PartialEq, Eq)]
enum Place {
    File(String),
    /// Of the guide's application or activity.
    In(&'static str),
}

#[derive(Debug, PartialEq, Eq)]
struct Piece {
    line: usize,
    place: Place,
    /// Among the lines that take an app from nothing to an outcome.
    counted: bool,
    text: String,
}

/// Writes the pieces as files into `folder`. Returns how many there are.
pub fn unpack(guide: &str, folder: &Path) -> Outcome<usize> {
    let pieces = pieces(guide)?;
    for piece in &pieces {
        let (name, text) = piece.as_file();
        let file = folder.join(name);
        fs::create_dir_all(folder).map_err(at(folder))?;
        fs::write(&file, text).map_err(at(&file))?;
    }
    let lines = own_lines(&pieces);
    println!(
        "guide: {} pieces of code, from nothing to an outcome in {lines} lines",
        pieces.len()
    );
    if lines == 0 || lines >= FEW {
        return Err(Failure::new(format!(
            "{GUIDE}: {lines} counted lines, not fewer than {FEW}"
        )));
    }
    Ok(pieces.len())
}

fn pieces(guide: &str) -> Outcome<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut lines = guide.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(said) = line.strip_prefix("```") else {
            continue;
        };
        let mut text = String::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| *line != "```") {
            text.push_str(line);
            text.push('\n');
        }
        let mut words = said.split_whitespace();
        if !matches!(words.next(), Some("kotlin" | "java")) {
            continue;
        }
        let place = match words.next().and_then(|word| word.split_once('=')) {
            Some(("file", name)) => Place::File(name.to_owned()),
            Some(("in", "activity")) => Place::In("CheckoutActivity"),
            Some(("in", "application")) => Place::In("Shop"),
            _ => {
                return Err(Failure::new(format!(
                    "{GUIDE}:{}: code that no test compiles: say file=NAME, in=activity or in=application",
                    number + 1
                )));
            }
        };
        pieces.push(Piece {
            line: number + 1,
            place,
            counted: words.next() == Some("counted"),
            text,
        });
    }
    Ok(pieces)
}

impl Piece {
    fn as_file(&self) -> (String, String) {
        match &self.place {
            Place::File(name) => {
                let is_java = Path::new(name)
                    .extension()
                    .is_some_and(|kind| kind == "java");
                let end = if is_java { ";" } else { "" };
                (name.clone(), format!("package guide{end}\n\n{}", self.text))
            }
            Place::In(receiver) => {
                let line = self.line;
                (
                    format!("Line{line}.kt"),
                    format!(
                        "package guide\n\n{IMPORTS}\nprivate suspend fun {receiver}.line{line}() {{\n{}}}\n",
                        self.text
                    ),
                )
            }
        }
    }
}

/// The app's own lines among those counted: without imports and empty ones.
fn own_lines(pieces: &[Piece]) -> usize {
    let counted = pieces.iter().filter(|piece| piece.counted);
    let lines = counted.flat_map(|piece| piece.text.lines());
    lines
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("import "))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_found_with_their_places() {
        let guide = "x\n```kotlin file=A.kt counted\nimport a\n\nclass A\n```\n```kts\nno\n```\n```kotlin in=activity\nshow()\n```\n";
        let found = pieces(guide).expect("pieces");
        assert_eq!(found.len(), 2);
        assert_eq!(own_lines(&found), 1);
        assert_eq!(
            found[0].as_file(),
            (
                "A.kt".to_owned(),
                "package guide\n\nimport a\n\nclass A\n".to_owned()
            )
        );
        let (name, text) = found[1].as_file();
        assert_eq!(name, "Line10.kt");
        assert!(text.contains("CheckoutActivity.line10() {\nshow()\n}"));
    }

    #[test]
    fn code_that_would_escape_the_compiler_is_refused() {
        assert!(pieces("```kotlin\nclass A\n```\n").is_err());
        assert!(pieces("```java in=nowhere\n```\n").is_err());
    }
}
