package io.cffs.daemon.mount;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.model.ObjectKey.DentryKey;
import io.cffs.model.ObjectKey.InodeKey;
import io.cffs.model.ObjectKey.XattrKey;
import io.cffs.model.Quota;
import io.cffs.model.QuotaCharge;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.ReadKey;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.StagedId;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.apply.Applier;
import io.cffs.txn.apply.Effect;
import io.cffs.txn.apply.LatestState;
import io.cffs.txn.apply.MutationRefused;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import io.cffs.txn.validate.CommittedFootprint;
import io.cffs.txn.validate.Validator;
import io.cffs.txn.validate.VersionIndex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A backend of one volume in plain maps, with every version kept, and with switches that make it fail. */
public class MemoryVolume implements BackendPort, LatestState {
    private final Map<ObjectKey, TreeMap<Long, Optional<StoredObject>>> versions = new HashMap<>();
    private final Map<Ino, TreeMap<Name, Boolean>> names = new HashMap<>();
    private final Map<StagedId, Bytes> staged = new HashMap<>();
    private final Map<TxnId, CommitTs> ledger = new HashMap<>();
    private final VersionIndex index =
            new VersionIndex(CommitTs.ZERO, VersionIndex.COMMITS_MAX, VersionIndex.CHANGES_MAX);
    private long last;
    private long nextIno = 2;

    /** Reads fail like this from now on; null for none. */
    volatile BackendException readFailure;
    /** The next commit is carried out but not answered. */
    volatile boolean loseNextCommitAnswer;
    private volatile CompletableFuture<Void> held;
    private volatile CountDownLatch fetchCame;
    private volatile CompletableFuture<Void> heldCommit;
    private volatile CountDownLatch commitCame;
    volatile int commits;
    /** Round trips that brought objects or listings. */
    final AtomicInteger fetches = new AtomicInteger();
    volatile int begins;
    volatile int ends;
    /** What the last begin asked priority over. */
    volatile List<ReadKey> witnesses = List.of();

    public MemoryVolume() {
        put(new InodeKey(Ino.ROOT), Optional.of(new StoredObject.InodeObject(
                new Inode(Ino.ROOT, FileType.DIRECTORY, 0755, 0, 0, 2, 0, 0, 0, 0, 0, 0, Ino.ROOT, null))));
    }

    private void put(ObjectKey key, Optional<StoredObject> value) {
        versions.computeIfAbsent(key, k -> new TreeMap<>()).put(last, value);
        if (key instanceof DentryKey dentry) {
            names.computeIfAbsent(dentry.parent(), k -> new TreeMap<>()).put(dentry.name(), true);
        }
    }

    private StoredObject at(ObjectKey key, long ts) {
        TreeMap<Long, Optional<StoredObject>> all = versions.get(key);
        Map.Entry<Long, Optional<StoredObject>> found = all == null ? null : all.floorEntry(ts);
        return found == null ? null : found.getValue().orElse(null);
    }

