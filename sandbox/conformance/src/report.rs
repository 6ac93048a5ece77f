//! What came of a run.

use std::fmt;

use serde::Serialize;

use crate::promises::{Checkable, Promise};

/// What a check ends with unless the promise is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The promise is broken: what was asked and what was answered.
    Broken(String),
    /// It could not be checked, and why.
    NotChecked(String),
}

impl Finding {
    pub(crate) fn broken<T>(what: impl Into<String>) -> std::result::Result<T, Self> {
        Err(Self::Broken(what.into()))
    }

    pub(crate) fn not_checked<T>(why: impl Into<String>) -> std::result::Result<T, Self> {
        Err(Self::NotChecked(why.into()))
    }
}

/// What is to be said about one promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict", content = "what")]
pub enum Verdict {
    /// Checked, and nothing was found.
    Kept,
    /// Checked, and broken.
    Broken(String),
    /// Not checked.
    NotChecked(String),
}

impl From<std::result::Result<(), Finding>> for Verdict {
    fn from(result: std::result::Result<(), Finding>) -> Self {
        match result {
            Ok(()) => Self::Kept,
            Err(Finding::Broken(what)) => Self::Broken(what),
            Err(Finding::NotChecked(why)) => Self::NotChecked(why),
        }
    }
}

/// A promise and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Result {
    /// The promise.
    #[serde(flatten)]
    pub promise: Promise,
    /// What was found.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// All promises, in the order of the file. `Display` is for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// One for each promise.
    pub results: Vec<Result>,
}

impl Report {
    /// The names of the promises that are broken.
    #[must_use]
    pub fn broken(&self) -> Vec<&str> {
        self.names(|verdict| matches!(verdict, Verdict::Broken(_)))
    }

    /// The names of the promises that were found kept.
    #[must_use]
    pub fn kept(&self) -> Vec<&str> {
        self.names(|verdict| *verdict == Verdict::Kept)
    }

    /// The names of the promises that were not checked.
    #[must_use]
    pub fn not_checked(&self) -> Vec<&str> {
        self.names(|verdict| matches!(verdict, Verdict::NotChecked(_)))
    }

    fn names(&self, which: impl Fn(&Verdict) -> bool) -> Vec<&str> {
        self.results
            .iter()
            .filter(|result| which(&result.verdict))
            .map(|result| result.promise.id.as_str())
            .collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Result { promise, verdict } in &self.results {
            match verdict {
                Verdict::Kept => writeln!(f, "kept         {}", promise.id)?,
                Verdict::NotChecked(why) => writeln!(f, "not checked  {:32} {why}", promise.id)?,
                Verdict::Broken(_) => writeln!(f, "BROKEN       {}", promise.id)?,
            }
        }
        for Result { promise, verdict } in &self.results {
            if let Verdict::Broken(what) = verdict {
                writeln!(f, "\n{}", promise.id)?;
                writeln!(f, "  promised: {}", promise.text)?;
                writeln!(f, "  found:    {what}")?;
                writeln!(f, "  why:      {}", promise.why)?;
                writeln!(f, "  to mend:  {}", promise.mend)?;
            }
        }
        let (kept, broken) = (self.kept().len(), self.broken().len());
        let not_checked = self.not_checked().len();
        write!(
            f,
            "\n{} promises: {kept} kept, {broken} broken, {not_checked} not checked",
            self.results.len()
        )
    }
}

/// Why a promise that nothing was checked of was not.
pub(crate) fn reason(checkable: Checkable) -> &'static str {
    match checkable {
        Checkable::Outside => "not asked for",
        Checkable::WithCustomer => "needs a person in the journey (or --walk)",
        Checkable::NotFromOutside => "can't be seen from outside; test it yourself",
    }
}
