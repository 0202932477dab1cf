package io.cffs.test.sim;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.ObjectKey.InodeKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.ReadKey;
import io.cffs.txn.StagedId;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.apply.Applier;
import io.cffs.txn.apply.MutationRefused;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import io.cffs.txn.validate.WriteFootprint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A backend as simple as can be: it keeps every version for ever, compares every read with every later footprint one by
 * one, and answers at once. What goes wrong with it does not go wrong in the commit pipeline. Never crashes.
 */
final class PlainBackend implements BackendPort {
    private record Entry(TxnId txn, WriteFootprint footprint) {}

    private final PlainVersions versions = new PlainVersions();
    /** Index i holds the commit with timestamp i + 1. */
    private final List<Entry> commits = new ArrayList<>();
    private final Map<TxnId, CommitTs> ledger = new HashMap<>();
    private final Map<String, CommitTs> invocations = new HashMap<>();
    private final Set<TxnId> barred = new HashSet<>();
    private final CommitListener listener;
    private long nextIno = 2;

    /** Told of every commit in order. */
    @FunctionalInterface
    interface CommitListener {
        void committed(CommitTs at, TxnId txn, int attempt);
    }

    PlainBackend(CommitListener listener) {
        this.listener = listener;
        versions.put(CommitTs.ZERO, new InodeKey(Ino.ROOT), new StoredObject.InodeObject(new Inode(
                Ino.ROOT, FileType.DIRECTORY, 0755, 0, 0, 2, 0, 0, 0, 0, 0, 0, Ino.ROOT, null)));
    }

    private CommitTs last() {
        return new CommitTs(commits.size());
    }

    @Override
    public CompletableFuture<Begun> begin(BeginRequest request) {
        CommitTs done = request.invocationId() == null ? null : invocations.get(request.invocationId());
        List<ObjectKey> changes = request.lastSeen() == null ? null : versions.changedAfter(request.lastSeen());
        return CompletableFuture.completedFuture(new Begun(last(), 1, 60_000, changes, done));
    }

    @Override
    public CompletableFuture<List<Fetched>> fetch(VolumeName volume, CommitTs snapshot, List<FetchItem> items) {
        List<Fetched> answers = new ArrayList<>();
        for (FetchItem item : items) {
            PlainVersions.Version version = versions.at(snapshot, item.key());
            if (version == null || version.object() == null) {
                answers.add(new Fetched.Absent(item.key()));
            } else if (version.at().equals(item.known())) {
                answers.add(new Fetched.Unchanged(item.key(), version.at()));
            } else {
                answers.add(new Fetched.Found(item.key(), version.at(), version.object()));
            }
        }
        return CompletableFuture.completedFuture(answers);
    }

    @Override
    public CompletableFuture<DirectoryPage> list(
            VolumeName volume, CommitTs snapshot, Ino directory, Name after, int limit) {
        return CompletableFuture.completedFuture(versions.list(snapshot, directory, after, limit));
    }

    @Override
    public CompletableFuture<FileExtents> extents(VolumeName volume, CommitTs snapshot, Ino ino, long fromPage) {
        return CompletableFuture.completedFuture(versions.extents(snapshot, ino, fromPage));
    }

    @Override
    public CompletableFuture<List<Name>> xattrNames(VolumeName volume, CommitTs snapshot, Ino ino) {
        return CompletableFuture.completedFuture(versions.xattrNames(snapshot, ino));
    }

    @Override
    public CompletableFuture<Void> stage(VolumeName volume, StagedId id, Bytes bytes) {
        versions.stage(id, bytes);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
        return CompletableFuture.completedFuture(decide(request));
    }

    private CommitOutcome decide(CommitRequest request) {
        CommitTs before = ledger.get(request.txn());
        if (before == null && request.invocationId() != null) {
            before = invocations.get(request.invocationId());
        }
        if (before != null) {
            return new CommitOutcome.Committed(before, true);
        }
        if (barred.contains(request.txn())) {
            return new CommitOutcome.Refused(CommitOutcome.RefusalCause.FENCED, "the ledger was asked for it before");
        }
        for (int i = (int) request.snapshot().value(); i < commits.size(); i++) {
            for (ReadKey key : request.reads()) {
                if (commits.get(i).footprint().collidesWith(key)) {
                    return new CommitOutcome.Conflicted(new CommitOutcome.Witness(
                            key, commits.get(i).txn(), new CommitTs(i + 1), null));
                }
            }
        }
        try {
            return apply(request, Applier.apply(request.writes(), versions.latest()));
        } catch (MutationRefused e) {
            return new CommitOutcome.Refused(e.kind(), e.getMessage());
        }
    }

    private CommitOutcome apply(CommitRequest request, Applied applied) {
        CommitTs at = last().next();
        applied.effects().forEach(effect -> versions.apply(at, effect));
        commits.add(new Entry(request.txn(), applied.footprint()));
        ledger.put(request.txn(), at);
        if (request.invocationId() != null) {
            invocations.put(request.invocationId(), at);
        }
        listener.committed(at, request.txn(), request.attempt());
        return new CommitOutcome.Committed(at, false);
    }

    @Override
    public CompletableFuture<LedgerAnswer> outcomeOf(VolumeName volume, TxnId txn) {
        CommitTs at = ledger.get(txn);
        if (at == null) {
            barred.add(txn);
        }
        return CompletableFuture.completedFuture(
                new LedgerAnswer(at == null ? null : new CommitOutcome.Committed(at, false)));
    }

    @Override
    public CompletableFuture<InoRange> reserveInos(VolumeName volume, int count) {
        InoRange range = new InoRange(nextIno, count);
        nextIno += count;
        return CompletableFuture.completedFuture(range);
    }

    @Override
    public CompletableFuture<Void> end(VolumeName volume, long leaseId) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Boolean> renew(VolumeName volume, long leaseId) {
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public CompletableFuture<VolumeStatus> status(VolumeName volume) {
        return CompletableFuture.failedFuture(
                new BackendException(BackendException.Cause.REFUSED, "the plain backend has no figures", null));
    }

    @Override
    public void close() {
        // It holds nothing but memory.
    }
}
