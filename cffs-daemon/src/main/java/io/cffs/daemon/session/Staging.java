package io.cffs.daemon.session;

import io.cffs.txn.FileBytesSource;
import io.cffs.txn.Transaction;
import io.cffs.txn.port.BackendException;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;

/** How the bytes that a transaction has written get to the backend. */
@FunctionalInterface
public interface Staging {
    /**
     * Uploads what is too large to travel with the commit, and says where all of it is. Called while no request is
     * admitted, without the session's lock; may wait for the backend.
     *
     * @throws BackendException when bytes could not be uploaded; nothing is committed then
     */
    FileBytesSource prepare(Transaction transaction, AttemptTicket ticket);

    /**
     * Some mebibytes more have been written: what will hardly change any more may be uploaded meanwhile. Returns at
     * once; what comes of it is nobody's concern before {@link #prepare}.
     *
     * @param lock under which the transaction may be looked at
     * @param open whether the attempt is still open; asked with the lock held
     */
    default void ahead(Transaction transaction, AttemptTicket ticket, Lock lock, BooleanSupplier open) {}
}
