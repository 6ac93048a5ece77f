//! The figure of the phases in docs/architecture.md is made from what the model finds, and drifts with nothing.

use std::collections::BTreeMap;
use std::path::Path;

use crate::budget::Budget;
use crate::scenarios::{one, prepared};
use crate::search::{NONE, search};
use crate::world::World;

const BEGIN: &str = "<!-- made by tests/model/figure.rs: begin -->\n";
const END: &str = "<!-- made by tests/model/figure.rs: end -->";
/// In the order in which an attempt comes through them.
const PHASES: [&str; 5] = ["Starting", "Ready", "InJourney", "Confirming", "Settled"];

/// Every change of phase that one crash, two lost or doubled replies and one more thing can bring about.
fn figure() -> String {
    let budget = Budget {
        crashes: 1,
        replies: 2,
        any: 1,
        ..Budget::default()
    };
    let mut edges: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    let place = |name: &str| PHASES.iter().position(|phase| *phase == name);
    for (name, begin) in [("figure", one()), ("figure, prepared", prepared())] {
        let mut begin = World::new(&[begin], budget);
        begin.journal_at_once = false;
        for (from, input, to) in search(name, &begin, NONE).moved {
            let edge = (place(&from).expect("known"), place(&to).expect("known"));
            edges.entry(edge).or_default().push(input);
        }
    }
    let mut lines = vec![
        "```mermaid".to_owned(),
        "stateDiagram-v2".to_owned(),
        "    [*] --> Starting : Start, Prepare".to_owned(),
    ];
    for ((from, to), mut inputs) in edges {
        inputs.sort();
        inputs.dedup();
        let (from, to) = (PHASES[from], PHASES[to]);
        lines.push(format!("    {from} --> {to} : {}", inputs.join(", ")));
    }
    lines.push("    Settled --> [*] : Acknowledged".to_owned());
    lines.push("```\n".to_owned());
    lines.join("\n")
}

#[test]
fn the_figure_of_the_phases_is_what_the_machine_does() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md");
    let text = std::fs::read_to_string(&file).expect("the document is there");
    let (before, rest) = text.split_once(BEGIN).expect("the figure has a begin");
    let (drawn, after) = rest.split_once(END).expect("the figure has an end");
    let figure = figure();
    if std::env::var_os("STEPUP_RECORD").is_some() {
        let text = [before, BEGIN, &figure, END, after].concat();
        std::fs::write(&file, text).expect("written");
    } else {
        assert_eq!(
            drawn, figure,
            "docs/architecture.md differs; STEPUP_RECORD=1 draws it anew"
        );
    }
}
