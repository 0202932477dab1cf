package io.cffs.backend.commit;

import java.util.Arrays;

/** What must hold at every moment. The same names stand in the design, in the code and in the tests. */
public enum Invariant {
    /** The n-th commit of a volume has timestamp n. */
    COMMIT_TS_DENSE,
    /** A commit was compared with every commit between its snapshot and its own timestamp. */
    VALIDATED_AGAINST_ALL_EARLIER,
    /** Nobody is told of a commit that a power cut could still undo. */
    DURABLE_BEFORE_ACKNOWLEDGED,
    /** The store takes commits in timestamp order, each once. */
    APPLIED_IN_ORDER,
    /** Only the newest epoch's leader appends to the log. */
    ONE_WRITER_PER_EPOCH,
    /** A transaction, and an invocation, takes effect at most once. */
    OUTCOME_AT_MOST_ONCE,
    /** Trimming removes nothing that a snapshot at or above the horizon reads. */
    READABLE_ABOVE_TRIM_HORIZON,
    /** An inode's link count is the number of dentries that name it. */
    LINK_COUNT_MATCHES_DENTRIES,
    /** A block that a readable version refers to can be read. */
    EVERY_REFERENCED_BLOCK_EXISTS;

    /**
     * Dies when a condition does not hold: it is our bug, and nothing after it can be trusted.
     *
     * @param facts what a reader of the message needs
     */
    public void ensure(boolean holds, Object... facts) {
        if (!holds) {
            throw new AssertionError(name() + " violated: " + Arrays.toString(facts));
        }
    }
}
