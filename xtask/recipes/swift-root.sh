#!/usr/bin/env bash
# swift-root.sh OUT: a Debian 13 root with Swift 6.0 for a machine that has no Swift. Needs root; 570 MB to fetch, 1.8 GB on disk.
set -euo pipefail
root=$1
# The mirror that this machine already uses, whatever its name.
mirror=$(sed -n -e 's/^URIs: *//p' -e 's/^deb \(\[[^]]*\] \)\?\([^ ]*\).* main.*/\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
  grep -m1 '/debian/\?$') || true
[ -n "$mirror" ] || { echo "swift-root: no Debian mirror in this machine's apt sources" >&2; exit 1; }
debootstrap --variant=minbase trixie "$root" "$mirror"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
[ -d /etc/apt/apt.conf.d ] && cp -n /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
cat > "$root/etc/dpkg/dpkg.cfg.d/slim" <<'CFG'
force-unsafe-io
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/libexec/swift/bin/lldb*
path-exclude=/usr/libexec/swift/lib/liblldb*
path-exclude=/usr/libexec/swift/bin/clangd
path-exclude=/usr/libexec/swift/bin/sourcekit-lsp
path-exclude=/usr/libexec/swift/bin/repl_swift
path-exclude=/usr/libexec/swift/lib/libLTO*
path-exclude=/usr/libexec/swift/lib/swift_static/*
CFG
printf 'APT::Install-Recommends "false";\nAcquire::Languages "none";\n' > "$root/etc/apt/apt.conf.d/slim"
# A mount namespace of its own: /proc is needed by the packages' scripts and must not stay mounted.
unshare -m --propagation private bash -euc '
  mount -t proc proc "$1/proc"; export DEBIAN_FRONTEND=noninteractive
  chroot "$1" apt-get -q update
  chroot "$1" apt-get -qy -o APT::Keep-Downloaded-Packages=false install swiftlang libc6-dev libstdc++-14-dev
  chroot "$1" apt-get clean; chroot "$1" swift --version' _ "$root"
rm -rf "$root"/var/lib/apt/lists/*
