package io.cffs.daemon.session;

import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;

/** How an invocation ended. Only {@link Committed} has left anything, and {@link Unresolved} may have. */
public sealed interface InvocationResult {
    /** Attempts that were begun. */
    int attempts();

    /**
     * @param at its place in the serial order; for an invocation that wrote nothing, its snapshot
     * @param byEarlierDelivery an earlier delivery of the same invocation id had committed
     */
    record Committed(CommitTs at, boolean byEarlierDelivery, int attempts) implements InvocationResult {}

    /** The body said so. {@code health} tells whether the environment may have been the reason. */
    record Aborted(AttemptHealth health, int attempts) implements InvocationResult {}

    /** @param witness what failed the last attempt; null when its snapshot had expired */
    record ConflictsExhausted(CommitOutcome.Witness witness, int attempts) implements InvocationResult {}

    /** The deadline came before an attempt had committed. */
    record DeadlineReached(int attempts) implements InvocationResult {}

    record Refused(CommitOutcome.RefusalCause cause, String sentence, int attempts) implements InvocationResult {}

    /** The backend could not be used; nothing took effect. */
    record EnvironmentFailed(String sentence, int attempts) implements InvocationResult {}

    /** The commit was sent and the ledger could not be asked within the bound: it may or may not have taken effect. */
    record Unresolved(TxnId txn, String sentence, int attempts) implements InvocationResult {}
}
