package io.cffs.txn.apply;

import io.cffs.txn.CommitOutcome.RefusalCause;

/**
 * How much stored data one fold may load to merge small writes into. The inline limit of a request bounds what it
 * carries, not the blocks that its writes are scattered over.
 */
final class MergeRoom {
    /** 1024 pages, which fill a request, scattered over as many blocks of 128 KiB, and an eighth more. */
    static final long BYTES_MAX = 144L * 1024 * 1024;

    private long takenBytes;

    void take(long bytes) throws MutationRefused {
        takenBytes += bytes;
        if (takenBytes > BYTES_MAX) {
            throw new MutationRefused(RefusalCause.TOO_LARGE,
                    "the request writes small parts of too many blocks; stage whole blocks instead");
        }
    }
}
