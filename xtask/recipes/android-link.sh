#!/usr/bin/env bash
# android-link.sh OUT ZIGLANG SYMBOLS: what is needed to *link* an Android shared library where there is no NDK. Stub libc, libm,
# libdl and liblog are made from our own lists of imported names (SYMBOLS/*.txt): an import that nobody has checked against
# the lowest API level fails the link. Beside them a C start-up object and LLVM's libunwind, built from source. The result
# proves that the code links, what it imports and how large it is; a release is linked with the NDK.
# OUT/bin/TRIPLE-cc is the linker and C compiler; OUT/TRIPLE/crt.o goes on every link line.
set -euo pipefail
out=$1 zig=$2 symbols=$3 api=24
mkdir -p "$out/bin"
for row in "aarch64-linux-android aarch64" "armv7a-linux-androideabi arm" "x86_64-linux-android x86_64"; do
  read -r triple arch <<< "$row"
  lib=$out/$triple; mkdir -p "$lib/obj"
  # __errno is the one symbol in which musl's headers and bionic differ by name.
  headers="-isystem @/include/$arch-linux-musl -isystem @/include/generic-musl -isystem @/include/$arch-linux-any -isystem @/include/any-linux-any -D__errno_location=__errno"
  headers=${headers//@/$zig}
  cc="clang-22 --target=$triple$api -fPIC -Os"
  for name in libc libm libdl liblog; do
    awk 'NF && !/^#/ {printf "void f%d(void) __asm__(\"%s\"); void f%d(void){}\n", NR, $1, NR}' "$symbols/$name.txt" > "$lib/obj/$name.c"
    $cc -fno-builtin -w -shared -nostdlib -fuse-ld=lld -Wl,-soname,$name.so -Wl,-z,max-page-size=16384 "$lib/obj/$name.c" -o "$lib/$name.so"
  done
  printf '%s\n' 'extern void __cxa_finalize(void *);' '__attribute__((visibility("hidden"))) void *__dso_handle = &__dso_handle;' \
    '__attribute__((destructor)) static void on_dlclose(void) { __cxa_finalize(&__dso_handle); }' > "$lib/obj/crt.c"
  $cc -c "$lib/obj/crt.c" -o "$lib/crt.o"
  flags="-I$zig/libunwind/include -I$zig/libunwind/src -fno-exceptions -funwind-tables -D_LIBUNWIND_IS_NATIVE_ONLY -D_LIBUNWIND_HIDE_SYMBOLS -DNDEBUG -fvisibility=hidden -w"
  for file in Unwind-EHABI.cpp libunwind.cpp UnwindLevel1.c UnwindLevel1-gcc-ext.c Unwind-sjlj.c UnwindRegistersRestore.S UnwindRegistersSave.S; do
    lang=; case $file in *.cpp) lang="-x c++ -std=c++17 -fno-rtti -nostdinc++";; esac
    $cc $lang $headers $flags -c "$zig/libunwind/src/$file" -o "$lib/obj/$file.o"
  done
  llvm-ar-22 rcs "$lib/libunwind.a" "$lib"/obj/*.cpp.o "$lib"/obj/*.c.o "$lib"/obj/*.S.o
  # UNIFFI_META_* describe the interface, documentation included, to the generator of the bindings, which reads another build: what
  # ships need not export them, and the linker drops what nobody sees. rustc's list of exports is a temporary file of this link.
  # --start-no-unused-arguments: a bare -fuse-ld=lld makes compiler feature probes of C dependencies fail.
  # The folder is found from the script, since OUT is moved to its place when it is complete.
  cat > "$out/bin/$triple-cc" << END
#!/bin/sh
for argument do
  case \$argument in -Wl,--version-script=*) sed -i '/UNIFFI_META_/d' "\${argument#*=}";; esac
done
exec clang-22 --target=$triple$api --start-no-unused-arguments $headers -fuse-ld=lld -nostartfiles -L"\${0%/*}/../$triple" --end-no-unused-arguments "\$@"
END
  chmod +x "$out/bin/$triple-cc"
done
rm -rf "$out"/*/obj
