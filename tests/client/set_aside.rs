//! Records that were set aside.

use klarna_step_up::model::Outcome;

use crate::phone::{Phone, lock, pending_with_journey, status};

#[test]
fn a_record_that_was_set_aside_and_has_no_stand_in_yet_is_asked_about_too() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let paying = phone.pay("order-1");
    phone.client.shutdown();
    paying.outcome();
    let files = || {
        std::fs::read_dir(directory.path())
            .expect("the journal")
            .map(|entry| entry.expect("an entry").path())
            .collect::<Vec<_>>()
    };
    let record = files()
        .into_iter()
        .find(|path| path.extension().is_some_and(|end| end == "json"))
        .expect("a record");
    // As left by a process that was killed before it wrote the stand-in.
    std::fs::rename(&record, record.with_extension("json.damaged")).expect("set aside");

    let phone = Phone::new(directory.path());
    phone.backend.otherwise(|_| status("canceled"));
    phone.settle();
    let told = lock(&phone.heard.outcomes).clone();
    assert!(
        matches!(told[..], [ref told] if matches!(told.outcome, Outcome::Canceled { .. })),
        "{told:?}"
    );
    phone.client.acknowledge(told[0].id.clone());
    phone.settle();
    let left = files();
    assert!(
        !left
            .iter()
            .any(|file| file.to_string_lossy().contains(".json")),
        "{left:?}"
    );
}
