package io.cffs.daemon.session;

import io.cffs.txn.WriteLimits;
import io.cffs.txn.WriteRoom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people are told when a transaction may not grow any more: the limit, and what to do. */
final class Shortages {
    private static final Logger LOG = LoggerFactory.getLogger(Shortages.class);
    private static final long MIB = 1024 * 1024;
    private static final String GOES_ON = " What would make it larger answers ENOSPC; what was done so far can be"
            + " committed, and files that were made in it can be removed.";

    private Shortages() {}

    /** Nothing when nothing was refused. */
    static void tell(WriteRoom room) {
        if (room.refused() != null) {
            LOG.warn(sentence(room));
        }
    }

    static String sentence(WriteRoom room) {
        return switch (room.refused()) {
            case CHANGES -> "The transaction makes " + room.changes() + " changes, and a commit takes "
                    + room.limits().changesMax() + ", of which some are kept for removing names: do it in several"
                    + " transactions, of fewer files each" + orLargerBackend(room) + "." + GOES_ON;
            case REQUEST_BYTES -> "The names and attributes that the transaction changes and has looked up take "
                    + room.requestBytes() / MIB + " MiB, and a commit takes "
                    + room.limits().requestBytesMax() / MIB + " MiB, of which some are kept for removing names:"
                    + " do it in several transactions, of fewer files each." + GOES_ON;
            case HEAP -> "The changes that are not committed fill the "
                    + room.limits().heap().bytesMax() / MIB + " MiB of the Java heap that are for them: commit in"
                    + " smaller pieces, or give the process a larger heap (CFFS_HEAP)." + GOES_ON;
        };
    }

    private static String orLargerBackend(WriteRoom room) {
        return room.limits().changesMax() < WriteLimits.CHANGES_MAX
                ? ", or give the backend a larger heap (CFFS_HEAP)"
                : "";
    }
}
