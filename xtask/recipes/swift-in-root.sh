#!/usr/bin/env bash
# swift-in-root.sh ROOT PROJECT SCRATCH COMMAND…: runs COMMAND in ROOT, in /project (PROJECT, mounted) with SCRATCH at /scratch.
# The paths are the same from every checkout, so what SwiftPM built for one serves the next. The mounts live in a private
# namespace and end with it. /proc is a must: swiftc finds its libraries through it.
set -euo pipefail
root=$1 project=$(realpath "$2") scratch=$(realpath "$3"); shift 3
mkdir -p "$root/project" "$root/scratch" "$root/proc" "$root/dev"
exec unshare -m --propagation private bash -euc '
  root=$1 project=$2 scratch=$3; shift 3
  mount --bind "$project" "$root/project"; mount --bind "$scratch" "$root/scratch"
  mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"
  exec chroot "$root" /usr/bin/env PATH=/usr/bin:/bin:/usr/libexec/swift/bin HOME=/root \
    /bin/bash -c "cd /project && exec \"\$@\"" swift "$@"' _ "$root" "$project" "$scratch" "$@"
