#!/usr/bin/env bash
# ziglang.sh OUT: from the PyPI package ziglang the parts that nothing else brings to a plain Linux machine: the source of
# LLVM's libunwind (OUT/libunwind), C headers (OUT/include), and Apple's headers and libSystem list (OUT/darwin).
set -euo pipefail
out=$1
mkdir -p "$out/wheel"
cat > "$out/requirements.txt" <<'REQ'
ziglang==0.17.1 --hash=sha256:ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54
REQ
python3 -m pip download --quiet --no-deps --only-binary :all: --platform manylinux_2_12_x86_64 --require-hashes \
  -r "$out/requirements.txt" -d "$out/wheel"
python3 - "$out" <<'PY'
import glob, pathlib, sys, zipfile
out = pathlib.Path(sys.argv[1])
(wheel,) = glob.glob(str(out / "wheel" / "*.whl"))
wanted = {"ziglang/lib/libunwind/": "libunwind", "ziglang/lib/libc/include/": "include", "ziglang/lib/libc/darwin/": "darwin"}
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        for prefix, folder in wanted.items():
            if name.startswith(prefix) and not name.endswith("/"):
                target = out / folder / name[len(prefix):]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
PY
rm -rf "$out/wheel"
test -d "$out/libunwind/src" && test -d "$out/include/any-darwin-any"
