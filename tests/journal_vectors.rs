//! Records of every version that was ever written stay readable: `tests/vectors/journal`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use klarna_step_up::journal::format::{VERSION, decode, encode};
use klarna_step_up::journal::store::RecordName;
use klarna_step_up::machine::{Phase, Record, StartFate, Starter};

fn files(version: u32) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors/journal")
        .join(format!("v{version}"));
    let entries = std::fs::read_dir(folder).expect("a folder for each version that was written");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
}

fn read(file: &Path) -> (RecordName, Vec<u8>, Record) {
    let name = file.file_name().expect("a file").to_string_lossy();
    let name = RecordName::parse(&name).expect("the name of a record");
    let bytes = std::fs::read(file).expect("the file is there");
    let record = decode(&bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    (name, bytes, record)
}

#[test]
fn every_record_of_every_version_can_be_read() {
    for version in 1..=VERSION {
        let files = files(version);
        assert!(files.len() >= 30, "version {version}: {}", files.len());
        for file in files {
            let (name, _, record) = read(&file);
            assert_eq!(record.id.0, name.attempt, "{}", file.display());
            assert_eq!(record.order.hash, name.order_hash, "{}", file.display());
        }
    }
}

#[test]
fn records_of_this_version_are_written_as_they_were() {
    for file in files(VERSION) {
        let (_, bytes, record) = read(&file);
        let again = encode(&record).expect("it was written before");
        assert_eq!(
            String::from_utf8_lossy(&again),
            String::from_utf8_lossy(&bytes),
            "{}: whoever changes what is written has to say so with another version",
            file.display()
        );
    }
}

#[test]
fn they_stand_for_all_that_a_record_can_be() {
    let records: Vec<Record> = files(VERSION).iter().map(|file| read(file).2).collect();
    let phases: BTreeSet<String> = records
        .iter()
        .map(|record| format!("{:?}", record.phase))
        .collect();
    for phase in [
        Phase::Starting,
        Phase::Ready,
        Phase::InJourney,
        Phase::Confirming,
        Phase::Settled,
    ] {
        assert!(phases.contains(&format!("{phase:?}")), "{phase:?}");
    }
    let any = |holds: fn(&Record) -> bool| records.iter().any(holds);
    assert!(any(|record| record.starter == Starter::App));
    assert!(any(|record| record.start == StartFate::Unknown));
    assert!(any(|record| record.owner.is_some()));
    assert!(any(|record| record.cancel.is_some()));
    assert!(any(|record| record.journey.is_some()));
    assert!(any(|record| !record.evidence.is_empty()));
    assert!(any(|record| record.outcome.is_some()));
}
