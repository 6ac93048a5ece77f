//! What the app was told: nothing lost, nothing doubled, nothing false, nothing missing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Findings, list, may_wait, number, outcome_of, text};

pub(super) fn check(record: &Value, findings: &mut Findings) {
    missing(record, findings);
    doubled(record, findings);
    lost(record, findings);
    for told in list(&record["app"]["told"]) {
        false_word(record, told, findings);
        before_the_backend(record, told, findings);
    }
}

pub(super) fn is_final(told: &Value) -> bool {
    match text(told, "outcome") {
        "undetermined" => text(told, "reason") == "gave-up",
        "" => false,
        _ => true,
    }
}

pub(super) fn about<'a>(record: &'a Value, attempt: &'a str) -> impl Iterator<Item = &'a Value> {
    list(&record["app"]["told"])
        .iter()
        .filter(move |told| text(told, "attempt") == attempt)
}

/// Every call ends, unless the process that made it was killed.
fn missing(record: &Value, findings: &mut Findings) {
    let app = &record["app"];
    for call in list(&app["calls"]) {
        let alive = number(call, "process") == number(app, "processes");
        let open = call["answered"] != true;
        let reference = text(call, "reference");
        if alive && open && !may_wait(record, reference) {
            let kind = text(call, "kind");
            findings.add(format!(
                "missing: `{kind}` for order {reference} never ended"
            ));
        }
    }
}

/// One final outcome an attempt, the same at every delivery, and none after it was acknowledged.
fn doubled(record: &Value, findings: &mut Findings) {
    let mut finals: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut content: BTreeMap<&str, (&Value, &Value)> = BTreeMap::new();
    let mut acknowledged: BTreeSet<&str> = BTreeSet::new();
    let mut streamed: BTreeSet<(&str, i64)> = BTreeSet::new();
    for told in list(&record["app"]["told"]) {
        let (id, attempt) = (text(told, "id"), text(told, "attempt"));
        if !attempt.is_empty() && is_final(told) {
            finals.entry(attempt).or_default().insert(id);
        }
        if id.is_empty() {
            continue;
        }
        let says = (&told["outcome"], &told["reason"]);
        if *content.entry(id).or_insert(says) != says {
            findings.add(format!(
                "doubled: outcome {id} says something else than before"
            ));
        }
        let by_itself = text(told, "via") == "stream";
        if by_itself && acknowledged.contains(id) {
            findings.add(format!(
                "doubled: outcome {id} came again after it was acknowledged"
            ));
        }
        if by_itself && !streamed.insert((id, number(told, "process"))) {
            findings.add(format!("doubled: outcome {id} came twice in one process"));
        }
        if told["acknowledged"] == true {
            acknowledged.insert(id);
        }
    }
    for (attempt, ids) in finals {
        if ids.len() > 1 {
            findings.add(format!(
                "doubled: attempt {attempt} has {} final outcomes",
                ids.len()
            ));
        }
    }
}

/// The app is told of every attempt that the backend settled, or still waits as the scenario says.
fn lost(record: &Value, findings: &mut Findings) {
    let sent: BTreeSet<&str> = list(&record["books"]["wire"])
        .iter()
        .map(|entry| text(entry, "attempt"))
        .collect();
    for payment in list(&record["books"]["acquirer"]) {
        let word = text(payment, "status");
        if outcome_of(word).is_none() || may_wait(record, text(payment, "reference")) {
            continue;
        }
        for attempt in list(&payment["attempts"])
            .iter()
            .filter_map(Value::as_str)
            .filter(|attempt| sent.contains(attempt))
        {
            let forgotten = list(&record["app"]["forgotten"])
                .iter()
                .any(|name| name.as_str() == Some(attempt));
            if !forgotten && !about(record, attempt).any(is_final) {
                findings.add(format!(
                    "lost: the backend says {word} of attempt {attempt}, the app was never told"
                ));
            }
        }
    }
}

/// An outcome says what the books say.
fn false_word(record: &Value, told: &Value, findings: &mut Findings) {
    let (outcome, attempt, reference) = (
        text(told, "outcome"),
        text(told, "attempt"),
        text(told, "reference"),
    );
    let payments: Vec<&Value> = list(&record["books"]["acquirer"])
        .iter()
        .filter(|payment| {
            let named = list(&payment["attempts"])
                .iter()
                .any(|name| name.as_str() == Some(attempt));
            named
                || (attempt.is_empty()
                    && text(payment, "reference") == reference
                    && began_at(payment) <= number(told, "at_ms"))
        })
        .collect();
    let words: Vec<&str> = payments
        .iter()
        .map(|payment| text(payment, "status"))
        .collect();
    let money: usize = payments
        .iter()
        .map(|payment| transactions(record, payment))
        .sum();
    let right = match outcome {
        // An earlier payment of the order may have ended without money before.
        "approved" if attempt.is_empty() => {
            words.iter().filter(|word| **word == "approved").count() == 1 && money == 1
        }
        "approved" => words == ["approved"] && money == 1,
        "declined" | "canceled" => {
            words.len() == 1 && outcome_of(words[0]) == Some(outcome) && money == 0
        }
        // The very point of it is that there is such a payment.
        "not-started" if text(told, "reason") == "order-busy" => !words.is_empty(),
        // A journal that can't be read says nothing of what an earlier process began; this call began nothing.
        "not-started" if attempt.is_empty() && text(told, "reason") == "journal-unavailable" => {
            true
        }
        "not-started" => !words
            .iter()
            .any(|word| matches!(*word, "approved" | "pending")),
        "undetermined" => true,
        _ => false,
    };
    if !right {
        findings.add(format!(
            "false: the app was told `{outcome}` of order {reference}; the acquirer says {words:?} and Klarna moved money {money} times"
        ));
    }
}

/// When the acquirer first knew of this payment. One that came later has nothing to do with what was told before.
fn began_at(payment: &Value) -> i64 {
    list(&payment["history"])
        .first()
        .map_or(i64::MIN, |first| number(first, "at_ms"))
}

/// The transactions at Klarna that belong to the acquirer's payment.
fn transactions(record: &Value, payment: &Value) -> usize {
    let known = text(payment, "payment_transaction_id");
    let request = text(payment, "payment_request_id");
    list(&record["books"]["klarna"])
        .iter()
        .filter(|klarna| {
            let same_request = !request.is_empty() && text(klarna, "payment_request_id") == request;
            let same_money = list(&klarna["transactions"])
                .iter()
                .any(|money| !known.is_empty() && text(money, "payment_transaction_id") == known);
            same_request || same_money
        })
        .map(|klarna| list(&klarna["transactions"]).len())
        .sum()
}

/// Only a word of the backend's settles: it was on the wire, for this attempt, before the app was told.
fn before_the_backend(record: &Value, told: &Value, findings: &mut Findings) {
    let outcome = text(told, "outcome");
    if !matches!(outcome, "approved" | "declined" | "canceled") || told["attempt"].is_null() {
        return;
    }
    let heard = list(&record["books"]["wire"]).iter().any(|entry| {
        let answer = &entry["answer"];
        text(entry, "attempt") == text(told, "attempt")
            && text(answer, "what") == "reply"
            && outcome_of(text(answer, "word")) == Some(outcome)
            && number(answer, "at_ms") <= number(told, "at_ms")
    });
    if !heard {
        findings.add(format!(
            "false: the app was told `{outcome}` before the backend had said so"
        ));
    }
}
