package io.cffs.backend.commit;

import io.cffs.backend.store.VersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who has committed, so that nobody takes effect twice ({@code OUTCOME_AT_MOST_ONCE}). An outcome is part of the
 * commit's own log record, so it is durable with it; the store keeps it from the moment of applying until its
 * retention ends, and what has been ordered but not applied is kept here. A transaction that was asked for in vain is
 * refused for as long.
 *
 * <p>Questions from any thread; ordering from the sequencing thread; {@link #applied} from the applying thread.
 */
final class OutcomeLedger {
    private final VersionedStore store;
    // All guarded by "this". A null timestamp is a refusal.
    private final Map<TxnId, CommitTs> pending = new HashMap<>();
    private final Map<String, CommitTs> pendingInvocations = new HashMap<>();
    private final List<TxnId> groupTxns = new ArrayList<>();
    private final List<String> groupInvocations = new ArrayList<>();

    OutcomeLedger(VersionedStore store) {
        this.store = store;
    }

    /** What is known of a transaction. */
    sealed interface Finding {
        record Committed(CommitTs at) implements Finding {}

        record RefusedForEver() implements Finding {}

        record NotKnown() implements Finding {}
    }

    static final Finding NOT_KNOWN = new Finding.NotKnown();
    private static final Finding REFUSED = new Finding.RefusedForEver();

    Finding find(TxnId txn) {
        synchronized (this) {
            if (pending.containsKey(txn)) {
                CommitTs at = pending.get(txn);
                return at == null ? REFUSED : new Finding.Committed(at);
            }
        }
        // What has left the pending lines has been applied before, so no outcome falls between the two questions.
        VersionedStore.LedgerLine line = store.outcomeOf(txn);
        return line == null ? NOT_KNOWN : line.at() == null ? REFUSED : new Finding.Committed(line.at());
    }

    /** Null when the invocation has not committed, or is null. */
    CommitTs findInvocation(String invocationId) {
        if (invocationId == null) {
            return null;
        }
        synchronized (this) {
            CommitTs at = pendingInvocations.get(invocationId);
            if (at != null) {
                return at;
            }
        }
        VersionedStore.LedgerLine line = store.outcomeOfInvocation(invocationId);
        return line == null ? null : line.at();
    }

    synchronized void order(CommitRequest request, CommitTs at) {
        Invariant.OUTCOME_AT_MOST_ONCE.ensure(!pending.containsKey(request.txn()), request.txn());
        pending.put(request.txn(), at);
        groupTxns.add(request.txn());
        if (request.invocationId() != null) {
            pendingInvocations.put(request.invocationId(), at);
            groupInvocations.add(request.invocationId());
        }
    }

    synchronized void orderRefusal(TxnId txn) {
        pending.put(txn, null);
        groupTxns.add(txn);
    }

    synchronized void keepGroup() {
        groupTxns.clear();
        groupInvocations.clear();
    }

    /** The group has not happened. */
    synchronized void dropGroup() {
        groupTxns.forEach(pending::remove);
        groupInvocations.forEach(pendingInvocations::remove);
        keepGroup();
    }

    /** The store has it now. */
    synchronized void applied(TxnId txn, String invocationId) {
        pending.remove(txn);
        if (invocationId != null) {
            pendingInvocations.remove(invocationId);
        }
    }
}
