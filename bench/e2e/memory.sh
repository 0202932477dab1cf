#!/bin/sh
# Resident memory of the process that serves a mount: idle, and after 1 GiB was read through it.
#
#   bench/e2e/memory.sh
set -eu
home=$(cd "$(dirname "$0")/../.." && pwd -P)
work=$(mktemp -d "${TMPDIR:-/tmp}/cffs-bench.XXXXXX")
mount=$work/mnt
mkdir "$mount"
cleanup() {
    "$home/cffs" umount --force "$mount" >/dev/null 2>&1 || true
    umount -l "$mount" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT INT TERM
store=$work/store
"$home/cffs" run --store "$store" -- dd if=/dev/urandom of=big bs=1M count=1024 status=none
"$home/cffs" mount --store "$store" "$mount" >"$work/log" 2>&1 &
waited=0
until [ -f "$mount/big" ]; do
    waited=$((waited + 1))
    [ $waited -lt 300 ] || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
done

# The daemon is the one Java process that was started for this mount point.
daemon() {
    for entry in /proc/[0-9]*; do
        [ "$(basename "$(readlink "$entry/exe" 2>/dev/null)" 2>/dev/null)" = java ] || continue
        tr '\0' ' ' <"$entry/cmdline" 2>/dev/null | grep -q " mount .*$mount" && echo "${entry#/proc/}" && return 0
    done
    return 1
}
pid=$(daemon)
resident() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$pid/status"; }
own() { awk '/^Private/ { sum += $2 } END { print int(sum / 1024) }' "/proc/$pid/smaps_rollup"; }
sleep 2
idle=$(resident)
idle_own=$(own)
dd if="$mount/big" of=/dev/null bs=1M status=none
printf '{"bench":"resident memory","idle_mib":%d,"idle_private_mib":%d,"after_1gib_read_mib":%d,"after_1gib_read_private_mib":%d}\n' \
    "$idle" "$idle_own" "$(resident)" "$(own)"
