package io.cffs.backend.commit;

import io.cffs.txn.CommitOutcome;
import io.cffs.txn.WriteLimits;

/**
 * What a commit takes of the heap until it has been applied: its request, what follows from it, and the lists for
 * validation and trimming. Counted in changes, as {@link WriteLimits#changesOf} does; of the end of a stored file most
 * is noted.
 */
final class CommitWeight {
    private static final long MIB = 1024 * 1024;
    /** For everything else that the heap holds, the young generation included. */
    private static final long OTHERS_BYTES = 96 * MIB;
    /**
     * Measured at the peak, at most: 430 for a new file whose name had been looked up (two changes), 320 for a moved
     * one (four), 310 for one whose times are set (two), 240 for one that goes (four). A fifth more, and with what
     * others take by then 400,000 new files left 31% of the heap free: a collector needs room to work in.
     */
    private static final int CHANGE_BYTES = 512;

    private CommitWeight() {}

    /**
     * Null when the heap can bear it. Once it is in the log there is no way back: what ends the process for want of
     * heap while it is applied would end the next one when it is replayed.
     */
    static CommitOutcome refusal(long weight, long weightMax) {
        return weight <= weightMax ? null : new CommitOutcome.Refused(CommitOutcome.RefusalCause.TOO_LARGE,
                "the commit has " + weight + " changes and the backend's heap is large enough for " + weightMax
                        + ": commit in smaller parts, or start the backend with a larger CFFS_HEAP");
    }

    /** 819,000 with {@code -Xmx512m}, of which 496 MiB can be in use at once; some 30,000 with 64 MiB. */
    static long maxWithin(long heapBytes) {
        return Math.max(heapBytes / 4, heapBytes - OTHERS_BYTES) / CHANGE_BYTES;
    }
}
