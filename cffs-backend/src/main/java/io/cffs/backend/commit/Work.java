package io.cffs.backend.commit;

import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.WriteLimits;
import io.cffs.txn.port.BackendPort.InoRange;
import io.cffs.txn.port.BackendPort.LedgerAnswer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What waits for the sequencing thread. */
sealed interface Work {
    /** A commit. Its deadline is that of being held back for others' turns; set when that first happens. */
    final class Commit implements Work {
        final TxnId txn;
        /** Null once it has been ordered: of a large one the lists are memory that nobody needs any more. */
        CommitRequest request;
        final CompletableFuture<CommitOutcome> outcome;
        boolean heldBack;
        long heldBackUntilNanos;
        /** Waits until this commit is in the store; null when it does not. */
        CommitTs appliedFirst;
        /** Waits until other large commits are in the store. */
        boolean waitsForRoom;
        private long weight = -1;

        Commit(CommitRequest request, CompletableFuture<CommitOutcome> outcome) {
            this.txn = request.txn();
            this.request = request;
            this.outcome = outcome;
        }

        /** They are right, and nobody is going to ask again: what is left to do takes memory of its own. */
        void forgetReads(int readsMax) {
            if (request.reads().size() > readsMax) {
                request = new CommitRequest(request.volume(), request.txn(), request.attempt(),
                        request.invocationId(), request.snapshot(), request.leaseId(), List.of(), request.writes());
            }
        }

        /** @param pending null for nothing */
        void waitFor(CommitTs pending) {
            if (pending != null && (appliedFirst == null || pending.isAfter(appliedFirst))) {
                appliedFirst = pending;
            }
        }

        /** As {@link CommitWeight} counts it. */
        long weight() {
            weight = weight >= 0 ? weight : WriteLimits.changesOf(request.writes());
            return weight;
        }
    }

    record Ask(TxnId txn, CompletableFuture<LedgerAnswer> answer) implements Work {}

    record ReserveInos(int count, CompletableFuture<InoRange> range) implements Work {}

    /** Runs between groups, so that nothing is half ordered. */
    record Task(Runnable task) implements Work {}
}
