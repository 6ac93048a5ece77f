//! What this very scenario is about: the outcomes in their order, and what the books say of its orders.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Findings, list, may_wait, text};

pub(super) fn check(record: &Value, findings: &mut Findings) {
    outcomes(record, findings);
    let orders = list(&record["expect"]["orders"]);
    let references: BTreeSet<&str> = orders
        .iter()
        .map(|order| text(order, "reference"))
        .collect();
    for reference in references {
        one_order(record, reference, findings);
    }
    unexpected_payments(record, findings);
    at_the_end(record, findings);
}

fn outcomes(record: &Value, findings: &mut Findings) {
    let told = list(&record["app"]["told"]);
    let expected = list(&record["expect"]["told"]);
    let fits = |told: &Value, expected: &Value| {
        expected.as_object().is_some_and(|fields| {
            fields
                .iter()
                .all(|(name, value)| told.get(name) == Some(value))
        })
    };
    let same = told.len() == expected.len()
        && told
            .iter()
            .zip(expected)
            .all(|(told, expected)| fits(told, expected));
    if !same {
        let said: Vec<String> = told
            .iter()
            .map(|told| {
                let reason = told["reason"].as_str().map(|reason| format!(" ({reason})"));
                format!(
                    "{}{} via {}",
                    text(told, "outcome"),
                    reason.unwrap_or_default(),
                    text(told, "via")
                )
            })
            .collect();
        findings.add(format!("not the expected outcomes: {said:?}"));
    }
}

/// An order that was replaced is expected once for each of its payments, oldest first, and a payment once for each of its payment
/// requests; only the last of them carries the acquirer's word.
fn one_order(record: &Value, reference: &str, findings: &mut Findings) {
    let of = |entries: &'_ Value, name: &str| -> Vec<Value> {
        let own = list(entries)
            .iter()
            .filter(|entry| text(entry, name) == reference);
        own.cloned().collect()
    };
    let field = |entries: &[Value], name: &str| -> Vec<Value> {
        entries.iter().map(|entry| entry[name].clone()).collect()
    };
    let expected = of(&record["expect"]["orders"], "reference");
    let payments = of(&record["books"]["acquirer"], "reference");
    let requests = of(&record["books"]["klarna"], "purchase_reference");
    let words = field(&payments, "status");
    let mut right = field(&expected, "acquirer");
    right.retain(|word| !word.is_null());
    if words != right {
        findings.add(format!(
            "order {reference}: the acquirer says {words:?}, not {right:?}"
        ));
    }
    let (states, right) = (field(&requests, "state"), field(&expected, "klarna"));
    if states != right {
        findings.add(format!(
            "order {reference}: Klarna's state is {states:?}, not {right:?}"
        ));
    }
    let money: Vec<Value> = requests
        .iter()
        .map(|klarna| list(&klarna["transactions"]).len().into())
        .collect();
    let right = field(&expected, "transactions");
    if money != right {
        findings.add(format!(
            "order {reference}: {money:?} transactions, not {right:?}"
        ));
    }
}

/// The books name no order that the scenario does not.
fn unexpected_payments(record: &Value, findings: &mut Findings) {
    for payment in list(&record["books"]["acquirer"]) {
        let reference = text(payment, "reference");
        let named = list(&record["expect"]["orders"])
            .iter()
            .any(|order| text(order, "reference") == reference);
        if !named && !reference.is_empty() {
            findings.add(format!(
                "the acquirer has a payment for order {reference}, which is not expected"
            ));
        }
    }
}

/// At the end the core waits for nothing but what the scenario says, and keeps no outcome that was acknowledged.
pub(super) fn at_the_end(record: &Value, findings: &mut Findings) {
    for state in list(&record["app"]["unfinished"]) {
        let reference = text(state, "reference");
        if !may_wait(record, reference) {
            findings.add(format!("order {reference} is still unfinished"));
        }
    }
    for waits in list(&record["expect"]["waiting"])
        .iter()
        .filter_map(Value::as_str)
    {
        let unfinished = list(&record["app"]["unfinished"])
            .iter()
            .any(|state| text(state, "reference") == waits);
        if !unfinished {
            findings.add(format!("the app does not wait for order {waits} any more"));
        }
    }
    for kept in list(&record["app"]["kept"]) {
        let acknowledged = list(&record["app"]["told"])
            .iter()
            .any(|told| &told["id"] == kept && told["acknowledged"] == true);
        if acknowledged {
            findings.add("an outcome is kept although it was acknowledged");
        }
    }
}
