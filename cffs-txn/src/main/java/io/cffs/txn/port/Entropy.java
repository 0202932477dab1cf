package io.cffs.txn.port;

/** Chance. Safe for use by many threads. */
public interface Entropy {
    long nextLong();

    /** Uniform in 0 (inclusive) to {@code bound} (exclusive); {@code bound} is positive. */
    default long nextBelow(long bound) {
        return Math.floorMod(nextLong(), bound);
    }
}
