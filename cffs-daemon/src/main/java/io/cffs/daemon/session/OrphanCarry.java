package io.cffs.daemon.session;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.Orphan;
import io.cffs.txn.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What programs of a long-lived mount have open and no name leads to, on its way from one attempt to the next. See
 * {@link io.cffs.txn.Orphans} for what that means.
 *
 * <p>Bytes that are still stored are copied before the commit that removes them, most of them while requests are
 * served, and then once more while none is. They go where written bytes go: into the write buffer, and its spill file.
 *
 * <p>By the thread that drives the session; all but {@link #keep} with the session's lock held.
 */
final class OrphanCarry {
    private static final Logger LOG = LoggerFactory.getLogger(OrphanCarry.class);

    private final AttemptParts parts;
    private final List<Orphan> carried = new ArrayList<>();
    private final List<Consumer<Transaction>> heldBack = new ArrayList<>();

    /** Runs an operation on an attempt whether requests are admitted or not. */
    @FunctionalInterface
    interface Runner {
        <T> T run(Operation<T> operation, Attempt attempt) throws FsException;
    }

    OrphanCarry(AttemptParts parts) {
        this.parts = parts;
    }

    /**
     * Without the session's lock: copies what is not copied yet, for a bounded time. What fails is given up.
     *
     * @param undone the attempt leaves no trace; else it is about to be committed
     */
    void keep(Attempt attempt, boolean undone, Runner runner) {
        if (!parts.limits().keepsOrphans()) {
            return;
        }
        long startNanos = parts.ticker().monotonicNanos();
        List<Ino> files;
        try {
            files = runner.run(at -> at.transaction().orphans().toKeep(undone), attempt);
            for (Ino ino : files) {
                keep(ino, attempt, runner, startNanos);
            }
        } catch (FsException e) {
            // The attempt has failed, and its commit will say so.
            LOG.atDebug().setMessage("open files without a name are not kept").setCause(e).log();
        }
    }

    private void keep(Ino ino, Attempt attempt, Runner runner, long startNanos) throws FsException {
        try {
            boolean more = true;
            while (more) {
                more = runner.run(at -> at.transaction().orphans().keep(ino), attempt);
                if (more && parts.ticker().monotonicNanos() - startNanos > parts.limits().requestNanosMax()) {
                    throw new FsException(FsError.BUSY);
                }
            }
        } catch (FsException e) {
            if (e.error() != FsError.NO_SPACE && e.error() != FsError.BUSY) {
                throw e;
            }
            LOG.atWarn().setMessage("A file without a name that a program has open is lost to it with this commit: "
                            + "there was no room, or no time, to copy it. Make room where spill files are, or close "
                            + "large files before they are removed.")
                    .addKeyValue("ino", ino.value()).addKeyValue("why", e.error()).log();
            runner.run(at -> {
                at.transaction().orphans().giveUp(ino);
                return null;
            }, attempt);
        }
    }

    /**
     * What the kernel has let go of.
     *
     * @param deciding while its commit does, the transaction is read without the lock and must not change: it is told
     *     when that is over
     */
    void tell(Attempt attempt, boolean deciding, Consumer<Transaction> action) {
        if (deciding) {
            heldBack.add(action);
        } else {
            action.accept(attempt.transaction());
        }
    }

    /** The commit has been decided, or there is none. */
    void tellHeldBack(Attempt attempt) {
        heldBack.forEach(action -> action.accept(attempt.transaction()));
        heldBack.clear();
    }

    /** The attempt is over: takes out what lives on and discards the rest. */
    void leave(Attempt ended, boolean committed) {
        tellHeldBack(ended);
        if (parts.limits().keepsOrphans()) {
            carried.addAll(ended.transaction().orphans().take(
                    committed, ino -> ended.nodes().lookupsOf(ino.value()) > 0));
        }
        ended.transaction().discard();
    }

    /** The next attempt begins with what the one before has left, but for what has been closed since. */
    void giveTo(Transaction next) {
        carried.forEach(next.orphans()::adopt);
        carried.clear();
    }

    /** There is no next attempt. */
    void discard() {
        carried.forEach(orphan -> orphan.discard(parts.frames()));
        carried.clear();
    }
}
