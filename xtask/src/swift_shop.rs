//! What a shop gets for iOS, tested as a shop uses it: the manifest, a package of its own over the products, the guide, the pages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache;
use crate::package::swift_package::stage;
use crate::package::{Flavour, archive, linux, xcframework};
use crate::process::{self, Outcome, at};
use crate::project::Project;
use crate::sandbox::Control;
use crate::swift_guide;
use crate::swift_pages;
use crate::tally::Tally;
use crate::tests::{Ran, counted};
use crate::toolchain::swift_root::SwiftRoot;

/// What a shop calls the folder of the package.
const PACKAGE: &str = "KlarnaStepUp";
const CONSUMER: &str = "bindings/swift/Consumer";

/// Two folders side by side, as a shop has them: the package, and its own.
struct Bench<'a> {
    project: &'a Project,
    root: SwiftRoot,
    folder: PathBuf,
    scratch: PathBuf,
}

/// Runs all of them.
/// `long`: the slim flavour as well.
pub fn check(project: &Project, long: bool) -> Outcome<Ran> {
    let root = SwiftRoot::get(project)?;
    let scratch = root.scratch("package")?;
    // One at a time: the folders are shared by all checkouts.
    let _lock = cache::lock(&scratch.join("lock"))?;
    let folder = scratch.join("tree");
    let bench = Bench {
        project,
        root,
        folder,
        scratch,
    };
    bench.set_up(Flavour::Standard)?;
    let mut tally = Tally::default();
    for (name, held) in bench.manifest()? {
        if !held {
            println!("Package.swift: {name} does not hold");
        }
        tally.count(held);
    }
    let paid = [
        "outcome: approved",
        "left to acknowledge: 0",
        "unfinished: 0",
    ];
    tally.count(bench.shop(&paid)?);
    let (tests, ended) = counted(bench.swift("Consumer", &["test"]), Tally::of_swift);
    tally.add(tests);
    tally.add(swift_guide::check(project, &bench.root, &bench.scratch)?);
    tally.add(swift_pages::check(project, &bench.root, &bench.scratch)?);
    if long {
        // Its HTTP is Apple's. Without it, an app is told so before it can take an order.
        bench.set_up(Flavour::Slim)?;
        tally.count(bench.shop(&["refused: ", "no HTTP of its own"])?);
    }
    Ok((tally, ended))
}

