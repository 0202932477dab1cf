package io.cffs.backend.commit;

import io.cffs.backend.store.StagedObjects;
import io.cffs.backend.store.VersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.Epoch;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.Fetched;
import io.cffs.txn.port.BackendPort.InoRange;
import io.cffs.txn.port.BackendPort.LedgerAnswer;
import io.cffs.txn.port.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * The pipeline that turns commit requests of one volume into durable, ordered, visible commits.
 *
 * <h2>The problem</h2>
 * Many sessions ask at once. Each must be compared with everything ordered before it, must be on disk before it is
 * told so, and must become visible in the order in which it was told. A sync of the disk costs a hundred times more
 * than the decision, so many requests have to share one; and a request must never learn of a commit that a power cut
 * could undo.
 *
 * <h2>The steps</h2>
 * <ol>
 *   <li><b>submit</b> (any thread): the request goes into a queue.
 *   <li><b>sequence</b> (one thread): everything queued becomes one group. Each request in turn is looked up in the
 *       ledger ({@code OUTCOME_AT_MOST_ONCE}), validated against the index of durable commits and that of the group
 *       ({@code VALIDATED_AGAINST_ALL_EARLIER}), folded into effects on the state after all of them, and given the next
 *       timestamp ({@code COMMIT_TS_DENSE}).
 *   <li><b>log</b>: the records of the group are appended with one sync, under this leader's epoch
 *       ({@code ONE_WRITER_PER_EPOCH}). What arrives meanwhile is the next group: the slower the disk, the larger the
 *       groups.
 *   <li><b>acknowledge</b>: only now do index, ledger and cache take the group in, and are its members answered
 *       ({@code DURABLE_BEFORE_ACKNOWLEDGED}). Conflicts are answered with their group too: the commit that a loser has
 *       lost against may be one of it, and its next snapshot has to see it.
 *   <li><b>apply</b> (one thread): the effects go to the store in order ({@code APPLIED_IN_ORDER}). Reads at a snapshot
 *       that is acknowledged but not applied wait for it; there are at most {@code backlogMax} of those, and not many
 *       more than 64 MiB of effects.
 * </ol>
 * After a crash the store says how far it had come, and the rest of the log is folded again. A group that the log
 * refuses for want of room has not happened: the sequencer drops it, its members are refused, and the next group
 * tries again. When a sync fails nobody knows what the disk has, so everyone gets {@code Unknown} and the pipeline
 * stops until it is opened again.
 *
 * <h2>Tried and dropped</h2>
 * Validation at submit by many threads under a lock: the decision costs a few microseconds, and the lock was the queue.
 * Logging effects instead of mutations: a write of 100 bytes would log its whole block. Answering conflicts before the
 * sync: their next attempt began on the snapshot that had just failed them.
 *
 * <h2>Threads</h2>
 * None here. {@link #sequence} is called by one thread at a time and {@link #apply} by one at a time; the signals
 * handed in tell their owners that there is work. A simulator calls both from its own thread, in any order. Sources:
 * Pebble's {@code commit.go}, "Group commit timers" (Helland et al.), the FoundationDB paper's resolver.
 */
public final class CommitPipeline {
    private final VolumeName volume;
    private final CommitLog log;
    private final VersionedStore store;
    private final Ticker ticker;
    private final PipelineLimits limits;
    private final Epoch epoch;
    private final OutcomeLedger ledger;
    private final Turns turns;
    private final Sequencer sequencer;
    private final RecentChanges changes;
    private final RoomGauge room;
    private final StepSignals signals;
    private final WorkQueue queue;
    private final ApplyStage applying;
    /** Of the sequencing thread: commits that wait for somebody's turn to end. */
    private List<Work.Commit> heldBack = new ArrayList<>();
    private long releasesSeen;
    /** Written by the sequencing thread, before it looks at the turns for the last time in a step. */
    private volatile boolean holdsBack;
    private volatile CommitTs acknowledged;
    private volatile long loggedBytes;

    /**
     * Takes the lead of the volume and replays what the store has not seen.
     *
     * @param commitRoom of the process
     * @param usableBytes room left on the disk; below {@link RoomGauge#RESERVE_BYTES} commits are refused
     * @throws BackendException {@code STORE_FAILED} when log and store do not fit together
     */
    public CommitPipeline(VolumeName volume, CommitLog log, VersionedStore store, StagedObjects staged,
            Coordination coordination, Ticker ticker, PipelineLimits limits, CommitRoom commitRoom,
            LongSupplier usableBytes, StepSignals signals) {
        this.volume = volume;
        this.log = log;
        this.store = store;
        this.ticker = ticker;
        this.limits = limits;
        this.signals = signals;
        this.room = new RoomGauge(usableBytes, ticker);
        this.ledger = new OutcomeLedger(store);
        this.queue = new WorkQueue(volume, limits.queueMax());
        this.applying = new ApplyStage(store, ledger, limits);
        this.turns = new Turns(limits.holdNanos(), limits.turnNanos());
        this.sequencer = new Sequencer(volume, store, staged, ticker, limits, ledger, turns, commitRoom);
        this.epoch = coordination.lead(volume, log.epoch());
        log.fence(epoch);
        this.loggedBytes = new Replay(volume, store, sequencer).run(log);
        this.acknowledged = sequencer.durable();
        this.changes = new RecentChanges(acknowledged, limits);
        sequencer.startInosAt(store.progress().inoCeiling());
    }

    // ---- any thread ----------------------------------------------------------------------------------------------

    /** The newest commit that anybody may have been told of; begin hands it out as a snapshot. */
    public CommitTs acknowledged() {
        return acknowledged;
    }

    public Epoch epoch() {
        return epoch;
    }

    /** Bytes logged since the pipeline was opened, with what was replayed: when to checkpoint. */
    public long loggedBytes() {
        return loggedBytes;
    }

    /** Never completes exceptionally. Dependents run on the sequencing thread and must be short. */
    public CompletableFuture<CommitOutcome> submit(CommitRequest request) {
        CompletableFuture<CommitOutcome> outcome = new CompletableFuture<>();
        queue.add(new Work.Commit(request, outcome));
        signals.sequenceHere();
        return outcome;
    }

    /** Final either way: a transaction that is not known is refused from then on, durably. */
    public CompletableFuture<LedgerAnswer> ask(TxnId txn) {
        CompletableFuture<LedgerAnswer> answer = new CompletableFuture<>();
        enqueue(new Work.Ask(txn, answer));
        return answer;
    }

    /** @param count 1 and up */
    public CompletableFuture<InoRange> reserveInos(int count) {
        CompletableFuture<InoRange> range = new CompletableFuture<>();
        enqueue(new Work.ReserveInos(count, range));
        return range;
    }

    /** Runs a task on the sequencing thread between groups. Not run at all when too much waits. */
    public void execute(Runnable task) {
        enqueue(new Work.Task(task));
    }

    private void enqueue(Work work) {
        queue.add(work);
        signals.sequence();
    }

    /** The commit of an invocation that has been acknowledged; null when there is none. */
    public CommitTs committedInvocation(String invocationId) {
        CommitTs at = ledger.findInvocation(invocationId);
        return at == null || at.isAfter(acknowledged) ? null : at;
    }

    /** Where this transaction has been ordered, durable or not; null when it has not, or never will be. */
    public CommitTs committedAt(TxnId txn) {
        return ledger.find(txn) instanceof OutcomeLedger.Finding.Committed committed ? committed.at() : null;
    }

    /** What changed after {@code after} up to {@code upTo}; null when that is too much, or not known any more. */
    public List<ObjectKey> changesBetween(CommitTs after, CommitTs upTo) {
        return changes.between(after, upTo);
    }

    /** What of that is known without a look into the store: see {@link RecentNews#between}. */
    public List<Fetched> newsBetween(CommitTs after, CommitTs upTo, List<Ino> of) {
        return changes.news().between(after, upTo, of);
    }

    /** Waits for a turn at the keys; see {@link Turns}. False: it took too long, and nothing is held. */
    public CompletableFuture<Boolean> awaitTurn(TxnId txn, List<ReadKey> witnesses) {
        return turns.enter(txn, witnesses, ticker.monotonicNanos());
    }

    /** The transaction has ended: whoever waits for it goes on. */
    public void endTurn(TxnId txn) {
        if (!turns.isEmpty()) {
            turns.leave(txn, ticker.monotonicNanos());
            if (holdsBack) {
                signals.sequence();
            }
        }
    }

    /** Whether another step may find something to do. */
    public boolean hasWork() {
        return holdsBack || !queue.isEmpty();
    }

    /** Ends what has taken too long. Call it every tenth of a second or so while {@link #needsTicks}. */
    public void tick() {
        turns.tick(ticker.monotonicNanos());
        signals.sequence();
    }

    public boolean needsTicks() {
        return !turns.isEmpty() || applying.stalled() != null;
    }

    /** Throws BackendException {@code NO_SPACE} while the disk has little room left: that is kept for commits. */
    public void requireRoom() {
        BackendException shortage = room.shortage();
        if (shortage != null) {
            throw shortage;
        }
    }

    public boolean hasRoom() {
        return room.shortage() == null;
    }

    /** Whether the store could not take what is durable for want of room. */
    public boolean isStalledForRoom() {
        BackendException why = applying.stalled();
        return why != null && why.kind() == BackendException.Cause.NO_SPACE;
    }

    // ---- the sequencing thread -----------------------------------------------------------------------------------

    /** Orders, logs and acknowledges one group. False when there was nothing to do. */
    public boolean sequence() {
        sequencer.forgetApplied();
        if (applying.holdsUp() && refusalNow() == null) {
            return false;
        }
        boolean resumed = resumeHeldBack();
        Work work = queue.poll();
        if (work == null && !resumed) {
            return false;
        }
        Group group = sequencer.begin();
        List<Work.Commit> again = resumed ? heldBack : List.of();
        heldBack = resumed ? new ArrayList<>() : heldBack;
        try {
            fill(group, again, work);
            finish(group);
        } catch (RuntimeException | Error bug) {
            failAll(group, again, bug);
            throw bug;
        }
        return true;
    }

    private void fill(Group group, List<Work.Commit> again, Work first) {
        RuntimeException refusal = refusalNow();
        again.forEach(commit -> take(commit, group, refusal));
        Work work = first;
        while (work != null) {
            take(work, group, refusal);
            boolean closed = group.answers.size() >= limits.groupMax() || group.isHeavy(limits);
            work = closed ? null : queue.poll();
        }
    }

    /**
     * A bug in the middle of a step: nobody knows what of the group has happened, and nothing is ordered any more.
     * Whoever waits is told so, for the step that would have answered them never comes.
     */
    private void failAll(Group group, List<Work.Commit> again, Throwable bug) {
        BackendException why = queue.stoppedBy(bug);
        queue.stop(why);
        group.answers.forEach(answer -> answer.failed(why));
        again.forEach(commit -> WorkQueue.refuse(commit, why));
        heldBack.forEach(commit -> WorkQueue.refuse(commit, why));
        heldBack = new ArrayList<>();
    }

    /** Whether those who were held back should be looked at again. */
    private boolean resumeHeldBack() {
        if (heldBack.isEmpty()) {
            holdsBack = false;
            return false;
        }
        long releases = turns.releases();
        boolean again = releases != releasesSeen || refusalNow() != null
                || heldBack.stream().anyMatch(sequencer::mayGoOn);
        releasesSeen = releases;
        return again;
    }

    private void take(Work work, Group group, RuntimeException refusal) {
        try {
            if (refusal != null && !(work instanceof Work.Task)) {
                sequencer.turnAway(work, refusal);
                return;
            }
            switch (work) {
                case Work.Task task -> task.task().run();
                case Work.Commit commit -> {
                    if (!sequencer.commit(commit, group)) {
                        heldBack.add(commit);
                        holdsBack = true;
                    }
                }
                case Work.Ask ask -> sequencer.ask(ask, group);
                case Work.ReserveInos inos -> sequencer.reserveInos(inos, group);
            }
        } catch (BackendException unreadable) {
            // The store could not be read for this request; others may fare better.
            WorkQueue.refuse(work, unreadable);
        } catch (RuntimeException | Error bug) {
            WorkQueue.refuse(work, queue.stoppedBy(bug));
            throw bug;
        }
    }

    private void finish(Group group) {
        boolean orders = !group.records.isEmpty();
        if (orders) {
            long first;
            try {
                first = log.append(epoch, group.records);
            } catch (BackendException | LogFencedException failed) {
                fail(group, failed);
                return;
            }
            Invariant.DURABLE_BEFORE_ACKNOWLEDGED.ensure(
                    log.next() >= first + group.records.size(), log.next(), first, group.records.size());
            loggedBytes += group.recordBytes;
            group.records.clear();
            for (Group.Ordered ordered : group.ordered) {
                if (ordered.entry() instanceof LogEntry.Commit commit) {
                    changes.add(commit.at(), ordered.applied());
                }
                applying.add(first++, ordered);
            }
        }
        sequencer.keep(group);
        if (orders) {
            acknowledged = sequencer.durable();
            signals.apply();
        }
        group.answers.forEach(Group.Answer::durable);
    }

    private void fail(Group group, RuntimeException failed) {
        boolean nothingHappened = failed instanceof BackendException known
                && known.kind() == BackendException.Cause.NO_SPACE;
        if (!nothingHappened) {
            queue.stop(failed);
        }
        sequencer.drop();
        group.answers.forEach(answer -> answer.failed(failed));
    }

    /** Null when commits can be ordered now. */
    private RuntimeException refusalNow() {
        if (queue.stopped() != null) {
            return queue.stopped();
        }
        return applying.stalled() != null ? applying.stalled() : room.shortage();
    }

    // ---- the applying thread -------------------------------------------------------------------------------------

    /** Applies one log record. False when there was none, or the store cannot take it now. */
    public boolean apply() {
        boolean applied = applying.apply();
        if (applied && (applying.letsGo() || sequencer.waitsForStore())) {
            signals.sequence();
        }
        return applied;
    }

    /** Makes the applied state durable and lets the log before it go. Any thread. */
    public void checkpoint() {
        log.cut(store.checkpoint() + 1);
    }

    /** Stops for good: nobody knows what has become of those who wait. Any thread. */
    public void abandon(RuntimeException why) {
        queue.stop(why);
        turns.close();
    }

    /** Refuses everything that is still queued. After the last step. */
    public void close() {
        abandon(new BackendException(BackendException.Cause.CLOSED, "volume " + volume + " is closed", null));
        heldBack.forEach(work -> WorkQueue.refuse(work, queue.stopped()));
        heldBack = new ArrayList<>();
        sequencer.close();
    }
}
