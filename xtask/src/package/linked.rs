//! What an app on an iPhone grows by, as far as a Linux machine can tell: the library linked against nothing but the names that it may
//! import, without what no app's Swift can reach. Apple's linker may come to another size; this one is a gate against growth, not a
//! promise.

use std::fmt::Write as _;
use std::path::Path;

use crate::process::{self, Outcome, at};

use super::macho::Imports;

/// Links the device's slice and returns the bytes of the stripped result.
pub fn link(library: &Path, imports: &Imports, oldest: &str) -> Outcome<Vec<u8>> {
    let folder = library.with_extension("linked");
    std::fs::create_dir_all(&folder).map_err(at(&folder))?;
    let linked = folder.join("linked");
    let mut command = process::command("ld64.lld-22");
    command.args(["-dylib", "-arch", "arm64", "-dead_strip", "-all_load"]);
    command.args(["-platform_version", "ios", oldest, oldest]);
    command.args(["-install_name", "klarna_step_up"]);
    // What the generated Swift calls.
    for names in ["_uniffi_klarna_step_up_*", "_ffi_klarna_step_up_*"] {
        command.args(["-exported_symbol", names]);
    }
    for (name, symbols) in &imports.0 {
        let stub = folder.join(format!("{name}.tbd"));
        let text = stub_library(name, symbols.iter().map(String::as_str));
        std::fs::write(&stub, text).map_err(at(&stub))?;
        command.arg(stub);
    }
    command.arg(library).arg("-o").arg(&linked);
    process::run(command)?;
    let mut strip = process::command("llvm-strip-22");
    strip.args(["--strip-all", "--discard-all"]).arg(&linked);
    process::run(strip)?;
    std::fs::read(&linked).map_err(at(&linked))
}

/// A library that has these names and nothing behind them, in the text form that linkers for Apple's systems read.
fn stub_library<'name>(name: &str, symbols: impl Iterator<Item = &'name str>) -> String {
    let path = match name {
        "libSystem" => "/usr/lib/libSystem.B.dylib".to_owned(),
        framework => format!("/System/Library/Frameworks/{framework}.framework/{framework}"),
    };
    let mut text = format!(
        "--- !tapi-tbd\ntbd-version: 4\ntargets: [ arm64-ios ]\ninstall-name: '{path}'\nexports:\n  - targets: [ arm64-ios ]\n    symbols: ["
    );
    for symbol in symbols {
        let _ = write!(text, " '{symbol}',");
    }
    // The linker itself asks for this one of every dynamic library.
    if name == "libSystem" {
        text.push_str(" dyld_stub_binder");
    }
    text.push_str(" ]\n...\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_names_where_the_phone_has_the_library() {
        let system = stub_library("libSystem", ["_open"].into_iter());
        assert!(system.contains("'/usr/lib/libSystem.B.dylib'") && system.contains("'_open'"));
        let security = stub_library("Security", ["_SecTrust"].into_iter());
        assert!(
            security.contains("'/System/Library/Frameworks/Security.framework/Security'"),
            "{security}"
        );
    }
}
