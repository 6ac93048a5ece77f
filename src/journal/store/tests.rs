//! The directory as a whole.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::*;

fn directory() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

fn open(directory: &TempDir) -> Store {
    Store::open(directory.path()).expect("nobody else holds it")
}

fn name(attempt: &str, order_hash: &str) -> RecordName {
    RecordName {
        attempt: attempt.into(),
        order_hash: order_hash.into(),
    }
}

#[test]
fn names_print_and_parse() {
    let record = name("att_1-x", "0a1b");
    assert_eq!(record.file_name().as_deref(), Some("att_1-x.0a1b.json"));
    assert_eq!(RecordName::parse("att_1-x.0a1b.json"), Some(record));
    let long = format!("{}.x.json", "a".repeat(65));
    for other in [
        "",
        ".json",
        "a.json",
        ".b.json",
        "a..json",
        "a.b.c.json",
        "a.b.json.damaged",
        "a.b.json.tmp",
        "a.b",
        "a/.b.json",
        "../a.b.json",
        "a b.c.json",
        "ä.b.json",
        "lock",
        "salt",
        &long,
    ] {
        assert_eq!(RecordName::parse(other), None, "{other}");
    }
}

#[test]
fn names_can_not_leave_the_directory() {
    let directory = directory();
    let store = open(&directory);
    for (attempt, order_hash) in [
        ("../x", "h"),
        ("a", ""),
        ("a/b", "h"),
        ("a", "h.json"),
        ("", "h"),
        ("a\0", "h"),
    ] {
        let name = name(attempt, order_hash);
        let refused = Err(StoreError::Io(io::ErrorKind::InvalidInput));
        assert_eq!(store.write(&name, b"x"), refused);
        assert_eq!(store.remove(&name), refused);
        assert_eq!(store.set_aside(&name), refused);
        assert_eq!(store.read(&name).map(|_| ()), refused);
    }
    assert!(store.names().expect("readable").is_empty());
}

#[test]
fn records_are_written_listed_replaced_and_removed() {
    let directory = directory();
    let store = open(&directory);
    let (first, second) = (name("a1", "h1"), name("a2", "h2"));
    store.write(&second, b"two").expect("written");
    store.write(&first, b"one").expect("written");
    store.write(&first, b"one, again").expect("replaced");
    assert_eq!(
        store.names().expect("readable"),
        [first.clone(), second.clone()]
    );
    assert_eq!(store.read(&first).expect("readable"), b"one, again");
    store.remove(&first).expect("removed");
    store.remove(&first).expect("twice is no error");
    assert_eq!(
        store.names().expect("readable"),
        std::slice::from_ref(&second)
    );
    assert_eq!(store.read(&first), Err(StoreError::Unavailable));
    drop(store);
    assert_eq!(open(&directory).read(&second).expect("still there"), b"two");
}

#[test]
fn only_the_app_can_read_the_directory_and_its_files() {
    let directory = directory();
    let path = directory.path().join("app").join("journal");
    let store = Store::open(&path).expect("it is created");
    store.write(&name("a", "h"), b"x").expect("written");
    store.installation_salt([1; 16]).expect("written");
    let mode = |path: &Path| fs::metadata(path).expect("it exists").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    for file in ["a.h.json", "salt", "lock"] {
        assert_eq!(mode(&path.join(file)), 0o600, "{file}");
    }
}

#[test]
fn a_damaged_record_is_set_aside_and_still_blocks_its_order() {
    let directory = directory();
    let store = open(&directory);
    let damaged = name("a1", "h1");
    store.write(&damaged, b"{").expect("written");
    store.set_aside(&damaged).expect("renamed");
    assert!(store.names().expect("readable").is_empty());
    assert_eq!(
        store.damaged().expect("readable"),
        std::slice::from_ref(&damaged)
    );
    store
        .write(&damaged, b"a new one")
        .expect("the name is free");
    store.remove_damaged(&damaged).expect("removed");
    assert!(store.damaged().expect("readable").is_empty());
    assert_eq!(store.names().expect("readable"), [damaged]);
}

#[test]
fn what_an_interrupted_write_left_is_ignored_and_removed() {
    let directory = directory();
    let record = name("a1", "h1");
    open(&directory).write(&record, b"whole").expect("written");
    for leftover in [
        "a1.h1.json.tmp",
        "a2.h2.json.tmp",
        "salt.tmp",
        "tombstones.tmp",
    ] {
        fs::write(directory.path().join(leftover), b"half").expect("written");
    }
    fs::write(directory.path().join("notes.txt"), b"not ours").expect("written");
    let store = open(&directory);
    assert_eq!(
        store.names().expect("readable"),
        std::slice::from_ref(&record)
    );
    assert_eq!(store.read(&record).expect("readable"), b"whole");
    let mut left = store.file_names().expect("readable");
    left.sort();
    assert_eq!(left, ["a1.h1.json", "lock", "notes.txt"]);
}

