package io.cffs.model;

/** The two grains of file data. */
public final class Blocks {
    /** The unit of storage and transfer, in bytes. */
    public static final int BLOCK_BYTES = 128 * 1024;
    /** The unit of conflict, in bytes. */
    public static final int PAGE_BYTES = 4096;

    public static final int PAGES_PER_BLOCK = BLOCK_BYTES / PAGE_BYTES;
    /** Largest file, in bytes: 2^62, so that offset arithmetic cannot overflow. */
    public static final long FILE_BYTES_MAX = 1L << 62;

    private Blocks() {}

    public static long blockOf(long offset) {
        return offset / BLOCK_BYTES;
    }

    public static long pageOf(long offset) {
        return offset / PAGE_BYTES;
    }
}
