//! What is in an artifact and what comes with it, as a bill of materials in the format `CycloneDX` 1.6.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use crate::process::{self, Outcome, at};
use crate::project::Project;

use super::Flavour;
use super::maven::{Dependency, GROUP};

/// An artifact of ours.
pub struct Subject<'a> {
    pub artifact: &'a str,
    pub version: &'a str,
    /// `aar` or `jar`, or `zip` for what is in no Maven repository.
    pub packaging: &'a str,
    pub dependencies: &'a [Dependency],
}

/// The bill of an artifact that holds the native library for these targets, or holds none.
pub fn bill(
    project: &Project,
    subject: &Subject,
    native: Option<(Flavour, &[&str])>,
) -> Outcome<String> {
    let lock = project.root.join("Cargo.lock");
    let sums = sums(&fs::read_to_string(&lock).map_err(at(&lock))?);
    let mut crates = Crates::default();
    if let Some((flavour, targets)) = native {
        for target in targets {
            let mut tree = project.cargo()?;
            tree.args(["tree", "--locked", "--package", "klarna-step-up"]);
            tree.args(["--edges", "normal,no-proc-macro", "--prefix", "depth"]);
            tree.args(["--format", " {p}|{l}", "--target", target]);
            tree.args(flavour.cargo_arguments());
            crates.read(&process::read(tree)?);
        }
    }
    let bill = document(subject, &crates, &sums);
    Ok(format!("{bill:#}\n"))
}

/// What `cargo tree` says: each crate's licence, and what it depends on.
#[derive(Debug, Default, PartialEq, Eq)]
struct Crates {
    licences: BTreeMap<String, String>,
    depends: BTreeMap<String, BTreeSet<String>>,
    roots: BTreeSet<String>,
}

impl Crates {
    /// Reads lines of `DEPTH name vVERSION (where)|LICENCE`, each followed by what it depends on, one deeper. What has come before ends in `(*)`.
    fn read(&mut self, said: &str) {
        let mut above: Vec<String> = Vec::new();
        for line in said.lines() {
            let Some((depth, rest)) = line.split_once(' ') else {
                continue;
            };
            let (Ok(depth), Some((package, licence))) =
                (depth.parse::<usize>(), rest.split_once('|'))
            else {
                continue;
            };
            let mut words = package.split_whitespace();
            let (Some(name), Some(version)) = (words.next(), words.next()) else {
                continue;
            };
            let reference = format!("pkg:cargo/{name}@{}", version.trim_start_matches('v'));
            above.truncate(depth);
            match above.last() {
                Some(parent) => {
                    let of_parent = self.depends.entry(parent.clone()).or_default();
                    of_parent.insert(reference.clone());
                }
                None => {
                    self.roots.insert(reference.clone());
                }
            }
            let licence = licence.trim_end_matches(" (*)").replace('/', " OR ");
            self.licences.insert(reference.clone(), licence);
            self.depends.entry(reference.clone()).or_default();
            above.push(reference);
        }
    }
}

/// The check sums of a lock file, by name and version.
fn sums(lock: &str) -> BTreeMap<String, String> {
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key))?;
        Some(line.trim_matches('"').to_owned())
    };
    let blocks = lock.split("[[package]]").filter_map(|block| {
        let name = value(block, "name = ")?;
        let version = value(block, "version = ")?;
        Some((
            format!("pkg:cargo/{name}@{version}"),
            value(block, "checksum = ")?,
        ))
    });
    blocks.collect()
}

fn document(subject: &Subject, crates: &Crates, sums: &BTreeMap<String, String>) -> Value {
    let own = match subject.packaging {
        "zip" => format!("pkg:generic/{}@{}", subject.artifact, subject.version),
        packaging => format!(
            "pkg:maven/{GROUP}/{}@{}?type={packaging}",
            subject.artifact, subject.version
        ),
    };
    let mut components = Vec::new();
    let mut links = BTreeMap::new();
    let mut of_own: BTreeSet<String> = crates.roots.clone();
    for dependency in subject.dependencies {
        let reference = format!(
            "pkg:maven/{}/{}@{}?type={}",
            dependency.group, dependency.artifact, dependency.version, dependency.kind
        );
        components.push(json!({
            "type": "library",
            "bom-ref": reference,
            "group": dependency.group,
            "name": dependency.artifact,
            "version": dependency.version,
            "purl": reference,
            "scope": "required",
        }));
        links.insert(reference.clone(), BTreeSet::new());
        of_own.insert(reference);
    }
    for (reference, licence) in &crates.licences {
        let bare = reference.trim_start_matches("pkg:cargo/");
        let (name, version) = bare.split_once('@').unwrap_or((bare, ""));
        let mut component = json!({
            "type": "library",
            "bom-ref": reference,
            "name": name,
            "version": version,
            "purl": reference,
            "scope": "required",
            "licenses": [{ "expression": licence }],
        });
        if let Some(sum) = sums.get(reference) {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
        }
        components.push(component);
    }
    links.extend(crates.depends.clone());
    links.insert(own.clone(), of_own);
    let links: Vec<Value> = links
        .iter()
        .map(|(reference, depends)| json!({ "ref": reference, "dependsOn": depends }))
        .collect();
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": own,
                "group": GROUP,
                "name": subject.artifact,
                "version": subject.version,
                "purl": own,
                "licenses": [{ "license": { "id": "Apache-2.0" } }],
            },
        },
        "components": components,
        "dependencies": links,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "\
0 klarna-step-up v0.1.0 (/somewhere)|Apache-2.0
1 url v2.5.8|MIT OR Apache-2.0
2 idna v1.1.0|MIT/Apache-2.0
1 idna v1.1.0|MIT/Apache-2.0 (*)
";

    #[test]
    fn the_tree_is_read_with_what_depends_on_what() {
        let mut crates = Crates::default();
        crates.read(TREE);
        assert_eq!(crates.licences["pkg:cargo/idna@1.1.0"], "MIT OR Apache-2.0");
        assert_eq!(
            crates.depends["pkg:cargo/klarna-step-up@0.1.0"]
                .iter()
                .collect::<Vec<_>>(),
            ["pkg:cargo/idna@1.1.0", "pkg:cargo/url@2.5.8"]
        );
        assert_eq!(crates.roots.len(), 1);
    }

    #[test]
    fn a_bill_names_no_folder_and_everything_that_is_referred_to() {
        let mut crates = Crates::default();
        crates.read(TREE);
        let lock = "[[package]]\nname = \"url\"\nversion = \"2.5.8\"\nchecksum = \"aa\"\n";
        let subject = Subject {
            artifact: "klarna-step-up",
            version: "0.1.0",
            packaging: "aar",
            dependencies: &[Dependency {
                group: "net.java.dev.jna".to_owned(),
                artifact: "jna".to_owned(),
                version: "5".to_owned(),
                kind: "aar",
                scope: "runtime",
            }],
        };
        let bill = document(&subject, &crates, &sums(lock));
        assert!(!bill.to_string().contains("somewhere"));
        let known: Vec<&Value> = bill["components"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|component| &component["bom-ref"])
            .chain([&bill["metadata"]["component"]["bom-ref"]])
            .collect();
        for link in bill["dependencies"].as_array().expect("a list") {
            assert!(known.contains(&&link["ref"]), "{link}");
            for other in link["dependsOn"].as_array().expect("a list") {
                assert!(known.contains(&other), "{other}");
            }
        }
        assert_eq!(bill["components"].as_array().expect("a list").len(), 4);
    }
}
