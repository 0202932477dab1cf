package io.cffs.daemon.cli;

import io.cffs.daemon.session.Staging;
import io.cffs.daemon.staging.DirtyBytes;
import io.cffs.daemon.staging.Stager;
import io.cffs.model.FsException;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.FileBytesSource;
import io.cffs.txn.Transaction;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import java.util.concurrent.locks.ReentrantLock;

/** Gives each transaction one stager over all its attempts, because numbers of staged objects must not come again. */
final class StagedWrites implements Staging {
    private final BackendPort backend;
    private final VolumeName volume;
    private TxnId owner;
    private Stager stager;

    StagedWrites(BackendPort backend, VolumeName volume) {
        this.backend = backend;
        this.volume = volume;
    }

    @Override
    public FileBytesSource prepare(Transaction transaction, TxnId txn) {
        Stager current = of(txn);
        try {
            // No request is admitted while this runs, so a lock of its own is as good as the session's.
            return current.stage(DirtyBytes.of(transaction), new ReentrantLock());
        } catch (FsException e) {
            throw new BackendException(BackendException.Cause.NO_SPACE,
                    "what the function wrote could not be read back for the upload: " + e.error(), e);
        }
    }

    private synchronized Stager of(TxnId txn) {
        if (txn.equals(owner)) {
            stager.newAttempt();
        } else {
            owner = txn;
            stager = new Stager(backend, volume, txn);
        }
        return stager;
    }
}
