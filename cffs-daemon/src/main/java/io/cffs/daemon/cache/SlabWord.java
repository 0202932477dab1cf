package io.cffs.daemon.cache;

/**
 * A slot's state word: bits 0-1 state, bits 2-25 the second at which its writer took it (modulo 2^24, 194 days), bit 26
 * whether it was ever taken from a writer that had not finished, bits 27-63 a counter that goes up each time it is
 * taken, so that a word never comes back.
 */
final class SlabWord {
    private static final long EMPTY = 0;
    private static final long WRITING = 1;
    private static final long FILLED = 2;
    private static final long STATE_BITS = 3;
    private static final int SECONDS_SHIFT = 2;
    private static final long SECONDS_BITS = (1L << 24) - 1;
    private static final long STOLEN = 1L << 26;
    private static final int COUNTER_SHIFT = 27;

    private SlabWord() {}

    static boolean isFilled(long word) {
        return (word & STATE_BITS) == FILLED;
    }

    static boolean isWriting(long word) {
        return (word & STATE_BITS) == WRITING;
    }

    /** What a writer puts in place of {@code before}. */
    static long writing(long before, long seconds) {
        long stolen = isWriting(before) ? STOLEN : before & STOLEN;
        return ((before >>> COUNTER_SHIFT) + 1) << COUNTER_SHIFT | stolen | seconds << SECONDS_SHIFT | WRITING;
    }

    /** A writer that has lost the slot may still be about to write to it, and nobody can know when. */
    static boolean wasStolen(long word) {
        return (word & STOLEN) != 0;
    }

    static long filled(long word) {
        return word & ~STATE_BITS | FILLED;
    }

    static long emptied(long word) {
        return word & ~STATE_BITS | EMPTY;
    }

    /** Seconds since the slot was taken. A clock that was set back makes it old, which is safe. */
    static long ageSeconds(long word, long seconds) {
        return seconds - (word >>> SECONDS_SHIFT) & SECONDS_BITS;
    }

    static long secondsOf(long wallNanos) {
        return wallNanos / 1_000_000_000L & SECONDS_BITS;
    }
}
