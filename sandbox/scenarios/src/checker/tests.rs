//! The checker goes red on every kind of doctored log, and for the reason that it names.

use serde_json::{Value, json};

use super::check;

/// A payment that went well.
fn good() -> Value {
    let wire = |endpoint: &str, word: &str, at: i64| {
        json!({"endpoint": endpoint, "attempt": "a1", "order_reference": "42", "at_ms": at,
            "answer": {"what": "reply", "status": 200, "word": word, "at_ms": at}})
    };
    json!({
        "name": "good",
        "problem": null,
        "expect": {
            "told": [{"outcome": "approved", "via": "call"}],
            "orders": [{"reference": "42", "acquirer": "approved", "klarna": "COMPLETED", "transactions": 1}],
            "requests": {"min": 1, "max": 5},
            "within_ms": 60_000,
        },
        "app": {
            "told": [{"at_ms": 30, "process": 1, "acknowledged": true, "via": "call", "call": 1, "id": "a1.1", "attempt": "a1",
                "reference": "42", "outcome": "approved", "reason": null, "receipt": true, "supersedes": null}],
            "calls": [{"call": 1, "kind": "pay", "reference": "42", "process": 1, "answered": true}],
            "unfinished": [], "kept": [], "kills": [], "klarna_faults": [],
            "processes": 1, "began_at_ms": 0, "ended_at_ms": 30,
        },
        "books": {
            "wire": [wire("start", "pending", 1), wire("status", "approved", 20)],
            "faults": [{"fault": "double", "hits": 1}],
            "acquirer": [{"attempts": ["a1"], "payment_id": "p1", "reference": "42", "amount": 11_800, "currency": "USD",
                "status": "approved", "payment_request_id": "r1", "payment_transaction_id": "t1",
                "first_authorizes": 1, "second_authorizes": 1}],
            "klarna": [{"payment_request_id": "r1", "purchase_reference": "42", "state": "COMPLETED",
                "authorize_calls": [{"call": "first", "result": "STEP_UP_REQUIRED"}, {"call": "second", "result": "APPROVED"}],
                "transactions": [{"payment_transaction_id": "t1", "amount": 11_800, "currency": "USD"}],
                "deliveries": [{"event_id": "e1", "status": 204, "forged": false}]}],
        },
    })
}

/// The findings after `doctor` changed the log.
fn doctored(doctor: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut record = good();
    doctor(&mut record);
    check(&record)
}

fn is_red_with(findings: &[String], beginning: &str) {
    assert!(
        findings.iter().any(|one| one.starts_with(beginning)),
        "no finding begins with {beginning:?}: {findings:#?}"
    );
}

fn push(list: &mut Value, entry: Value) {
    list.as_array_mut().expect("a list").push(entry);
}

#[test]
fn an_honest_log_has_no_findings() {
    assert_eq!(check(&good()), Vec::<String>::new());
}

#[test]
fn an_outcome_that_was_never_told_is_lost() {
    let findings = doctored(|log| log["app"]["told"] = json!([]));
    is_red_with(&findings, "lost: the backend says approved of attempt a1");
}

#[test]
fn a_call_that_never_ended_misses_its_outcome() {
    let findings = doctored(|log| log["app"]["calls"][0]["answered"] = json!(false));
    is_red_with(&findings, "missing: `pay` for order 42");
    let killed = doctored(|log| {
        log["app"]["calls"][0]["answered"] = json!(false);
        log["app"]["processes"] = json!(2);
    });
    assert_eq!(
        killed,
        Vec::<String>::new(),
        "a killed process answers nobody"
    );
}

#[test]
fn a_second_final_outcome_is_doubled() {
    let findings = doctored(|log| {
        let mut again = log["app"]["told"][0].clone();
        again["id"] = json!("a1.2");
        push(&mut log["app"]["told"], again);
    });
    is_red_with(&findings, "doubled: attempt a1 has 2 final outcomes");
}

#[test]
fn an_outcome_that_comes_after_its_acknowledgement_is_doubled() {
    let findings = doctored(|log| {
        let mut again = log["app"]["told"][0].clone();
        again["via"] = json!("stream");
        push(&mut log["app"]["told"], again);
    });
    is_red_with(
        &findings,
        "doubled: outcome a1.1 came again after it was acknowledged",
    );
}

#[test]
fn an_outcome_that_changes_is_doubled() {
    let findings = doctored(|log| {
        let mut again = log["app"]["told"][0].clone();
        again["outcome"] = json!("declined");
        push(&mut log["app"]["told"], again);
    });
    is_red_with(&findings, "doubled: outcome a1.1 says something else");
}

#[test]
fn what_the_acquirer_does_not_say_is_false() {
    let findings = doctored(|log| {
        log["books"]["acquirer"][0]["status"] = json!("declined");
        log["books"]["acquirer"][0]["payment_transaction_id"] = json!(null);
        log["books"]["klarna"][0]["transactions"] = json!([]);
    });
    is_red_with(&findings, "false: the app was told `approved`");
}

