package io.cffs.daemon.session;

import static io.cffs.daemon.session.BackendAnswers.answered;

import io.cffs.daemon.cache.SnapshotCache;
import io.cffs.daemon.cache.SnapshotReader;
import io.cffs.daemon.vfs.HandleTable;
import io.cffs.daemon.vfs.NodeTable;
import io.cffs.model.CommitTs;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.SnapshotMiss;
import io.cffs.txn.SnapshotMiss.Wanted;
import io.cffs.txn.Transaction;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.BackendPort.Begun;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One mount: one attempt at a time, one lock, and the way from a request to the attempt.
 *
 * <p><b>Requests</b> ({@link #perform}) come from any number of threads. An operation runs under the lock against the
 * transaction, which answers from memory; what it misses is fetched with the lock given up, and then it runs again from
 * its start. A failure of the environment, or an error of ours, dooms the attempt: it can no longer commit, because the
 * function has seen an error that is not part of any serial order.
 *
 * <p><b>The life of attempts</b> ({@link Attempts}) is driven by one thread at a time, which serves no request. A
 * commit first lets the kernel write what programs changed through mappings, then stops admitting requests, waits for
 * those under way, and sends one request; its outcome ends the attempt, whatever it is, and so does an error of ours.
 *
 * <p>Lock order: this lock, then the snapshot cache's. No I/O and no callback under it.
 */
public final class Session implements Attempts, AutoCloseable {
    private final BackendPort backend;
    private final VolumeName volume;
    private final SnapshotCache cache;
    private final AttemptParts parts;
    private final LeaseKeeper leases;
    private final RequestGate gate;
    private final CommitSender sender;
    private final OrphanCarry orphans;
    private final Attempt.Tables tables = new Attempt.Tables(new NodeTable(), new HandleTable());
    private KernelCaches kernel = KernelCaches.NONE;
    private Patience patience = Patience.ENDLESS;
    private boolean answersStand; // @GuardedBy(lock): what the last one was answered is so, but for later commits
    private Attempt attempt; // @GuardedBy("gate"): null unless OPEN or COMMITTING
    private Attempt unresolved; // @GuardedBy("gate"): null unless UNRESOLVED
    private long serial; // @GuardedBy("gate")
    private BackendPort.InoRange spareInos = new BackendPort.InoRange(1, 0); // @GuardedBy("gate"): not used yet
    private boolean committedBefore; // @GuardedBy("gate"): how the attempt before ended
    private boolean dropsLateWrites; // @GuardedBy("gate")

    public Session(BackendPort backend, VolumeName volume, SnapshotCache cache, AttemptParts parts) {
        this.backend = backend;
        this.volume = volume;
        this.cache = cache;
        this.parts = parts;
        this.leases = new LeaseKeeper(backend, volume, parts.timer());
        this.sender = new CommitSender(backend);
        this.orphans = new OrphanCarry(parts);
        this.gate = new RequestGate(parts.limits(), parts.ticker());
    }

    /** Before the first attempt: who is told when caches expire, and who knows whether callers still wait. */
    public void kernel(KernelCaches caches, Patience callers) {
        this.kernel = caches;
        this.patience = callers;
    }

    /**
     * Runs an operation in the open attempt.
     *
     * @throws FsException what the operation refuses; INTERRUPTED when nobody waits for it any more; STALE when no
     *     attempt is open or it ended meanwhile; ENVIRONMENT_FAILED when the backend failed
     */
    public <T> T perform(Operation<T> operation) throws FsException {
        gate.lock().lock();
        try {
            int waitedFor = gate.enter(patience);
            try {
                return performEntered(operation, attempt);
            } finally {
                gate.leave(waitedFor);
            }
        } finally {
            gate.lock().unlock();
        }
    }

    private <T> T performLocked(Operation<T> operation, Attempt current) throws FsException {
        gate.lock().lock();
        try {
            return performEntered(operation, current);
        } finally {
            gate.lock().unlock();
        }
    }

    private <T> T performEntered(Operation<T> operation, Attempt current) throws FsException {
        for (;;) {
            Wanted wanted;
            current.requireSound();
            try {
                return current.run(operation);
            } catch (SnapshotMiss miss) {
                wanted = miss.wanted();
            } catch (RuntimeException | AssertionError bug) {
                current.fail(AttemptHealth.ENVIRONMENT_FAILED, "a request failed with an internal error: " + bug);
                throw bug;
            }
            bring(current, wanted);
        }
    }

    /** Gives the lock up, fetches, takes it again. */
    private void bring(Attempt current, Wanted wanted) throws FsException {
        BackendPort.InoRange inos = null;
        BackendException failure = null;
        gate.lock().unlock();
        try {
            if (wanted instanceof Wanted.Inos numbers) {
                inos = answered(backend.reserveInos(volume, numbers.count()));
            } else {
                current.fetch(wanted, patience.endsFor());
            }
        } catch (BackendException e) {
            failure = e;
        } finally {
            gate.lock().lock();
        }
        if (attempt != current) {
            throw new FsException(FsError.STALE);
        }
        if (failure != null) {
            throw current.refusal(failure);
        }
        if (inos != null && current.transaction().unusedInos().count() == 0) {
            current.transaction().giveInos(inos);
        }
    }

    /** See {@link Staging#ahead}. Harmless when the attempt has ended. */
    public void stageAhead(Attempt written) {
        parts.staging().ahead(written.transaction(), written.ticket(), gate.lock(),
                () -> attempt == written && gate.state() == SessionState.OPEN);
    }

    /** Runs an action under the lock: for what touches the tables alone, whether an attempt is open or not. */
    public <T> T locked(Supplier<T> action) {
        gate.lock().lock();
        try {
            return action.get();
        } finally {
            gate.lock().unlock();
        }
    }

    /** With the lock held (see {@link #locked}): for what the kernel lets go of. Nothing when no attempt is open. */
    public void tell(Consumer<Transaction> action) {
        if (attempt != null) {
            orphans.tell(attempt, gate.state() == SessionState.COMMITTING, action);
        }
    }

    public NodeTable nodes() { // guarded by the lock
        return tables.nodes();
    }

    public HandleTable handles() { // guarded by the lock
        return tables.handles();
    }

    /**
     * Whether what arrives now from the page cache was written in an attempt that left no trace: it goes the same way.
     * What was written through a mapping while an attempt committed belongs to the next.
     */
    public boolean dropsLateWrites() {
        return locked(() -> dropsLateWrites);
    }

    @Override
    public Opening begin(Ask ask) {
        gate.require(SessionState.IDLE);
        leases.awaitEnd();
        Begun begun = answered(backend.begin(new BackendPort.BeginRequest(volume, ask.txn(), ask.number(),
                ask.invocation().name(), ask.invocation().covers(), cache.lastSeen(), ask.witnesses(),
                ask.invocation().readOnly(), cache.follows())));
        if (begun.alreadyCommitted() != null) {
            backend.end(volume, begun.leaseId());
            return new Opening.AlreadyCommitted(begun.alreadyCommitted());
        }
        AttemptTicket ticket = new AttemptTicket(ask.txn(), ask.number(), begun.snapshot());
        Attempt opened = open(ticket, ask.invocation(), begun);
        try {
            leases.keep(begun.leaseId(), begun.leaseMillis());
            gate.awaitLate();
            kernel.expire();
        } catch (RuntimeException | AssertionError bug) {
            finish(opened, SessionState.IDLE, false);
            throw bug;
        }
        locked(() -> dropsLateWrites = false);
        return new Opening.Opened(ticket);
    }

    private Attempt open(AttemptTicket ticket, Invocation invocation, Begun begun) {
        return locked(() -> {
            // What an attempt was answered that has come to nothing is in no list of changes.
            kernel.prepare(answersStand && !parts.options().strictTimes() ? begun.changes() : null);
            SnapshotReader reader = cache.advance(begun.snapshot(), begun.changes(), begun.news());
            Transaction transaction =
                    new Transaction(reader, parts.frames(), parts.ticker(), parts.optionsFor(invocation));
            transaction.giveInos(spareInos);
            // Files may stay open from one attempt to the next: their handles count in each.
            tables.handles().openFiles().forEach(transaction::retain);
            orphans.giveTo(transaction);
            attempt = new Attempt(ticket, ++serial, begun.leaseId(), invocation.name(), transaction, reader, tables);
            dropsLateWrites = !committedBefore;
            gate.become(SessionState.OPEN);
            return attempt;
        });
    }

    @Override
    public CommitOutcome commit(AttemptTicket ticket) {
        Attempt current = requireCurrent(ticket);
        CommitOutcome outcome = quiesceAndDecide(current);
        boolean committed = outcome instanceof CommitOutcome.Committed;
        end(current, outcome instanceof CommitOutcome.Unknown ? SessionState.UNRESOLVED : SessionState.IDLE, committed);
        locked(() -> answersStand |= committed);
        return outcome;
    }

    private CommitOutcome quiesceAndDecide(Attempt current) {
        try {
            getReady(current);
            if (!quiesce(current)) {
                throw new BackendException(BackendException.Cause.TIMED_OUT, "file requests were still under way when"
                        + " the transaction was to commit; nothing was committed", null);
            }
            return sender.decide(current, volume, parts.staging(), kernel);
        } catch (RuntimeException | AssertionError e) {
            if (e instanceof BackendException known && known.kind() == BackendException.Cause.SNAPSHOT_EXPIRED) {
                return new CommitOutcome.SnapshotExpired(current.ticket().snapshot());
            }
            end(current, SessionState.IDLE, false);
            throw e;
        }
    }

    /** While requests are still served: the slow part of what comes before the end. */
    private void getReady(Attempt current) {
        kernel.drain();
        orphans.keep(current, false, this::performLocked);
    }

    private boolean quiesce(Attempt current) {
        boolean quiet = gate.quiesce();
        if (quiet) {
            orphans.keep(current, false, this::performLocked);
        }
        return quiet;
    }

    /**
     * Ends an attempt that has changed nothing: requests under way are answered first, others wait for the next one.
     * One that has changed something, or changes it just now, goes on, and the answer is false.
     */
    boolean endIfUnchanged(AttemptTicket ticket) {
        Attempt current = requireCurrent(ticket);
        try {
            getReady(current);
            boolean unchanged = quiesce(current) && locked(() -> current.transaction().isReadOnly());
            if (unchanged) {
                finish(current, SessionState.IDLE, true);
            }
            return unchanged;
        } finally {
            gate.reopen(() -> orphans.tellHeldBack(current));
        }
    }

    @Override
    public AttemptHealth health(AttemptTicket ticket) {
        return locked(requireCurrent(ticket)::health);
    }

    /** The function says that the open attempt shall not commit. @throws FsException STALE when none is open */
    public void giveUp() throws FsException {
        perform(at -> {
            at.fail(AttemptHealth.GIVEN_UP, "the function has given its transaction up");
            return null;
        });
    }

    @Override
    public AttemptHealth abort(AttemptTicket ticket) {
        Attempt current = requireCurrent(ticket);
        if (parts.limits().keepsOrphans()) {
            gate.quiesce();
        }
        end(current, SessionState.IDLE, false);
        return current.health();
    }

    /** A quiet attempt is over. If it has not happened, what was done to files without a name has all the same. */
    private void end(Attempt quiet, SessionState next, boolean committed) {
        try {
            if (!committed) {
                orphans.keep(quiet, true, this::performLocked);
            }
        } finally {
            finish(quiet, next, committed);
        }
    }

    /** The attempt is over. Requests under way find that it is no longer theirs. */
    private void finish(Attempt ended, SessionState next, boolean committed) {
        leases.drop();
        locked(() -> {
            answersStand = ended.transaction().isReadOnly() && ended.health() == AttemptHealth.SOUND;
            attempt = null;
            committedBefore = committed;
            unresolved = next == SessionState.UNRESOLVED ? ended : null;
            gate.become(next);
            spareInos = ended.transaction().unusedInos();
            if (unresolved == null) {
                orphans.leave(ended, committed);
            }
            return null;
        });
        if (next != SessionState.UNRESOLVED) {
            leases.end(ended);
        }
    }

    @Override
    public CommitTs askLedger(AttemptTicket ticket) {
        gate.require(SessionState.UNRESOLVED);
        CommitOutcome.Committed known = answered(backend.outcomeOf(volume, ticket.txn())).outcome();
        Attempt settled = locked(() -> {
            Attempt was = unresolved;
            unresolved = null;
            orphans.leave(was, known != null);
            gate.become(SessionState.IDLE);
            return was;
        });
        leases.end(settled);
        return known == null ? null : known.at();
    }

    /**
     * Aborts what is open. Requests are answered with STALE from then on. A commit under way is waited for, bounded,
     * and left alone when that was not enough. Harmless when closed already.
     */
    @Override
    public void close() {
        if (!gate.awaitDecided()) {
            return;
        }
        Attempt open = locked(() -> attempt);
        if (open != null) {
            finish(open, SessionState.IDLE, false);
        }
        locked(() -> {
            if (unresolved != null) {
                orphans.leave(unresolved, false);
                unresolved = null;
            }
            orphans.discard();
            gate.close();
            return null;
        });
        leases.awaitEndBriefly();
    }

    public SessionState state() {
        return locked(gate::state);
    }

    CommitTs newestCommit() {
        return answered(backend.status(volume)).lastCommitted();
    }

    public SessionStatus status() {
        return locked(() -> SessionStatus.of(gate.state(), attempt, tables, serial));
    }

    private Attempt requireCurrent(AttemptTicket ticket) {
        Attempt current = locked(() -> attempt);
        if (current == null || !current.ticket().equals(ticket)) {
            throw new IllegalStateException("no such attempt is open");
        }
        return current;
    }
}
