package io.cffs.backend;

import io.cffs.backend.commit.CommitPipeline;
import io.cffs.backend.store.StagedObjects;
import io.cffs.backend.store.VersionedStore;
import io.cffs.backend.trim.Leases;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.LaidFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which staged objects belong to transactions that have not committed, so that each object is referred to by a commit,
 * or belongs to a transaction with a lease, or goes.
 *
 * <ul>
 *   <li>An object is taken only for a transaction that has a lease and has not committed: a request that arrives late
 *       leaves nothing. Until {@code sweepNanos} one without a lease may have had it from the process before this one.
 *   <li>When the last lease of a transaction ends, what it staged is <em>ending</em>. Unless the transaction commits
 *       first, the sequencing thread <em>condemns</em> it: from then on no commit finds it, and the keeping thread
 *       deletes it.
 *   <li>What a commit refers to stays until a checkpoint holds the commit, because a replay of the log reads it. What
 *       the store has copied out of it by then, so that nothing refers to it any more, goes with the checkpoint after.
 *   <li>An object that is being written when it should go is deleted by its writer.
 *   <li>What an earlier process left goes once its sessions' leases must have ended.
 * </ul>
 *
 * <p>Safe for use by many threads. No I/O with the monitor held.
 */
final class StagedLedger {
    private final StagedObjects objects;
    private final VersionedStore store;
    private final CommitPipeline pipeline;
    private final Leases leases;
    private final long sweepNanos;
    // All guarded by "this".
    private final Map<TxnId, Set<StagedId>> open = new HashMap<>();
    private final Map<TxnId, Set<StagedId>> ending = new HashMap<>();
    private final Map<StagedId, Integer> writers = new HashMap<>();
    private final Set<StagedId> goneWithTheirWriter = new HashSet<>();
    private final Map<StagedId, Settling> settling = new HashMap<>();
    private boolean swept;
    /** What no commit can refer to any more. */
    private final Set<StagedId> condemned;

    /**
     * An object of a transaction that has committed.
     *
     * @param until to be applied before it may go: commits that came before {@code at} was applied may look through
     *     this one into the object; null until nothing refers to it
     */
    private record Settling(CommitTs at, CommitTs until) {}

    /** @param sweepNanos when to look for what an earlier process left, on the monotonic clock */
    StagedLedger(StagedObjects objects, VersionedStore store, CommitPipeline pipeline, Leases leases, long sweepNanos) {
        this.objects = objects;
        this.condemned = objects.condemned();
        this.store = store;
        this.pipeline = pipeline;
        this.leases = leases;
        this.sweepNanos = sweepNanos;
    }

    /** @throws BackendException {@code SNAPSHOT_EXPIRED} when the transaction has no lease; as the block store does */
    void stage(StagedId id, Bytes bytes, long nowNanos) {
        stage(id, () -> objects.put(id, bytes), nowNanos);
    }

    /** As the other one, of an object that lies in the door. */
    void stage(LaidFile file, long nowNanos) {
        stage(file.object(), () -> objects.adopt(file), nowNanos);
    }

    private void stage(StagedId id, Runnable put, long nowNanos) {
        pipeline.requireRoom();
        boolean first;
        // Noted before the lease is looked at: whoever ends it from here on finds the object.
        synchronized (this) {
            first = open.computeIfAbsent(id.txn(), txn -> new HashSet<>()).add(id);
            writers.merge(id, 1, Integer::sum);
        }
        boolean taken = false;
        try {
            requireOpen(id.txn(), nowNanos);
            taken = true;
            put.run();
        } finally {
            written(id, first && !taken);
        }
    }

    private void requireOpen(TxnId txn, long nowNanos) {
        boolean leased = leases.holds(txn) || nowNanos - sweepNanos < 0;
        if (!leased || pipeline.committedAt(txn) != null) {
            throw new BackendException(BackendException.Cause.SNAPSHOT_EXPIRED,
                    "the transaction " + txn + " has ended here, so nothing more can be uploaded for it", null);
        }
    }

    private void written(StagedId id, boolean nothing) {
        boolean gone;
        synchronized (this) {
            boolean last = writers.merge(id, -1, (count, less) -> count + less == 0 ? null : count + less) == null;
            gone = last && goneWithTheirWriter.remove(id);
            Set<StagedId> ids = nothing ? open.get(id.txn()) : null;
            if (ids != null && ids.remove(id) && ids.isEmpty()) {
                open.remove(id.txn());
            }
        }
        if (gone) {
            objects.delete(id);
            condemned.remove(id);
        }
    }

    /** What a commit refers to. */
    static Set<StagedId> usedBy(CommitRequest request) {
        Set<StagedId> used = Set.of();
        for (Mutation write : request.writes()) {
            Mutation.FileBytes data = switch (write) {
                case Mutation.WriteBytes bytes -> bytes.data();
                case Mutation.Append append -> append.data();
                default -> null;
            };
            if (data instanceof Mutation.FileBytes.Staged part) {
                used = used.isEmpty() ? new HashSet<>() : used;
                used.add(part.object());
            }
        }
        return used;
    }

