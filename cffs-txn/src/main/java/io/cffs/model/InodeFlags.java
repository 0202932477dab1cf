package io.cffs.model;

/**
 * What chattr(1) sets: the flags of ioctl_iflags(2) that CFFS keeps, by the kernel's numbers. The choice is that of
 * tmpfs: others would promise something about a disk.
 */
public final class InodeFlags {
    /** {@code +i}: neither content, attributes nor names change. */
    public static final int IMMUTABLE = 0x10;
    /** {@code +a}: a file is only appended to, a directory only gets more names. */
    public static final int APPEND = 0x20;
    /** {@code +d}: for dump(8); kept and told, no more. */
    public static final int NODUMP = 0x40;
    /** {@code +A}: reading moves no access time. */
    public static final int NOATIME = 0x80;
    /** Every flag. */
    public static final int ALL = IMMUTABLE | APPEND | NODUMP | NOATIME;
    /** Those that say what may not be done; they take CAP_LINUX_IMMUTABLE to set and to clear. */
    public static final int PROTECTING = IMMUTABLE | APPEND;
    /** Those that what is made in a directory has from it. */
    public static final int INHERITED = NODUMP | NOATIME;

    /**
     * Stands, as an attribute of the root that nobody can set, for these flags of all inodes: a change of one collides
     * with everything that was done because there was none. Flags of an inode each would be a read of its own for
     * every file that is written or removed; these are next to never set, so one read for all is what costs least.
     */
    public static final Name PROTECTION = Name.of("chattr");

    private InodeFlags() {}
}
