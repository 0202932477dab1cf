# The systems that compare.sh measures, one function to start each: it leaves a directory to work in at $work/$1.d and, where
# transactions are begun and committed, the flags that tell workloads.py so in $work/$1.flags. Sourced, in name spaces of
# its own: what is started here ends with them. The network ones listen on $address, which exists only here.
address=10.77.0.1

await() { # seconds, what, command...
    seconds=$1 what=$2 turns=0
    shift 2
    until "$@" >/dev/null 2>&1; do
        turns=$((turns + 1))
        [ "$turns" -lt $((seconds * 10)) ] || { echo "compare: $what did not come up in $seconds s" >&2; return 1; }
        sleep 0.1
    done
}

measures_functions() { case " $flags " in *" --only "*functions*) ;; *) false ;; esac; }

mounted() { grep -q " $1 " /proc/self/mountinfo; }

start_local() { mkdir -p "$work/local.d"; }

# libfuse's own low-level example, as Debian ships it with the headers: names, attributes and pages cached by the kernel.
start_c() {
    example=/usr/share/doc/libfuse3-dev/examples
    [ -f "$example/passthrough_ll.c" ] || { echo "compare: needs libfuse3-dev" >&2; return 1; }
    cc -O2 -w -o "$work/passthrough_ll" "$example/passthrough_ll.c" $(pkg-config --cflags --libs fuse3)
    mkdir -p "$work/c.backing" "$work/c.d"
    "$work/passthrough_ll" -o source="$work/c.backing",cache=always "$work/c.d"
    await 10 passthrough_ll mounted "$work/c.d"
}

start_gluster() {
    mkdir -p "$work/gluster" "$work/gluster.log" "$work/gluster.run" "$work/gluster.brick" "$work/gluster.d" \
        /run/gluster /var/lib/glusterd /var/log/glusterfs
    mount --bind "$work/gluster.run" /run/gluster
    mount --bind "$work/gluster" /var/lib/glusterd
    mount --bind "$work/gluster.log" /var/log/glusterfs
    glusterd -p "$work/glusterd.pid"
    await 20 glusterd gluster --mode=script volume info
    gluster --mode=script volume create bench "$address:$work/gluster.brick" force >&2
    gluster --mode=script volume start bench >&2
    mount -t glusterfs "$address:/bench" "$work/gluster.d"
    ! measures_functions || start_gluster_functions
}

# Its own settings for databases, and clients that keep no attributes, names or bytes: with its defaults each client believes
# for a second what it has seen of the others' files.
start_gluster_functions() {
    gluster --mode=script volume create shared "$address:$work/gluster.shared" force >&2
    while IFS='=' read -r setting value; do
        gluster --mode=script volume set shared "$setting" "$value" >&2
    done </etc/glusterfs/group-db-workload
    gluster --mode=script volume start shared >&2
    for number in 1 2 3 4 5 6 7 8; do
        mkdir -p "$work/gluster.$number.d"
        mount -t glusterfs -o attribute-timeout=0,entry-timeout=0,direct-io-mode=enable "$address:/shared" \
            "$work/gluster.$number.d"
        echo "--peer $work/gluster.$number.d" >>"$work/gluster.flags"
    done
}

start_moosefs() {
    mfs=$work/moosefs
    mkdir -p "$mfs/master" "$mfs/chunk" "$mfs/chunks" "$work/moosefs.d"
    printf 'MFSM NEW' >"$mfs/master/metadata.mfs"
    echo '* / rw,alldirs,admin,maproot=0:0' >"$mfs/exports"
    echo "$mfs/chunks" >"$mfs/disks"
    printf '%s = %s\n' WORKING_USER root WORKING_GROUP root DATA_PATH "$mfs/master" EXPORTS_FILENAME "$mfs/exports" \
        MATOCS_LISTEN_HOST "$address" MATOCL_LISTEN_HOST "$address" MATOML_LISTEN_HOST "$address" >"$mfs/master.cfg"
    printf '%s = %s\n' WORKING_USER root WORKING_GROUP root DATA_PATH "$mfs/chunk" HDD_CONF_FILENAME "$mfs/disks" \
        MASTER_HOST "$address" CSSERV_LISTEN_HOST "$address" HDD_LEAVE_SPACE_DEFAULT 1GiB >"$mfs/chunk.cfg"
    if [ "$only" = functions ]; then
        # What is acknowledged is on the disk, as with the others; too slow for thousands of files.
        echo 'CHANGELOG_SAVE_MODE = 2' >>"$mfs/master.cfg"
        echo 'HDD_FSYNC_BEFORE_CLOSE = 1' >>"$mfs/chunk.cfg"
    fi
    mfsmaster -c "$mfs/master.cfg" start >&2
    mfschunkserver -c "$mfs/chunk.cfg" start >&2
    mfsmount "$work/moosefs.d" -H "$address" >&2
    await 10 mfsmount mounted "$work/moosefs.d"
    # A new master places no chunk before its chunk servers have told what they have.
    await 120 "a chunk server of MooseFS" timeout 10 sh -c "echo ready >'$work/moosefs.d/ready'"
    ! measures_functions || start_moosefs_functions
}

# Clients that keep no attributes, names or bytes.
start_moosefs_functions() {
    for number in 1 2 3 4 5 6 7 8; do
        mkdir -p "$work/moosefs.$number.d"
        mfsmount "$work/moosefs.$number.d" -H "$address" \
            -o mfscachemode=DIRECT,mfsattrcacheto=0,mfsentrycacheto=0,mfsdirentrycacheto=0 >&2
        await 10 mfsmount mounted "$work/moosefs.$number.d"
        echo "--peer $work/moosefs.$number.d" >>"$work/moosefs.flags"
    done
}

# One process serves all mounts: that of the volume, and one for each function where eight of them are measured.
mount_cffs() { # name, flags
    name=$1
    shift
    echo "--control $work/$name.d/.cffs" >"$work/$name.flags"
    set -- "$@" --store "$work/$name.store" -o "commit=runs${CFFS_OPTIONS:+,$CFFS_OPTIONS}" "$work/$name.d"
    mkdir "$work/$name.d"
    for number in $(! measures_functions || echo 1 2 3 4 5 6 7 8); do
        mkdir "$work/$name.$number"
        echo "--peer $work/$name.$number,$work/$name.$number/.cffs" >>"$work/$name.flags"
        set -- "$@" "$work/$name.$number"
    done
    "$home/cffs" mount "$@" >>"$work/$name.log" 2>&1 &
    for mount in "$work/$name.d" "$work/$name".[1-8]; do
        [ ! -d "$mount" ] || await 120 "the mount of CFFS" mounted "$mount"
    done
}

# As "cffs mount" has it: the store is in a backend process that the first mount starts.
start_cffs() {
    mount_cffs cffs
}

# One process for the mounts and the store.
start_embedded() {
    mount_cffs embedded --in-process
}

# The process of all its mounts ends with the last.
stop_cffs() { # name
    for mount in "$work/$1.d" "$work/$1".[1-8]; do
        ! mounted "$mount" || "$home/cffs" umount "$mount" >&2 || true
    done
}
