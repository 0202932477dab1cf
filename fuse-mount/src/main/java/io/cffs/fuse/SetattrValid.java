package io.cffs.fuse;

/** Which fields of a SETATTR request count: bits of {@link FuseRequest#valid}. */
public final class SetattrValid {
    public static final int MODE = 1;
    public static final int UID = 1 << 1;
    public static final int GID = 1 << 2;
    public static final int SIZE = 1 << 3;
    public static final int ATIME = 1 << 4;
    public static final int MTIME = 1 << 5;
    /** {@link FuseRequest#fh} names the open file through which the change comes (ftruncate). */
    public static final int FH = 1 << 6;
    /** The access time is to be the server's present time. */
    public static final int ATIME_NOW = 1 << 7;
    public static final int MTIME_NOW = 1 << 8;
    public static final int LOCKOWNER = 1 << 9;
    public static final int CTIME = 1 << 10;
    /** Clear set-user-id and set-group-id bits along with the truncation. */
    public static final int KILL_SUIDGID = 1 << 11;

    private SetattrValid() {}
}
