package io.cffs.daemon.staging;

import io.cffs.daemon.session.Staging;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.FileBytesSource;
import io.cffs.txn.Transaction;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The {@link Staging} of a mount: one {@link Stager} for each transaction, kept over its attempts. Safe for use by many
 * threads; a mount has one transaction at a time.
 */
public final class SessionStaging implements Staging {
    private final BackendPort backend;
    private final VolumeName volume;
    private TxnId txn; // @GuardedBy("this")
    private Stager stager; // @GuardedBy("this")

    /** @param backend not closed by this */
    public SessionStaging(BackendPort backend, VolumeName volume) {
        this.backend = backend;
        this.volume = volume;
    }

    @Override
    public FileBytesSource prepare(Transaction transaction, TxnId of) {
        try {
            // Nothing else touches the transaction now: no lock of the session is needed.
            return stagerOf(of).stage(DirtyBytes.of(transaction), new ReentrantLock());
        } catch (FsException e) {
            BackendException.Cause kind = e.error() == FsError.NO_SPACE
                    ? BackendException.Cause.NO_SPACE
                    : BackendException.Cause.STORE_FAILED;
            throw new BackendException(
                    kind, "what the transaction wrote could not be read back; nothing was committed", e);
        }
    }

    private synchronized Stager stagerOf(TxnId of) {
        if (of.equals(txn)) {
            // An attempt is prepared once: this is the next one.
            stager.newAttempt();
        } else {
            txn = of;
            stager = new Stager(backend, volume, of);
        }
        return stager;
    }
}
