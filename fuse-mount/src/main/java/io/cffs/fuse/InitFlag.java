package io.cffs.fuse;

import java.util.Set;

/** Features that kernel and server agree on when a connection starts; the bit numbers are those of FUSE_INIT. */
public enum InitFlag {
    /** Several reads of one file at a time, in any order. */
    ASYNC_READ(0),
    /**
     * POSIX byte-range locks come as GETLK, SETLK and SETLKW; without it the kernel keeps them for this mount
     * alone.
     */
    POSIX_LOCKS(1),
    /** O_TRUNC comes with OPEN instead of as a SETATTR before it. */
    ATOMIC_O_TRUNC(3),
    /** Lookups of "." and ".." for export over NFS. */
    EXPORT_SUPPORT(4),
    BIG_WRITES(5),
    /** The handler applies the umask itself. */
    DONT_MASK(6),
    /** flock comes as SETLK and SETLKW with {@link FuseRequest#isFlock}; without it the kernel keeps them. */
    FLOCK_LOCKS(10),
    /** Pages are dropped when a GETATTR shows another time or size. */
    AUTO_INVAL_DATA(12),
    READDIRPLUS(13),
    /** READDIRPLUS when the program seems to stat what it lists, READDIR otherwise. */
    READDIRPLUS_AUTO(14),
    /** Direct I/O of one call may be several requests at a time. */
    ASYNC_DIO(15),
    WRITEBACK_CACHE(16),
    /** An OPEN answered with ENOSYS means that no opens are to be sent. */
    NO_OPEN_SUPPORT(17),
    /** Lookups and listings of one directory may run at the same time. */
    PARALLEL_DIROPS(18),
    HANDLE_KILLPRIV(19),
    /** The kernel checks ACLs; implies its permission checks. */
    POSIX_ACL(20),
    ABORT_ERROR(21),
    /** Requests may be larger than 32 pages. Always asked for. */
    MAX_PAGES(22),
    CACHE_SYMLINKS(23),
    NO_OPENDIR_SUPPORT(24),
    /** Pages are dropped only when {@link FuseNotifier} says so. */
    EXPLICIT_INVAL_DATA(25),
    /** The handler clears set-user-id and set-group-id bits on chown, truncate and write. */
    HANDLE_KILLPRIV_V2(28),
    /** SETXATTR carries flags (ACL clears set-group-id). Always asked for: the request layout depends on it. */
    SETXATTR_EXT(29),
    /** The second word of flags counts. Always asked for where offered. */
    INIT_EXT(30),
    SECURITY_CTX(32),
    /** Create requests carry the group of the parent when the caller is its member. */
    CREATE_SUPP_GROUP(34),
    HAS_EXPIRE_ONLY(35),
    /** Shared mmap of files that are served with {@link FopenFlags#DIRECT_IO}. */
    DIRECT_IO_ALLOW_MMAP(36),
    PASSTHROUGH(37),
    NO_EXPORT_SUPPORT(38),
    HAS_RESEND(39),
    ALLOW_IDMAP(40),
    OVER_IO_URING(41),
    /** Requests that are not answered in {@link io.cffs.fuse.mount.MountOptions} seconds abort the connection. */
    REQUEST_TIMEOUT(42);

    /** What suits most handlers: everything that needs no support of theirs and changes no meaning. */
    public static final Set<InitFlag> USUAL = Set.of(ASYNC_READ, ATOMIC_O_TRUNC, BIG_WRITES, READDIRPLUS,
            READDIRPLUS_AUTO, ASYNC_DIO, PARALLEL_DIROPS, MAX_PAGES, EXPLICIT_INVAL_DATA, SETXATTR_EXT, INIT_EXT,
            HAS_EXPIRE_ONLY, DIRECT_IO_ALLOW_MMAP);

    private final int bit;

    InitFlag(int bit) {
        this.bit = bit;
    }

    /** The flag in the 64-bit word that the two flag fields of FUSE_INIT make. */
    public long mask() {
        return 1L << bit;
    }

    /** The word with all of these flags. */
    public static long maskOf(Set<InitFlag> flags) {
        long word = 0;
        for (InitFlag flag : flags) {
            word |= flag.mask();
        }
        return word;
    }
}
