package io.cffs.daemon.session;

import io.cffs.model.CommitTs;
import io.cffs.txn.CommitRequest;

/**
 * What the platform asked for.
 *
 * @param name the platform's id of it, at most 256 characters; null when it has none. A named invocation takes effect
 *     at most once, however often it is delivered
 * @param readOnly writes are refused; it never conflicts
 * @param covers a causal token: the snapshot is at least this new
 * @param deadlineNanos monotonic; no attempt starts after it. {@link Long#MAX_VALUE} for none
 */
public record Invocation(String name, boolean readOnly, CommitTs covers, long deadlineNanos) {
    public Invocation {
        if (name != null && (name.isEmpty() || name.length() > CommitRequest.INVOCATION_ID_MAX)) {
            throw new IllegalArgumentException("an invocation id has 1 to 256 characters");
        }
    }

    /** Reads and writes, no name, no deadline. */
    public static Invocation anonymous() {
        return new Invocation(null, false, CommitTs.ZERO, Long.MAX_VALUE);
    }
}