impl Bench<'_> {
    fn package(&self) -> PathBuf {
        self.folder.join(PACKAGE)
    }

    /// The package as an app gets it, the library for this machine, and the shop's own folder. A file that is as it was keeps its time, by
    /// which Swift knows that there is nothing to compile.
    fn set_up(&self, flavour: Flavour) -> Outcome<()> {
        let fresh = self.scratch.join("tree.new");
        cache::remove(&fresh)?;
        let package = fresh.join(PACKAGE);
        stage(self.project, &package, flavour)?;
        let library = linux::library(self.project, flavour)?;
        let place = package.join("dist/linux");
        xcframework::create_folder(&place)?;
        let name = library.file_name().unwrap_or_default();
        fs::copy(&library, place.join(name)).map_err(at(&library))?;
        // Swift does not look whether a library that it links is another one.
        let linked = self.package().join("dist/linux").join(name);
        if fs::read(&linked).ok() != fs::read(&library).ok() {
            for product in ["Shop", "ConsumerPackageTests.xctest"] {
                cache::remove(&self.scratch.join("consumer/debug").join(product))?;
            }
        }
        let shop = fresh.join("Consumer");
        xcframework::copy_folder(&self.project.root.join(CONSUMER), &shop)?;
        xcframework::create_folder(&shop.join("Tests/ShopTests"))?;
        // The shop's tests are the guide's.
        for section in swift_guide::sections(self.project)? {
            for (index, code) in section.code("swift").enumerate() {
                if section.title == swift_guide::TESTING {
                    let file = shop.join(format!("Tests/ShopTests/Guide{index}.swift"));
                    fs::write(&file, code).map_err(at(&file))?;
                }
            }
        }
        update(&fresh, &self.folder)?;
        cache::remove(&fresh)
    }

    fn swift(&self, package: &str, arguments: &[&str]) -> Command {
        let (first, rest) = arguments.split_first().unwrap_or((&"--version", &[]));
        let mut all = vec![*first, "--package-path", package, "--scratch-path"];
        all.push("/scratch/consumer");
        all.extend(rest);
        let places = (self.folder.as_path(), self.scratch.as_path());
        self.root.run_in(self.project, places, "swift", &all)
    }

    /// What the package says of itself on Linux and on Apple's systems, before and after there is something to download.
    fn manifest(&self) -> Outcome<Vec<(&'static str, bool)>> {
        let manifest = self.package().join("Package.swift");
        let text = fs::read_to_string(&manifest).map_err(at(&manifest))?;
        let said = |apple: bool| {
            // What it said before is remembered by its text, whatever lies beside it.
            let fresh = ["package", "--manifest-cache", "none", "dump-package"];
            let mut dump = self.swift(PACKAGE, &fresh);
            if apple {
                dump.env("KLARNA_STEP_UP_MANIFEST", "apple");
            }
            process::overhear(dump)
        };
        let linux = said(false)?;
        let nothing = said(true)?;
        let local = self.package().join("dist").join(xcframework::folder_name());
        xcframework::create_folder(&local)?;
        let here = said(true)?;
        cache::remove(&local)?;
        let sum = "5".repeat(64);
        let released = crate::release::released(&text, "https://shop.example/a.zip", &sum)?;
        fs::write(&manifest, &released).map_err(at(&manifest))?;
        let elsewhere = said(true)?;
        fs::write(&manifest, &text).map_err(at(&manifest))?;
        let allowed = crate::package::ios::allowed(self.project)?;
        let mut frameworks = allowed.0.keys().filter(|name| *name != "libSystem");
        let products = |said: &str| {
            ["KlarnaStepUp", "KlarnaStepUpTesting"]
                .iter()
                .all(|name| said.contains(&format!("\"targets\" : [\n        \"{name}\"")))
        };
        Ok(vec![
            (
                "tools of Xcode 16",
                text.starts_with("// swift-tools-version: 6.0\n"),
            ),
            ("the products on Linux", products(&linux)),
            ("the products on Apple's systems", products(&here)),
            ("no binary on Linux", !linux.contains("\"binary\"")),
            (
                "the error without a library names the command",
                nothing.contains("cargo xtask package ios") && !nothing.contains("\"products\""),
            ),
            (
                "the library that was made here comes first",
                here.contains("\"path\" : \"dist/KlarnaStepUpCoreFFI.xcframework\""),
            ),
            (
                "a release is downloaded and checked",
                elsewhere.contains("https://shop.example/a.zip") && elsewhere.contains(&sum),
            ),
            (
                "every framework that the library needs is linked",
                frameworks.all(|name| here.contains(&format!("\"{name}\""))),
            ),
            (
                "no stand-in on Apple's systems",
                !here.contains("AppleStubs"),
            ),
        ])
    }

    /// The shop's program tries to take a payment through the whole step-up, and says all of this.
    fn shop(&self, wanted: &[&str]) -> Outcome<bool> {
        process::run(self.swift("Consumer", &["build", "--build-tests"]))?;
        let control = Control::start(self.project)?;
        let places = (self.folder.as_path(), self.scratch.as_path());
        let program = "/scratch/consumer/debug/Shop";
        let mut shop = self.root.run_in(self.project, places, program, &[]);
        control.tell(&mut shop);
        // A journal of its own at each run: the order is paid but once.
        let data = tempfolder(&self.scratch)?;
        shop.env("XDG_DATA_HOME", "/scratch/data");
        let (ended_well, said) = process::watch(shop)?;
        cache::remove(&data)?;
        Ok(ended_well && wanted.iter().all(|line| said.contains(line)))
    }
}

/// Makes `old` like `fresh`, and touches no file that is the same.
fn update(fresh: &Path, old: &Path) -> Outcome<()> {
    xcframework::create_folder(old)?;
    for file in archive::files(old)? {
        let inside = file.strip_prefix(old).unwrap_or(&file);
        if !fresh.join(inside).is_file() {
            cache::remove(&file)?;
        }
    }
    for file in archive::files(fresh)? {
        let place = old.join(file.strip_prefix(fresh).unwrap_or(&file));
        let content = fs::read(&file).map_err(at(&file))?;
        if fs::read(&place).is_ok_and(|known| known == content) {
            continue;
        }
        if let Some(folder) = place.parent() {
            xcframework::create_folder(folder)?;
        }
        fs::write(&place, content).map_err(at(&place))?;
    }
    Ok(())
}

fn tempfolder(scratch: &Path) -> Outcome<PathBuf> {
    let data = scratch.join("data");
    cache::remove(&data)?;
    xcframework::create_folder(&data)?;
    Ok(data)
}

#[cfg(test)]
mod checks {
    use super::*;

    #[test]
    fn what_is_the_same_keeps_its_time_and_what_is_gone_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let [fresh, old] = ["fresh", "old"].map(|name| folder.path().join(name));
        for (place, name, content) in [
            (&fresh, "same", "x"),
            (&fresh, "other", "b"),
            (&old, "same", "x"),
            (&old, "other", "a"),
            (&old, "gone", ""),
        ] {
            fs::create_dir_all(place).expect("a folder");
            fs::write(place.join(name), content).expect("a file");
        }
        let same = old.join("same");
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        let file = fs::File::options().write(true).open(&same).expect("opens");
        file.set_modified(long_ago).expect("a time");
        update(&fresh, &old).expect("updated");
        let time = fs::metadata(&same).and_then(|file| file.modified());
        assert_eq!(time.expect("a time"), long_ago);
        assert_eq!(fs::read(old.join("other")).expect("a file"), b"b");
        assert!(!old.join("gone").exists());
    }
}
