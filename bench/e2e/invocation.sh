#!/bin/sh
# The small-file invocation (see invocation.c) on a mount that stays, begin and commit included, beside the same on the
# local file system, without fsync and (as a commit is durable) with it. Prints JSON lines and the ratios of the medians.
#
#   bench/e2e/invocation.sh [INVOCATIONS]      default 200
set -eu
count=${1:-200}
home=$(cd "$(dirname "$0")/../.." && pwd -P)
work=$(mktemp -d "${TMPDIR:-/tmp}/cffs-bench.XXXXXX")
mount=$work/mnt
mkdir "$mount" "$work/local"
cleanup() {
    "$home/cffs" umount --force "$mount" >/dev/null 2>&1 || true
    umount -l "$mount" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT INT TERM
cc -O2 -o "$work/invocation" "$home/bench/e2e/invocation.c"
"$home/cffs" run --store "$work/store" -- sh -c "mkdir files && $work/invocation prepare files"
"$home/cffs" mount --store "$work/store" -o commit=runs "$mount" >"$work/log" 2>&1 &
waited=0
until grep -q " $mount " /proc/self/mountinfo; do
    waited=$((waited + 1))
    [ $waited -lt 300 ] || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
done
"$work/invocation" prepare "$work/local"
p50() { sed 's/.*"p50_us":\([0-9.]*\).*/\1/'; }
"$work/invocation" run "$work/local" "$count" >/dev/null
"$work/invocation" run "$mount/files" "$count" "$mount/.cffs" >/dev/null
local_line=$("$work/invocation" run "$work/local" "$count")
durable_line=$("$work/invocation" durable "$work/local" "$count")
mount_line=$("$work/invocation" run "$mount/files" "$count" "$mount/.cffs")
printf '{"bench":"small-file invocation, local file system","figures":%s}\n' "$local_line"
printf '{"bench":"small-file invocation, local file system, results synced","figures":%s}\n' "$durable_line"
printf '{"bench":"small-file invocation, begin to commit on a mount","figures":%s}\n' "$mount_line"
printf '%s %s %s\n' "$(echo "$mount_line" | p50)" "$(echo "$local_line" | p50)" "$(echo "$durable_line" | p50)" |
    awk '{ printf "{\"bench\":\"small-file invocation\",\"ratio_to_local\":%.2f,\"ratio_to_local_synced\":%.2f}\n", $1 / $2, $1 / $3 }'
