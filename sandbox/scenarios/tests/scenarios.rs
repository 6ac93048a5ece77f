//! The runner and its checker on real processes: what is right is green, and what did not happen as it should is red.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use stepup_sandbox_scenarios::checker;
use stepup_sandbox_scenarios::runner::{PhoneProgram, play};
use stepup_sandbox_scenarios::scenario::{Scenario, read_all};

/// The scenarios that the project promises.
const PROMISED: [&str; 20] = [
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
