package io.cffs.fuse;

/** How the kernel shall treat an opened file or directory: flags for {@link FuseReply#opened}. */
public final class FopenFlags {
    /** Reads and writes bypass the page cache, so each reaches the handler. */
    public static final int DIRECT_IO = 1;
    /** Pages cached earlier stay; without it an open drops them. */
    public static final int KEEP_CACHE = 1 << 1;
    public static final int NONSEEKABLE = 1 << 2;
    /** The kernel may keep the listing of this directory. */
    public static final int CACHE_DIR = 1 << 3;
    public static final int STREAM = 1 << 4;
    /** No FLUSH on close. */
    public static final int NOFLUSH = 1 << 5;
    /** Direct writes to one inode may run at the same time. */
    public static final int PARALLEL_DIRECT_WRITES = 1 << 6;
    /** Reads and writes go to the backing file that was registered with the kernel. */
    public static final int PASSTHROUGH = 1 << 7;

    private FopenFlags() {}
}
