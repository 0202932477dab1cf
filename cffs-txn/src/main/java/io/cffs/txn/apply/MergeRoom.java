package io.cffs.txn.apply;

import io.cffs.txn.CommitOutcome.RefusalCause;

/**
 * How much stored data one fold may load and copy. Parts of stored blocks are no reason to load them
 * ({@link BlockPatch}), and staged bytes that do not lie as blocks do are copied only as long as there is room; what
 * remains are the blocks that a cut or a hole goes through, one or two for each.
 */
final class MergeRoom {
    static final long BYTES_MAX = 144L * 1024 * 1024;
    /** Up to here staged bytes are copied, so that their object may go. */
    private static final long COPIED_BYTES_MAX = 64L * 1024 * 1024;

    private long takenBytes;

    boolean copies() {
        return takenBytes < COPIED_BYTES_MAX;
    }

    void take(long bytes) throws MutationRefused {
        takenBytes += bytes;
        if (takenBytes > BYTES_MAX) {
            throw new MutationRefused(RefusalCause.TOO_LARGE, "the request cuts or makes holes within too many blocks");
        }
    }
}
