#!/usr/bin/env bash
# mobile-rust.sh OUT: a Rust toolchain in OUT/usr that comes with the source of its standard library, so that std can be
# built for phones where rustup may fetch no target. Use: RUSTUP_TOOLCHAIN=OUT/usr cargo …
set -euo pipefail
out=$1
mkdir -p "$out/debs"
std=$(apt-cache depends libstd-rust-web-dev | sed -n 's/.*Depends: \(libstd-rust-web-[0-9.]*\)$/\1/p' | head -1)
# apt drops to its own user for a download and warns where that user may not write.
(cd "$out/debs" && apt-get -q -o APT::Sandbox::User=root download rustc-web cargo-web rust-web-src libstd-rust-web-dev "$std")
# Extracted, not installed: the packages conflict with rustup's.
for deb in "$out"/debs/*.deb; do dpkg -x "$deb" "$out"; done
rm -rf "$out/debs" "$out/usr/share/doc"
(cd "$out/usr/lib" && ln -sf x86_64-linux-gnu/librustc_driver-*.so .)
