#!/bin/sh
# The same work on several file systems of this machine, one after the other: the local one, libfuse's C pass-through over a
# directory of it, GlusterFS and MooseFS on loopback, and CFFS (each workload one transaction, its commit included). JSON
# lines on stdout, a Markdown table with the ratios on stderr.
#
#   bench/e2e/compare.sh [--quick] [--only names,source,database,functions,invocation,bulk,io] [SYSTEM...]
#
# SYSTEM: local, c, gluster, moosefs, cffs (its store in a backend process), embedded (CFFS with the store in the mount's
# process); default: all. Needs root, /dev/fuse, and from Debian: gcc fio git libfuse3-dev
# glusterfs-server moosefs-master moosefs-chunkserver moosefs-client. For "source", a tree to unpack and compile: the
# source package lua5.4, fetched with apt-get source, or a tar file named by SOURCE_TAR. CFFS_OPTIONS are added to the mount's.
# Everything that it starts lives in name spaces of its own and ends with them.
set -eu
# The source package, with lists of its own: the machine's need not name the sources. Prints the tar file.
fetch_source() {
    lists=$1/apt
    mkdir -p "$lists/parts" "$lists/state/partial" "$lists/cache/archives/partial"
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -n 's/^deb /deb-src /p' >"$lists/parts/src.list"
    for file in /etc/apt/sources.list.d/*.sources; do
        [ ! -f "$file" ] || sed 's/^Types:.*/Types: deb-src/' "$file" >"$lists/parts/$(basename "$file")"
    done
    set -- -qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$lists/parts" \
        -o "Dir::State::Lists=$lists/state" -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root
    (cd "$lists" && apt-get "$@" update && apt-get "$@" source --download-only lua5.4) >&2 || return 1
    ls "$lists"/lua5.4_*.orig.tar.*z
}

if [ "${IN_NAMESPACE:-}" != 1 ]; then
    if [ -z "${SOURCE_TAR:-}" ]; then
        fetched=$(mktemp -d "${TMPDIR:-/tmp}/cffs-bench.XXXXXX")
        SOURCE_TAR=$(fetch_source "$fetched") || SOURCE_TAR=
        export SOURCE_TAR FETCHED="$fetched"
    fi
    IN_NAMESPACE=1 exec unshare --mount --net --pid --fork --mount-proc --kill-child --propagation private "$0" "$@"
fi
here=$(cd "$(dirname "$0")" && pwd -P)
home=$(cd "$here/../.." && pwd -P)
flags= only=names,source,database,functions,invocation,bulk,io
while [ $# -gt 0 ]; do
    case $1 in
    --quick) flags="$flags --quick" ;;
    --only) only=$2; shift ;;
    -*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
    *) break ;;
    esac
    shift
done
flags="$flags --only $only"
[ $# -gt 0 ] || set -- local c gluster moosefs cffs embedded
. "$here/compare/systems.sh"
ip link set lo up
ip address add "$address/32" dev lo
work=$(mktemp -d "${TMPDIR:-/tmp}/cffs-bench.XXXXXX")
cleanup() {
    umount -l "$work"/*.d "$work"/*.[1-8] 2>/dev/null || true
    rm -rf "$work" "${FETCHED:-$work}"
}
trap cleanup EXIT INT TERM
cc -O2 -o "$work/names" "$here/compare/names.c"
cc -O2 -o "$work/invocation" "$here/invocation.c"
[ -z "${SOURCE_TAR:-}" ] || cp "$SOURCE_TAR" "$work/source.tar"
: >"$work/figures"
for system in "$@"; do
    "start_$system"
    : >>"$work/$system.flags"
    # shellcheck disable=SC2046,SC2086 # flags are lists of words
    python3 "$here/compare/workloads.py" "$system" "$work/$system.d" "$work" $(cat "$work/$system.flags") $flags |
        tee -a "$work/figures"
    case $system in cffs | embedded) stop_cffs "$system" ;; esac
done
python3 "$here/compare/table.py" <"$work/figures" >&2
