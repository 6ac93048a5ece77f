//! Makes the top-level declarations of generated Kotlin `internal`.
//!
//! `UniFFI` generates public code and has no setting for that; next to `-Xexplicit-api=strict` public code without return types
//! does not even compile. The text is read token by token (comments nest, templates in strings hold code, names may stand in
//! back-ticks), because a search by line takes text in comments and strings for code.

/// The text, and how many declarations were changed.
#[derive(Debug, PartialEq, Eq)]
pub struct Internal {
    pub source: String,
    pub changed: usize,
}

const DECLARATIONS: [&str; 7] = [
    "class",
    "interface",
    "object",
    "fun",
    "val",
    "var",
    "typealias",
];
const MODIFIERS: [&str; 17] = [
    "data",
    "sealed",
    "open",
    "abstract",
    "enum",
    "inline",
    "suspend",
    "annotation",
    "value",
    "const",
    "lateinit",
    "tailrec",
    "infix",
    "operator",
    "external",
    "final",
    "actual",
];
const VISIBILITIES: [&str; 4] = ["public", "internal", "private", "protected"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Space,
    Comment,
    Text,
    Word,
    Open,
    Close,
    Other,
}

/// Changes `source`, or says why it cannot: nothing to change means that the generator's output is not what we know.
pub fn internalize(source: &str) -> Result<Internal, String> {
    let mut reader = Reader {
        out: String::with_capacity(source.len() + 1024),
        ..Reader::default()
    };
    let mut rest = source;
    while !rest.is_empty() {
        let (kind, length) = token(rest)?;
        let (text, tail) = rest.split_at(length);
        rest = tail;
        reader.take(kind, text)?;
    }
    if reader.depth != 0 {
        return Err(format!("{} brackets stay open", reader.depth));
    }
    if reader.changed == 0 {
        return Err(
            "no public top-level declaration: has the generator's output changed?".to_owned(),
        );
    }
    Ok(Internal {
        source: reader.out,
        changed: reader.changed,
    })
}

/// What was read so far.
#[derive(Default)]
struct Reader<'a> {
    out: String,
    changed: usize,
    depth: usize,
    /// Where in `out` the modifiers under way begin, and the visibility among them.
    modifiers: Option<(usize, Option<&'a str>)>,
    before: Before,
}

/// The token before, comments and space left out.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    #[default]
    Anything,
    /// A dot, a colon or two (`Foo::class`), an at: what follows is a name, whatever it says.
    Qualifier,
    /// An annotation's name: the brackets that follow are its arguments.
    Annotation,
    /// The word that makes a declaration; what follows is its name, or the second word of `fun interface`.
    Declaration,
}

impl<'a> Reader<'a> {
    fn take(&mut self, kind: Kind, text: &'a str) -> Result<(), String> {
        if matches!(kind, Kind::Space | Kind::Comment) {
            self.out.push_str(text);
            return Ok(());
        }
        let before = std::mem::take(&mut self.before);
        match kind {
            Kind::Open => {
                if self.depth == 0 && before != Before::Annotation {
                    self.modifiers = None;
                }
                self.depth += 1;
            }
            Kind::Close => {
                let depth = self.depth.checked_sub(1);
                self.depth = depth.ok_or("a bracket closes that was not opened")?;
            }
            Kind::Word if self.depth == 0 => self.word(before, text)?,
            Kind::Other if self.depth == 0 => match text {
                "@" => self.before = Before::Qualifier,
                "." | ":" => {
                    self.before = Before::Qualifier;
                    self.modifiers = None;
                }
                _ => self.modifiers = None,
            },
            _ => {}
        }
        self.out.push_str(text);
        Ok(())
    }

    fn word(&mut self, before: Before, text: &'a str) -> Result<(), String> {
        let declares = DECLARATIONS.contains(&text);
        match before {
            Before::Qualifier => self.before = Before::Annotation,
            // The first of two such words decided for both.
            Before::Declaration if declares => self.before = Before::Declaration,
            Before::Declaration => {}
            _ if declares => {
                self.declare()?;
                self.before = Before::Declaration;
            }
            _ if VISIBILITIES.contains(&text) => {
                let start = self.modifiers.map_or(self.out.len(), |(start, _)| start);
                self.modifiers = Some((start, Some(text)));
            }
            _ if MODIFIERS.contains(&text) => {
                self.modifiers = self.modifiers.or(Some((self.out.len(), None)));
            }
            _ => self.modifiers = None,
        }
        Ok(())
    }

