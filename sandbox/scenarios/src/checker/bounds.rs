//! A scenario proves something only if what was to go wrong did go wrong, and within its bounds.

use serde_json::Value;

use super::{Findings, list, number, text};

pub(super) fn check(record: &Value, findings: &mut Findings) {
    for fault in list(&record["books"]["faults"]) {
        if number(fault, "hits") == 0 {
            findings.add(format!("fault `{}` was not hit", text(fault, "fault")));
        }
    }
    for kill in list(&record["app"]["kills"]) {
        if kill["hit"] != true {
            let at = &kill["at"];
            findings.add(format!(
                "kill point `{} {}` was not hit",
                text(at, "when"),
                text(at, "effect")
            ));
        }
    }
    for faults in list(&record["app"]["klarna_faults"]) {
        klarna_fault(record, faults, findings);
    }
    requests(record, findings);
    let limit = &record["expect"]["within_ms"];
    let took = number(&record["app"], "ended_at_ms") - number(&record["app"], "began_at_ms");
    if limit.as_i64().is_some_and(|limit| took > limit) {
        findings.add(format!("it took {took} ms of virtual time, not {limit}"));
    }
}

/// The deliveries show whether a fault of the webhooks happened. A fault that nothing shows is no proof, so it is refused.
fn klarna_fault(record: &Value, faults: &Value, findings: &mut Findings) {
    let deliveries: Vec<&Value> = list(&record["books"]["klarna"])
        .iter()
        .flat_map(|klarna| list(&klarna["deliveries"]))
        .collect();
    let webhook = &faults["webhook"];
    let copies = number(webhook, "extra_copies");
    if copies > 0 {
        let most = deliveries
            .iter()
            .map(|one| {
                let same = |other: &&&Value| {
                    other["event_id"] == one["event_id"] && other["status"].is_number()
                };
                deliveries.iter().filter(same).count()
            })
            .max()
            .unwrap_or_default();
        if i64::try_from(most).unwrap_or_default() <= copies {
            findings.add("fault `extra_copies` of Klarna's webhooks was not hit");
        }
    }
    let lost = number(webhook, "lose_first") > 0 || webhook["drop"] == true;
    if lost && !deliveries.iter().any(|one| one["status"].is_null()) {
        findings.add("lost webhooks of Klarna's were not hit");
    }
    if webhook["forge"] == true && !deliveries.iter().any(|one| one["forged"] == true) {
        findings.add("forged webhooks of Klarna's were not hit");
    }
    let unseen = number(webhook, "delay_ms") != 0
        || webhook["reorder"] == true
        || faults["decline_second"] == true
        || number(faults, "request_errors") != 0
        || ["first_authorize", "second_authorize"].iter().any(|call| {
            ["delay_ms", "errors_before", "errors_after"]
                .iter()
                .any(|fault| number(&faults[*call], fault) != 0)
        });
    if unseen {
        findings.add("a fault of Klarna's was set of which the checker cannot see that it was hit");
    }
}

fn requests(record: &Value, findings: &mut Findings) {
    let sent = list(&record["books"]["wire"]).len();
    let bounds = &record["expect"]["requests"];
    let bound = |name: &str| {
        bounds[name]
            .as_u64()
            .and_then(|bound| usize::try_from(bound).ok())
    };
    let (least, most) = (bound("min").unwrap_or(0), bound("max").unwrap_or(0));
    if sent < least || sent > most {
        findings.add(format!("{sent} requests, not {least} to {most}"));
    }
    for entry in list(&record["books"]["wire"]) {
        if text(entry, "endpoint") == "other" {
            findings.add("a request that the contract does not know");
        }
    }
}
