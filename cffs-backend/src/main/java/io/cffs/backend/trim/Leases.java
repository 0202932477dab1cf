package io.cffs.backend.trim;

import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Snapshots in use. A lease ends when its owner says so or when it has not been renewed in time; a session that dies
 * holds nothing back for longer than that. Leases do not survive the process. Safe for use by many threads.
 */
public final class Leases {
    private final long lengthNanos;
    // All guarded by "this".
    private final Map<Long, Lease> open = new HashMap<>();
    private long nextId;

    /** @param expiresNanos on the monotonic clock */
    public record Lease(long id, TxnId txn, CommitTs snapshot, long expiresNanos) {}

    /**
     * @param firstId ids count from here; an earlier process must not have given out as high ones
     */
    public Leases(long lengthNanos, long firstId) {
        this.lengthNanos = lengthNanos;
        this.nextId = firstId;
    }

    public long lengthNanos() {
        return lengthNanos;
    }

    /** Opens a lease of the snapshot that is newest at this moment: no horizon can pass it in between. */
    public synchronized Lease open(TxnId txn, Supplier<CommitTs> newest, long nowNanos) {
        Lease lease = new Lease(nextId++, txn, newest.get(), nowNanos + lengthNanos);
        open.put(lease.id(), lease);
        return lease;
    }

    /** Null when there is no such lease any more. */
    public synchronized Lease close(long id) {
        return open.remove(id);
    }

    public synchronized boolean renew(long id, long nowNanos) {
        Lease lease = open.get(id);
        if (lease == null || lease.expiresNanos() - nowNanos <= 0) {
            return false;
        }
        open.put(id, new Lease(id, lease.txn(), lease.snapshot(), nowNanos + lengthNanos));
        return true;
    }

    /** Takes out the leases whose time is up. */
    public synchronized List<Lease> expire(long nowNanos) {
        List<Lease> expired = new ArrayList<>();
        for (Iterator<Lease> leases = open.values().iterator(); leases.hasNext();) {
            Lease lease = leases.next();
            if (lease.expiresNanos() - nowNanos <= 0) {
                expired.add(lease);
                leases.remove();
            }
        }
        return expired;
    }

    public synchronized boolean holds(TxnId txn) {
        return open.values().stream().anyMatch(lease -> lease.txn().equals(txn));
    }

    public synchronized int count() {
        return open.size();
    }

    /** The oldest snapshot in use, or {@code otherwise} when that is older. */
    public synchronized CommitTs oldest(CommitTs otherwise) {
        CommitTs oldest = otherwise;
        for (Lease lease : open.values()) {
            if (oldest.isAfter(lease.snapshot())) {
                oldest = lease.snapshot();
            }
        }
        return oldest;
    }
}