#[test]
fn approved_without_money_is_false() {
    let findings = doctored(|log| log["books"]["klarna"][0]["transactions"] = json!([]));
    is_red_with(&findings, "false: the app was told `approved`");
    is_red_with(
        &findings,
        "order 42 is approved, and Klarna has no transaction",
    );
}

#[test]
fn an_outcome_that_only_a_link_told_is_false() {
    let findings = doctored(|log| log["books"]["wire"][1]["answer"]["word"] = json!("pending"));
    is_red_with(
        &findings,
        "false: the app was told `approved` before the backend",
    );
    let too_early = doctored(|log| log["app"]["told"][0]["at_ms"] = json!(10));
    is_red_with(
        &too_early,
        "false: the app was told `approved` before the backend",
    );
}

#[test]
fn not_started_is_false_while_a_payment_is_open() {
    let findings = doctored(|log| {
        log["app"]["told"][0]["outcome"] = json!("not-started");
        log["books"]["acquirer"][0]["status"] = json!("pending");
    });
    is_red_with(&findings, "false: the app was told `not-started`");
}

#[test]
fn the_order_is_busy_only_if_there_is_a_payment_of_it() {
    let busy = |log: &mut Value| {
        let refused = json!({"at_ms": 10, "process": 1, "acknowledged": false, "via": "call", "call": 2, "id": "", "attempt": null,
            "reference": "42", "outcome": "not-started", "reason": "order-busy", "receipt": false, "supersedes": null});
        push(&mut log["app"]["told"], refused);
        push(
            &mut log["expect"]["told"],
            json!({"outcome": "not-started", "via": "call"}),
        );
    };
    assert_eq!(doctored(busy), Vec::<String>::new());
    let free = doctored(|log| {
        busy(log);
        log["app"]["told"][1]["reference"] = json!("43");
    });
    is_red_with(&free, "false: the app was told `not-started`");
}

#[test]
fn a_payment_that_began_after_a_call_was_refused_does_not_make_the_refusal_false() {
    let refused = |log: &mut Value, began: i64| {
        let refused = json!({"at_ms": 10, "process": 1, "acknowledged": false, "via": "call", "call": 2, "id": "", "attempt": null,
            "reference": "42", "outcome": "not-started", "reason": "no-browser", "receipt": false, "supersedes": null});
        push(&mut log["app"]["told"], refused);
        push(
            &mut log["expect"]["told"],
            json!({"outcome": "not-started", "via": "call"}),
        );
        log["books"]["acquirer"][0]["history"] = json!([{"at_ms": began}]);
    };
    assert_eq!(doctored(|log| refused(log, 11)), Vec::<String>::new());
    let open = doctored(|log| refused(log, 10));
    is_red_with(&open, "false: the app was told `not-started`");
}

#[test]
fn what_an_app_before_its_reinstallation_began_is_told_to_the_new_one_or_to_nobody() {
    let findings = doctored(|log| {
        log["app"]["told"] = json!([]);
        log["expect"]["told"] = json!([]);
        log["app"]["calls"] = json!([]);
        log["app"]["forgotten"] = json!(["a1"]);
    });
    assert_eq!(findings, Vec::<String>::new());
}

#[test]
fn a_lost_finalisation_may_be_repeated_once_with_its_token() {
    let repeated = |log: &mut Value, token: &str| {
        let calls = &mut log["books"]["klarna"][0]["authorize_calls"];
        calls[1]["token_sha256"] = json!("t");
        calls[1]["repeated"] = json!(false);
        push(
            calls,
            json!({"call": "second", "result": "APPROVED", "repeated": true, "token_sha256": token}),
        );
        log["books"]["acquirer"][0]["second_authorizes"] = json!(2);
    };
    let lost = |log: &mut Value| {
        log["app"]["klarna_faults"] = json!([{"second_authorize": {"errors_after": 1}}]);
    };
    let honest = doctored(|log| {
        repeated(log, "t");
        lost(log);
    });
    assert_eq!(honest, Vec::<String>::new());
    let needless = doctored(|log| repeated(log, "t"));
    is_red_with(
        &needless,
        "second authorize: of order 42 it was repeated 1 times",
    );
    let another = doctored(|log| {
        repeated(log, "u");
        lost(log);
    });
    is_red_with(&another, "second authorize: order 42 was finalised 2 times");
    let unhit = doctored(lost);
    is_red_with(&unhit, "lost answers to Klarna's second_authorize");
}

