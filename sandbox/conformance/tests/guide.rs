//! `docs/backend-guide.md` says what is checked. Its exchanges are compared with the acquirer's in that crate's own tests.

use std::fmt::Write;

use stepup_sandbox_conformance::{Checkable, promises};

const GUIDE: &str = include_str!("../../../docs/backend-guide.md");
const BEGIN: &str = "compared by a test -->\n";
const END: &str = "<!-- end of promises -->";

/// The promises as the guide has them.
fn rendered() -> String {
    let mut text = String::new();
    for (heading, checkable) in [
        ("Checked from outside", Checkable::Outside),
        (
            "Checked with a customer in the journey",
            Checkable::WithCustomer,
        ),
        (
            "Checked while Klarna is slow or fails",
            Checkable::WithKlarna,
        ),
        ("Only you can check", Checkable::NotFromOutside),
    ] {
        let _ = write!(text, "\n### {heading}\n\n");
        for promise in promises() {
            if promise.checkable == checkable {
                let (id, what, why) = (promise.id, promise.text, promise.why);
                let _ = writeln!(text, "- **{id}**: {what}\n  *Why:* {why}");
                if let Some(unseen) = promise.unseen {
                    let _ = writeln!(text, "  *How to check it:* {unseen}");
                }
            }
        }
    }
    text.push('\n');
    text
}

#[test]
fn the_guide_has_all_promises_and_their_reasons() {
    let begin = GUIDE.find(BEGIN).expect("the beginning") + BEGIN.len();
    let end = GUIDE.find(END).expect("the end");
    let rendered = rendered();
    assert!(
        GUIDE[begin..end] == rendered,
        "put this between the two marks of docs/backend-guide.md:\n{rendered}"
    );
}