    private <T> CompletableFuture<T> answer(Supplier<T> supplier) {
        try {
            synchronized (this) {
                return CompletableFuture.completedFuture(supplier.get());
            }
        } catch (BackendException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void requireReadable() {
        if (readFailure != null) {
            throw readFailure;
        }
    }

    @Override
    public CompletableFuture<Begun> begin(BeginRequest request) {
        begins++;
        witnesses = request.witnesses();
        return answer(() -> new Begun(new CommitTs(last), 1, 60_000, changesAfter(request.lastSeen()), null));
    }

    private List<ObjectKey> changesAfter(CommitTs seen) {
        return seen == null
                ? null
                : versions.entrySet().stream().filter(entry -> entry.getValue().lastKey() > seen.value())
                        .map(Map.Entry::getKey).toList();
    }

    /** Commits wait for {@link #releaseCommit}; the latch opens when one has come. */
    CountDownLatch holdCommits() {
        commitCame = new CountDownLatch(1);
        heldCommit = new CompletableFuture<>();
        return commitCame;
    }

    void releaseCommit() {
        CompletableFuture<Void> waiting = heldCommit;
        heldCommit = null;
        waiting.complete(null);
    }

    /** The next fetch waits for {@link #releaseFetch}; the latch opens when it has come. */
    CountDownLatch holdNextFetch() {
        fetchCame = new CountDownLatch(1);
        held = new CompletableFuture<>();
        return fetchCame;
    }

    void releaseFetch() {
        CompletableFuture<Void> waiting = held;
        held = null;
        waiting.complete(null);
    }

    @Override
    public CompletableFuture<List<Fetched>> fetch(VolumeName volume, CommitTs snapshot, List<FetchItem> items) {
        CompletableFuture<Void> wait = held;
        if (wait != null) {
            fetchCame.countDown();
            return wait.thenCompose(go -> fetch(volume, snapshot, items));
        }
        fetches.incrementAndGet();
        return answer(() -> {
            requireReadable();
            List<Fetched> found = new ArrayList<>();
            for (FetchItem item : items) {
                StoredObject value = at(item.key(), snapshot.value());
                found.add(value == null
                        ? new Fetched.Absent(item.key())
                        : new Fetched.Found(item.key(),
                                new CommitTs(versions.get(item.key()).floorKey(snapshot.value())), value));
            }
            return found;
        });
    }

    @Override
    public CompletableFuture<DirectoryPage> list(
            VolumeName volume, CommitTs snapshot, Ino directory, Name after, int limit) {
        return answer(() -> {
            requireReadable();
            List<DirectoryPage.Entry> entries = new ArrayList<>();
            for (Name name : names.getOrDefault(directory, new TreeMap<>()).keySet()) {
                StoredObject found = at(new DentryKey(directory, name), snapshot.value());
                if ((after == null || name.compareTo(after) > 0)
                        && found instanceof StoredObject.DentryObject dentry) {
                    if (entries.size() == limit) {
                        return new DirectoryPage(entries, false);
                    }
                    Inode inode = ((StoredObject.InodeObject) at(new InodeKey(dentry.ino()), snapshot.value())).inode();
                    entries.add(new DirectoryPage.Entry(name, dentry.ino(), dentry.type(), inode));
                }
            }
            return new DirectoryPage(entries, true);
        });
    }

    @Override
    public CompletableFuture<FileExtents> extents(VolumeName volume, CommitTs snapshot, Ino ino, long fromPage) {
        return answer(() -> extentsAt(ino, fromPage, snapshot.value()));
    }

    @Override
    public CompletableFuture<List<Name>> xattrNames(VolumeName volume, CommitTs snapshot, Ino ino) {
        return answer(() -> versions.keySet().stream()
                .filter(key -> key instanceof XattrKey xattr && xattr.ino().equals(ino)
                        && at(key, snapshot.value()) != null)
                .map(key -> ((XattrKey) key).name()).sorted().toList());
    }

    @Override
    public CompletableFuture<Void> stage(VolumeName volume, StagedId id, Bytes bytes) {
        return answer(() -> {
            staged.put(id, bytes);
            return null;
        });
    }

    @Override
    public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
        CompletableFuture<Void> wait = heldCommit;
        if (wait != null) {
            commitCame.countDown();
            return wait.thenCompose(go -> commit(request));
        }
        return answer(() -> {
            commits++;
            CommitOutcome outcome = decide(request);
            if (loseNextCommitAnswer) {
                loseNextCommitAnswer = false;
                return new CommitOutcome.Unknown("the answer was lost");
            }
            return outcome;
        });
    }

    private CommitOutcome decide(CommitRequest request) {
        Optional<CommitOutcome.Witness> stale = Validator.firstStale(request.reads(), request.snapshot(), index);
        if (stale.isPresent()) {
            return new CommitOutcome.Conflicted(stale.get());
        }
        Applied applied;
        try {
            applied = Applier.apply(request.writes(), this);
        } catch (MutationRefused e) {
            return new CommitOutcome.Refused(e.kind(), e.getMessage());
        }
        last++;
        applied.effects().forEach(this::carryOut);
        index.add(new CommittedFootprint(new CommitTs(last), request.txn(), applied.footprint()));
        ledger.put(request.txn(), new CommitTs(last));
        return new CommitOutcome.Committed(new CommitTs(last), false);
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.Put put -> put(put.key(), Optional.of(put.value()));
            case Effect.PutStagedBlock put -> put(put.key(), Optional.of(new StoredObject.BlockObject(
                    stagedBytes(put.object(), put.offsetBytes(), put.lengthBytes()))));
            case Effect.PatchBlock patched -> {
                BlockKey key = patched.key();
                Bytes base = patched.overHole() ? null : block(key.ino(), key.index());
                int pages = patched.patch().pages() | (base == null ? 0 : blockPages(key.ino(), key.index()));
                put(key, Optional.of(
                        new StoredObject.BlockObject(patched.patch().over(base, this::stagedBytes), pages)));
            }
            case Effect.Delete delete -> put(delete.key(), Optional.empty());
            case Effect.DeleteBlocks range -> {
                for (ObjectKey key : List.copyOf(versions.keySet())) {
                    if (key instanceof BlockKey block && block.ino().equals(range.ino())
                            && block.index() >= range.firstIndex() && block.index() <= range.lastIndex()) {
                        put(key, Optional.empty());
                    }
                }
            }
            case Effect.CloneBlocks range -> {
                for (ObjectKey key : List.copyOf(versions.keySet())) {
                    if (key instanceof BlockKey block && block.ino().equals(range.source())
                            && block.index() >= range.sourceFirstIndex()
                            && block.index() - range.sourceFirstIndex() < range.count()) {
                        var before = versions.get(key).floorEntry(last - 1);
                        if (before != null && before.getValue().isPresent()) {
                            put(new BlockKey(range.ino(), range.firstIndex() + block.index()
                                    - range.sourceFirstIndex()), before.getValue());
                        }
                    }
                }
            }
            case Effect.DeleteInodeContent dead -> { }
        }
    }

