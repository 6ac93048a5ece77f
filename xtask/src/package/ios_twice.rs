//! The whole of `cargo xtask package ios`, twice: the same bytes from another folder, and with nothing left of the first.

use std::fs;

use crate::cache::{self, Cache};
use crate::process::{Failure, Outcome, at};
use crate::project::Project;
use crate::tally::Tally;

use super::apple_tools::Tools;
use super::ios::{self, Build, DEVICE, LIBRARY};
use super::twice::copy_checkout;
use super::xcframework::create_folder;
use super::{Flavour, swift_package};

/// Takes minutes: every slice in both flavours, and the device's slim slice once more from a copy of the checkout.
pub fn check(project: &Project) -> Outcome<Tally> {
    let tools = Tools::find()?;
    let work = project.cache.folder().join("ios-twice");
    let _lock = cache::lock(&work.with_extension("lock"))?;
    let mut tally = Tally::default();
    let mut sums = Vec::new();
    for name in ["one", "two"] {
        let into = work.join(name);
        cache::remove(&into)?;
        create_folder(&into)?;
        sums.push(swift_package::make(
            project,
            tools,
            &super::chosen(&[]),
            &into,
        )?);
    }
    tally.count(sums[0] == sums[1]);
    tally.count(afresh(project, tools)?);
    cache::remove(&work)?;
    Ok(tally)
}

fn afresh(project: &Project, tools: Tools) -> Outcome<bool> {
    let work = project.cache.folder().join("ios-twice");
    let copied = Project {
        root: work.join("another-place"),
        cache: Cache::open()?,
    };
    cache::remove(&copied.root)?;
    copy_checkout(project, &copied.root)?;
    let out = work.join("afresh");
    cache::remove(&out)?;
    create_folder(&out)?;
    let build = Build::of(
        &copied,
        tools,
        Flavour::Slim,
        DEVICE,
        Some(&out.join("target")),
    )?;
    build.run(&copied, &out)?;
    let again = out.join(LIBRARY);
    let first = ios::library(project, tools, Flavour::Slim, DEVICE)?;
    let (first, again) = (
        fs::read(&first).map_err(at(&first))?,
        fs::read(&again).map_err(at(&again))?,
    );
    if first == again {
        return Ok(true);
    }
    let same = first.iter().zip(&again).take_while(|(one, two)| one == two);
    Err(Failure::new(format!(
        "{LIBRARY} of another folder differs from byte {} on, {} and {} B",
        same.count(),
        first.len(),
        again.len()
    )))
}
