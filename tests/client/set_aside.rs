//! Records that were set aside.

use std::path::{Path, PathBuf};

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

fn only_record(directory: &Path) -> PathBuf {
    let mut files = std::fs::read_dir(directory)
        .expect("the journal")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"));
    let record = files.next().expect("a record");
    assert_eq!(files.next(), None, "one record");
    record
}

#[test]
fn a_record_of_an_unknown_newer_version_is_set_aside_untouched_and_named() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let phone = Phone::new(directory.path());
    phone.backend.then(pending_with_journey());
    let paying = phone.pay("order-1");
    phone.client.shutdown();
    paying.outcome();
    let record = only_record(directory.path());
    let body = b"{\"written\":\"by a release to come\"}";
    let crc = crc32fast::hash(&[b"99\n", &body[..]].concat());
    let newer = [
        format!("{{\"v\":99,\"crc\":\"{crc:08x}\"}}\n").as_bytes(),
        body,
    ]
    .concat();
    std::fs::write(&record, &newer).expect("written");

    let phone = Phone::new(directory.path());
    phone.backend.otherwise(|_| status("pending"));
    phone.settle();
    let names = phone.event_names();
    assert!(names.contains(&"JournalNewer".to_owned()), "{names:?}");
    let aside = std::fs::read(record.with_extension("json.damaged")).expect("set aside");
    assert_eq!(aside, newer);
    let listed = phone.client.unfinished();
    assert_eq!(listed.len(), 1, "it is asked about");
    assert!(record.to_string_lossy().contains(&listed[0].attempt));
}

#[test]
fn records_of_every_version_are_taken_up_by_a_client() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/journal");
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut copied = 0;
    for version in std::fs::read_dir(vectors).expect("the vectors") {
        let version = version.expect("an entry").path();
        if !version.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(version).expect("records") {
            let file = file.expect("an entry");
            std::fs::copy(file.path(), directory.path().join(file.file_name())).expect("copied");
            copied += 1;
        }
    }
    let phone = Phone::new(directory.path());
    phone.settle();
    let names = phone.event_names();
    assert!(
        !names.iter().any(|name| name.starts_with("Journal")),
        "{names:?}"
    );
    let kept = std::fs::read_dir(directory.path()).expect("the journal");
    let kept = kept.filter(|entry| {
        let name = entry.as_ref().expect("an entry").file_name();
        name.to_string_lossy().ends_with(".json")
    });
    assert_eq!(kept.count(), copied, "none was dropped or set aside");
}
