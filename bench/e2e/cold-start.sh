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

# The same through a host daemon: CPU of the client and its function, and what the daemon and its backend took meanwhile.
control=$work/control
"$home/cffs" host --store "$store" --control "$control" >"$work/log" 2>&1 &
waited=0
until [ -e "$control/status" ]; do
    waited=$((waited + 1))
    [ $waited -lt 300 ] || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
done
# What it practises is not what is measured. CFFS_WARM=false measures a daemon that has not practised.
while grep -q '"warming":true' "$control/status"; do sleep 0.2; done
daemon=$(sed 's/.*"pid":\([0-9]*\).*/\1/' "$control/status")
stop_host() {
    kill "$daemon" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap stop_host EXIT INT TERM
backend=
for entry in /proc/[0-9]*; do
    { tr '\0' ' ' <"$entry/cmdline"; } 2>/dev/null | grep -q "java.* backend --store $store " && backend=${entry#/proc/}
done
# Milliseconds of CPU that both have used, in the kernel's hundredths of a second.
served() {
    cat "/proc/$daemon/stat" "/proc/$backend/stat" | sed 's/.*) //' | awk '{ sum += $12 + $13 } END { print sum * 10 }'
}
# Clients are too short for the clock of time(1), so it looks at all of them together, the loop's own forks included.
hosted() { # NAME RUNS OPTION ...
    name=$1
    count=$2
    shift 2
    before=$(served)
    /usr/bin/time -f '%e %U %S' -o "$work/times" sh -c 'i=0; home=$1 count=$2; shift 2
        while [ $i -lt "$count" ]; do i=$((i + 1)); "$home/cffs" run "$@" -- cat file >/dev/null; done' \
        loop "$home" "$count" --host="$control" "$@"
    after=$(served)
    awk -v name="$name" -v runs="$count" -v served=$((after - before)) \
        '{ printf "{\"bench\":\"cold start through a host daemon: %s\",\"runs\":%d,\"wall_ms_mean\":%.1f,\"client_and_function_cpu_ms_mean\":%.1f,\"daemon_and_backend_cpu_ms_mean\":%.1f,\"cpu_ms_mean\":%.1f}\n", name, runs, $1 * 1000 / runs, ($2 + $3) * 1000 / runs, served / runs, ($2 + $3) * 1000 / runs + served / runs }' \
        "$work/times"
}
hosted "its first functions" 10
hosted "before its code is compiled, a mount each" $((runs * 20))
hosted "a mount each" $((runs * 10))
hosted "a kept mount" $((runs * 10)) --keep bench
