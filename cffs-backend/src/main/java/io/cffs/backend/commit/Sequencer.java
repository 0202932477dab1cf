package io.cffs.backend.commit;

import io.cffs.backend.store.StagedObjects;
import io.cffs.backend.store.VersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitOutcome.RefusalCause;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.apply.Applier;
import io.cffs.txn.apply.MutationRefused;
import io.cffs.txn.codec.Pieces;
import io.cffs.txn.port.BackendPort.InoRange;
import io.cffs.txn.port.BackendPort.LedgerAnswer;
import io.cffs.txn.port.Ticker;
import io.cffs.txn.validate.CommittedFootprint;
import io.cffs.txn.validate.Validator;
import io.cffs.txn.validate.VersionIndex;
import java.util.Optional;

/**
 * Decides on one request after another and puts what passes into a group: validate, fold, order. What it keeps is the
 * state after the last durable commit plus that of the current group, so a group that fails leaves no trace. Belongs
 * to the sequencing thread.
 */
final class Sequencer {
    private final VolumeName volume;
    private final VersionedStore store;
    private final Ticker ticker;
    private final PipelineLimits limits;
    private final OutcomeLedger ledger;
    private final Turns turns;
    private final TurnedAway turnedAway = new TurnedAway();
    private final LatestObjects latest;
    private final VersionIndex index;
    private final HeavyCommits heavy;
    private CommitTs durable;
    /** Written by the sequencing thread. */
    private volatile boolean waitsForStore;
    private long inoNext;
    private long inoCeiling;
    private long groupInoNext;
    private long groupInoCeiling;

    Sequencer(VolumeName volume, VersionedStore store, StagedObjects staged, Ticker ticker, PipelineLimits limits,
            OutcomeLedger ledger, Turns turns, CommitRoom room) {
        this.volume = volume;
        this.store = store;
        this.ticker = ticker;
        this.limits = limits;
        this.ledger = ledger;
        this.turns = turns;
        this.latest = new LatestObjects(store, staged, limits.memory());
        this.heavy = new HeavyCommits(room);
        this.durable = store.progress().applied();
        this.index = limits.memory().index(durable);
    }

    CommitTs durable() {
        return durable;
    }

    /** After a replay: takes inode numbers from where no earlier leader can have given any out. */
    void startInosAt(long ceiling) {
        inoNext = ceiling;
        inoCeiling = ceiling;
    }

    /** Folds the next commit of the log again. */
    Applied folded(LogEntry.Commit commit) throws MutationRefused {
        Invariant.COMMIT_TS_DENSE.ensure(commit.at().equals(durable.next()), commit.at(), durable);
        return Applier.apply(commit.request().writes(), latest);
    }

    /** What {@link #folded} has given is in the store when this returns. */
    void replay(long position, LogEntry.Commit commit, Applied applied) {
        store.apply(position, commit.header(), applied);
        latest.add(commit.at(), applied);
        latest.keepGroup();
        index.add(new CommittedFootprint(commit.at(), commit.request().txn(), applied.footprint()));
        durable = commit.at();
    }

    Group begin() {
        groupInoNext = inoNext;
        groupInoCeiling = inoCeiling;
        return new Group(durable);
    }

    /** The group is durable. */
    void keep(Group group) {
        // The same is about to be in the index of what is durable, and of a large commit that is much.
        group.index = null;
        for (Group.Ordered ordered : group.ordered) {
            if (ordered.entry() instanceof LogEntry.Commit commit) {
                Invariant.COMMIT_TS_DENSE.ensure(commit.at().equals(durable.next()), commit.at(), durable);
                index.add(new CommittedFootprint(
                        commit.at(), commit.request().txn(), ordered.applied().footprint()));
                durable = commit.at();
            }
        }
        latest.keepGroup();
        ledger.keepGroup();
        inoNext = groupInoNext;
        inoCeiling = groupInoCeiling;
    }

