package io.cffs.backend.commit;

import io.cffs.backend.store.VersionedStore;
import io.cffs.txn.port.BackendException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is durable and waits for the store. The sequencing thread adds, the applying thread applies, in order; any
 * thread asks.
 */
final class ApplyStage {
    private final VersionedStore store;
    private final OutcomeLedger ledger;
    private final int recordsMax;
    private final long bytesMax;
    private final ConcurrentLinkedQueue<Pending> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger backlog = new AtomicInteger();
    private final AtomicLong backlogBytes = new AtomicLong();
    /** The sequencing thread waits for room. */
    private volatile boolean holdsUp;
    /** Why applying does not go on; null while it does. */
    private volatile BackendException stalled;

    private record Pending(long position, Group.Ordered ordered, long effectBytes) {}

    ApplyStage(VersionedStore store, OutcomeLedger ledger, PipelineLimits limits) {
        this.store = store;
        this.ledger = ledger;
        this.recordsMax = limits.backlogMax();
        this.bytesMax = limits.memory().backlogBytesMax();
    }

    void add(long position, Group.Ordered ordered) {
        long effectBytes = ordered.applied() == null ? 0 : ordered.applied().effectBytes();
        backlog.incrementAndGet();
        backlogBytes.addAndGet(effectBytes);
        queue.add(new Pending(position, ordered, effectBytes));
    }

    /** Asked by the sequencing thread: whether so much waits that nothing more may be ordered. */
    boolean holdsUp() {
        if (!isFull()) {
            return false;
        }
        // Set before the second look: whoever makes room after it sees the mark and wakes the sequencing thread.
        holdsUp = true;
        return isFull();
    }

    private boolean isFull() {
        return backlog.get() >= recordsMax || backlogBytes.get() >= bytesMax;
    }

    /** Asked by the applying thread: whether the sequencing thread waits and half of the room is free again. */
    boolean letsGo() {
        boolean roomy = backlog.get() <= recordsMax / 2 && backlogBytes.get() <= bytesMax / 2;
        boolean letsGo = holdsUp && roomy;
        if (letsGo) {
            holdsUp = false;
        }
        return letsGo;
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
        backlogBytes.addAndGet(-pending.effectBytes());
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
