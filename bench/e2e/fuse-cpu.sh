#!/bin/sh
# What a request costs the daemon: CPU (user and system, all threads) of the memory file system of fuse-mount's tests,
# beside the C baseline in the same run. One JSON line per measurement and one with the ratios per workload.
#
#   bench/e2e/fuse-cpu.sh [ROUNDS]        default 3; the median counts
#
# Needs root, /dev/fuse, gcc and libfuse3-dev. Mounts live in a name space of their own.
# TRANSPORTS selects what is measured: c, channel (inherited descriptor), native, libfuse, and cffs: a mount of CFFS itself,
# the file committed and in its caches (default "c channel native cffs"); ring and cffsring are native and cffs with requests
# through io_uring. What that saves shows only where server and load may run on one processor: SERVER_CPUS=0,1 LOAD_CPUS=0,1.
# With FIFO=1 both run before all else on the machine while they are measured, as they would on one that is idle.
set -eu
if [ "${IN_NAMESPACE:-}" != 1 ]; then
    IN_NAMESPACE=1 exec unshare --mount --propagation private "$0" "$@"
fi
rounds=${1:-3}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
switch=/sys/module/fuse/parameters/enable_uring
rings_before=$(cat "$switch" 2>/dev/null || true)
trap 'umount -l "$work"/m.* 2>/dev/null || true; rm -rf "$work"; [ -z "$rings_before" ] || echo "$rings_before" > "$switch"' EXIT
case ${TRANSPORTS:-} in *ring*) echo Y > "$switch" ;; esac
"$root/bench/baseline/build.sh" "$work"
java=${JAVA:-$(ls -d /usr/lib/jvm/*25*/bin/java | head -1)}
if [ ! -d "$root/fuse-mount/target/test-classes/io" ] || [ ! -f "$root/fuse-mount/target/bench.cp" ]; then
    mvn -q -B -ntp -f "$root/pom.xml" -pl fuse-mount test-compile dependency:build-classpath \
        -Dmdep.outputFile=target/bench.cp >&2
fi
classes="$root/fuse-mount/target/classes:$root/fuse-mount/target/test-classes:$(cat "$root/fuse-mount/target/bench.cp")"
jvm="${JVM_FLAGS:--Xmx256m -XX:+UseSerialGC} --enable-native-access=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED"
forever=9223372036854775807
server_cpus=${SERVER_CPUS:-0}
load_cpus=${LOAD_CPUS:-1}

# Nanoseconds on a processor, of all threads of a process.
cpu_of() { cat /proc/"$1"/task/*/schedstat | awk '{ sum += $1 } END { printf "%.0f\n", sum }'; }

start() { # transport; sets pid and mount
    mount="$work/m.$1"
    mkdir -p "$mount"
    case $1 in
    c) taskset -c "$server_cpus" "$work/memfs" "$mount" & pid=$! ;;
    native) taskset -c "$server_cpus" "$java" $jvm -cp "$classes" io.cffs.fuse.mem.MemFsMain "$mount" direct $forever:0 \
            "${READERS:-2}" > "$work/out.$1" & pid=$! ;;
    ring) taskset -c "$server_cpus" "$java" $jvm -cp "$classes" io.cffs.fuse.mem.MemFsMain "$mount" direct $forever:0 \
            "${READERS:-2}" ring > "$work/out.$1" & pid=$! ;;
    channel) exec 9<>/dev/fuse
        mount -i -t fuse.memfs -o fd=9,rootmode=40000,user_id=0,group_id=0,max_read=1048576 memfs "$mount"
        taskset -c "$server_cpus" "$java" $jvm -cp "$classes" io.cffs.fuse.mem.MemFsMain "$mount" direct $forever:0 \
            "${READERS:-2}" devfuse 9 > "$work/out.$1" & pid=$!
        exec 9<&- ;;
    libfuse) taskset -c "$server_cpus" "$java" $jvm -cp "$classes" io.cffs.fuse.mem.MemFsMain "$mount" direct $forever:0 \
            "${READERS:-2}" libfuse > "$work/out.$1" & pid=$! ;;
    cffs | cffsring)
        case $1 in cffs) rings= ;; *) rings=,io_uring ;; esac
        CFFS_PASSTHROUGH=off taskset -c "$server_cpus" "$root/cffs" mount --store "$work/store.$1" \
            -o commit=manual$rings "$mount" > "$work/out.$1" 2>&1 & ;;
    esac
    n=0
    until grep -q " $mount " /proc/self/mountinfo; do n=$((n + 1)); [ $n -lt 400 ] || exit 1; sleep 0.05; done
    "$work/load" fill "$mount/file" 67108864 > /dev/null
    case $1 in cffs*)
        echo > "$mount/.cffs/commit"
        # The launcher may keep a shell between: the daemon is the Java process that names the mount point.
        pid=$(grep -la "java" /proc/[0-9]*/comm | cut -d/ -f3 | while read -r each; do
            tr '\0' ' ' < "/proc/$each/cmdline" | grep -q " mount .*$mount " && echo "$each"; done | head -1) ;;
    esac
}