    /** The group has not happened. */
    void drop() {
        heavy.drop(durable);
        latest.dropGroup();
        ledger.dropGroup();
    }

    /** @return false when the commit has to wait for somebody's turn */
    boolean commit(Work.Commit work, Group group) {
        CommitOutcome known = answerOfLedger(work.request);
        if (known instanceof CommitOutcome.Committed committed) {
            // By a commit of this very group it is said when the group is durable, by an earlier one whatever happens.
            group.answers.add(committed.at().isAfter(durable)
                    ? answer(work, known)
                    : Group.always(() -> work.outcome.complete(known)));
            return true;
        }
        if (known == null && cannotLookBack(work)) {
            return false;
        }
        CommitOutcome refused = known != null ? known : refusal(work, group);
        if (refused != null) {
            return group.tell(work, refused);
        }
        if (mustBeAppliedFirst(work) || lacksRoom(work)) {
            return false;
        }
        // Asked once: whoever gets a turn from here on comes after this commit, which cannot be validated again.
        boolean free = turns.isEmpty();
        if (free) {
            work.forgetReads(limits.memory().readsMax());
        }
        Applied applied;
        try {
            applied = Applier.apply(work.request.writes(), latest);
        } catch (MutationRefused refusing) {
            // A quota has room again when the next delivery of this attempt comes.
            return group.tell(work, turnedAway.note(work.txn, work.request.attempt(),
                    new CommitOutcome.Refused(refusing.kind(), refusing.getMessage())));
        } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException
                | ArithmeticException odd) {
            // Whatever a request makes the fold trip over, it is that request's fault, and nothing has been ordered.
            return group.tell(work, new CommitOutcome.Refused(RefusalCause.MALFORMED,
                    "the request cannot be carried out: " + odd.getMessage()));
        }
        if (!free && mustWait(work, applied)) {
            return false;
        }
        order(work, applied, group);
        return true;
    }

    /**
     * Answers what cannot be ordered now. Of a commit an earlier delivery may have committed, so the ledger is asked.
     *
     * @throws io.cffs.txn.port.BackendException when the ledger cannot be read
     */
    void turnAway(Work work, RuntimeException why) {
        if (work instanceof Work.Commit commit) {
            CommitOutcome known = answerOfLedger(commit.request);
            commit.outcome.complete(known != null ? known : turnedAway.note(commit.txn, WorkQueue.outcomeOf(why)));
        } else {
            WorkQueue.refuse(work, why);
        }
    }

    private void order(Work.Commit work, Applied applied, Group group) {
        LogEntry.Commit entry = new LogEntry.Commit(group.last.next(), ticker.wallNanos(), work.request);
        Pieces record = LogEntry.encode(entry);
        if (record.length() > CommitLog.RECORD_BYTES_MAX) {
            CommitOutcome outcome = new CommitOutcome.Refused(RefusalCause.TOO_LARGE,
                    "the commit has a record of " + record.length() + " bytes, more than "
                            + CommitLog.RECORD_BYTES_MAX);
            group.answers.add(Group.always(() -> work.outcome.complete(outcome)));
            return;
        }
        long weight = work.weight();
        // What it does is in record and effects. Its lists may be a third of the heap: nothing holds them from here on.
        entry = entry.decided();
        work.request = null;
        group.add(entry, record, applied);
        group.last = entry.at();
        group.index.add(new CommittedFootprint(entry.at(), work.txn, applied.footprint()));
        latest.add(entry.at(), applied);
        heavy.order(entry.at(), weight);
        ledger.order(entry.request(), entry.at());
        group.answers.add(answer(work, new CommitOutcome.Committed(entry.at(), false)));
    }

    /** Null when the ledger knows neither the transaction nor its invocation. */
    private CommitOutcome answerOfLedger(CommitRequest request) {
        switch (ledger.find(request.txn())) {
            case OutcomeLedger.Finding.Committed committed -> {
                return new CommitOutcome.Committed(committed.at(), true);
            }
            case OutcomeLedger.Finding.RefusedForEver refused -> {
                return new CommitOutcome.Refused(RefusalCause.FENCED,
                        "the ledger was asked for this transaction before it arrived, so it may not commit any more");
            }
            case OutcomeLedger.Finding.NotKnown unknown -> {
                CommitTs at = ledger.findInvocation(request.invocationId());
                return at == null
                        ? turnedAway.answerTo(request.txn(), request.attempt())
                        : new CommitOutcome.Committed(at, true);
            }
        }
    }

    /** Null when what was read is still right. */
    private CommitOutcome refusal(Work.Commit work, Group group) {
        CommitRequest request = work.request;
        if (!request.volume().equals(volume)) {
            return new CommitOutcome.Refused(RefusalCause.UNKNOWN_VOLUME, "this is the log of volume " + volume);
        }
        String id = request.invocationId();
        if (request.snapshot().isAfter(durable) || id != null && id.length() > CommitRequest.INVOCATION_ID_MAX) {
            return new CommitOutcome.Refused(RefusalCause.MALFORMED,
                    "the request names a snapshot that has not happened, or too long an invocation");
        }
        CommitOutcome tooLarge = CommitWeight.refusal(work.weight(), limits.commitWeightMax());
        if (tooLarge != null) {
            return tooLarge;
        }
        Optional<CommitOutcome.Witness> stale = firstStale(request, group);
        // After the look: a trim may have taken footprints away under its hands.
        CommitTs horizon = store.progress().horizon();
        if (horizon.isAfter(request.snapshot())) {
            return new CommitOutcome.SnapshotExpired(horizon);
        }
        return stale.map(CommitOutcome.Conflicted::new).orElse(null);
    }

    private Optional<CommitOutcome.Witness> firstStale(CommitRequest request, Group group) {
        CommitTs snapshot = request.snapshot();
        Optional<CommitOutcome.Witness> stale = index.floor().isAfter(snapshot)
                ? Validator.firstStale(request.reads(), snapshot, index, store.footprints(snapshot, index.floor()))
                : Validator.firstStale(request.reads(), snapshot, index);
        Invariant.VALIDATED_AGAINST_ALL_EARLIER.ensure(index.last().equals(group.index.floor()), index.last());
        Invariant.VALIDATED_AGAINST_ALL_EARLIER.ensure(group.index.last().equals(group.last), group.last);
        return stale.isPresent() ? stale : Validator.firstStale(request.reads(), durable, group.index);
    }

    /**
     * What a commit takes over by reference, and sparse files of which it frees a range, have to be in the store when
     * it is ordered: only there ranges of blocks are found without asking for each.
     */
    private boolean mustBeAppliedFirst(Work.Commit work) {
        work.appliedFirst = null;
        for (Mutation write : work.request.writes()) {
            switch (write) {
                case Mutation.CloneRange clone -> {
                    work.waitFor(latest.contentPending(clone.source()));
                    work.waitFor(sparsePending(clone.ino()));
                }
                case Mutation.PunchHole punch -> work.waitFor(sparsePending(punch.ino()));
                case Mutation.SetLength set when set.cutToBytes() > 0 -> work.waitFor(sparsePending(set.ino()));
                default -> { }
            }
        }
        return waits(work);
    }

    private boolean waits(Work.Commit work) {
        waitsForStore |= work.appliedFirst != null;
        return work.appliedFirst != null;
    }

    /** What the index has let go of is asked of the store, which must have it. */
    private boolean cannotLookBack(Work.Commit work) {
        CommitTs floor = index.floor();
        boolean gap = floor.isAfter(work.request.snapshot()) && floor.isAfter(store.progress().applied());
        work.appliedFirst = gap ? floor : null;
        return waits(work);
    }

    /** As {@link LatestObjects#contentPending}; null for a file without holes, of which no block is asked for. */
    private CommitTs sparsePending(Ino ino) {
        Inode inode = latest.inode(ino);
        return inode == null || inode.isWithoutHoles() ? null : latest.contentPending(ino);
    }

    /** One large commit alone may take what the heap can bear: the next one goes on when the store has the first. */
    private boolean lacksRoom(Work.Commit work) {
        work.waitsForRoom = !heavy.hasRoomFor(work.weight());
        return work.waitsForRoom;
    }

    /** Gives back the room of large commits that the store has, once it is free. */
    void forgetApplied() {
        CommitTs applied = heavy.holdsAny() ? store.progress().applied() : CommitTs.ZERO;
        if (heavy.isFirstApplied(applied)) {
            latest.forgetApplied();
            heavy.giveApplied(applied);
        }
    }

    /** After the last step: what was ordered is in the store, or will be replayed by another pipeline. */
    void close() {
        heavy.drop(CommitTs.ZERO);
    }

    /** Any thread: whether the sequencing thread wants to know when something has been applied. */
    boolean waitsForStore() {
        return waitsForStore || heavy.holdsAny();
    }

    /** Whether a commit that was held back should be looked at again. */
    boolean mayGoOn(Work.Commit work) {
        if (work.waitsForRoom) {
            return heavy.hasRoomFor(work.weight());
        }
        if (work.appliedFirst == null) {
            return work.heldBackUntilNanos - ticker.monotonicNanos() <= 0;
        }
        // After the durable ones: its group has not happened.
        boolean go = !work.appliedFirst.isAfter(store.progress().applied()) || work.appliedFirst.isAfter(durable);
        waitsForStore &= !go;
        return go;
    }

    private boolean mustWait(Work.Commit work, Applied applied) {
        if (!turns.blocks(work.request.txn(), applied.footprint())) {
            return false;
        }
        long now = ticker.monotonicNanos();
        if (!work.heldBack) {
            work.heldBack = true;
            work.heldBackUntilNanos = now + limits.holdNanos();
        }
        return work.heldBackUntilNanos - now > 0;
    }

    private Group.Answer answer(Work.Commit work, CommitOutcome outcome) {
        return new Group.Answer() {
            @Override
            public void durable() {
                work.outcome.complete(outcome);
            }

            @Override
            public void failed(RuntimeException why) {
                work.outcome.complete(turnedAway.note(work.txn, WorkQueue.outcomeOf(why)));
            }
        };
    }

    void ask(Work.Ask work, Group group) {
        OutcomeLedger.Finding finding = ledger.find(work.txn());
        CommitTs at = finding instanceof OutcomeLedger.Finding.Committed committed ? committed.at() : null;
        if (finding instanceof OutcomeLedger.Finding.NotKnown) {
            LogEntry.Refusal entry = new LogEntry.Refusal(work.txn(), ticker.wallNanos());
            group.add(entry, LogEntry.encode(entry), null);
            ledger.orderRefusal(work.txn());
        }
        LedgerAnswer answer = new LedgerAnswer(at == null ? null : new CommitOutcome.Committed(at, true));
        group.answers.add(new Group.Answer() {
            @Override
            public void durable() {
                work.answer().complete(answer);
            }

            @Override
            public void failed(RuntimeException why) {
                work.answer().completeExceptionally(Group.asBackendException(why));
            }
        });
    }

    void reserveInos(Work.ReserveInos work, Group group) {
        if (groupInoNext + work.count() > groupInoCeiling) {
            LogEntry.InoCeiling entry = new LogEntry.InoCeiling(groupInoNext + work.count() + limits.inoBatch());
            group.add(entry, LogEntry.encode(entry), null);
            groupInoCeiling = entry.ceiling();
        }
        InoRange range = new InoRange(groupInoNext, work.count());
        groupInoNext += work.count();
        group.answers.add(new Group.Answer() {
            @Override
            public void durable() {
                work.range().complete(range);
            }

            @Override
            public void failed(RuntimeException why) {
                work.range().completeExceptionally(Group.asBackendException(why));
            }
        });
    }
}
