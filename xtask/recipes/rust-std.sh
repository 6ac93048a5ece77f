#!/usr/bin/env bash
# rust-std.sh OUT TOOLCHAIN TARGET: the standard library for TARGET, built from TOOLCHAIN's own source, as the folder OUT
# that belongs at TOOLCHAIN/lib/rustlib/TARGET. Built for size like the library itself, and without the reader of debug information that
# would put function names in a panic's backtrace: a library on a phone has none, and an app's standard error goes nowhere. Together
# that is a fifth of the slim library's download.
set -euo pipefail
out=$1 toolchain=$2 target=$3
work=$out.work
rm -rf "$work"; mkdir -p "$work/src" "$out/lib"
trap 'rm -rf "$work"' EXIT
printf '[package]\nname = "stdonly"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' > "$work/Cargo.toml"
printf 'pub fn threads() -> usize { std::thread::available_parallelism().map_or(1, |n| n.get()) }\n' > "$work/src/lib.rs"
# The deployment target is baked into the object files, so it must be set here as well as when the crate is built.
export RUSTUP_TOOLCHAIN=$toolchain RUSTC_BOOTSTRAP=1 IPHONEOS_DEPLOYMENT_TARGET=15.0 CARGO_TARGET_DIR=$work/target
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=s CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1
pic=; case $target in *android*) pic=-Crelocation-model=pic;; esac
# No path of this machine gets into what ships.
renamed="--remap-path-prefix=$toolchain/lib/rustlib/src/rust=/rust --remap-path-prefix=$work=/std --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=/crates"
(cd "$work" && RUSTFLAGS="-Cembed-bitcode=yes $pic $renamed" cargo build --release -Zbuild-std=std,panic_unwind,panic_abort \
  -Zbuild-std-features=panic-unwind,optimize_for_size --target "$target")
for rlib in "$work/target/$target"/release/deps/lib*.rlib; do
  case $rlib in */libstdonly*) ;; *) cp "$rlib" "$out/lib/";; esac
done