    /**
     * The commit refers to some of what was staged; the rest is of no use any more. After an earlier delivery nobody
     * knows here what that referred to: then the store has to say.
     */
    void committed(TxnId txn, Set<StagedId> used, CommitOutcome.Committed how) {
        Set<StagedId> unused = new HashSet<>();
        synchronized (this) {
            Set<StagedId> mine = open.remove(txn);
            Set<StagedId> ended = ending.remove(txn);
            unused.addAll(mine == null ? Set.of() : mine);
            unused.addAll(ended == null ? Set.of() : ended);
            Settling until = new Settling(how.at(), null);
            used.forEach(id -> settling.putIfAbsent(id, until));
            if (how.byEarlierDelivery()) {
                unused.forEach(id -> settling.putIfAbsent(id, until));
                unused.clear();
            }
        }
        unused.removeAll(used);
        unused.forEach(this::delete);
    }

    /** Whether a checkpoint may let something go. */
    synchronized boolean wantsCheckpoint() {
        return !settling.isEmpty();
    }

    /**
     * Before a checkpoint: what may be deleted after it. By then no replay and no reader comes to these any more.
     *
     * @param applied read before {@code acknowledged}
     */
    List<StagedId> unreferenced(CommitTs applied, CommitTs acknowledged) {
        Map<StagedId, Settling> due = new HashMap<>();
        synchronized (this) {
            settling.forEach((id, commit) -> {
                if (!commit.at().isAfter(applied)) {
                    due.put(id, commit);
                }
            });
        }
        List<StagedId> gone = new ArrayList<>();
        due.forEach((id, commit) -> {
            boolean referenced = store.isReferenced(id);
            synchronized (this) {
                if (referenced) {
                    settling.remove(id);
                } else if (commit.until() == null) {
                    settling.put(id, new Settling(commit.at(), acknowledged));
                } else if (!commit.until().isAfter(applied)) {
                    gone.add(id);
                }
            }
        });
        return gone;
    }

    /** The checkpoint has been made. */
    void deleteUnreferenced(List<StagedId> gone) {
        synchronized (this) {
            gone.forEach(settling::remove);
        }
        gone.forEach(this::delete);
    }

    /** A lease of the transaction has ended, or its commit was refused. */
    void ended(TxnId txn) {
        if (leases.holds(txn)) {
            return;
        }
        synchronized (this) {
            Set<StagedId> ids = open.remove(txn);
            if (ids == null) {
                return;
            }
            ending.computeIfAbsent(txn, none -> new HashSet<>()).addAll(ids);
        }
        pipeline.execute(this::condemn);
    }

    /** On the sequencing thread, so that a commit of one of the transactions is either known or comes too late. */
    private void condemn() {
        Set<TxnId> ended;
        synchronized (this) {
            ended = Set.copyOf(ending.keySet());
        }
        for (TxnId txn : ended) {
            if (pipeline.committedAt(txn) == null) {
                Set<StagedId> ids;
                synchronized (this) {
                    ids = ending.remove(txn);
                }
                condemned.addAll(ids == null ? Set.of() : ids);
            } // else whoever tells of the commit sorts out what it refers to
        }
    }

    /** On the keeping thread: deletes what has to go, and once looks for what an earlier process has left. */
    void keep(long nowNanos) {
        boolean due;
        List<TxnId> without;
        synchronized (this) {
            due = !swept && nowNanos - sweepNanos >= 0;
            swept |= due;
            without = due ? List.copyOf(open.keySet()) : List.of();
        }
        without.forEach(this::ended);
        if (due) {
            sweep();
        }
        boolean again;
        synchronized (this) {
            again = !ending.isEmpty();
        }
        if (again) {
            // Tasks are dropped when too much waits.
            pipeline.execute(this::condemn);
        }
        condemned.forEach(this::delete);
        // Whoever was about to hand it over has no lease any more.
        objects.sweepDoor(name -> !leases.holds(LaidFile.transactionOf(name)));
    }

    private void delete(StagedId id) {
        synchronized (this) {
            if (writers.containsKey(id)) {
                goneWithTheirWriter.add(id);
                return;
            }
        }
        objects.delete(id);
        condemned.remove(id);
    }

    private void sweep() {
        Map<TxnId, Set<StagedId>> left = new HashMap<>();
        objects.list(id -> {
            boolean mine;
            synchronized (this) {
                mine = open.getOrDefault(id.txn(), Set.of()).contains(id);
            }
            if (!mine && !store.isReferenced(id)) {
                left.computeIfAbsent(id.txn(), none -> new HashSet<>()).add(id);
            }
        });
        left.forEach(this::sortOut);
    }

    private void sortOut(TxnId txn, Set<StagedId> ids) {
        // Noted before anything is asked: whoever ends or commits it from here on finds them.
        synchronized (this) {
            open.computeIfAbsent(txn, none -> new HashSet<>()).addAll(ids);
        }
        CommitTs at = pipeline.committedAt(txn);
        if (at == null) {
            ended(txn);
            return;
        }
        // Its commit refers to others, or what it refers to has been copied. A replay may still read that.
        synchronized (this) {
            Set<StagedId> mine = open.getOrDefault(txn, Set.of());
            ids.stream().filter(mine::remove).forEach(id -> settling.putIfAbsent(id, new Settling(at, null)));
            if (mine.isEmpty()) {
                open.remove(txn);
            }
        }
    }
}
