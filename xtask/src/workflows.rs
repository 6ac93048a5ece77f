//! What CI runs is what a person can run: the commands of the workflows are verbs of ours, and no others.

use clap::Parser as _;

use crate::Cli;
use crate::project::Project;

const FOLDER: &str = ".github/workflows";
/// What brings Rust, before there can be a verb.
const BEFORE: [&str; 4] = ["apt-get ", "rustup ", "bash .ci/run", "|"];

#[test]
fn every_command_of_a_workflow_is_a_verb() {
    let project = Project::open().expect("a checkout");
    let mut verbs = 0;
    for entry in std::fs::read_dir(project.root.join(FOLDER)).expect("workflows") {
        let file = entry.expect("a file").path();
        let text = std::fs::read_to_string(&file).expect("text");
        let commands = text
            .lines()
            .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("run: "));
        for command in commands {
            if BEFORE.iter().any(|before| command.starts_with(before)) {
                continue;
            }
            let words = command
                .strip_prefix("cargo xtask ")
                .unwrap_or_else(|| panic!("{}: `{command}` is no verb of ours", file.display()));
            let words = words.split_whitespace().map(|word| word.trim_matches('"'));
            let parsed = Cli::try_parse_from(std::iter::once("xtask").chain(words));
            if let Err(error) = parsed {
                panic!("{}: `{command}`: {error}", file.display());
            }
            verbs += 1;
        }
    }
    assert!(verbs > 3, "only {verbs} verbs");
}
