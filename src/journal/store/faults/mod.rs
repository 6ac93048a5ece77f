//! Every operation that the store does fails in every way, and the power goes before each: what is found afterwards is the old or the
//! new record.

mod paper;

use std::io::ErrorKind;
use std::path::PathBuf;

use super::*;
use paper::{Paper, Trouble};

const OLD: &[u8] = b"the old record, whole";
const NEW: &[u8] = b"the new record, which is whole as well";

/// Full disk, read-only, I/O error.
const FAILURES: [ErrorKind; 3] = [
    ErrorKind::StorageFull,
    ErrorKind::ReadOnlyFilesystem,
    ErrorKind::Other,
];

fn record() -> RecordName {
    RecordName {
        attempt: "a1".into(),
        order_hash: "h1".into(),
    }
}

fn open(paper: &Paper) -> Store<Paper> {
    Store::held(paper.clone(), PathBuf::from("/journal"), None).expect("it can be read")
}

/// What a store finds of the record: where it is and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    record: Option<Vec<u8>>,
    aside: bool,
}

fn found(paper: &Paper) -> Found {
    let store = open(paper);
    let names = store.names().expect("listed");
    let record = names
        .contains(&record())
        .then(|| store.read(&record()).expect("read"));
    let aside = store.damaged().expect("listed").contains(&self::record());
    let left = paper.list(Path::new("/journal")).expect("listed");
    assert!(
        !left.iter().any(|name| name.ends_with(TEMPORARY_END)),
        "{left:?}"
    );
    Found { record, aside }
}

fn has(record: &[u8]) -> Found {
    Found {
        record: Some(record.to_vec()),
        aside: false,
    }
}

const GONE: Found = Found {
    record: None,
    aside: false,
};

/// A journal with the old record in it, for good.
fn with_old(paper: Paper) -> Paper {
    open(&paper).write(&record(), OLD).expect("written");
    paper
}

type Act = fn(&Store<Paper>) -> Result<(), StoreError>;

/// Everything that is found after one thing went wrong in `act`, with what it was; and how often something did.
fn after_each_trouble(begin: fn() -> Paper, act: Act) -> (Vec<(String, bool, Found)>, usize) {
    let paper = begin();
    let store = open(&paper);
    paper.count();
    act(&store).expect("nothing goes wrong");
    let operations = paper.counted();
    let mut all = Vec::new();
    let mut troubles = vec![Trouble::PowerCut];
    for kind in FAILURES {
        troubles.extend([
            Trouble::Fails(kind),
            Trouble::Short(kind),
            Trouble::DoneButFails(kind),
        ]);
    }
    for at in 0..operations {
        for trouble in &troubles {
            let paper = begin();
            let store = open(&paper);
            paper.plan(at, *trouble);
            let said = act(&store).is_ok();
            let what = format!("{trouble:?} at operation {at}");
            if !paper.is_dark() {
                all.push((what.clone(), said, found(&paper.repaired())));
            }
            // The power may go after the failure as well.
            for survivor in paper.survivors() {
                all.push((what.clone(), said, found(&survivor)));
            }
        }
    }
    // And after all of it was done.
    let paper = begin();
    act(&open(&paper)).expect("nothing goes wrong");
    for survivor in paper.survivors() {
        all.push(("a power cut afterwards".to_owned(), true, found(&survivor)));
    }
    (all, operations)
}

/// Each is one of these, and the last if the store said that it was done.
fn holds(all: &[(String, bool, Found)], allowed: &[Found], done: &Found) -> Result<(), String> {
    for (what, said, found) in all {
        if (*said && found != done) || !allowed.contains(found) {
            return Err(format!("{what}, it said {said}: {found:?}"));
        }
    }
    Ok(())
}

fn write_new(store: &Store<Paper>) -> Result<(), StoreError> {
    store.write(&record(), NEW)
}

#[test]
fn a_record_that_is_replaced_is_the_old_or_the_new_one() {
    let (all, operations) = after_each_trouble(|| with_old(Paper::default()), write_new);
    assert_eq!(operations, 5, "create, write, sync, rename, sync directory");
    assert!(all.len() > 400, "{}", all.len());
    holds(&all, &[has(OLD), has(NEW)], &has(NEW)).expect("old or new");
    assert!(
        all.iter()
            .any(|(_, said, found)| !said && *found == has(OLD))
    );
}

#[test]
fn a_first_record_is_whole_or_not_there() {
    let (all, _) = after_each_trouble(Paper::default, write_new);
    holds(&all, &[GONE, has(NEW)], &has(NEW)).expect("nothing or new");
}

#[test]
fn a_record_that_is_removed_is_the_old_one_or_gone() {
    let (all, operations) = after_each_trouble(
        || with_old(Paper::default()),
        |store| store.remove(&record()),
    );
    assert_eq!(operations, 2, "remove, sync directory");
    holds(&all, &[has(OLD), GONE], &GONE).expect("old or gone");
}

#[test]
fn a_record_that_is_set_aside_still_blocks_its_order() {
    let (all, _) = after_each_trouble(
        || with_old(Paper::default()),
        |store| store.set_aside(&record()),
    );
    let aside = Found {
        record: None,
        aside: true,
    };
    holds(&all, &[has(OLD), aside.clone()], &aside).expect("here or aside");
}

#[test]
fn what_was_set_aside_is_never_the_last_that_is_left_of_an_attempt_that_ended() {
    let begin = || {
        let paper = with_old(Paper::default());
        let store = open(&paper);
        store.set_aside(&record()).expect("set aside");
        store.write(&record(), NEW).expect("its stand-in");
        paper
    };
    // As `runtime/journaling.rs` forgets an attempt.
    let (all, _) = after_each_trouble(begin, |store| {
        store.remove_damaged(&record())?;
        store.remove(&record())
    });
    let both = Found {
        aside: true,
        ..has(NEW)
    };
    holds(&all, &[both, has(NEW), GONE], &GONE).expect("the stand-in goes last");
}

#[test]
fn errors_are_told_apart() {
    for (kind, told) in [
        (ErrorKind::StorageFull, StoreError::Full),
        (ErrorKind::ReadOnlyFilesystem, StoreError::Unavailable),
        (ErrorKind::Other, StoreError::Io(ErrorKind::Other)),
    ] {
        let paper = with_old(Paper::default());
        let store = open(&paper);
        paper.plan(1, Trouble::Short(kind));
        assert_eq!(write_new(&store), Err(told));
        assert_eq!(found(&paper.repaired()), has(OLD));
        write_new(&open(&paper)).expect("there is room again");
        assert_eq!(found(&paper), has(NEW));
    }
}

/// Whether these tests can fail at all.
#[test]
fn on_a_disk_that_syncs_nothing_a_torn_record_is_found() {
    let (all, _) = after_each_trouble(|| with_old(Paper::lying()), write_new);
    let torn = holds(&all, &[has(OLD), has(NEW), GONE], &has(NEW)).expect_err("torn");
    assert!(torn.contains("record"), "{torn}");
}
