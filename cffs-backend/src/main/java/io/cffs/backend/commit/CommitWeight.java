package io.cffs.backend.commit;

import io.cffs.txn.Mutation;
import io.cffs.txn.WriteLimits;
import java.util.List;

/**
 * What a commit takes of the heap until it has been applied: its request, what follows from it, and the lists for
 * validation and trimming. Counted in changes, as mounts count them: one for each mutation, and four for the last name
 * of a stored file, of whose end most is noted. No commit weighs more here than there.
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

    static long of(List<Mutation> writes) {
        long ends = 0;
        for (Mutation write : writes) {
            ends += switch (write) {
                case Mutation.RemoveDentry remove -> 1;
                // A file that has other names, or gets one, lives on: then its time of change is set.
                case Mutation.PutDentry put -> -1;
                case Mutation.SetTimes set -> -1;
                default -> 0;
            };
        }
        return writes.size() + WriteLimits.MORE_OF_REMOVED * Math.max(0, ends);
    }
}
