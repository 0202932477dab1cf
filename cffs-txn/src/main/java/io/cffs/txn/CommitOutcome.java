package io.cffs.txn;

import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;

/** What a session knows after it asked for a commit. "We do not know" is one of the answers. */
public sealed interface CommitOutcome {
    /**
     * Durable and visible.
     *
     * @param byEarlierDelivery true when an earlier delivery of the same transaction or invocation id had committed;
     *     this one has changed nothing
     */
    record Committed(CommitTs at, boolean byEarlierDelivery) implements CommitOutcome {}

    /** Another transaction came first; nothing took effect. Run again on a new snapshot. */
    record Conflicted(Witness witness) implements CommitOutcome {}

    /** The snapshot is older than what the backend can validate; nothing took effect. Run again. */
    record SnapshotExpired(CommitTs trimHorizon) implements CommitOutcome {}

    /** Will never commit as it is; nothing took effect. */
    record Refused(RefusalCause cause, String sentence) implements CommitOutcome {}

    /** No answer came. Ask the ledger with the same transaction id; never run again before it is known. */
    record Unknown(String reason) implements CommitOutcome {}

    /** The read that failed validation, and who overwrote it. {@code path} is for people; null when not known. */
    record Witness(ReadKey key, TxnId other, CommitTs otherAt, String path) {}

    enum RefusalCause {
        QUOTA,
        PERMISSION,
        FENCED,
        TOO_LARGE,
        MALFORMED,
        NO_SPACE,
        UNKNOWN_VOLUME,
        STAGED_BLOCK_MISSING
    }
}
