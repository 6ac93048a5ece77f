#!/usr/bin/env bash
# android-ndk-stand-in.sh HOME LINK: a folder HOME that looks like an NDK for Linux, with the link root LINK behind it. It shows that the way by
# ANDROID_NDK_HOME is passable where there is no NDK; it shows nothing of the NDK itself.
set -euo pipefail
home=$1 link=$2
bin=$home/toolchains/llvm/prebuilt/linux-x86_64/bin
mkdir -p "$bin"
printf 'Pkg.Desc = Android NDK\nPkg.Revision = 0.0.0-stand-in\n' > "$home/source.properties"
ln -sf "$(command -v ld.lld-22)" "$bin/ld.lld"
ln -sf "$(command -v llvm-ar-22)" "$bin/llvm-ar"
# The NDK's clang finds its own libraries and start-up objects by the target; here the link root's compiler of that target does.
cat > "$bin/clang" << END
#!/bin/sh
for argument do
  case \$argument in --target=*) triple=\${argument#--target=}; triple=\${triple%24};; esac
done
crt=
case " \$* " in *" -shared "*) crt=$link/\$triple/crt.o;; esac
exec "$link/bin/\$triple-cc" "\$@" \$crt
END
chmod +x "$bin/clang"
