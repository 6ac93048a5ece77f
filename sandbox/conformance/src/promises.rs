//! The promises, as data.

use serde::{Deserialize, Serialize};

const FILE: &str = include_str!("../promises.json");

/// How a promise can be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Checkable {
    /// By requests alone.
    Outside,
    /// By requests, while a customer walks the journey.
    WithCustomer,
    /// By requests, while Klarna is slow or fails when it is told to, and shows its books.
    WithKlarna,
    /// Only by those who run the backend.
    NotFromOutside,
}

/// One thing that a backend promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Its name.
    pub id: String,
    /// How it can be checked.
    pub checkable: Checkable,
    /// What is promised.
    pub text: String,
    /// What goes wrong without it.
    pub why: String,
    /// What to do about it.
    pub mend: String,
    /// Why it can't be seen from outside, if it can't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<String>,
}

/// All of them.
///
/// # Panics
/// If the file that this was built with is not what it has to be.
#[must_use]
pub fn promises() -> Vec<Promise> {
    serde_json::from_str(FILE).expect("promises.json is built in and tested")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_promise_has_a_name_of_its_own_and_all_its_texts() {
        let all = promises();
        let names: BTreeSet<_> = all.iter().map(|promise| &promise.id).collect();
        assert_eq!(names.len(), all.len());
        for promise in &all {
            for text in [&promise.text, &promise.why, &promise.mend] {
                assert!(text.ends_with('.'), "{}: {text}", promise.id);
            }
            let unseen = promise.checkable == Checkable::NotFromOutside;
            assert_eq!(promise.unseen.is_some(), unseen, "{}", promise.id);
        }
    }
}
