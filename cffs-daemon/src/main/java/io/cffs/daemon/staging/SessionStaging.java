package io.cffs.daemon.staging;

import io.cffs.daemon.session.AttemptTicket;
import io.cffs.daemon.session.Staging;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.VolumeName;
import io.cffs.txn.FileBytesSource;
import io.cffs.txn.Transaction;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link Staging} of a mount: one {@link Stager} for each transaction, kept over its attempts. Safe for use by many
 * threads; a mount has one transaction at a time.
 */
public final class SessionStaging implements Staging {
    private static final Logger LOG = LoggerFactory.getLogger(SessionStaging.class);

    private final BackendPort backend;
    private final VolumeName volume;
    private final Executor background;
    private final long inlineBytesMax;
    private final AtomicBoolean busy = new AtomicBoolean();
    private AttemptTicket attempt; // @GuardedBy("this"): the last that came here
    private Stager stager; // @GuardedBy("this")

    /**
     * @param backend not closed by this
     * @param background runs what nobody waits for, one task at a time; a task may wait for the backend
     */
    public SessionStaging(BackendPort backend, VolumeName volume, Executor background) {
        this(backend, volume, background, Stager.INLINE_BYTES_MAX);
    }

    /**
     * With another bound than {@link Stager#INLINE_BYTES_MAX}, so that small transactions stage as large ones do.
     *
     * @param inlineBytesMax written bytes that travel in the request when there are no more, 0 and up
     */
    public SessionStaging(BackendPort backend, VolumeName volume, Executor background, long inlineBytesMax) {
        this.backend = backend;
        this.volume = volume;
        this.background = background;
        this.inlineBytesMax = inlineBytesMax;
    }

    @Override
    public FileBytesSource prepare(Transaction transaction, AttemptTicket ticket) {
        try {
            // Nothing else touches the transaction now: no lock of the session is needed.
            return stagerOf(ticket).stage(DirtyBytes.of(transaction), new ReentrantLock());
        } catch (FsException e) {
            BackendException.Cause kind = e.error() == FsError.NO_SPACE
                    ? BackendException.Cause.NO_SPACE
                    : BackendException.Cause.STORE_FAILED;
            throw new BackendException(
                    kind, "what the transaction wrote could not be read back; nothing was committed", e);
        }
    }

    @Override
    public void ahead(Transaction transaction, AttemptTicket ticket, Lock lock, BooleanSupplier open) {
        if (busy.compareAndSet(false, true)) {
            background.execute(() -> {
                try {
                    Stager stager = stagerWhileOpen(ticket, lock, open);
                    if (stager != null) {
                        stager.stageAhead(DirtyBytes.of(transaction, open), lock);
                    }
                } catch (FsException | BackendException e) {
                    // The commit uploads it, or says why it cannot.
                    LOG.atDebug().setMessage("nothing was uploaded ahead").addKeyValue("why", e.getMessage()).log();
                } finally {
                    busy.set(false);
                }
            });
        }
    }

    /** Null when the attempt has ended: a later one may have its stager here, whose numbers must not come again. */
    private Stager stagerWhileOpen(AttemptTicket ticket, Lock lock, BooleanSupplier open) {
        lock.lock();
        try {
            return open.getAsBoolean() ? stagerOf(ticket) : null;
        } finally {
            lock.unlock();
        }
    }

    private synchronized Stager stagerOf(AttemptTicket of) {
        if (attempt == null || !of.txn().equals(attempt.txn())) {
            stager = new Stager(backend, volume, of.txn(), inlineBytesMax);
        } else if (of.number() != attempt.number()) {
            stager.newAttempt();
        }
        attempt = of;
        return stager;
    }
}
