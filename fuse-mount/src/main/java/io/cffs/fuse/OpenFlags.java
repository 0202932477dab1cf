package io.cffs.fuse;

/** Flags of open(2) as they come in {@link FuseRequest#flags} (x86-64 and arm64 Linux; O_DIRECT differs there). */
public final class OpenFlags {
    public static final int O_ACCMODE = 3;
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0100;
    public static final int O_EXCL = 0200;
    public static final int O_TRUNC = 01000;
    public static final int O_APPEND = 02000;
    public static final int O_NONBLOCK = 04000;
    public static final int O_DSYNC = 010000;
    /** 040000 on x86-64, 0200000 on arm64. */
    public static final int O_DIRECT = "aarch64".equals(System.getProperty("os.arch")) ? 0200000 : 040000;
    public static final int O_NOATIME = 01000000;

    /** Executed (execve): set by the kernel in {@code OPEN}. */
    public static final int FMODE_EXEC = 040;

    private OpenFlags() {}

    public static boolean isReadable(int flags) {
        return (flags & O_ACCMODE) != O_WRONLY;
    }

    public static boolean isWritable(int flags) {
        return (flags & O_ACCMODE) != O_RDONLY;
    }
}
