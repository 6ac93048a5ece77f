//! What acquirer and Klarna did: never a second finalisation, never money twice, and the two agree.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Findings, list, number, text};

pub(super) fn check(record: &Value, findings: &mut Findings) {
    with_lost(record, lost_finalisations(record), findings);
}

/// For an app that was away for hours nobody can say how often the backend repeated a finalisation whose answers were lost.
pub(super) fn check_survivor(record: &Value, findings: &mut Findings) {
    let lost = match lost_finalisations(record) {
        0 => 0,
        _ => i64::MAX - 1,
    };
    with_lost(record, lost, findings);
}

fn with_lost(record: &Value, lost: i64, findings: &mut Findings) {
    for klarna in list(&record["books"]["klarna"]) {
        second_authorize(klarna, lost, findings);
    }
    for payment in list(&record["books"]["acquirer"]) {
        sent_again(payment, lost, findings);
        agree(record, payment, findings);
    }
    money_without_payment(record, findings);
    one_payment_an_order(record, findings);
}

/// How many second authorizes the scenario left without an answer on purpose. Each may be repeated once, for only that finds out what
/// became of it.
fn lost_finalisations(record: &Value) -> i64 {
    let unanswered = |faults: &Value| {
        let second = &faults["second_authorize"];
        let slow = i64::from(number(second, "delay_ms") > 0);
        number(second, "errors_before") + number(second, "errors_after") + slow
    };
    let by_klarna: i64 = list(&record["app"]["klarna_faults"])
        .iter()
        .map(unanswered)
        .sum();
    by_klarna + number(&record["app"], "acquirer_restarts")
}

/// One decision. The same token again, after an answer that was lost, repeats it; anything else is another finalisation.
fn second_authorize(klarna: &Value, lost: i64, findings: &mut Findings) {
    let reference = text(klarna, "purchase_reference");
    let calls: Vec<&Value> = list(&klarna["authorize_calls"])
        .iter()
        .filter(|call| text(call, "call") == "second")
        .collect();
    let repeats = |call: &&&Value| {
        call["repeated"] == true
            && call["token_sha256"].is_string()
            && call["token_sha256"] == calls[0]["token_sha256"]
    };
    let repeated = calls.iter().filter(repeats).count();
    let decided = calls.len() - repeated;
    if decided > 1 {
        findings.add(format!(
            "second authorize: order {reference} was finalised {decided} times"
        ));
    }
    if i64::try_from(repeated).unwrap_or(i64::MAX) > lost {
        findings.add(format!(
            "second authorize: of order {reference} it was repeated {repeated} times, and {lost} answers were lost"
        ));
    }
    let money = list(&klarna["transactions"]).len();
    if money > 1 {
        findings.add(format!("order {reference} was charged {money} times"));
    }
}

fn sent_again(payment: &Value, lost: i64, findings: &mut Findings) {
    let reference = text(payment, "reference");
    if number(payment, "second_authorizes") > 1 + lost {
        findings.add(format!(
            "second authorize: the acquirer finalised order {reference} more than once"
        ));
    }
}

fn agree(record: &Value, payment: &Value, findings: &mut Findings) {
    let reference = text(payment, "reference");
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
