package io.cffs.model;

/**
 * Which pages of a block hold data and which are holes, as bits of an int, bit 0 for the first page. A page holds data
 * from when a byte of it is written, whatever byte, until it is made a hole or cut off. Bytes of holes are zeros.
 */
public final class BlockPages {
    /** Every page. */
    public static final int ALL = -1;

    private BlockPages() {}

    /** The pages that bytes {@code from} to {@code to} (exclusive) of the block lie in; both 0 to the block size. */
    public static int touched(int from, int to) {
        return from >= to ? 0 : first((to
                + Blocks.PAGE_BYTES - 1) / Blocks.PAGE_BYTES) & ~first(from / Blocks.PAGE_BYTES);
    }

    /** The pages of the first {@code bytes} bytes; less than none are none, more than a block are all. */
    public static int covering(long bytes) {
        return touched(0, (int) Math.clamp(bytes, 0L, Blocks.BLOCK_BYTES));
    }

    private static int first(int count) {
        return count >= Blocks.PAGES_PER_BLOCK ? ALL : (1 << count) - 1;
    }

    /** How many pages hold data. */
    public static int count(int pages) {
        return Integer.bitCount(pages);
    }
}
