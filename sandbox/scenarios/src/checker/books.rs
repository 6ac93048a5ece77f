//! What acquirer and Klarna did: never a second finalisation, never money twice, and the two agree.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Findings, list, number, text};

pub(super) fn check(record: &Value, findings: &mut Findings) {
    for klarna in list(&record["books"]["klarna"]) {
        second_authorize(klarna, findings);
    }
    for payment in list(&record["books"]["acquirer"]) {
        agree(record, payment, findings);
    }
    money_without_payment(record, findings);
    one_payment_an_order(record, findings);
}

fn second_authorize(klarna: &Value, findings: &mut Findings) {
    let reference = text(klarna, "purchase_reference");
    let calls = list(&klarna["authorize_calls"])
        .iter()
        .filter(|call| text(call, "call") == "second")
        .count();
    if calls > 1 {
        findings.add(format!(
            "second authorize: order {reference} was finalised {calls} times"
        ));
    }
    let money = list(&klarna["transactions"]).len();
    if money > 1 {
        findings.add(format!("order {reference} was charged {money} times"));
    }
}

fn agree(record: &Value, payment: &Value, findings: &mut Findings) {
    let reference = text(payment, "reference");
    if number(payment, "second_authorizes") > 1 {
        findings.add(format!(
            "second authorize: the acquirer finalised order {reference} more than once"
        ));
    }
    let transaction = text(payment, "payment_transaction_id");
    let approved = text(payment, "status") == "approved";
    let found = list(&record["books"]["klarna"])
        .iter()
        .flat_map(|klarna| list(&klarna["transactions"]))
        .find(|money| text(money, "payment_transaction_id") == transaction);
    match (approved, found) {
        (true, None) => findings.add(format!(
            "order {reference} is approved, and Klarna has no transaction of it"
        )),
        (true, Some(money)) => {
            let same = number(money, "amount") == number(payment, "amount")
                && money["currency"] == payment["currency"];
            if !same {
                findings.add(format!(
                    "order {reference}: another amount was approved than was ordered"
                ));
            }
        }
        (false, Some(_)) => findings.add(format!(
            "order {reference} is not approved, and Klarna has a transaction of it"
        )),
        (false, None) => {}
    }
}

/// Money at Klarna that the acquirer knows nothing of.
fn money_without_payment(record: &Value, findings: &mut Findings) {
    for money in list(&record["books"]["klarna"])
        .iter()
        .flat_map(|klarna| list(&klarna["transactions"]))
    {
        let id = text(money, "payment_transaction_id");
        let known = list(&record["books"]["acquirer"])
            .iter()
            .any(|payment| text(payment, "payment_transaction_id") == id);
        if !known {
            findings.add("Klarna has a transaction that the acquirer does not know");
        }
    }
}

fn one_payment_an_order(record: &Value, findings: &mut Findings) {
    let mut approved: BTreeMap<&str, usize> = BTreeMap::new();
    for payment in list(&record["books"]["acquirer"]) {
        if text(payment, "status") == "approved" {
            *approved.entry(text(payment, "reference")).or_default() += 1;
        }
    }
    let mut charged: BTreeMap<&str, usize> = BTreeMap::new();
    for klarna in list(&record["books"]["klarna"]) {
        *charged
            .entry(text(klarna, "purchase_reference"))
            .or_default() += list(&klarna["transactions"]).len();
    }
    for (reference, times) in approved.into_iter().chain(charged) {
        if times > 1 {
            findings.add(format!("order {reference} was paid {times} times"));
        }
    }
}
