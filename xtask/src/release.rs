//! `cargo xtask release`: tells `Package.swift` where the binary library of this version is to be downloaded, and what its check sum is.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use crate::package::swift_package::{DESCRIPTION, DIST};
use crate::package::{Flavour, archive};
use crate::process::{self, Failure, Outcome, at};
use crate::project::Project;

const MANIFEST: &str = "Package.swift";
const DECLARED: &str = "let release: (url: String, checksum: String)? = ";
/// A host that can never be: a dry run shows it where none was given.
const NOWHERE: &str = "https://downloads.invalid/klarna-step-up";

/// Writes it, or only shows what would be written.
pub fn run(project: &Project, downloads: Option<&str>, dry_run: bool) -> Outcome<()> {
    let downloads = match (downloads, dry_run) {
        (Some(downloads), _) => downloads,
        (None, true) => NOWHERE,
        (None, false) => {
            return Err(Failure::new(
                "--downloads URL is missing: the folder that the zip file is to be downloaded from (`--dry-run` shows the change without it)",
            ));
        }
    };
    let version = project.version()?;
    let zip = project
        .root
        .join(DIST)
        .join(Flavour::Standard.zip_name(&version));
    if !zip.is_file() {
        return Err(Failure::new(format!(
            "{} is not there: run `cargo xtask package ios` first",
            zip.display()
        )));
    }
    let checksum = archive::checksum(&zip)?;
    described(project, &version, &checksum)?;
    let url = format!(
        "{}/{version}/{}",
        downloads.trim_end_matches('/'),
        Flavour::Standard.zip_name(&version)
    );
    let manifest = project.root.join(MANIFEST);
    let old = fs::read_to_string(&manifest).map_err(at(&manifest))?;
    let new = released(&old, &url, &checksum)?;
    println!("version  {version}\nurl      {url}\nchecksum {checksum}\n");
    println!("{}", difference(project, &new)?);
    if dry_run {
        println!("nothing was written (--dry-run)");
        return Ok(());
    }
    fs::write(&manifest, new).map_err(at(&manifest))?;
    println!(
        "written; upload {} to that address, then tag {version}",
        zip.display()
    );
    Ok(())
}

/// The zip file is the one that the description beside it is of.
fn described(project: &Project, version: &str, checksum: &str) -> Outcome<()> {
    let file = project.root.join(DIST).join(DESCRIPTION);
    let text = fs::read_to_string(&file).map_err(at(&file))?;
    let about: serde_json::Value = serde_json::from_str(&text).map_err(at(&file))?;
    println!("made with {}", about["made_with"].as_str().unwrap_or("?"));
    let known = &about["flavours"][Flavour::Standard.name()]["checksum"];
    if about["version"] == version && known == checksum {
        return Ok(());
    }
    Err(Failure::new(
        "dist/ holds files of different runs: run `cargo xtask package ios` again",
    ))
}

/// The manifest with this release in it.
pub fn released(manifest: &str, url: &str, checksum: &str) -> Outcome<String> {
    let is_sum = checksum.len() == 64 && checksum.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !url.starts_with("https://")
        || !url.to_ascii_lowercase().ends_with(".zip")
        || url.contains(['"', '\\'])
        || !is_sum
    {
        return Err(Failure::new(format!(
            "{url} with {checksum}: an https address of a zip file and a SHA-256 were wanted"
        )));
    }
    let mut found = 0;
    let lines: Vec<String> = manifest
        .lines()
        .map(|line| {
            if line.starts_with(DECLARED) {
                found += 1;
                format!("{DECLARED}(\n    url: \"{url}\",\n    checksum: \"{checksum}\"\n)")
            } else {
                line.to_owned()
            }
        })
        .collect();
    let text = lines.join("\n") + "\n";
    match found {
        1 => Ok(without_old(&text)),
        _ => Err(Failure::new(format!(
            "{MANIFEST} has to say `{DECLARED}` once"
        ))),
    }
}

/// A release that is replaced leaves its three lines behind the new ones: they go.
fn without_old(text: &str) -> String {
    let Some((before, after)) = text.split_once("\"\n)\n") else {
        return text.to_owned();
    };
    let rest = after
        .strip_prefix("    url: \"")
        .and_then(|rest| rest.split_once("\n)\n"))
        .map_or(after, |(_, rest)| rest);
    format!("{before}\"\n)\n{rest}")
}

/// What changes, as `diff -u` shows it.
fn difference(project: &Project, new: &str) -> Outcome<String> {
    let mut diff = process::command("diff");
    diff.current_dir(&project.root)
        .args([
            "-u",
            "--label",
            "a/Package.swift",
            "--label",
            "b/Package.swift",
        ])
        .args([MANIFEST, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let failed = |error: std::io::Error| Failure::new(format!("diff: {error}"));
    let mut child = diff.spawn().map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(new.as_bytes()).map_err(failed)?;
    }
    let output = child.wait_with_output().map_err(failed)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod checks {
    use super::*;

    const BEFORE: &str =
        "// first\nlet release: (url: String, checksum: String)? = nil\nlet slim = false\n";

    #[test]
    fn a_first_and_a_later_release_are_written_and_nothing_else_changes() {
        let one = released(BEFORE, "https://a.example/1.zip", &"a".repeat(64)).expect("released");
        assert_eq!(
            one,
            format!(
                "// first\nlet release: (url: String, checksum: String)? = (\n    url: \"https://a.example/1.zip\",\n    checksum: \"{}\"\n)\nlet slim = false\n",
                "a".repeat(64)
            )
        );
        let two = released(&one, "https://a.example/2.zip", &"b".repeat(64)).expect("released");
        let wanted = one
            .replace("1.zip", "2.zip")
            .replace(&"a".repeat(64), &"b".repeat(64));
        assert_eq!(two, wanted);
    }

    #[test]
    fn what_is_no_release_is_refused() {
        let sum = "a".repeat(64);
        assert!(released(BEFORE, "http://a.example/1.zip", &sum).is_err());
        assert!(released(BEFORE, "https://a.example/1.tar", &sum).is_err());
        assert!(released(BEFORE, "https://a.example/\"1.zip", &sum).is_err());
        assert!(released(BEFORE, "https://a.example/1.zip", "a").is_err());
        assert!(released("let slim = false\n", "https://a.example/1.zip", &sum).is_err());
    }
}
