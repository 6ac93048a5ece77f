//! How large a library is to download, and where its bytes are.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use crate::process::{self, Failure, Outcome};

/// The size that a download has: the program `gzip` itself, so that the figure is the one in the budget.
pub fn gzip(bytes: &[u8]) -> Outcome<usize> {
    let mut gzip = process::command("gzip");
    gzip.args(["-9", "--no-name", "--stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let failed = |error: std::io::Error| Failure::new(format!("gzip: {error}"));
    let mut child = gzip.spawn().map_err(failed)?;
    let input = child.stdin.take();
    let output = std::thread::scope(|scope| {
        // Written from a thread of its own: gzip answers while it reads.
        scope.spawn(move || input.map(|mut input| input.write_all(bytes)));
        child.wait_with_output()
    });
    Ok(output.map_err(failed)?.stdout.len())
}

/// Prints the largest sections, crates and functions of a library that has its symbols, for whoever has to find some bytes to save.
pub fn explain(unstripped: &Path) -> Outcome<()> {
    let mut size = process::command("llvm-size-22");
    size.args(["--format=sysv"]).arg(unstripped);
    println!("{}", process::read(size)?);
    let mut nm = process::command("llvm-nm-22");
    nm.args([
        "--print-size",
        "--size-sort",
        "--reverse-sort",
        "--radix=d",
        "--demangle",
    ])
    .arg(unstripped);
    let said = process::read(nm)?;
    let symbols: Vec<Symbol> = said.lines().filter_map(Symbol::parse).collect();
    println!("largest crates, in bytes before compression:");
    for (name, bytes) in crates(&symbols).into_iter().take(15) {
        println!("  {bytes:>8}  {name}");
    }
    println!("largest functions and data:");
    for symbol in symbols.iter().take(30) {
        println!("  {:>8}  {}", symbol.bytes, symbol.name);
    }
    Ok(())
}

struct Symbol<'a> {
    bytes: u64,
    name: &'a str,
}

impl<'a> Symbol<'a> {
    /// A line of `llvm-nm --print-size --radix=d`: address, size, kind, name.
    fn parse(line: &'a str) -> Option<Self> {
        let (_, rest) = line.split_once(' ')?;
        let (bytes, rest) = rest.split_once(' ')?;
        let (_, name) = rest.split_once(' ')?;
        Some(Self {
            bytes: bytes.parse().ok()?,
            name,
        })
    }

    /// The crate whose code it is: the first name of a path, in `<a::B as c::D>::e` that of the type. What has none is C's.
    fn origin(&self) -> &'a str {
        let path = self.name.trim_start_matches(['<', '&', '*', '(', '[']);
        let path = path.strip_prefix("dyn ").unwrap_or(path);
        let path = path.strip_prefix("mut ").unwrap_or(path);
        path.split_once("::").map_or("(no crate)", |(name, _)| name)
    }
}

/// The bytes of each crate, the most first.
fn crates<'a>(symbols: &[Symbol<'a>]) -> Vec<(&'a str, u64)> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for symbol in symbols {
        *sums.entry(symbol.origin()).or_default() += symbol.bytes;
    }
    let mut sorted: Vec<_> = sums.into_iter().collect();
    sorted.sort_by_key(|(name, bytes)| (u64::MAX - bytes, *name));
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "\
0000000000123456 0000000000004000 t klarna_step_up::machine::step
0000000000123456 0000000000003000 t <url::Url as core::fmt::Debug>::fmt
0000000000123456 0000000000000500 t <&mut url::parser::Parser>::parse
0000000000123456 0000000000002000 T ring_core_0_17_14__x25519
0000000000000000 U open
";

    #[test]
    fn bytes_are_counted_by_crate() {
        let symbols: Vec<Symbol> = SAID.lines().filter_map(Symbol::parse).collect();
        assert_eq!(
            crates(&symbols),
            [
                ("klarna_step_up", 4000),
                ("url", 3500),
                ("(no crate)", 2000)
            ]
        );
    }

    #[test]
    fn gzip_counts_compressed_bytes() {
        let bytes = vec![0; 1_000_000];
        let compressed = gzip(&bytes).expect("gzip runs");
        assert!((500..5_000).contains(&compressed), "{compressed}");
    }
}
