//! What two phones sent to the backend in the same scenario, compared.

use serde_json::Value;

/// Ids are given by one side at random; in their place stands their number, in the order in which they were first seen.
#[derive(Default)]
struct Ids(Vec<String>);

impl Ids {
    /// `text` with every part between slashes and colons that is long enough to be an id replaced.
    fn normalised(&mut self, text: &str) -> String {
        let mut normal = String::new();
        for part in text.split_inclusive(['/', ':']) {
            let id = part.trim_end_matches(['/', ':']);
            if id.len() < 16 {
                normal.push_str(part);
                continue;
            }
            let known = self.0.iter().position(|known| known == id);
            let number = known.unwrap_or_else(|| {
                self.0.push(id.to_owned());
                self.0.len() - 1
            });
            normal.push_str("<id ");
            normal.push_str(&number.to_string());
            normal.push('>');
            normal.push_str(&part[id.len()..]);
        }
        normal
    }
}

/// One line a request: when, what, by which key, with which body.
fn requests(record: &Value) -> Vec<String> {
    let began = record["app"]["began_at_ms"].as_i64().unwrap_or_default();
    let mut entries: Vec<&Value> = record["books"]["wire"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    // Requests of one moment arrive in any order.
    entries.sort_by_key(|entry| {
        (
            entry["at_ms"].as_i64(),
            entry["attempt"].to_string(),
            entry["method"].to_string(),
        )
    });
    let mut ids = Ids::default();
    let line = |entry: &&Value| {
        let text = |name: &str| entry[name].as_str().unwrap_or("-").to_owned();
        format!(
            "{} ms {} {} wait={} after={} attempt={} key={} body={} authorized={}",
            entry["at_ms"].as_i64().unwrap_or_default() - began,
            text("method"),
            ids.normalised(&text("path")),
            text("wait"),
            text("after"),
            ids.normalised(&text("attempt")),
            ids.normalised(&text("idempotency_key")),
            text("body_sha256"),
            entry["authorized"],
        )
    };
    entries.iter().map(line).collect()
}

/// Where the requests of two records of the same scenario differ, a line each; none when they are equal.
#[must_use]
pub fn differences(one: &Value, other: &Value) -> Vec<String> {
    let (one, other) = (requests(one), requests(other));
    let count = one.len().max(other.len());
    let at = |lines: &[String], index: usize| {
        lines
            .get(index)
            .cloned()
            .unwrap_or_else(|| "nothing".to_owned())
    };
    (0..count)
        .map(|index| (at(&one, index), at(&other, index)))
        .filter(|(one, other)| one != other)
        .map(|(one, other)| format!("wire: {other}, where the built-in phone sends {one}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(path: &str, attempt: &str, body: &str) -> Value {
        json!({
            "app": {"began_at_ms": 1000},
            "books": {"wire": [
                {"at_ms": 1000, "method": "POST", "path": "/payments", "attempt": attempt, "idempotency_key": format!("{attempt}:start"),
                 "body_sha256": body, "authorized": false},
                {"at_ms": 1500, "method": "GET", "path": path, "wait": "25", "authorized": false},
            ]},
        })
    }

    #[test]
    fn other_ids_are_no_difference_and_another_payment_is() {
        let one = record("/payments/payment-0123456789", "attempt-0123456789", "d1");
        let other = record("/payments/payment-9876543210", "attempt-9876543210", "d1");
        assert_eq!(differences(&one, &other), Vec::<String>::new());
        let confused = record("/payments/attempt-9876543210", "attempt-9876543210", "d1");
        assert_eq!(differences(&one, &confused).len(), 1);
    }

    #[test]
    fn another_body_and_a_request_too_many_are_named() {
        let one = record("/payments/payment-0123456789", "attempt-0123456789", "d1");
        let other = record("/payments/payment-0123456789", "attempt-0123456789", "d2");
        assert!(differences(&one, &other)[0].contains("body=d2"));
        let mut longer = one.clone();
        let wire = longer["books"]["wire"].as_array_mut().expect("a list");
        let last = wire[1].clone();
        wire.push(last);
        assert!(differences(&one, &longer)[0].ends_with("sends nothing"));
    }
}
