#!/usr/bin/env bash
# android-ndk.sh OUT TOOLS: for each ABI OUT/bin/TRIPLE-cc, the compiler of the NDK whose programs are in TOOLS, for the lowest API level that
# we support. UNIFFI_META_* describe the interface to the generator of the bindings, which reads another build: what ships need not
# export them (as in android-link.sh). rustc's list of exports is a temporary file of this link.
set -euo pipefail
out=$1 tools=$2 api=24
mkdir -p "$out/bin"
for triple in aarch64-linux-android armv7a-linux-androideabi x86_64-linux-android; do
  test -x "$tools/clang" || { echo "no $tools/clang: is ANDROID_NDK_HOME an NDK for Linux?" >&2; exit 1; }
  cat > "$out/bin/$triple-cc" << END
#!/bin/sh
for argument do
  case \$argument in -Wl,--version-script=*) sed -i '/UNIFFI_META_/d' "\${argument#*=}";; esac
done
exec "$tools/clang" --target=$triple$api "\$@"
END
  chmod +x "$out/bin/$triple-cc"
done