stop() { # transport
    case $1 in cffs*) "$root/cffs" umount "$work/m.$1" > /dev/null 2>&1 || true ;; esac
    umount -l "$work/m.$1" 2>/dev/null || true
    eval "pid=\$pid_$1"
    n=0
    while kill -0 "$pid" 2>/dev/null && [ $n -lt 100 ]; do n=$((n + 1)); sleep 0.05; done
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

measure() { # transport workload requests load-arguments...
    name=$1 workload=$2 requests=$3; shift 3
    eval "pid=\$pid_$name"
    [ -z "${FIFO:-}" ] || chrt -f -a -p 1 "$pid"
    before=$(cpu_of "$pid")
    nanos=$(taskset -c "$load_cpus" ${FIFO:+chrt -f 1} "$work/load" "$@")
    after=$(cpu_of "$pid")
    [ -z "${FIFO:-}" ] || chrt -o -a -p 0 "$pid"
    echo "$name $workload $requests $((after - before)) $nanos" >> "$work/raw"
}

workloads() { # transport
    file="$work/m.$1/file"
    measure "$1" stat 10000 stat "$file" 10000
    measure "$1" read4k 10000 read "$file" 10000 4096 random 1
    measure "$1" read4k_8threads 8000 read "$file" 1000 4096 random 8
    measure "$1" read1m 1000 read "$file" 1000 1048576 sequential 1
}

# After all reads: what CFFS has written in a transaction it reads from another place than what is stored.
write_workloads() { # transport
    file="$work/m.$1/file"
    measure "$1" write4k 10000 write "$file" 10000 4096 random 1
    measure "$1" write128k 400 write "$file" 400 131072 random 1
    measure "$1" write1m 100 write "$file" 100 1048576 sequential 1
}

transports=${TRANSPORTS:-c channel native cffs}
for transport in $transports; do
    start "$transport"
    eval "pid_$transport=$pid"
    case $transport in c) ;; *) # until the JVM's compilers have settled
        "$work/load" stat "$mount/file" "${WARM_UP:-200000}" > /dev/null
        "$work/load" read "$mount/file" "${WARM_UP:-200000}" 4096 random 1 > /dev/null
        "$work/load" read "$mount/file" "$((${WARM_UP:-200000} / 8))" 4096 random 8 > /dev/null
        "$work/load" read "$mount/file" "$((${WARM_UP:-200000} / 80))" 1048576 sequential 1 > /dev/null ;; esac
    workloads "$transport"
done
rm "$work/raw"
# In turn, so that what else the machine does meets all alike.
for round in $(seq "$rounds"); do
    for transport in $transports; do workloads "$transport"; done
done
# Rounds up to 0 warm up.
for round in $(seq -7 "$rounds"); do
    [ "$round" != -7 ] || cp "$work/raw" "$work/kept"
    for transport in $transports; do write_workloads "$transport"; done
    [ "$round" != 0 ] || mv "$work/kept" "$work/raw"
done
for transport in $transports; do stop "$transport"; done

python3 - "$work/raw" <<'PY'
import json, platform, statistics, sys
rows = [line.split() for line in open(sys.argv[1])]
median = {}
for key in dict.fromkeys((r[0], r[1]) for r in rows):
    mine = [r for r in rows if (r[0], r[1]) == key]
    cpu = [int(r[3]) / int(r[2]) / 1000 for r in mine]
    rate = [int(r[2]) / int(r[4]) * 1e9 for r in mine]
    median[key] = statistics.median(cpu), statistics.median(rate)
    print(json.dumps({"server": key[0], "workload": key[1], "cpu_us_per_request": round(median[key][0], 2),
                      "min": round(min(cpu), 2), "max": round(max(cpu), 2),
                      "requests_per_second": round(median[key][1])}))
for (server, workload), (cpu, rate) in median.items():
    if server != "c" and ("c", workload) in median:
        base = median[("c", workload)]
        print(json.dumps({"ratio_to_c": server, "workload": workload, "cpu": round(cpu / base[0], 3),
                          "rate": round(rate / base[1], 3), "kernel": platform.release()}))
PY