    /// A declaration begins with the modifiers under way, and with a word that is not in `out` yet.
    fn declare(&mut self) -> Result<(), String> {
        let (start, visibility) = self.modifiers.take().unwrap_or((self.out.len(), None));
        match visibility {
            None => self.out.insert_str(start, "internal "),
            Some("public") => {
                let public = self.out[start..].find("public");
                let public = public.ok_or("a visibility went missing")? + start;
                self.out
                    .replace_range(public..public + "public".len(), "internal");
            }
            Some(_) => return Ok(()),
        }
        self.changed += 1;
        Ok(())
    }
}

/// The kind and length in bytes of the token that `rest` begins with.
fn token(rest: &str) -> Result<(Kind, usize), String> {
    let first = rest.chars().next().ok_or("nothing left")?;
    if rest.starts_with("//") {
        return Ok((Kind::Comment, rest.find('\n').unwrap_or(rest.len())));
    }
    if rest.starts_with("/*") {
        return Ok((Kind::Comment, block_comment(rest)?));
    }
    if rest.starts_with("\"\"\"") {
        return Ok((Kind::Text, string(rest, "\"\"\"")?));
    }
    Ok(match first {
        '"' => (Kind::Text, string(rest, "\"")?),
        '\'' => (Kind::Text, character(rest)?),
        '`' => (
            Kind::Text,
            2 + rest[1..].find('`').ok_or("a back-tick stays open")?,
        ),
        '(' | '{' | '[' => (Kind::Open, 1),
        ')' | '}' | ']' => (Kind::Close, 1),
        _ if first.is_whitespace() => (Kind::Space, first.len_utf8()),
        _ if first == '_' || first.is_alphanumeric() => (
            Kind::Word,
            rest.find(|next: char| next != '_' && !next.is_alphanumeric())
                .unwrap_or(rest.len()),
        ),
        _ => (Kind::Other, first.len_utf8()),
    })
}

fn block_comment(rest: &str) -> Result<usize, String> {
    let (mut at, mut depth) = (0, 0_usize);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (at, depth) = (at + 2, depth + 1);
        } else if rest[at..].starts_with("*/") {
            (at, depth) = (at + 2, depth - 1);
            if depth == 0 {
                return Ok(at);
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    Err("a comment stays open".to_owned())
}

/// The length of a string with its quotes. `${…}` in it is code, with brackets and strings of its own.
fn string(rest: &str, quote: &str) -> Result<usize, String> {
    let mut at = quote.len();
    while at < rest.len() {
        let here = &rest[at..];
        if quote == "\"" && here.starts_with('\\') {
            at += 1 + here[1..].chars().next().map_or(0, char::len_utf8);
        } else if here.starts_with("${") {
            at += template(here)?;
        } else if here.starts_with(quote) {
            // `""""` ends a raw string that itself ends in a quote: the last three count.
            let more = if quote.len() == 3 {
                here[3..].chars().take_while(|next| *next == '"').count()
            } else {
                0
            };
            return Ok(at + quote.len() + more);
        } else if quote == "\"" && here.starts_with('\n') {
            return Err("a string stays open at the end of its line".to_owned());
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    Err("a string stays open".to_owned())
}

fn template(rest: &str) -> Result<usize, String> {
    let mut at = "$".len();
    let mut depth = 0_usize;
    while at < rest.len() {
        let (kind, length) = token(&rest[at..])?;
        at += length;
        match kind {
            Kind::Open => depth += 1,
            Kind::Close => {
                depth = depth
                    .checked_sub(1)
                    .ok_or("a bracket closes in a template that was not opened")?;
                if depth == 0 {
                    return Ok(at);
                }
            }
            _ => {}
        }
    }
    Err("a template stays open".to_owned())
}

fn character(rest: &str) -> Result<usize, String> {
    let inner = &rest[1..];
    // An escape may be `\'` or `\u0027`: look for the end behind its second character.
    let from = if inner.starts_with('\\') {
        2
    } else {
        inner.chars().next().map_or(0, char::len_utf8)
    };
    let end = inner
        .get(from..)
        .and_then(|behind| behind.find('\''))
        .ok_or("a character stays open")?;
    Ok(1 + from + end + 1)
}

#[cfg(test)]
mod tests;
