//! The rules that never break (design, section 2), one test each; `xtask test --long` sabotages each and wants it red.

#[path = "../phone/mod.rs"]
mod phone;

#[path = "../client/phone.rs"]
#[expect(dead_code, reason = "the client's own tests use the rest")]
mod handset;

mod client;
mod machine;

use std::collections::BTreeSet;

/// The list of rules, their tests and their sabotages are one set.
#[test]
fn every_rule_has_its_test_and_its_sabotage() {
    let listed: BTreeSet<String> =
        serde_json::from_str(include_str!("rules.json")).expect("a list of names");
    let sources = [include_str!("machine.rs"), include_str!("client.rs")];
    let tests: BTreeSet<String> = sources
        .iter()
        .flat_map(|source| source.lines())
        .filter_map(|line| line.strip_prefix("fn rule_"))
        .map(|rest| format!("rule_{}", rest.split('(').next().unwrap_or_default()))
        .collect();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sabotage");
    let sabotages: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder of sabotages")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(listed.len(), 12);
    assert_eq!(tests, listed, "tests and list differ");
    assert_eq!(sabotages, listed, "sabotages and list differ");
    println!("{} rules, each with a test and a sabotage", listed.len());
}