#[test]
fn late_and_reordered_webhooks_are_seen() {
    let story = |log: &mut Value, late: i64, swapped: bool| {
        let klarna = &mut log["books"]["klarna"][0];
        klarna["history"] =
            json!([{"state": "IN_PROGRESS", "at_ms": 5}, {"state": "COMPLETED", "at_ms": 10}]);
        let event = |name: &str, at: i64| json!({"event_id": name, "event_type": format!("payment.request.state-change.{name}"), "status": 204, "forged": false, "at_ms": at});
        let (first, second) = (
            event("in-progress", 5 + late),
            event("completed", 10 + late),
        );
        klarna["deliveries"] = if swapped {
            json!([second, first])
        } else {
            json!([first, second])
        };
    };
    for (faults, late, swapped) in [
        (json!([{"webhook": {"delay_ms": 7}}]), 7, false),
        (json!([{"webhook": {"reorder": true}}]), 0, true),
    ] {
        let findings = |late, swapped| {
            doctored(|log| {
                story(log, late, swapped);
                log["app"]["klarna_faults"] = faults.clone();
            })
        };
        assert_eq!(findings(late, swapped), Vec::<String>::new());
        assert_eq!(findings(0, false).len(), 1, "{faults}");
    }
}

#[test]
fn a_second_authorize_is_seen_at_either_side() {
    let at_klarna = doctored(|log| {
        let second = json!({"call": "second", "result": "APPROVED", "repeated": true});
        push(
            &mut log["books"]["klarna"][0]["authorize_calls"],
            second.clone(),
        );
    });
    is_red_with(
        &at_klarna,
        "second authorize: order 42 was finalised 2 times",
    );
    let at_acquirer = doctored(|log| log["books"]["acquirer"][0]["second_authorizes"] = json!(2));
    is_red_with(&at_acquirer, "second authorize: the acquirer");
}

#[test]
fn an_order_is_paid_once() {
    let findings = doctored(|log| {
        let mut other = log["books"]["klarna"][0].clone();
        other["payment_request_id"] = json!("r2");
        other["transactions"][0]["payment_transaction_id"] = json!("t2");
        push(&mut log["books"]["klarna"], other);
    });
    is_red_with(&findings, "order 42 was paid 2 times");
    is_red_with(
        &findings,
        "Klarna has a transaction that the acquirer does not know",
    );
}

#[test]
fn another_amount_than_ordered_is_red() {
    let findings =
        doctored(|log| log["books"]["klarna"][0]["transactions"][0]["amount"] = json!(1));
    is_red_with(&findings, "order 42: another amount");
}

#[test]
fn what_was_to_go_wrong_went_wrong() {
    let fault = doctored(|log| log["books"]["faults"][0]["hits"] = json!(0));
    is_red_with(&fault, "fault `double` was not hit");
    let kill = doctored(|log| {
        log["app"]["kills"] = json!([{"at": {"effect": "Deliver", "when": "after"}, "hit": false}]);
    });
    is_red_with(&kill, "kill point `after Deliver` was not hit");
    let webhook = doctored(|log| {
        log["app"]["klarna_faults"] = json!([{"webhook": {"extra_copies": 1}}]);
    });
    is_red_with(&webhook, "fault `extra_copies`");
    let unseen = doctored(|log| log["app"]["klarna_faults"] = json!([{"request_errors": 1}]));
    is_red_with(&unseen, "a fault of Klarna's was set");
}

#[test]
fn bounds_are_kept() {
    let many = doctored(|log| log["expect"]["requests"] = json!({"min": 0, "max": 1}));
    is_red_with(&many, "2 requests, not 0 to 1");
    let few = doctored(|log| log["expect"]["requests"] = json!({"min": 3, "max": 9}));
    is_red_with(&few, "2 requests, not 3 to 9");
    let slow = doctored(|log| log["app"]["ended_at_ms"] = json!(60_001));
    is_red_with(&slow, "it took 60001 ms");
    let twice = doctored(|log| {
        log["expect"]["presented"] = json!(1);
        log["app"]["presented"] = json!(2);
    });
    is_red_with(&twice, "a journey was shown 2 times, not 1");
    let fast = doctored(|log| log["expect"]["least_ms"] = json!(31));
    is_red_with(&fast, "it took 30 ms of virtual time, less than 31");
}

#[test]
fn what_the_scenario_expects_is_compared() {
    let outcome = doctored(|log| log["expect"]["told"][0]["via"] = json!("stream"));
    is_red_with(&outcome, "not the expected outcomes");
    let state = doctored(|log| log["books"]["klarna"][0]["state"] = json!("CANCELED"));
    is_red_with(&state, "order 42: Klarna's state is");
    let open = doctored(|log| log["app"]["unfinished"] = json!([{"reference": "42"}]));
    is_red_with(&open, "order 42 is still unfinished");
    let kept = doctored(|log| log["app"]["kept"] = json!(["a1.1"]));
    is_red_with(&kept, "an outcome is kept although");
    let other = doctored(|log| log["expect"]["orders"] = json!([]));
    is_red_with(&other, "the acquirer has a payment for order 42");
}

#[test]
fn a_scenario_that_was_not_played_is_red() {
    let broken = doctored(|log| log["problem"] = json!("step 2"));
    is_red_with(&broken, "not played to its end");
    let nothing = doctored(|log| log["books"] = json!(null));
    is_red_with(&nothing, "there are no books");
}
