//! The runner and its checker on real processes: what is right is green, and what did not happen as it should is red.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use stepup_sandbox_scenarios::checker;
use stepup_sandbox_scenarios::runner::{PhoneProgram, play};
use stepup_sandbox_scenarios::scenario::{Scenario, Step, read_all};
use stepup_sandbox_scenarios::wire;

/// The scenarios that the project promises; there may be more.
const PROMISED: [&str; 96] = [
    "happy-url",
    "happy-redirect-url",
    "approved-at-once",
    "declined-at-once",
    "customer-denies",
    "abort-then-reopen",
    "klarna-app-and-back",
    "bank-app-and-back",
    "only-app-return-url",
    "link-lost-approved",
    "link-twice",
    "link-wrong-nonce",
    "surface-closed-after-paying",
    "killed-before-reply",
    "killed-in-journey",
    "killed-before-acknowledge",
    "start-reply-lost-approved",
    "abandon-then-approved",
    "webhook-doubled",
    "long-poll",
    "klarna-declines",
    "completed-but-not-final",
    "second-authorize-declined",
    "link-lost-declined",
    "link-before-word",
    "link-after-undetermined",
    "link-without-nonce",
    "fixed-return-urls",
    "one-url-for-both",
    "schemes-collide",
    "session-ended-by-handover",
    "surface-closed-unpaid",
    "surface-minimised",
    "cancelled-hint-but-paid",
    "went-back-other-method",
    "killed-after-link",
    "killed-before-start-answer",
    "start-unknown-then-closed",
    "offline-at-start",
    "offline-on-return",
    "backend-5xx",
    "backend-slow",
    "backend-garbage",
    "backend-oversize",
    "backend-redirects",
    "retry-after",
    "credentials-expired",
    "expired-in-journey",
    "abandon",
    "double-tap",
    "order-changed",
    "two-orders",
    "account-switched",
    "backend-switched",
    "own-backend-call",
    "webhook-late",
    "webhook-reordered",
    "webhook-forged",
    "webhook-lost",
    "clock-back-one-day",
    "clock-forward-one-day",
    "link-starts-the-app",
    "link-of-another-attempt",
    "link-after-reinstall",
    "no-browser",
    "surface-refused",
    "reopen-elsewhere",
    "journal-damaged",
    "journal-full",
    "disk-full",
    "second-client",
    "pay-again-after-restart",
    "start-pending-without-journey",
    "start-refused-on-repeat",
    "paid-order-again",
    "guest-signs-in",
    "abandon-offline",
    "cancel-twice",
    "abandon-during-finalisation",
    "authorize-timeout-at-acquirer",
    "new-payment-request",
    "reply-in-background",
    "presenter-silent",
    "stale-surface-result",
    "finished-in-other-browser",
    "finished-on-other-device",
    "klarna-app-left-by-switcher",
    "slow-finalisation-after-handover",
    "network-switched",
    "wait-ignored",
    "callback-never-answers",
    "journal-locked",
    "journal-older-version",
    "journal-newer-version",
    "clock-forward-one-year",
    "custom-sdk-link",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios")
}

fn all() -> Vec<Scenario> {
    read_all(&folder()).expect("every file is what the schema says")
}

fn named(name: &str) -> Scenario {
    let found = all().into_iter().find(|scenario| scenario.name == name);
    found.expect("there is such a scenario")
}

fn phone() -> PhoneProgram {
    PhoneProgram {
        path: env!("CARGO_BIN_EXE_phone").into(),
        arguments: Vec::new(),
    }
}

async fn findings(scenario: &Scenario) -> (Vec<String>, Value) {
    let played = play(scenario, &phone()).await;
    let record = played.record(scenario);
    (checker::check(&record), record)
}

#[test]
fn every_promised_scenario_is_there() {
    let names: BTreeSet<String> = all().into_iter().map(|scenario| scenario.name).collect();
    for name in PROMISED {
        assert!(names.contains(name), "{name}");
    }
}

#[tokio::test]
async fn a_killed_app_goes_on_and_a_run_repeats_itself() {
    let scenario = named("killed-before-acknowledge");
    let (red, first) = findings(&scenario).await;
    assert_eq!(red, Vec::<String>::new());
    let told = first["app"]["told"].as_array().expect("a list");
    assert_eq!(told[0]["id"], told[1]["id"], "the same outcome comes again");
    assert_eq!(
        (&told[0]["process"], &told[1]["process"]),
        (&json!(1), &json!(2))
    );
    let (_, second) = findings(&scenario).await;
    assert_eq!(
        first["app"]["told"], second["app"]["told"],
        "the same seed, the same run"
    );
}

