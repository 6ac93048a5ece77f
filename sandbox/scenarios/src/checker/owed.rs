//! An attempt that the backend, the app or the customer heard of has a final outcome in the end.

use std::collections::BTreeSet;

use serde_json::Value;

use super::told::{about, is_final};
use super::{Findings, list, text};

pub(super) fn check(record: &Value, findings: &mut Findings) {
    let asked = list(&record["books"]["wire"])
        .iter()
        .map(|entry| text(entry, "attempt"));
    let owed = list(&record["app"]["owed"]).iter();
    let attempts: BTreeSet<&str> = asked
        .chain(owed.filter_map(Value::as_str))
        .filter(|attempt| !attempt.is_empty())
        .collect();
    for attempt in attempts {
        let forgotten = list(&record["app"]["forgotten"])
            .iter()
            .any(|name| name.as_str() == Some(attempt));
        if !forgotten && !about(record, attempt).any(is_final) {
            findings.add(format!("without an outcome: attempt {attempt}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whoever_was_heard_of_is_owed_an_outcome_that_is_final() {
        let told =
            |outcome: &str| json!({"attempt": "a1", "outcome": outcome, "reason": "max-wait"});
        let mut record = json!({
            "app": {"owed": ["a1"], "told": [told("canceled")]},
            "books": {"wire": [{"attempt": "a1"}, {"attempt": null}]},
        });
        let findings = |record: &Value| {
            let mut findings = Findings::default();
            check(record, &mut findings);
            findings.0
        };
        assert_eq!(findings(&record), Vec::<String>::new());
        record["books"]["wire"][1]["attempt"] = json!("a2");
        record["app"]["owed"][0] = json!("a3");
        assert_eq!(
            findings(&record),
            [
                "without an outcome: attempt a2",
                "without an outcome: attempt a3"
            ]
        );
        record["app"]["forgotten"] = json!(["a2", "a3"]);
        record["app"]["told"] = json!([told("undetermined")]);
        assert_eq!(findings(&record), ["without an outcome: attempt a1"]);
    }
}
