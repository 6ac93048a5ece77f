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
    let presented = &record["expect"]["presented"];
    if presented.is_number() && *presented != record["app"]["presented"] {
        findings.add(format!(
            "a journey was shown {} times, not {presented}",
            record["app"]["presented"]
        ));
    }
    let least = number(&record["expect"], "least_ms");
    if took < least {
        findings.add(format!(
            "it took {took} ms of virtual time, less than {least}"
        ));
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
    let delay = number(webhook, "delay_ms");
    if delay > 0 && !deliveries.iter().any(|one| lag(record, one) >= Some(delay)) {
        findings.add("late webhooks of Klarna's were not hit");
    }
    if webhook["reorder"] == true && !reordered(record) {
        findings.add("reordered webhooks of Klarna's were not hit");
    }
    for (call, sends) in [
        ("first_authorize", "first_authorizes"),
        ("second_authorize", "second_authorizes"),
    ] {
        unanswered(record, &faults[call], sends, call, findings);
    }
    let unseen = faults["decline_second"] == true || number(faults, "request_errors") != 0;
    if unseen {
        findings.add("a fault of Klarna's was set of which the checker cannot see that it was hit");
    }
}

/// How long after its event this delivery came.
fn lag(record: &Value, delivery: &Value) -> Option<i64> {
    let state = state_of(delivery);
    list(&record["books"]["klarna"])
        .iter()
        .filter(|klarna| list(&klarna["deliveries"]).contains(delivery))
        .flat_map(|klarna| list(&klarna["history"]))
        .find(|entry| text(entry, "state") == state)
        .map(|entry| number(delivery, "at_ms") - number(entry, "at_ms"))
}

/// The state that a delivery tells of: `payment.request.state-change.in-progress` of `IN_PROGRESS`.
fn state_of(delivery: &Value) -> String {
    let name = text(delivery, "event_type").rsplit('.').next();
    name.unwrap_or_default().replace('-', "_").to_uppercase()
}

/// An earlier state was told of after a later one.
fn reordered(record: &Value) -> bool {
    list(&record["books"]["klarna"]).iter().any(|klarna| {
        let history = list(&klarna["history"]);
        let places: Vec<usize> = list(&klarna["deliveries"])
            .iter()
            .filter(|one| one["forged"] != true)
            .filter_map(|one| {
                let state = state_of(one);
                history
                    .iter()
                    .rposition(|entry| text(entry, "state") == state)
            })
            .collect();
        !places.is_sorted()
    })
}

/// An authorize without an answer is sent again, and one that is answered late leaves its payment as it was until then, or is sent again.
fn unanswered(record: &Value, faults: &Value, sends: &str, call: &str, findings: &mut Findings) {
    let errors = number(faults, "errors_before") + number(faults, "errors_after");
    let payments = list(&record["books"]["acquirer"]);
    let again = payments.iter().any(|one| number(one, sends) > errors);
    if errors > 0 && !again {
        findings.add(format!("lost answers to Klarna's {call} were not hit"));
    }
    let delay = number(faults, "delay_ms");
    let which = call.split('_').next().unwrap_or_default();
    let late = |klarna: &Value| {
        let asked = list(&klarna["authorize_calls"])
            .iter()
            .find(|one| text(one, "call") == which)
            .map(|one| number(one, "at_ms"));
        let request = text(klarna, "payment_request_id");
        let known = payments
            .iter()
            .filter(|one| text(one, "payment_request_id") == request)
            .flat_map(|one| list(&one["history"]))
            .map(|entry| number(entry, "at_ms"));
        asked.is_some_and(|asked| known.max().is_some_and(|at| at >= asked + delay))
    };
    let timed_out = payments.iter().any(|one| number(one, sends) > 1);
    if delay > 0 && !timed_out && !list(&record["books"]["klarna"]).iter().any(late) {
        findings.add(format!("late answers to Klarna's {call} were not hit"));
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
