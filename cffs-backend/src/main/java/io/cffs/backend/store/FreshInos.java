package io.cffs.backend.store;

import java.util.BitSet;

/**
 * Inode numbers under which nothing has ever been stored, so that nobody need look: no inode, name, block, attribute
 * or quota, and no deletion of one. A new file has such a number, and a commit may have hundreds of thousands.
 *
 * <p>Several sessions commit with numbers from ranges of their own, in any order, so the highest number does not tell.
 * The newest are told apart one by one, in {@value #PAGE_NUMBERS} to twice as many bits; older ones count as used. For
 * one thread.
 */
public final class FreshInos {
    private static final int PAGE_BITS = 20;
    static final int PAGE_NUMBERS = 1 << PAGE_BITS;

    private final long bound;
    private long firstPage;
    private BitSet first = new BitSet();
    private BitSet second = new BitSet();

    /** @param bound nothing is stored under this number or a higher one */
    public FreshInos(long bound) {
        this.bound = bound;
        this.firstPage = bound >>> PAGE_BITS;
    }

    /** False also for a number of which it is not known. */
    public boolean contains(long ino) {
        long page = ino >>> PAGE_BITS;
        // The very last number has no bound above it.
        if (ino < bound || page < firstPage || ino == Long.MAX_VALUE) {
            return false;
        }
        return page > firstPage + 1 || !bits(page).get(bit(ino));
    }

    /** Something is about to be stored under this number. */
    public void use(long ino) {
        long page = ino >>> PAGE_BITS;
        if (ino < bound || page < firstPage) {
            return;
        }
        if (page > firstPage + 1) {
            first = page == firstPage + 2 ? second : new BitSet();
            second = new BitSet();
            firstPage = page - 1;
        }
        bits(page).set(bit(ino));
    }

    private BitSet bits(long page) {
        return page == firstPage ? first : second;
    }

    private static int bit(long ino) {
        return (int) (ino & PAGE_NUMBERS - 1);
    }
}
