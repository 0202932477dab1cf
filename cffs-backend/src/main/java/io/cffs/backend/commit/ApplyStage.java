package io.cffs.backend.commit;

import io.cffs.backend.store.VersionedStore;
import io.cffs.txn.port.BackendException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is durable and waits for the store. The sequencing thread adds, the applying thread applies, in order; any
 * thread asks.
 */
final class ApplyStage {
    private final VersionedStore store;
    private final OutcomeLedger ledger;
    private final ConcurrentLinkedQueue<Pending> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger backlog = new AtomicInteger();
    /** Why applying does not go on; null while it does. */
    private volatile BackendException stalled;

    private record Pending(long position, Group.Ordered ordered) {}

    ApplyStage(VersionedStore store, OutcomeLedger ledger) {
        this.store = store;
        this.ledger = ledger;
    }

    void add(long position, Group.Ordered ordered) {
        backlog.incrementAndGet();
        queue.add(new Pending(position, ordered));
    }

    /** Records that wait. */
    int backlog() {
        return backlog.get();
    }

    /** Null while the store takes what it is given. */
    BackendException stalled() {
        return stalled;
    }

    /** Applies one record. False when there was none, or the store cannot take it now. */
    boolean apply() {
        Pending pending = queue.peek();
        if (pending == null) {
            return false;
        }
        try {
            applyTo(pending);
        } catch (BackendException failed) {
            stalled = failed;
            return false;
        }
        stalled = null;
        queue.poll();
        backlog.decrementAndGet();
        return true;
    }

    private void applyTo(Pending pending) {
        switch (pending.ordered().entry()) {
            case LogEntry.Commit commit -> {
                store.apply(pending.position(), commit.header(), pending.ordered().applied());
                ledger.applied(commit.request().txn(), commit.request().invocationId());
            }
            case LogEntry.Refusal refusal -> {
                store.refuse(pending.position(), refusal.txn(), refusal.wallNanos());
                ledger.applied(refusal.txn(), null);
            }
            case LogEntry.InoCeiling ino -> store.raiseInoCeiling(pending.position(), ino.ceiling());
        }
    }
}
