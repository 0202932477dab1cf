package io.cffs.daemon.session;

import io.cffs.daemon.cache.SnapshotReader;
import io.cffs.daemon.vfs.HandleTable;
import io.cffs.daemon.vfs.NodeTable;
import io.cffs.txn.Transaction;
import io.cffs.txn.port.BackendException;

/**
 * One open attempt: its transaction, what it reads from, and how healthy it is. Everything but the final fields is
 * guarded by the session's lock, the transaction and the tables included.
 */
public final class Attempt {
    private final AttemptTicket ticket;
    private final long serial;
    private final long leaseId;
    private final String invocationName;
    private final Transaction transaction;
    private final SnapshotReader reader;
    private final Tables tables;
    private AttemptHealth health = AttemptHealth.SOUND;
    private String failureSentence;

    Attempt(AttemptTicket ticket, long serial, long leaseId, String invocationName, Transaction transaction,
            SnapshotReader reader, Tables tables) {
        this.ticket = ticket;
        this.serial = serial;
        this.leaseId = leaseId;
        this.invocationName = invocationName;
        this.transaction = transaction;
        this.reader = reader;
        this.tables = tables;
    }

    public AttemptTicket ticket() {
        return ticket;
    }

    /** Counts all attempts of the mount: 1 and up. */
    public long serial() {
        return serial;
    }

    public Transaction transaction() {
        return transaction;
    }

    public NodeTable nodes() {
        return tables.nodes();
    }

    public HandleTable handles() {
        return tables.handles();
    }

    long leaseId() {
        return leaseId;
    }

    /** Null when the invocation has no name. */
    String invocationName() {
        return invocationName;
    }

    SnapshotReader reader() {
        return reader;
    }

    AttemptHealth health() {
        return health;
    }

    /** Why the attempt is not sound; null when it is. */
    String failureSentence() {
        return failureSentence;
    }

    /** The environment has failed the attempt. The first failure stays. */
    void fail(BackendException failure) {
        boolean expired = failure.kind() == BackendException.Cause.SNAPSHOT_EXPIRED;
        fail(expired ? AttemptHealth.SNAPSHOT_EXPIRED : AttemptHealth.ENVIRONMENT_FAILED, failure.getMessage());
    }

    void fail(AttemptHealth how, String sentence) {
        if (health == AttemptHealth.SOUND) {
            health = how;
            failureSentence = sentence;
        }
    }

    /** The tables of the mount: they outlive attempts, as the kernel's own do. Guarded by the session's lock. */
    record Tables(NodeTable nodes, HandleTable handles) {}
}
