//! Does each rule's test notice when its rule is broken?
//!
//! `tests/sabotage/NAME.patch` breaks the rule that the test NAME guards. Each is applied to a copy of the sources; the copy
//! must still compile, and that very test must go red.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;
use crate::system;
use crate::tally::Tally;

/// Applies every patch in turn.
pub fn run(project: &Project) -> Outcome<Tally> {
    system::ensure(&[system::PATCH])?;
    let folder = project.root.join("tests/sabotage");
    let mut patches: Vec<PathBuf> = std::fs::read_dir(&folder)
        .map_err(at(&folder))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "patch")
        })
        .collect();
    patches.sort();
    let tree = project.target()?.join("sabotage");
    let mut tally = Tally::default();
    let mut survivors = Vec::new();
    for patch in patches {
        copy_sources(project, &tree)?;
        match noticed(project, &tree, &patch) {
            Ok(()) => println!("noticed: {}", stem(&patch)),
            Err(failure) => {
                println!("NOT NOTICED: {failure}");
                survivors.push(stem(&patch));
            }
        }
        tally.count(!survivors.contains(&stem(&patch)));
    }
    Ok(tally)
}

fn stem(patch: &Path) -> String {
    patch
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn noticed(project: &Project, tree: &Path, patch: &Path) -> Outcome<()> {
    let test = stem(patch);
    let mut apply = process::command("patch");
    apply
        .args(["--strip=1", "--fuzz=0", "--batch", "--input"])
        .arg(patch)
        .current_dir(tree);
    process::read(apply)?;
    let cargo = |arguments: &[&str]| -> Outcome<Command> {
        let mut cargo = project.cargo()?;
        cargo
            .current_dir(tree)
            .args([
                "test",
                "--quiet",
                "--package",
                "klarna-step-up",
                // The rules' own tests: to build the others takes minutes a patch.
                "--test",
                "rules",
            ])
            .args(arguments);
        Ok(cargo)
    };
    process::run(cargo(&["--no-run"])?)
        .map_err(|_| Failure::new(format!("{test}: the sabotage does not compile")))?;
    // Its failure is what is wanted: nobody needs to read it.
    let said = process::overhear(cargo(&[&test])?)?;
    match Tally::of_cargo(&said) {
        Tally { failed: 1.., .. } => Ok(()),
        Tally { passed: 0, .. } => Err(Failure::new(format!(
            "{test}: there is no test of that name, or it could not be run\n{said}"
        ))),
        _ => Err(Failure::new(format!(
            "{test}: passes although its rule is broken"
        ))),
    }
}

/// The files that git knows, as they are now, so that uncommitted work counts and builds do not.
fn copy_sources(project: &Project, tree: &Path) -> Outcome<()> {
    let mut git = process::command("git");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ])
    .current_dir(&project.root);
    let listed = process::read(git)?;
    let names: BTreeSet<PathBuf> = listed
        .split('\0')
        .map(PathBuf::from)
        .filter(|name| project.root.join(name).is_file())
        .collect();
    if tree.is_dir() {
        remove_others(tree, tree, &names)?;
    }
    for name in &names {
        let (source, target) = (project.root.join(name), tree.join(name));
        // Unchanged files keep their time, so that cargo rebuilds only what a patch touched.
        let Ok(content) = std::fs::read(&source) else {
            continue;
        };
        if std::fs::read(&target).is_ok_and(|there| there == content) {
            continue;
        }
        let folder = target
            .parent()
            .ok_or_else(|| Failure::new("a file without a folder"))?;
        std::fs::create_dir_all(folder).map_err(at(folder))?;
        std::fs::write(&target, content).map_err(at(&target))?;
    }
    Ok(())
}

/// A file that was moved since the last copy would otherwise be there twice.
fn remove_others(tree: &Path, folder: &Path, names: &BTreeSet<PathBuf>) -> Outcome<()> {
    for entry in std::fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        let is_listed = path
            .strip_prefix(tree)
            .is_ok_and(|name| names.contains(name));
        if path.is_dir() {
            remove_others(tree, &path, names)?;
        } else if !is_listed {
            std::fs::remove_file(&path).map_err(at(&path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod checks {
    use super::*;

    #[test]
    fn a_file_that_was_moved_does_not_stay() {
        let tree = std::env::temp_dir().join(format!("sabotage-{}", std::process::id()));
        let folder = tree.join("tests/world");
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(tree.join("tests/world.rs"), "").expect("written");
        std::fs::write(folder.join("main.rs"), "").expect("written");
        let names = BTreeSet::from([PathBuf::from("tests/world/main.rs")]);
        remove_others(&tree, &tree, &names).expect("removed");
        assert!(!tree.join("tests/world.rs").exists());
        assert!(folder.join("main.rs").exists());
        std::fs::remove_dir_all(&tree).expect("removed");
    }
}
