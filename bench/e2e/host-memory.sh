#!/bin/sh
# Resident memory of a host daemon with 0, 1, 10 and 100 mounts, each of which has read and rewritten a file of 1 MiB and
# listed a directory, for each engine of the block cache. Prints JSON lines.
#
#   bench/e2e/host-memory.sh [ENGINE ...]      default slab chronicle
set -eu
home=$(cd "$(dirname "$0")/../.." && pwd -P)
[ $# -gt 0 ] || set -- slab chronicle
work=$(mktemp -d "${TMPDIR:-/tmp}/cffs-bench.XXXXXX")
control=$work/control
daemon=
cleanup() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT INT TERM

figures() { # MOUNTS
    awk -v engine="$engine" -v mounts="$1" '/^Rss/ { rss = $2 } /^Private/ { own += $2 } /^Shared/ { shared += $2 }
        END { printf "{\"bench\":\"host daemon memory\",\"engine\":\"%s\",\"mounts\":%d,\"resident_mib\":%.0f,\"private_mib\":%.0f}\n", engine, mounts, rss / 1024, own / 1024 }' \
        "/proc/$daemon/smaps_rollup"
}

for engine in "$@"; do
    CFFS_CACHE_ENGINE=$engine CFFS_CACHE_DIR=$work/cache-$engine \
        "$home/cffs" host --store "$work/store" --control "$control" >"$work/log" 2>&1 &
    waited=0
    until [ -e "$control/status" ]; do
        waited=$((waited + 1))
        [ $waited -lt 600 ] || { cat "$work/log" >&2; exit 1; }
        sleep 0.1
    done
    while grep -q '"warming":true' "$control/status"; do sleep 0.2; done
    daemon=$(sed 's/.*"pid":\([0-9]*\).*/\1/' "$control/status")
    figures 0
    mounts=0
    for upto in 1 10 100; do
        while [ $mounts -lt $upto ]; do
            mounts=$((mounts + 1))
            "$home/cffs" run --host="$control" --keep "m$mounts" -- sh -c 'ls >list
                [ ! -e file ] || cat file >/dev/null; dd if=/dev/zero of=file bs=1M count=1 status=none'
        done
        figures $upto
    done
    sed 's/^/# /' "$control/status"
    kill "$daemon"
    wait
    daemon=
done
