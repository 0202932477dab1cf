#!/bin/sh
# The small-file invocation (see invocation.c) on a mount that stays, begin and commit included, once with the store in a
# backend process and once in the mount's own, beside the same on the local file system, without fsync and (as a commit is
# durable) with it. Prints JSON lines and the ratios of the medians.
#
#   bench/e2e/invocation.sh [INVOCATIONS]      default 200
set -eu
count=${1:-200}
home=$(cd "$(dirname "$0")/../.." && pwd -P)
work=$(mktemp -d "${TMPDIR:-/tmp}/cffs-bench.XXXXXX")
mkdir "$work/local" "$work/cffs" "$work/embedded"
cleanup() {
    for mount in "$work/cffs" "$work/embedded"; do
        "$home/cffs" umount --force "$mount" >/dev/null 2>&1 || true
        umount -l "$mount" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap cleanup EXIT INT TERM
cc -O2 -o "$work/invocation" "$home/bench/e2e/invocation.c"

mount_cffs() { # name, flags
    name=$1
    shift
    "$home/cffs" mount "$@" --store "$work/$name.store" -o commit=runs "$work/$name" >"$work/$name.log" 2>&1 &
    waited=0
    until grep -q " $work/$name " /proc/self/mountinfo; do
        waited=$((waited + 1))
        [ $waited -lt 300 ] || { cat "$work/$name.log" >&2; exit 1; }
        sleep 0.1
    done
    echo 1 >"$work/$name/.cffs/begin"
    mkdir "$work/$name/files"
    "$work/invocation" prepare "$work/$name/files"
    echo 1 >"$work/$name/.cffs/commit"
}

# Each alone on the machine: what is idle afterwards has nothing to compile any more.
measure() { # name, flags: sets line
    mount_cffs "$@"
    "$work/invocation" run "$work/$1/files" "$count" "$work/$1/.cffs" >/dev/null
    line=$("$work/invocation" run "$work/$1/files" "$count" "$work/$1/.cffs")
    "$home/cffs" umount "$work/$1" >&2
}

p50() { sed 's/.*"p50_us":\([0-9.]*\).*/\1/'; }

say() { # what, line: beside the local figures
    printf '{"bench":"small-file invocation, begin to commit on a mount, %s","figures":%s}\n' "$1" "$2"
    printf '%s %s %s\n' "$(echo "$2" | p50)" "$(echo "$local_line" | p50)" "$(echo "$durable_line" | p50)" |
        awk -v of="$1" '{ printf "{\"bench\":\"small-file invocation, %s\",\"ratio_to_local\":%.2f,\"ratio_to_local_synced\":%.2f}\n",
            of, $1 / $2, $1 / $3 }'
}

"$work/invocation" prepare "$work/local"
"$work/invocation" run "$work/local" "$count" >/dev/null
measure cffs
separate_line=$line
measure embedded --in-process
local_line=$("$work/invocation" run "$work/local" "$count")
durable_line=$("$work/invocation" durable "$work/local" "$count")
printf '{"bench":"small-file invocation, local file system","figures":%s}\n' "$local_line"
printf '{"bench":"small-file invocation, local file system, results synced","figures":%s}\n' "$durable_line"
say "store in a backend process" "$separate_line"
say "store in the process of the mount" "$line"
