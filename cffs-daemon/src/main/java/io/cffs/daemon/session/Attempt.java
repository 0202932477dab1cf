package io.cffs.daemon.session;

import io.cffs.daemon.cache.GaveUpException;
import io.cffs.daemon.cache.Loan;
import io.cffs.daemon.cache.SnapshotReader;
import io.cffs.daemon.vfs.HandleTable;
import io.cffs.daemon.vfs.NodeTable;
import io.cffs.model.CommitTs;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.FileBytesSource;
import io.cffs.txn.SnapshotMiss;
import io.cffs.txn.Transaction;
import io.cffs.txn.WriteRoom;
import io.cffs.txn.port.BackendException;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open attempt: its transaction, what it reads from, and how healthy it is. Everything but the final fields is
 * guarded by the session's lock, the transaction and the tables included.
 */
public final class Attempt {
    /** Looking for what may be uploaded takes time in proportion to what was written: not after every write. */
    private static final long STAGE_AHEAD_BYTES = 32L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final AttemptTicket ticket;
    private final long serial;
    private final long leaseId;
    private final String invocationName; // null when it has none
    private final Transaction transaction;
    private final SnapshotReader reader;
    private final Tables tables;
    private boolean leaseHasEnded;
    private long unstagedBytes;
    private AttemptHealth health = AttemptHealth.SOUND;
    private String failureSentence;
    private WriteRoom.Shortage toldShortage; // null before the first

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

    /** The backend has closed the lease by itself. By the thread that drives the session. */
    void leaseEnded() {
        leaseHasEnded = true;
    }

    boolean leaseHasEnded() {
        return leaseHasEnded;
    }

    /** As {@link SnapshotReader#changedAt}. */
    public CommitTs changedAt(Ino ino) throws SnapshotMiss {
        return reader.changedAt(ino);
    }

    /** What the function was, or may be, told is in no serial order any more: it has to run again. */
    public void runAgain(String sentence) {
        fail(AttemptHealth.SNAPSHOT_EXPIRED, sentence);
    }

    /** What the function will be told cannot be known: it must not commit. */
    public void cannotGoOn(String sentence) {
        fail(AttemptHealth.ENVIRONMENT_FAILED, sentence);
    }

    /** @param givesUp null: waits as long as it takes @throws FsException INTERRUPTED when that completes first */
    void fetch(SnapshotMiss.Wanted wanted, CompletableFuture<?> givesUp) throws FsException {
        try {
            reader.fetch(wanted, givesUp);
        } catch (GaveUpException e) {
            throw new FsException(FsError.INTERRUPTED);
        }
    }

    /** A read of one operation that may have its bytes lent. */
    @FunctionalInterface
    public interface LentRead {
        int run() throws FsException;
    }

    /** Runs a read whose target only passes the bytes on: they may be lent to it. */
    public int lending(Loan loan, LentRead read) throws FsException {
        reader.lendTo(loan);
        try {
            return read.run();
        } finally {
            reader.lendTo(null);
        }
    }

    /** With the session's lock held. */
    <T> T run(Operation<T> operation) throws FsException {
        try {
            return operation.run(this);
        } catch (FsException refused) {
            if (refused.error() == FsError.NO_SPACE && transaction.room().refused() != toldShortage) {
                toldShortage = transaction.room().refused();
                Shortages.tell(transaction.room());
            }
            throw refused;
        }
    }

    SnapshotReader reader() {
        return reader;
    }

    /** Bytes were written. Whether so many have been since the last such answer that uploading may begin. */
    public boolean isWorthStaging(int bytes) {
        unstagedBytes += bytes;
        boolean worth = unstagedBytes >= STAGE_AHEAD_BYTES;
        if (worth) {
            unstagedBytes = 0;
        }
        return worth;
    }

    AttemptHealth health() {
        return health;
    }

    /** What a request is answered that could not fetch. The attempt fails with it, unless the disk is just full. */
    FsException refusal(BackendException failure) {
        if (failure.kind() == BackendException.Cause.NO_SPACE) {
            // The request changed nothing, and the function may know what to do about it.
            return new FsException(FsError.NO_SPACE);
        }
        fail(failure);
        boolean expired = failure.kind() == BackendException.Cause.SNAPSHOT_EXPIRED;
        return new FsException(expired ? FsError.STALE : FsError.ENVIRONMENT_FAILED);
    }

    /** For a request. One that the function has given up still answers. */
    void requireSound() throws FsException {
        switch (health) {
            case SOUND, GIVEN_UP -> { }
            case SNAPSHOT_EXPIRED -> throw new FsException(FsError.STALE);
            case ENVIRONMENT_FAILED -> throw new FsException(FsError.ENVIRONMENT_FAILED);
        }
    }

    /** Why the attempt is not sound; null when it is. */
    String failureSentence() {
        return failureSentence;
    }

    /**
     * What the commit shall be. Runs while no request is admitted, so without the lock: uploads may take their time.
     *
     * @throws BackendException when written bytes could not be uploaded or read back; nothing is committed then
     */
    CommitRequest request(VolumeName volume, Staging staging) {
        FileBytesSource bytes = staging.prepare(transaction, ticket);
        try {
            return bounded(transaction.toCommitRequest(
                    volume, ticket.txn(), ticket.number(), invocationName, leaseId, bytes));
        } catch (FsException e) {
            throw e.error() == FsError.NO_SPACE
                    ? new BackendException(BackendException.Cause.NO_SPACE,
                            "a write found no space left where written bytes wait for the commit (TMPDIR says where);"
                                    + " nothing was committed", e)
                    : new BackendException(BackendException.Cause.STORE_FAILED,
                            "what the transaction wrote could not be read back for the commit; nothing was committed",
                            e);
        }
    }

    /** No backend takes more; better said here than by one that cannot read the request. */
    private static CommitRequest bounded(CommitRequest request) {
        int changes = request.writes().size();
        if (changes > CommitRequest.WRITES_MAX) {
            throw new BackendException(BackendException.Cause.REFUSED, "the transaction makes " + changes
                    + " changes, and one commit takes " + CommitRequest.WRITES_MAX
                    + ": divide it; nothing was committed", null);
        }
        return request;
    }

    /** The environment has failed the attempt. The first failure stays. */
    void fail(BackendException failure) {
        boolean expired = failure.kind() == BackendException.Cause.SNAPSHOT_EXPIRED;
        if (!expired && health == AttemptHealth.SOUND) {
            LOG.atWarn().setMessage("The backend has failed a file request. Files that need it answer EIO until this "
                            + "transaction has ended, and nothing of it is committed. See whether the backend's "
                            + "process runs, or is stopped: \"cffs status\" asks it.")
                    .addKeyValue("why", failure.getMessage()).log();
        }
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
