package io.cffs.daemon.session;

import io.cffs.model.TxnId;
import io.cffs.txn.FileBytesSource;
import io.cffs.txn.Transaction;
import io.cffs.txn.port.BackendException;

/** How the bytes that a transaction has written get to the backend. */
@FunctionalInterface
public interface Staging {
    /**
     * Uploads what is too large to travel with the commit, and says where all of it is. Called while no request is
     * admitted, without the session's lock; may wait for the backend.
     *
     * @throws BackendException when bytes could not be uploaded; nothing is committed then
     */
    FileBytesSource prepare(Transaction transaction, TxnId txn);
}
