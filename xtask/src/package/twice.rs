//! Two builds give the same bytes: in another folder, and with nothing left of the first.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cache::Cache;
use crate::process::{self, Outcome, at};
use crate::project::Project;
use crate::toolchain::android_link::AndroidLink;

use super::Flavour;
use super::abi::Abi;
use super::android_library::{self, LIBRARY};
use super::archive;
use super::kotlin_build::{KotlinBuild, copy};

/// Files of two folders that are not the same.
pub fn differences(one: &Path, two: &Path) -> Outcome<Vec<String>> {
    let sums = |folder: &Path| -> Outcome<BTreeMap<PathBuf, String>> {
        let files = archive::files(folder)?;
        let sums = files.into_iter().map(|file| {
            let name = file.strip_prefix(folder).unwrap_or(&file).to_path_buf();
            Ok((name, archive::checksum(&file)?))
        });
        sums.collect()
    };
    let (one, two) = (sums(one)?, sums(two)?);
    let mut found: Vec<String> = one
        .keys()
        .chain(two.keys())
        .filter(|name| one.get(*name) != two.get(*name))
        .map(|name| format!("{} differs", name.display()))
        .collect();
    found.sort();
    found.dedup();
    if one.is_empty() {
        found.push("there is nothing".to_owned());
    }
    Ok(found)
}

/// Builds the library and the Kotlin from a copy of the checkout, in new folders, and compares with what the packages hold.
pub fn afresh(project: &Project, work: &Path) -> Outcome<Vec<String>> {
    let copied = Project {
        root: work.join("another-place"),
        cache: Cache::open()?,
    };
    copy_checkout(project, &copied.root)?;
    let folder = work.join("afresh");
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    let again = android_library::afresh(&copied, Flavour::Slim, Abi::Arm64, &folder)?;
    let library = android_library::get(project, Flavour::Slim, Abi::Arm64)?;
    let first = fs::read(&library.file).map_err(at(&library.file))?;
    let mut found = Vec::new();
    if first != again {
        let same = first.iter().zip(&again).take_while(|(one, two)| one == two);
        found.push(format!(
            "{LIBRARY} differs from byte {} on, {} and {} B",
            same.count(),
            first.len(),
            again.len()
        ));
    }
    let kotlin = work.join("kotlin-afresh");
    let (one, two) = (
        KotlinBuild::get(project)?,
        KotlinBuild::afresh(&copied, &kotlin)?,
    );
    for module in ["android", "facade", "testing"] {
        found.extend(differences(&one.classes(module), &two.classes(module))?);
        found.extend(differences(&one.pages(module), &two.pages(module))?);
    }
    Ok(found)
}

/// Links as where there is an NDK. There is none here: a folder that looks like one, with the same linker behind it, shows that the way is passable and
/// that the library says which it was.
pub fn by_ndk(project: &Project, work: &Path) -> Outcome<Vec<String>> {
    let home = work.join("ndk");
    let mut script = project.script("android-ndk-stand-in.sh");
    script.arg(&home).arg(AndroidLink::get(project)?.folder());
    process::run(script)?;
    let link = AndroidLink::of_ndk(project, &home)?;
    let mut found = Vec::new();
    if link.name != "Android NDK 0.0.0-stand-in" {
        found.push(format!("it calls itself {}", link.name));
    }
    let library = android_library::linked_by(
        project,
        Flavour::Slim,
        Abi::Arm64,
        link,
        &work.join("by-ndk"),
    )?;
    found.extend(library.objections);
    Ok(found)
}

pub(super) fn copy_checkout(project: &Project, place: &Path) -> Outcome<()> {
    let mut git = process::command("git");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    git.current_dir(&project.root);
    for name in process::read(git)?
        .split('\0')
        .filter(|name| !name.is_empty())
    {
        let file = project.root.join(name);
        // One that was removed and not committed yet.
        if file.exists() {
            copy(&file, &place.join(name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_differs_or_is_missing_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
        for (place, content) in [(&one, "a"), (&two, "b")] {
            fs::create_dir_all(place).expect("a folder");
            fs::write(place.join("same"), "x").expect("a file");
            fs::write(place.join("other"), content).expect("a file");
        }
        fs::write(two.join("more"), "").expect("a file");
        assert_eq!(
            differences(&one, &two).expect("compared"),
            ["more differs", "other differs"]
        );
        assert!(differences(&one, &one).expect("compared").is_empty());
    }
}
