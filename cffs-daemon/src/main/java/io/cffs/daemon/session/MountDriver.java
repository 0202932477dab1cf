package io.cffs.daemon.session;

import io.cffs.model.CommitTs;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitOutcome.RefusalCause;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.Entropy;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives a long-lived mount. Either an attempt is always open, and whatever ends it opens the next: when the backend is
 * away the next one is tried for every second, and requests wait for it as long as the session's limits say. Or the
 * mount is used run by run: an attempt is open from {@link #begin} to {@link #commit} or {@link #abort}, and at no
 * other time.
 *
 * <p>Nothing is run again here, since nobody knows what to run: a commit that conflicts undoes what was done since the
 * last one, and says so. Who then writes to {@code begin} is about to run it again: that attempt, and for some time
 * those that follow, ask for priority over what was lost to ({@link TurnMemory}), as the later attempts of an
 * invocation do, so that programs which all change one file take turns.
 *
 * <p>All methods but the constructor run on the control thread, a single one that serves no request; reading the last
 * outcome is allowed from everywhere.
 */
public final class MountDriver implements MountControl {
    private static final Logger LOG = LoggerFactory.getLogger(MountDriver.class);
    private static final long RETRY_MILLIS = 1_000;

    private final Session session;
    private final Invocation invocation;
    private final boolean runByRun;
    private final Entropy entropy;
    private final ScheduledExecutorService controlThread;
    private AttemptTicket ticket;
    private AttemptTicket unresolved;
    private boolean closed;
    private volatile String lastOutcome = "";
    /** Why the last commit failed, until something is changed again or somebody begins or aborts. */
    private FsException lost;
    private final TurnMemory turns = new TurnMemory();

    /**
     * @param runByRun whether an attempt is open only from {@link #begin} on
     * @param controlThread a single thread
     */
    public MountDriver(Session session, boolean readOnly, boolean runByRun, Entropy entropy,
            ScheduledExecutorService controlThread) {
        this.session = session;
        this.runByRun = runByRun;
        this.invocation = new Invocation(null, readOnly, CommitTs.ZERO, Long.MAX_VALUE);
        this.entropy = entropy;
        this.controlThread = controlThread;
    }

    /**
     * Opens the first attempt, where one is always open.
     *
     * @throws BackendException when the backend gives no snapshot
     */
    public void start() {
        if (!runByRun) {
            open(List.of());
        }
    }

    @Override
    public String status() {
        return session.status().toJson() + "\n";
    }

    @Override
    public String transaction() {
        return InvocationControl.describe(session.status().ticket());
    }

    @Override
    public String lastOutcome() {
        return lastOutcome;
    }

    @Override
    public void begin() throws FsException {
        if (ticket != null || !runByRun) {
            requireOpen();
            if (!endIfUnchanged()) {
                throw new FsException(FsError.BUSY);
            }
        }
        List<ReadKey> lostTo = lost != null ? turns.again() : turns.first();
        lost = null;
        if (runByRun) {
            beginRun(lostTo);
        } else {
            reopen(lostTo);
        }
    }

    private void beginRun(List<ReadKey> lostTo) throws FsException {
        try {
            settleEarlier();
            open(lostTo);
        } catch (BackendException e) {
            tell("failed: " + e.getMessage());
            throw new FsException(FsError.ENVIRONMENT_FAILED);
        }
    }

    @Override
    public void commit() throws FsException {
        requireOpen();
        if (lost != null && isSpare(session.status())) {
            // Buffered writers write again when they close a file whose write has failed.
            throw lost;
        }
        AttemptTicket ending = ticket;
        ticket = null;
        lost = null;
        try {
            settle(session.commit(ending), ending);
        } catch (BackendException e) {
            tell("failed: " + e.getMessage());
            lost = new FsException(FsError.ENVIRONMENT_FAILED);
            throw lost;
        } catch (FsException e) {
            lost = e;
            throw e;
        } finally {
            reopenAfterEnd();
        }
    }

    /** Nothing was changed, and something still can be: an attempt that cannot commit has to end. */
    private static boolean isSpare(SessionStatus status) {
        return !status.changed() && status.failure() == null;
    }

    /** Commits when there is anything to commit. A run that has not said so itself is not committed. */
    public void commitIfChanged() throws FsException {
        if (!runByRun && ticket != null && session.status().changed()) {
            commit();
        }
    }

    /**
     * Goes on to the newest snapshot when nothing was changed here, and somebody else has committed: else a mount that
     * only reads would show the same state for ever. So it does when the backend, which is there again, has failed a
     * request of the attempt: else nothing would be answered any more.
     */
    public void refreshIfStale() {
        if (ticket == null || session.status().changed()) {
            return;
        }
        try {
            boolean stale = session.newestCommit().isAfter(ticket.snapshot()) || session.status().failure() != null;
            if (stale && endIfUnchanged()) {
                reopen(List.of());
            }
        } catch (BackendException e) {
            LOG.atDebug().setMessage("the mount stays at its snapshot").addKeyValue("why", e.getMessage()).log();
        }
    }

    private boolean endIfUnchanged() {
        boolean ended = !session.status().changed() && session.endIfUnchanged(ticket);
        if (ended) {
            ticket = null;
        }
        return ended;
    }

    @Override
    public void abort() throws FsException {
        end();
        lost = null;
        turns.forget();
        reopenAfterEnd();
    }

    private void end() throws FsException {
        requireOpen();
        AttemptTicket ending = ticket;
        ticket = null;
        session.abort(ending);
    }

    /** No attempt is opened any more. */
    public void stop() {
        closed = true;
    }

    private void settle(CommitOutcome outcome, AttemptTicket ending) throws FsException {
        switch (outcome) {
            case CommitOutcome.Committed c -> {
                turns.won();
                tell("committed " + c.at().value());
            }
            case CommitOutcome.Conflicted c -> {
                turns.lost(c.witness().key());
                tell("conflict: " + (c.witness().path() != null ? c.witness().path() : c.witness().key()));
                throw new FsException(FsError.BUSY);
            }
            case CommitOutcome.SnapshotExpired s -> {
                tell("snapshot expired");
                throw new FsException(FsError.STALE);
            }
            case CommitOutcome.Refused r -> {
                tell("refused: " + r.sentence());
                throw new FsException(errorOf(r.cause()));
            }
            case CommitOutcome.Unknown u -> {
                unresolved = ending;
                if (!askLedger()) {
                    throw new FsException(FsError.ENVIRONMENT_FAILED);
                }
            }
        }
    }

    private static FsError errorOf(RefusalCause cause) {
        return switch (cause) {
            case QUOTA -> FsError.QUOTA_EXCEEDED;
            case NO_SPACE, TOO_LARGE -> FsError.NO_SPACE;
            case PERMISSION, FENCED, MALFORMED, UNKNOWN_VOLUME, STAGED_BLOCK_MISSING -> FsError.NOT_PERMITTED;
        };
    }

    /** Whether it had committed. */
    private boolean askLedger() throws FsException {
        try {
            CommitTs at = session.askLedger(unresolved);
            unresolved = null;
            tell(at == null ? "not committed: the answer was lost and the ledger says no" : "committed " + at.value());
            return at != null;
        } catch (BackendException e) {
            tell("unknown: " + e.getMessage());
            throw new FsException(FsError.ENVIRONMENT_FAILED);
        }
    }

    private void settleEarlier() throws FsException {
        if (unresolved != null) {
            askLedger();
        }
    }

    private void reopenAfterEnd() {
        if (!runByRun) {
            reopen(List.of());
        }
    }

    private void reopen(List<ReadKey> lostTo) {
        if (closed || ticket != null) {
            return;
        }
        try {
            settleEarlier();
            open(lostTo);
        } catch (RuntimeException | AssertionError | FsException e) { // of ours, too: nobody else would try again
            LOG.atWarn().setMessage("no attempt could be opened; trying again")
                    .addKeyValue("why", e.getMessage()).log();
            controlThread.schedule(() -> reopen(lostTo), RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void open(List<ReadKey> lostTo) {
        TxnId txn = new TxnId(entropy.nextLong(), entropy.nextLong());
        Attempts.Ask ask = new Attempts.Ask(txn, lostTo.size() + 1, invocation, lostTo);
        ticket = switch (session.begin(ask)) {
            case Attempts.Opening.Opened opened -> opened.ticket();
            case Attempts.Opening.AlreadyCommitted done ->
                    throw new AssertionError("an invocation without a name has committed before: " + done);
        };
    }

    private void requireOpen() throws FsException {
        if (ticket == null) {
            throw new FsException(runByRun ? FsError.STALE : FsError.ENVIRONMENT_FAILED);
        }
    }

    private void tell(String line) {
        lastOutcome = line + "\n";
        LOG.atDebug().setMessage("commit asked for").addKeyValue("outcome", line).log();
    }
}