#[tokio::test]
async fn a_call_that_the_core_refuses_is_red_unless_that_is_expected() {
    let mut scenario = named("cancel-twice");
    let before = scenario.steps.len();
    scenario
        .steps
        .retain(|step| !matches!(step, Step::ExpectRefusal { .. }));
    assert_eq!(scenario.steps.len(), before - 1);
    let (red, _) = findings(&scenario).await;
    assert!(red[0].contains("the core refused"), "{red:?}");
}

#[tokio::test]
async fn what_comes_out_of_an_expectation_that_does_not_hold_is_red() {
    for (name, step) in [
        (
            "journal-newer-version",
            json!({"step": "expect-event", "is": "JournalDamaged"}),
        ),
        (
            "approved-at-once",
            json!({"step": "expect-unfinished", "attempts": 1}),
        ),
        (
            "approved-at-once",
            json!({"step": "expect-forwarded", "links": 1}),
        ),
        (
            "approved-at-once",
            json!({"step": "expect-refusal", "is": "no such attempt"}),
        ),
    ] {
        let mut scenario = named(name);
        let wrong = serde_json::from_value(step.clone()).expect("a step");
        scenario.steps.push(wrong);
        let (red, _) = findings(&scenario).await;
        assert!(
            red.len() == 1 && red[0].contains("not played to its end"),
            "{step}: {red:?}"
        );
    }
}

#[tokio::test]
async fn two_phones_send_the_same_and_one_that_asks_once_more_is_noticed() {
    let scenario = named("happy-url");
    let (_, first) = findings(&scenario).await;
    let (_, second) = findings(&scenario).await;
    assert_eq!(wire::differences(&first, &second), Vec::<String>::new());
    let mut impatient = scenario.clone();
    let check = json!({"step": "check-again"});
    let after_pay = 1 + impatient
        .steps
        .iter()
        .position(|step| matches!(step, Step::Pay { .. }))
        .expect("it pays");
    impatient
        .steps
        .insert(after_pay, serde_json::from_value(check).expect("a step"));
    let (_, third) = findings(&impatient).await;
    assert!(!wire::differences(&first, &third).is_empty());
}

#[tokio::test]
async fn a_fault_that_strikes_nothing_is_red() {
    let mut scenario = named("approved-at-once");
    let never = json!({"step": "fault", "endpoint": "cancel", "fault": "lose-reply"});
    scenario
        .steps
        .insert(0, serde_json::from_value(never).expect("a step"));
    let (red, _) = findings(&scenario).await;
    assert_eq!(red, ["fault `lose-reply` was not hit"]);
}

#[tokio::test]
async fn a_kill_point_that_is_not_reached_is_red() {
    let mut scenario = named("approved-at-once");
    let hold = json!({"step": "hold-at", "effect": "Present", "when": "before"});
    scenario
        .steps
        .insert(0, serde_json::from_value(hold).expect("a step"));
    let (red, _) = findings(&scenario).await;
    assert_eq!(red, ["kill point `before Present` was not hit"]);
}

#[tokio::test]
async fn an_outcome_that_is_not_expected_is_red() {
    let mut scenario = named("declined-at-once");
    scenario.expect["told"][0]["outcome"] = json!("approved");
    let (red, _) = findings(&scenario).await;
    assert!(
        red.len() == 1 && red[0].starts_with("not the expected outcomes"),
        "{red:?}"
    );
}

#[tokio::test]
async fn a_step_that_cannot_be_done_is_red_and_says_why() {
    let mut scenario = named("approved-at-once");
    let close = json!({"step": "close-surface"});
    scenario
        .steps
        .push(serde_json::from_value(close).expect("a step"));
    let (red, _) = findings(&scenario).await;
    assert!(
        red.len() == 1 && red[0].contains("no surface is up"),
        "{red:?}"
    );
}

#[test]
fn a_file_that_is_not_what_the_schema_says_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = |name: &str| {
        std::fs::copy(self::folder().join(name), folder.path().join(name)).expect("copied");
    };
    copy("schema.json");
    copy("happy-url.json");
    assert_eq!(read_all(folder.path()).expect("as it should be").len(), 1);
    let file = folder.path().join("happy-url.json");
    let text = std::fs::read_to_string(&file).expect("read");
    for (from, to) in [
        ("\"deliver-link\"", "\"deliver-the-link\""),
        ("\"within_ms\"", "\"within\""),
        ("\"happy-url\"", "\"happy-link\""),
    ] {
        std::fs::write(&file, text.replace(from, to)).expect("written");
        assert!(read_all(folder.path()).is_err(), "{to}");
    }
}
