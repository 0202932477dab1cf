package io.cffs.backend;

import io.cffs.backend.commit.CommitPipeline;
import io.cffs.backend.store.StagedObjects;
import io.cffs.backend.store.VersionedStore;
import io.cffs.backend.trim.Leases;
import io.cffs.model.Bytes;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.StagedId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which staged objects belong to transactions that have not committed, so that those of attempts that end without a
 * commit go. What an earlier process left behind goes once its sessions' leases must have ended. Safe for use by many
 * threads.
 */
final class StagedLedger {
    private final StagedObjects objects;
    private final VersionedStore store;
    private final CommitPipeline pipeline;
    private final Leases leases;
    private final long sweepNanos;
    // All guarded by "this".
    private final Map<TxnId, List<StagedId>> open = new HashMap<>();
    private boolean swept;

    /** @param sweepNanos when to look for what an earlier process left, on the monotonic clock */
    StagedLedger(StagedObjects objects, VersionedStore store, CommitPipeline pipeline, Leases leases, long sweepNanos) {
        this.objects = objects;
        this.store = store;
        this.pipeline = pipeline;
        this.leases = leases;
        this.sweepNanos = sweepNanos;
    }

    void stage(StagedId id, Bytes bytes) {
        pipeline.requireRoom();
        // Noted first: an object that nobody knows of would stay until the next process sweeps.
        synchronized (this) {
            open.computeIfAbsent(id.txn(), txn -> new ArrayList<>()).add(id);
        }
        objects.put(id, bytes);
    }

    /** The commit refers to some of what was staged; the rest is of no use any more. */
    void committed(CommitRequest request) {
        List<StagedId> ids;
        synchronized (this) {
            ids = open.remove(request.txn());
        }
        if (ids == null) {
            return;
        }
        Set<StagedId> used = new HashSet<>();
        for (Mutation write : request.writes()) {
            Mutation.FileBytes data = switch (write) {
                case Mutation.WriteBytes bytes -> bytes.data();
                case Mutation.Append append -> append.data();
                default -> null;
            };
            if (data instanceof Mutation.FileBytes.Staged part) {
                used.add(part.object());
            }
        }
        ids.stream().filter(id -> !used.contains(id)).forEach(objects::delete);
    }

    /** An attempt has ended without a commit, as far as its session knows. */
    void ended(TxnId txn) {
        synchronized (this) {
            if (!open.containsKey(txn)) {
                return;
            }
        }
        // Between groups, so that a commit of this transaction that is just being ordered is known.
        pipeline.execute(() -> {
            if (leases.holds(txn) || pipeline.isKnown(txn)) {
                return;
            }
            List<StagedId> ids;
            synchronized (this) {
                ids = open.remove(txn);
            }
            if (ids != null) {
                ids.forEach(objects::delete);
            }
        });
    }

    /** Once: deletes what no commit refers to and no open transaction has staged. */
    void sweep(long nowNanos) {
        synchronized (this) {
            if (swept || nowNanos - sweepNanos < 0) {
                return;
            }
            swept = true;
        }
        List<StagedId> left = new ArrayList<>();
        objects.list(id -> {
            boolean mine;
            synchronized (this) {
                mine = open.containsKey(id.txn());
            }
            if (!mine && !leases.holds(id.txn()) && !store.isReferenced(id)) {
                left.add(id);
            }
        });
        for (StagedId id : left) {
            pipeline.execute(() -> {
                // Known and not referenced may mean not applied yet: the next process will see.
                if (!pipeline.isKnown(id.txn())) {
                    objects.delete(id);
                }
            });
        }
    }
}
