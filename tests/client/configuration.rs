//! Configuration errors and the doctor's findings: each list is one data file, and every row of it is played.

use std::collections::BTreeSet;

use klarna_step_up::StepUpError;
use klarna_step_up::doctor::CODES;
use klarna_step_up::hosts::Environment;
use klarna_step_up::model::{Configuration, Device, LinkNonceMode, RequestHeader, WordMapping};
use klarna_step_up::reply::Word;
use klarna_step_up::seams::HostParts;
use serde_json::Value;

use crate::phone::{Next, Phone, configuration, iphone};

const CONFIGURATION: &str = include_str!("../vectors/configuration.json");
const DOCTOR: &str = include_str!("../vectors/doctor.json");

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().expect("a list").iter().map(text).collect()
}

fn change(configuration: &mut Configuration, field: &str, value: &Value) {
    match field {
        "backend" => configuration.backend = text(value),
        "backend_id" => configuration.backend_id = Some(text(value)),
        "environment.hosts" => {
            configuration.environment = Environment::Sandbox {
                hosts: texts(value),
            }
        }
        "links.handover" => configuration.links.handover = text(value),
        "links.completion" => configuration.links.completion = text(value),
        "links.fallback_scheme" => configuration.links.fallback_scheme = Some(text(value)),
        "link_nonce" => configuration.link_nonce = LinkNonceMode::Off,
        "redirect_hosts" => configuration.redirect_hosts = texts(value),
        "field_names.return_url" => configuration.field_names.return_url = text(value),
        "field_names.app_return_url" => configuration.field_names.app_return_url = text(value),
        "words" => {
            let mapping = |word| WordMapping {
                text: word,
                word: Word::Approved,
            };
            configuration.words = texts(value).into_iter().map(mapping).collect();
        }
        "headers" => {
            let pair = texts(value);
            configuration.headers = vec![RequestHeader {
                name: pair[0].clone(),
                value: pair[1].clone(),
            }];
        }
        "policy.base_interval" => {
            configuration.policy.base_interval = value.as_u64().expect("a number");
        }
        "policy.max_wait" => {
            configuration.policy.max_wait = value.as_u64().expect("a number");
        }
        "policy.ask_timeout" => {
            configuration.policy.ask_timeout = value.as_u64().expect("a number");
        }
        "policy.assumed_life" => {
            configuration.policy.assumed_life = value.as_u64().expect("a number");
        }
        "policy.handover_asks" => {
            let asks = value.as_array().expect("a list").iter();
            configuration.policy.handover_asks =
                asks.map(|ask| ask.as_u64().expect("a number")).collect();
        }
        "journal_directory" => configuration.journal_directory = text(value),
        other => panic!("the test does not know how to change {other}"),
    }
}

#[test]
fn every_configuration_error_names_the_field_and_the_fix() {
    let cases: Vec<Value> = serde_json::from_str(CONFIGURATION).expect("a list of cases");
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut played = BTreeSet::new();
    for case in &cases {
        let mut wrong = configuration(directory.path());
        for (field, value) in case["change"].as_object().expect("changes") {
            change(&mut wrong, field, value);
        }
        let name = text(&case["name"]);
        let refused = klarna_step_up::StepUpClient::new(wrong, HostParts::default()).err();
        let Some(StepUpError::Configuration {
            field,
            problem,
            fix,
        }) = &refused
        else {
            panic!("{name}: {refused:?}");
        };
        assert_eq!(*field, text(&case["field"]), "{name}: {problem}");
        assert!(!problem.is_empty() && !fix.is_empty(), "{name}");
        let shown = format!("{refused:?}");
        assert!(!shown.contains("SECRET"), "{name} shows a value: {shown}");
        assert!(played.insert(name), "two cases have one name");
    }
    assert_eq!(played.len(), cases.len());
    assert!(!cases.is_empty());
    println!("{} configuration errors", played.len());
}

#[test]
fn every_finding_of_the_doctor_is_found() {
    let cases: Vec<Value> = serde_json::from_str(DOCTOR).expect("a list of cases");
    let mut found = BTreeSet::new();
    for case in &cases {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut set_up = configuration(directory.path());
        // Two schemes, so that nothing is wrong by itself.
        set_up.links.completion = "shop-done://klarna".to_owned();
        for (field, value) in case["change"].as_object().expect("changes") {
            change(&mut set_up, field, value);
        }
        if case["locked"] == true {
            // A file in the directory's place: it can be neither read nor made.
            let file = directory.path().join("file");
            std::fs::write(&file, b"").expect("written");
            set_up.journal_directory = file.to_string_lossy().into_owned();
        }
        let mut device = Device {
            registered_schemes: None,
            ..iphone()
        };
        if let Some(schemes) = case.get("schemes") {
            device.registered_schemes = Some(texts(schemes));
        }
        device.https_links = case["https_links"] != false;
        device.debuggable = case["debuggable"] != false;
        if case["no_surface"] == true {
            device.surfaces.clear();
        }
        let no_facts = case["no_facts"] == true;
        let phone = Phone::with(set_up, device, |parts| {
            if no_facts {
                parts.device_facts = None;
            }
        });
        match case["backend"].as_u64() {
            Some(status) => phone.backend.then(Next::Reply(
                u16::try_from(status).expect("a status"),
                String::new(),
            )),
            None => phone.backend.then(Next::NotSent),
        }
        if let Some(date) = case["date"].as_str() {
            phone.backend.set_date(date);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let findings = runtime.block_on(phone.client.doctor());
        let codes: Vec<_> = findings
            .iter()
            .map(|finding| finding.code.clone())
            .collect();
        assert_eq!(codes, texts(&case["findings"]), "{case}");
        for finding in findings {
            assert!(!finding.problem.is_empty() && !finding.fix.is_empty());
            found.insert(finding.code);
        }
    }
    assert_eq!(found, CODES.iter().map(|code| (*code).to_owned()).collect());
    println!("{} findings of the doctor", found.len());
}
