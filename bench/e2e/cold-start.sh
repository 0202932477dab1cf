#!/bin/sh
# Cold start: process start to mounted and first file read, in a process of its own, the backend already running.
# Prints JSON lines: wall and CPU (user and system of the launcher, the daemon and the function) per run, medians.
#
#   bench/e2e/cold-start.sh [RUNS]      default 15
set -eu
runs=${1:-15}
home=$(cd "$(dirname "$0")/../.." && pwd -P)
work=$(mktemp -d "${TMPDIR:-/tmp}/cffs-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
store=$work/store
"$home/cffs" run --store "$store" -- sh -c 'echo hello > file'

i=0
while [ $i -lt "$runs" ]; do
    i=$((i + 1))
    /usr/bin/time -f '%e %U %S %M' -a -o "$work/times" "$home/cffs" run --store "$store" -- cat file >/dev/null
    /usr/bin/time -f '%e %U %S %M' -a -o "$work/cat" cat "$home/pom.xml" >/dev/null
done

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
wall=$(awk '{ print $1 * 1000 }' "$work/times" | median)
cpu=$(awk '{ print ($2 + $3) * 1000 }' "$work/times" | median)
memory=$(awk '{ print $4 / 1024 }' "$work/times" | median)
base=$(awk '{ print $1 * 1000 }' "$work/cat" | median)
printf '{"bench":"cold start to first file read","runs":%d,"wall_ms_p50":%s,"cpu_ms_p50":%s,"peak_mib_p50":%.0f,"cat_alone_wall_ms_p50":%s}\n' \
    "$runs" "$wall" "$cpu" "$memory" "$base"
