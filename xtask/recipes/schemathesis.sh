#!/usr/bin/env bash
# schemathesis.sh LOCK OUT: schemathesis and what it needs, from PyPI, pinned by the hashes in LOCK, as OUT/site. Nothing is built.
set -euo pipefail
lock=$1 out=$2
python3 -m pip install --quiet --root-user-action ignore --no-compile --only-binary :all: --require-hashes \
  -r "$lock" --target "$out/site"
PYTHONPATH=$out/site python3 "$out/site/bin/schemathesis" --version
