package io.cffs.backend.commit;

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
    /** Measured: 480,000 new files, two changes each, hold 404 MB. Rather more, as a heap is never full. */
    private static final int CHANGE_BYTES = 512;

    private CommitWeight() {}

    /** 819,000 with {@code -Xmx512m}, of which 496 MiB can be in use at once; some 30,000 with 64 MiB. */
    static long maxWithin(long heapBytes) {
        return Math.max(heapBytes / 4, heapBytes - OTHERS_BYTES) / CHANGE_BYTES;
    }
}
