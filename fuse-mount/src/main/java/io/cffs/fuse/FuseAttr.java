package io.cffs.fuse;

/**
 * The attributes of an inode as {@code struct fuse_attr} has them. A plain bag of fields with chained setters: reuse
 * one per thread or make one per reply. Not safe for use by several threads at once.
 */
public final class FuseAttr {
    private static final int BLOCK_SIZE_USUAL = 4096;

    private long ino;
    private long sizeBytes;
    private long blocks;
    private long atimeNanos;
    private long mtimeNanos;
    private long ctimeNanos;
    private int mode;
    private int nlink = 1;
    private int uid;
    private int gid;
    private int rdev;
    private int blockSizeBytes = BLOCK_SIZE_USUAL;
    private int flags;

    /** st_ino. */
    public FuseAttr ino(long value) {
        ino = value;
        return this;
    }

    /** st_size in bytes. */
    public FuseAttr size(long bytes) {
        sizeBytes = bytes;
        return this;
    }

    /** st_blocks: 512-byte units in use. */
    public FuseAttr blocks(long count) {
        blocks = count;
        return this;
    }

    /** st_atim, nanoseconds since 1970; negative is before. */
    public FuseAttr atimeNanos(long nanos) {
        atimeNanos = nanos;
        return this;
    }

    public FuseAttr mtimeNanos(long nanos) {
        mtimeNanos = nanos;
        return this;
    }

    public FuseAttr ctimeNanos(long nanos) {
        ctimeNanos = nanos;
        return this;
    }

    /** st_mode: type and permissions. */
    public FuseAttr mode(int value) {
        mode = value;
        return this;
    }

    public FuseAttr nlink(int count) {
        nlink = count;
        return this;
    }

    public FuseAttr uid(int value) {
        uid = value;
        return this;
    }

    public FuseAttr gid(int value) {
        gid = value;
        return this;
    }

    /** st_rdev, in the kernel's new 32-bit encoding. */
    public FuseAttr rdev(int value) {
        rdev = value;
        return this;
    }

    /** st_blksize in bytes, a power of two; 4096 unless set. */
    public FuseAttr blockSize(int bytes) {
        blockSizeBytes = bytes;
        return this;
    }

    /** FUSE_ATTR_SUBMOUNT (1) and FUSE_ATTR_DAX (2); 0 unless set. */
    public FuseAttr flags(int value) {
        flags = value;
        return this;
    }

    public long ino() {
        return ino;
    }

    public long sizeBytes() {
        return sizeBytes;
    }

    public long blocks() {
        return blocks;
    }

    public long atimeNanos() {
        return atimeNanos;
    }

    public long mtimeNanos() {
        return mtimeNanos;
    }

    public long ctimeNanos() {
        return ctimeNanos;
    }

    public int mode() {
        return mode;
    }

    public int nlink() {
        return nlink;
    }

    public int uid() {
        return uid;
    }

    public int gid() {
        return gid;
    }

    public int rdev() {
        return rdev;
    }

    public int blockSizeBytes() {
        return blockSizeBytes;
    }

    public int flags() {
        return flags;
    }
}
