//! Inputs that fuzzing found something with, `tests/vectors/fuzzed/TARGET/`: each is fed to its target once more, without libFuzzer.

use std::path::{Path, PathBuf};

#[path = "../fuzz/src/lib.rs"]
mod targets;

type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 6] = [
    ("links", targets::links),
    ("replies", targets::replies),
    ("status", targets::status),
    ("journal", targets::journal),
    ("configuration", targets::configuration),
    ("replay", targets::replay),
];

fn vectors(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(folder)
}

fn feed(target: Target, folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).expect("the folder is there");
    let mut fed = 0;
    for file in files {
        target(&std::fs::read(file.expect("an entry").path()).expect("it can be read"));
        fed += 1;
    }
    fed
}

#[test]
fn what_was_found_once_is_not_found_again() {
    let mut fed = 0;
    for folder in std::fs::read_dir(vectors("fuzzed")).expect("the folder is there") {
        let folder = folder.expect("an entry");
        let name = folder.file_name().to_string_lossy().into_owned();
        let target = TARGETS.iter().find(|(target, _)| *target == name);
        let (_, target) = target.unwrap_or_else(|| panic!("there is no target {name}"));
        fed += feed(*target, &folder.path());
    }
    assert!(fed > 0);
}

#[test]
fn what_the_journal_holds_passes_the_target_that_reads_it() {
    assert!(feed(targets::journal, &vectors("journal/v1")) > 30);
}
