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
    /// Not checked, and what that would need.
    NotChecked(String),
    /// Nobody asked for it.
    NotAsked,
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

    /// Why something was not checked, in the order of the promises, and what.
    fn reasons(&self) -> Vec<(&str, Vec<&str>)> {
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        for Result { promise, verdict } in &self.results {
            let Verdict::NotChecked(why) = verdict else {
                continue;
            };
            match reasons.iter_mut().find(|(reason, _)| reason == why) {
                Some((_, promises)) => promises.push(&promise.id),
                None => reasons.push((why, vec![&promise.id])),
            }
        }
        reasons
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
            let word = match verdict {
                Verdict::Kept => "kept",
                Verdict::Broken(_) => "BROKEN",
                Verdict::NotChecked(_) => "not checked",
                Verdict::NotAsked => continue,
            };
            writeln!(f, "{word:<13}{}", promise.id)?;
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
        for (why, promises) in self.reasons() {
            writeln!(f, "\nnot checked: {why}")?;
            for promise in promises {
                writeln!(f, "  {promise}")?;
            }
        }
        let (kept, broken) = (self.kept().len(), self.broken().len());
        let not_checked = self.not_checked().len();
        write!(
            f,
            "\n{} promises: {kept} kept, {broken} broken, {not_checked} not checked",
            kept + broken + not_checked
        )
    }
}

/// Why a promise that nothing was checked of was not.
pub(crate) fn reason(promise: &Promise) -> String {
    match (promise.checkable, &promise.unseen) {
        (Checkable::NotFromOutside, Some(unseen)) => {
            format!("can't be seen from outside. {unseen}")
        }
        (checkable, _) => lacking(checkable).into(),
    }
}

/// What a check of this kind would need.
pub(crate) fn lacking(needed: Checkable) -> &'static str {
    match needed {
        Checkable::Outside => "needs nothing but requests",
        Checkable::WithCustomer => "needs a customer in the journey (--person, or --walk)",
        Checkable::WithKlarna => {
            "needs a Klarna that is slow or fails when it is told to, and shows its books (--walk)"
        }
        Checkable::NotFromOutside => "can't be seen from outside",
    }
}