#[test]
fn a_failed_write_keeps_the_former_record() {
    let directory = directory();
    let store = open(&directory);
    let record = name("a1", "h1");
    store.write(&record, b"former").expect("written");
    // A directory where the temporary file goes makes the write fail for everybody, root included.
    fs::create_dir(directory.path().join("a1.h1.json.tmp")).expect("created");
    assert!(store.write(&record, b"new").is_err());
    assert_eq!(store.read(&record).expect("readable"), b"former");
}

#[test]
fn the_salt_stays() {
    let directory = directory();
    let store = open(&directory);
    assert_eq!(store.installation_salt([1; 16]), Ok([1; 16]));
    assert_eq!(store.installation_salt([2; 16]), Ok([1; 16]));
    drop(store);
    assert_eq!(open(&directory).installation_salt([3; 16]), Ok([1; 16]));
}

#[test]
fn tombstones_and_traces_are_kept_apart_from_records() {
    let directory = directory();
    let store = open(&directory);
    assert_eq!(store.read_tombstones(), Ok(None));
    assert_eq!(store.read_traces(), Ok(None));
    store.write_tombstones(b"t1").expect("written");
    store.write_traces(b"t2").expect("written");
    assert_eq!(store.read_tombstones(), Ok(Some(b"t1".to_vec())));
    assert_eq!(store.read_traces(), Ok(Some(b"t2".to_vec())));
    assert!(store.names().expect("readable").is_empty());
}

#[test]
fn an_oversized_file_is_not_read_whole() {
    let directory = directory();
    let store = open(&directory);
    let record = name("a1", "h1");
    fs::write(
        directory.path().join("a1.h1.json"),
        vec![b'x'; 3 * MAX_RECORD],
    )
    .expect("written");
    assert_eq!(store.read(&record).expect("readable").len(), MAX_RECORD + 1);
}

#[test]
fn a_second_client_in_this_process_is_refused_until_the_first_is_gone() {
    let directory = directory();
    let store = open(&directory);
    assert_eq!(
        Store::open(directory.path()).map(|_| ()),
        Err(StoreError::InUse)
    );
    let other_spelling = directory
        .path()
        .join(".")
        .join("..")
        .join(directory.path().file_name().expect("it has a name"));
    assert_eq!(
        Store::open(&other_spelling).map(|_| ()),
        Err(StoreError::InUse)
    );
    store
        .write(&name("a", "h"), b"x")
        .expect("the first one is unharmed");
    drop(store);
    open(&directory);
}

#[test]
fn what_can_not_be_a_directory_is_told_apart_from_damage() {
    let directory = directory();
    let file = directory.path().join("file");
    fs::write(&file, b"").expect("written");
    assert!(matches!(Store::open(&file), Err(StoreError::Io(_))));
    assert_eq!(
        StoreError::from(io::Error::from(io::ErrorKind::PermissionDenied)),
        StoreError::Unavailable
    );
    assert_eq!(
        StoreError::from(io::Error::from(io::ErrorKind::StorageFull)),
        StoreError::Full
    );
    assert_eq!(
        StoreError::from(io::Error::from(io::ErrorKind::QuotaExceeded)),
        StoreError::Full
    );
}

const HOLD: &str = "KLARNA_STEP_UP_TEST_HOLD";

/// The other process is this test binary, run again for this test alone and told by the environment to hold the
/// directory until it is killed.
#[test]
fn a_client_in_another_process_is_refused_and_the_lock_dies_with_its_holder() {
    if let Some(directory) = std::env::var_os(HOLD) {
        let _store = Store::open(Path::new(&directory)).expect("nobody else holds it");
        println!("held");
        io::stdin()
            .read_line(&mut String::new())
            .expect("standard input is a pipe");
        panic!("nobody killed the holder");
    }

    let directory = directory();
    let this_test = std::thread::current()
        .name()
        .expect("tests run on threads named after them")
        .to_owned();
    let mut holder = Command::new(std::env::current_exe().expect("this test binary"))
        .args(["--exact", &this_test, "--nocapture"])
        .env(HOLD, directory.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let said = BufReader::new(holder.stdout.take().expect("it is piped"));
    assert!(
        said.lines()
            .map_while(Result::ok)
            .any(|line| line.contains("held")),
        "it holds the directory"
    );
    assert_eq!(
        Store::open(directory.path()).map(|_| ()),
        Err(StoreError::InUse)
    );
    holder.kill().expect("it still runs");
    holder.wait().expect("it ends");
    open(&directory);
}
