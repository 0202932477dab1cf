package io.cffs.backend.wire;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** A backend without a store: commits are numbered and remembered by id, blocks are made up. */
public class ScriptedBackend implements BackendPort {
    public final Map<TxnId, CommitOutcome.Committed> ledger = new ConcurrentHashMap<>();
    public final Map<StagedId, Bytes> staged = new ConcurrentHashMap<>();
    public final AtomicLong lastCommitted = new AtomicLong();
    public final AtomicInteger commitsHeard = new AtomicInteger();
    public final AtomicInteger fetchesHeard = new AtomicInteger();
    /** What becomes of a commit; by default the ledger decides. */
    public volatile Function<CommitRequest, CompletableFuture<CommitOutcome>> onCommit =
            request -> CompletableFuture.completedFuture(decide(request));
    /** Waited for by every status call. */
    public volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    public CommitOutcome decide(CommitRequest request) {
        CommitOutcome.Committed[] earlier = new CommitOutcome.Committed[1];
        CommitOutcome.Committed now = ledger.computeIfAbsent(request.txn(), txn -> {
            earlier[0] = new CommitOutcome.Committed(new CommitTs(lastCommitted.incrementAndGet()), false);
            return earlier[0];
        });
        return now == earlier[0] ? now : new CommitOutcome.Committed(now.at(), true);
    }

    @Override
    public CompletableFuture<Begun> begin(BeginRequest request) {
        return CompletableFuture.completedFuture(
                new Begun(new CommitTs(lastCommitted.get()), 77, 60_000, null, null));
    }

    /** Inode 404 fails, inode 500 throws, blocks are full of their index, the rest is absent. */
    @Override
    public CompletableFuture<List<Fetched>> fetch(VolumeName volume, CommitTs snapshot, List<FetchItem> items) {
        fetchesHeard.incrementAndGet();
        List<Fetched> found = new ArrayList<>();
        for (FetchItem item : items) {
            if (item.key() instanceof ObjectKey.InodeKey inode && inode.ino().value() == 404) {
                return CompletableFuture.failedFuture(
                        new BackendException(BackendException.Cause.SNAPSHOT_EXPIRED, "Too old.", null));
            }
            if (item.key() instanceof ObjectKey.InodeKey inode && inode.ino().value() == 500) {
                throw new IllegalStateException("an accident");
            }
            if (item.key() instanceof ObjectKey.BlockKey block) {
                byte[] raw = new byte[128 * 1024];
                Arrays.fill(raw, (byte) block.index());
                found.add(new Fetched.Found(block, snapshot, new StoredObject.BlockObject(Bytes.owning(raw))));
            } else {
                found.add(new Fetched.Absent(item.key()));
            }
        }
        return CompletableFuture.completedFuture(found);
    }

    @Override
    public CompletableFuture<DirectoryPage> list(
            VolumeName volume, CommitTs snapshot, Ino directory, Name after, int limit) {
        Inode inode = new Inode(
                new Ino(9), FileType.REGULAR, 0644, 1, 2, 1, 3, 4, 5, 6, 7, 0, null, null);
        Name name = Name.of("only");
        boolean past = after != null && after.compareTo(name) >= 0;
        return CompletableFuture.completedFuture(new DirectoryPage(
                past || limit == 0
                        ? List.of()
                        : List.of(new DirectoryPage.Entry(name, inode.ino(), inode.type(), inode)),
                limit > 0));
    }

    @Override
    public CompletableFuture<FileExtents> extents(VolumeName volume, CommitTs snapshot, Ino ino, long fromPage) {
        return CompletableFuture.completedFuture(
                new FileExtents(List.of(new FileExtents.Run(fromPage, fromPage)), Long.MAX_VALUE));
    }

    @Override
    public CompletableFuture<List<Name>> xattrNames(VolumeName volume, CommitTs snapshot, Ino ino) {
        return CompletableFuture.completedFuture(List.of(Name.of("user.a"), Name.of("user.b")));
    }

    @Override
    public CompletableFuture<Void> stage(VolumeName volume, StagedId id, Bytes bytes) {
        staged.put(id, bytes);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
        commitsHeard.incrementAndGet();
        return onCommit.apply(request);
    }

    @Override
    public CompletableFuture<LedgerAnswer> outcomeOf(VolumeName volume, TxnId txn) {
        return CompletableFuture.completedFuture(new LedgerAnswer(ledger.get(txn)));
    }

    @Override
    public CompletableFuture<InoRange> reserveInos(VolumeName volume, int count) {
        return CompletableFuture.completedFuture(new InoRange(1000, count));
    }

    @Override
    public CompletableFuture<Void> end(VolumeName volume, long leaseId) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Boolean> renew(VolumeName volume, long leaseId) {
        return CompletableFuture.completedFuture(leaseId == 77);
    }

    @Override
    public CompletableFuture<VolumeStatus> status(VolumeName volume) {
        CommitTs last = new CommitTs(lastCommitted.get());
        return gate.thenApply(open -> new VolumeStatus(
                volume, new UUID(5, 6), 1, last, last, CommitTs.ZERO, 0, 1, 2, 3, 4, 5));
    }

    @Override
    public void close() {}
}
