//! The lists of what the Android library may import (`xtask/recipes/symbols/*.txt`).

use std::collections::BTreeMap;

use crate::process::{Failure, Outcome};

/// The lowest Android API level that we support.
pub const LOWEST_API_LEVEL: u32 = 24;

/// The API level of each name that may be imported.
#[derive(Debug, Default)]
pub struct Allowed(BTreeMap<String, u32>);

impl Allowed {
    /// Adds one list: a name and its API level a line, `#` begins a comment.
    pub fn add(&mut self, list: &str, file: &str) -> Outcome<()> {
        for (number, line) in list.lines().enumerate() {
            let entry = line
                .split('#')
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .collect::<Vec<_>>();
            match entry.as_slice() {
                [] => {}
                [name, level] if level.parse::<u32>().is_ok() => {
                    self.0
                        .insert((*name).to_owned(), level.parse().unwrap_or(u32::MAX));
                }
                _ => {
                    return Err(Failure::new(format!(
                        "{file}:{}: expected `name API-level`, found `{line}`",
                        number + 1
                    )));
                }
            }
        }
        Ok(())
    }

    /// What is wrong with importing `name`, if anything. A weak import may be newer than the oldest phone: the code
    /// that uses it asks first whether it is there.
    pub fn objection(&self, name: &str, weak: bool) -> Option<String> {
        match self.0.get(name) {
            None => Some(format!(
                "{name} is imported and in no list of xtask/recipes/symbols: look up its API level and add it, or avoid it"
            )),
            Some(level) if *level > LOWEST_API_LEVEL && !weak => Some(format!(
                "{name} exists since API {level} only, and we load on API {LOWEST_API_LEVEL}"
            )),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed() -> Allowed {
        let mut allowed = Allowed::default();
        allowed
            .add(
                "# libc\n\nopen 21\ngetrandom 28 # weak in std\n",
                "libc.txt",
            )
            .expect("a list");
        allowed
    }

    #[test]
    fn an_unlisted_import_is_refused() {
        assert!(
            allowed()
                .objection("system", false)
                .expect("an objection")
                .contains("in no list")
        );
    }

    #[test]
    fn a_newer_import_must_be_weak() {
        assert!(allowed().objection("getrandom", false).is_some());
        assert!(allowed().objection("getrandom", true).is_none());
        assert!(allowed().objection("open", false).is_none());
    }

    #[test]
    fn a_line_without_a_level_is_an_error() {
        assert!(Allowed::default().add("open\n", "libc.txt").is_err());
    }
}