    @Override
    public CompletableFuture<LedgerAnswer> outcomeOf(VolumeName volume, TxnId txn) {
        return answer(() -> {
            CommitTs at = ledger.get(txn);
            return new LedgerAnswer(at == null ? null : new CommitOutcome.Committed(at, false));
        });
    }

    @Override
    public CompletableFuture<InoRange> reserveInos(VolumeName volume, int count) {
        return answer(() -> {
            InoRange range = new InoRange(nextIno, count);
            nextIno += count;
            return range;
        });
    }

    @Override
    public CompletableFuture<Void> end(VolumeName volume, long leaseId) {
        ends++;
        return answer(() -> null);
    }

    @Override
    public CompletableFuture<Boolean> renew(VolumeName volume, long leaseId) {
        return answer(() -> true);
    }

    @Override
    public CompletableFuture<VolumeStatus> status(VolumeName volume) {
        return answer(() -> new VolumeStatus(
                volume, new UUID(0, 1), 1, new CommitTs(last), new CommitTs(last), CommitTs.ZERO, 1, 1, 0, 1L << 40,
                1L << 40, Long.MAX_VALUE));
    }

    @Override
    public void close() {}

    @Override
    public Inode inode(Ino ino) {
        return at(new InodeKey(ino), last) instanceof StoredObject.InodeObject found ? found.inode() : null;
    }

    @Override
    public StoredObject.DentryObject dentry(Ino parent, Name name) {
        return (StoredObject.DentryObject) at(new DentryKey(parent, name), last);
    }

    @Override
    public Bytes block(Ino ino, long blockIndex) {
        return at(new BlockKey(ino, blockIndex), last) instanceof StoredObject.BlockObject found ? found.raw() : null;
    }

    @Override
    public int blockPages(Ino ino, long blockIndex) {
        return at(new BlockKey(ino, blockIndex), last) instanceof StoredObject.BlockObject found ? found.pages() : 0;
    }

    @Override
    public long allocatedPages(Ino ino, long firstIndex, long lastIndex) {
        return extentsAt(ino, firstIndex * Blocks.PAGES_PER_BLOCK, last).runs().stream()
                .mapToLong(run -> Math.min(run.lastPage() + 1, (lastIndex + 1) * Blocks.PAGES_PER_BLOCK)
                        - Math.min(run.firstPage(), (lastIndex + 1) * Blocks.PAGES_PER_BLOCK)).sum();
    }

    private FileExtents extentsAt(Ino ino, long fromPage, long at) {
        FileExtents.Gatherer found = new FileExtents.Gatherer(fromPage);
        versions.keySet().stream().filter(key -> key instanceof BlockKey block && block.ino().equals(ino))
                .map(BlockKey.class::cast).sorted(Comparator.comparingLong(BlockKey::index))
                .filter(key -> at(key, at) != null)
                .forEach(key -> found.add(key.index(), ((StoredObject.BlockObject) at(key, at)).pages()));
        return found.extents();
    }

    @Override
    public Bytes xattr(Ino ino, Name name) {
        return at(new XattrKey(ino, name), last) instanceof StoredObject.XattrObject found ? found.value() : null;
    }

    @Override
    public Quota quota(Ino tree) {
        return at(new ObjectKey.QuotaKey(tree), last) instanceof StoredObject.QuotaObject found ? found.quota() : null;
    }

    @Override
    public long volumeBytes() {
        return inodes().mapToLong(QuotaCharge::bytesOf).sum();
    }

    @Override
    public long volumeInodes() {
        return inodes().count();
    }

    private Stream<Inode> inodes() {
        return versions.keySet().stream().filter(InodeKey.class::isInstance)
                .map(key -> inode(((InodeKey) key).ino())).filter(Objects::nonNull);
    }

    @Override
    public long stagedLengthBytes(StagedId object) {
        Bytes bytes = staged.get(object);
        return bytes == null ? -1 : bytes.length();
    }

    @Override
    public Bytes stagedBytes(StagedId object, long offsetBytes, int lengthBytes) {
        int to = (int) Math.min(staged.get(object).length(), offsetBytes + lengthBytes);
        return staged.get(object).slice((int) offsetBytes, Math.min(to, (int) offsetBytes + Blocks.BLOCK_BYTES));
    }
}
