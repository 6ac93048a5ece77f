//! The privacy manifest (`PrivacyInfo.xcprivacy`) names the required-reason APIs that the library touches: all of them, and no other.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::{Failure, Outcome, at};
use crate::project::Project;

const MANIFEST: &str = "bindings/swift/Sources/KlarnaStepUp/PrivacyInfo.xcprivacy";

/// Compares the manifest with what these libraries import.
pub fn check(project: &Project, imports: &str) -> Outcome<()> {
    let list = project.recipe("required-reason-apis.txt");
    let list = std::fs::read_to_string(&list).map_err(at(&list))?;
    let manifest = project.root.join(MANIFEST);
    let manifest = std::fs::read_to_string(&manifest).map_err(at(&manifest))?;
    let touched = touched(&list, imports);
    let declared = declared(&manifest);
    let named = touched.keys().copied().collect::<BTreeSet<_>>();
    if named == declared {
        for (category, symbols) in &touched {
            println!("privacy manifest: {category} for {}", symbols.join(", "));
        }
        return Ok(());
    }
    Err(Failure::new(format!(
        "{MANIFEST} declares {declared:?}, the library touches {touched:?}"
    )))
}

/// The symbols of each category that are imported.
fn touched<'list>(list: &'list str, imports: &str) -> BTreeMap<&'list str, Vec<&'list str>> {
    let imports = imports.lines().map(str::trim).collect::<BTreeSet<_>>();
    let mut touched: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        if let Some(category) = words.next() {
            for symbol in words.filter(|symbol| imports.contains(symbol)) {
                touched.entry(category).or_default().push(symbol);
            }
        }
    }
    touched
}

/// The categories that the manifest names.
fn declared(manifest: &str) -> BTreeSet<&str> {
    manifest
        .split("<string>")
        .skip(1)
        .filter_map(|rest| rest.split("</string>").next())
        .filter(|value| value.starts_with("NSPrivacyAccessedAPICategory"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "# a comment\nNSPrivacyAccessedAPICategoryFileTimestamp _stat _fstat\nNSPrivacyAccessedAPICategoryDiskSpace _statfs\n";

    #[test]
    fn what_is_imported_is_found_and_nothing_that_only_looks_like_it() {
        let touched = touched(LIST, "_open\n_fstat\n_stat_of_ours\n_statfs64\n");
        assert_eq!(
            touched,
            BTreeMap::from([("NSPrivacyAccessedAPICategoryFileTimestamp", vec!["_fstat"])])
        );
    }

    #[test]
    fn the_manifest_is_read_by_category() {
        let manifest = "<key>NSPrivacyAccessedAPIType</key>\n<string>NSPrivacyAccessedAPICategoryDiskSpace</string>\n<string>E174.1</string>";
        assert_eq!(
            declared(manifest),
            BTreeSet::from(["NSPrivacyAccessedAPICategoryDiskSpace"])
        );
    }
}
