package io.cffs.backend.store;

import io.cffs.backend.commit.Invariant;
import io.cffs.model.BlockPages;
import io.cffs.model.Blocks;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.txn.StagedId;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.apply.Effect;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import io.cffs.txn.port.QuotaPort;
import io.cffs.txn.validate.CommittedFootprint;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The versioned store on an ordered map of bytes: {@link #openRocks} on disk, {@link #openMemory} the twin.
 *
 * <p>Every call that changes something is one atomic batch that carries the new {@link Progress}, so after a crash the
 * tables and the log position agree. What a commit replaced is written down with it ({@link ChangeForm}), so that
 * trimming walks commits and never the volume.
 */
public final class OrderedVersionedStore implements VersionedStore {
    private static final byte[] PROGRESS = StoreKeys.text(StoreKeys.META, "progress");

    private final OrderedBytes map;
    private final VersionTables tables;
    private final VersionRemoval removal;
    private final StagedObjects staged;
    /** As of what has been applied. The applying thread's. */
    private final FreshInos fresh;
    private final NewestVersions newest = new NewestVersions();
    /** Written by the applying thread alone. */
    private volatile Progress progress;

    private OrderedVersionedStore(OrderedBytes map, StagedObjects staged, RootDirectory root) {
        this.map = map;
        this.staged = staged;
        this.tables = new VersionTables(map, staged);
        this.removal = new VersionRemoval(map);
        byte[] stored = map.get(PROGRESS);
        this.progress = stored != null ? StoreForms.progressOf(stored) : create(root);
        this.fresh = freshInos();
    }

    /**
     * Opens or creates the store in a directory that nobody else uses.
     *
     * @param logFirst the oldest record that the log still has: a state that was torn by a crash is replaced by an
     *     older
     *     one that is whole when the log reaches back to it
     */
    public static OrderedVersionedStore openRocks(Path path, StagedObjects staged, RootDirectory root, long logFirst) {
        return new OrderedVersionedStore(StateSalvage.open(path, PROGRESS, logFirst), staged, root);
    }

    /** A new store in memory. */
    public static OrderedVersionedStore openMemory(StagedObjects staged, RootDirectory root) {
        return new OrderedVersionedStore(new MemoryBytes(), staged, root);
    }

    static OrderedVersionedStore on(OrderedBytes map, StagedObjects staged, RootDirectory root) {
        return new OrderedVersionedStore(map, staged, root);
    }

    /** For a store in memory: what its successor finds after a crash. This one is closed. */
    public OrderedVersionedStore afterCrash() {
        return new OrderedVersionedStore(((MemoryBytes) map).afterCrash(), staged, null);
    }

    /** For a store in memory: while true it fails as on a full disk. */
    public void setFailing(boolean failing) {
        ((MemoryBytes) map).setFailing(failing);
    }

    private Progress create(RootDirectory root) {
        long now = root.wallNanos();
        Inode inode = new Inode(Ino.ROOT, FileType.DIRECTORY, root.permissions(), root.uid(), root.gid(), 2, 0,
                now, now, now, now, 0, Ino.ROOT, null);
        Progress first = new Progress(0, CommitTs.ZERO, CommitTs.ZERO, Ino.ROOT.value() + 1, 1, 0);
        try (OrderedBytes.Batch batch = map.batch()) {
            byte[] object = StoreKeys.object(new ObjectKey.InodeKey(Ino.ROOT));
            batch.put(StoreKeys.version(object, 0), StoreForms.value(new StoredObject.InodeObject(inode)));
            batch.put(PROGRESS, StoreForms.progress(first));
            map.write(batch);
        }
        map.flush();
        return first;
    }

    @Override
    public Progress progress() {
        return progress;
    }

    /** Before and after every read: a trim that overtakes it may have taken versions away under its hands. */
    private void requireReadable(CommitTs at) {
        Progress now = progress;
        if (now.horizon().isAfter(at)) {
            throw new BackendException(BackendException.Cause.SNAPSHOT_EXPIRED,
                    "snapshot " + at.value() + " is older than the trim horizon " + now.horizon().value(), null);
        }
        if (at.isAfter(now.applied())) {
            throw new IllegalArgumentException("snapshot " + at + " has not been applied, only " + now.applied());
        }
    }

    @Override
    public FreshInos freshInos() {
        return new FreshInos(tables.inoBound(progress.inoCeiling()));
    }

    @Override
    public Version get(ObjectKey key, CommitTs at) {
        requireReadable(at);
        try {
            return tables.get(key, at);
        } finally {
            requireReadable(at);
        }
    }

    @Override
    public Version latest(ObjectKey key) {
        return tables.get(key, new CommitTs(Long.MAX_VALUE));
    }

    @Override
    public Version before(ObjectKey key, CommitTs at) {
        return tables.get(key, new CommitTs(at.value() - 1));
    }

    @Override
    public DirectoryPage list(Ino directory, Name after, int limit, CommitTs at) {
        requireReadable(at);
        DirectoryPage page = tables.list(directory, after, limit, at);
        requireReadable(at);
        return page;
    }

    @Override
    public List<QuotaPort.TreeQuota> quotas(Ino after, int limit, CommitTs at) {
        requireReadable(at);
        List<QuotaPort.TreeQuota> quotas = tables.quotas(after, limit, at);
        requireReadable(at);
        return quotas;
    }

    @Override
    public List<Name> xattrNames(Ino ino, CommitTs at) {
        requireReadable(at);
        List<Name> names = tables.xattrNames(ino, at);
        requireReadable(at);
        return names;
    }

    @Override
    public FileExtents extents(Ino ino, long fromPage, CommitTs at) {
        requireReadable(at);
        FileExtents.Gatherer found = new FileExtents.Gatherer(fromPage);
        tables.blockPages(ino, fromPage / Blocks.PAGES_PER_BLOCK, at, found::add);
        requireReadable(at);
        return found.extents();
    }

    @Override
    public int blockPages(ObjectKey.BlockKey key, CommitTs at) {
        return tables.blockPages(key, at);
    }

    @Override
    public long allocatedPages(Ino ino, long firstIndex, long lastIndex) {
        long[] pages = new long[1];
        tables.blockPages(ino, firstIndex, new CommitTs(Long.MAX_VALUE), (index, held) -> {
            pages[0] += index <= lastIndex ? BlockPages.count(held) : 0;
            return index < lastIndex;
        });
        return pages[0];
    }

    @Override
    public void apply(long position, CommitHeader header, Applied applied) {
        Progress before = progress;
        Invariant.APPLIED_IN_ORDER.ensure(header.at().equals(before.applied().next()), header.at(), before.applied());
        Invariant.APPLIED_IN_ORDER.ensure(position > before.position(), position, before.position());
        Invariant.OUTCOME_AT_MOST_ONCE.ensure(map.get(StoreKeys.outcome(header.txn())) == null, header.txn());
        try (OrderedBytes.Batch batch = map.batch()) {
            List<ChangeForm.Touched> touched = addTo(batch, header, applied);
            write(batch, before.atPosition(position)
                    .withCommit(header.at(), applied.inodeCountDelta(), applied.fileBytesDelta()));
            newest.applied(header.at().value(), touched);
        }
    }

    private List<ChangeForm.Touched> addTo(OrderedBytes.Batch batch, CommitHeader header, Applied applied) {
        List<Ino> dead = new ArrayList<>();
        long ts = header.at().value();
        List<ChangeForm.Touched> touched = addEffects(batch, ts, applied.effects(), dead);
        batch.put(StoreKeys.numbers(StoreKeys.CHANGES, ts),
                new ChangeForm(header.txn(), applied.footprint(), touched, dead).encode());
        batch.put(StoreKeys.numbers(StoreKeys.COMMIT, ts), StoreForms.header(header));
        batch.put(StoreKeys.outcome(header.txn()), longs(ts));
        if (header.invocationId() != null) {
            batch.put(StoreKeys.text(StoreKeys.INVOCATION, header.invocationId()),
                    longs(ts, header.txn().high(), header.txn().low()));
        }
        return touched;
    }

    private List<ChangeForm.Touched> addEffects(
            OrderedBytes.Batch batch, long ts, List<Effect> effects, List<Ino> dead) {
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            Touches touches = new Touches(cursor, fresh, newest);
            BlockWriter blocks = new BlockWriter(map, tables, staged, batch, ts);
            for (Effect effect : effects) {
                add(effect, ts, batch, blocks, touches, dead);
            }
            return touches.all();
        }
    }

    private void add(Effect effect, long ts, OrderedBytes.Batch batch, BlockWriter blocks, Touches touches,
            List<Ino> dead) {
        switch (effect) {
            case Effect.Put put -> {
                byte[] object = StoreKeys.object(put.key());
                if (put.value() instanceof StoredObject.BlockObject block) {
                    blocks.whole(object, block.raw(), block.pages());
                } else {
                    batch.put(StoreKeys.version(object, ts), StoreForms.value(put.value()));
                }
                touches.note(object, false);
            }
            case Effect.PutStagedBlock put -> {
                byte[] object = StoreKeys.object(put.key());
                blocks.staged(object, put);
                touches.note(object, false);
            }
            case Effect.PatchBlock patched -> {
                byte[] object = StoreKeys.object(patched.key());
                long previous = touches.note(object, false);
                blocks.patched(object, patched.key(), patched.patch(), patched.overHole() ? -1 : previous);
            }
            case Effect.CloneBlocks range -> blocks.cloned(range, touches);
            case Effect.Delete delete -> {
                byte[] object = StoreKeys.object(delete.key());
                batch.put(StoreKeys.version(object, ts), StoreForms.GONE_VALUE);
                touches.note(object, true);
            }
            case Effect.DeleteBlocks range when fresh.contains(range.ino().value()) -> { }
            case Effect.DeleteBlocks range -> {
                byte[] prefix = StoreKeys.numbers(StoreKeys.BLOCK, range.ino().value());
                byte[] start = StoreKeys.numbers(StoreKeys.BLOCK, range.ino().value(), range.firstIndex());
                tables.walk(prefix, start, new CommitTs(ts), (object, version, value) -> {
                    if (((ObjectKey.BlockKey) StoreKeys.objectOf(object, object.length)).index() > range.lastIndex()) {
                        return false;
                    }
                    batch.put(StoreKeys.version(object, ts), StoreForms.GONE_VALUE);
                    touches.note(object, true);
                    return true;
                });
            }
            case Effect.DeleteInodeContent content -> dead.add(content.ino());
        }
    }

    private static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 8);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    private void write(Progress next) {
        try (OrderedBytes.Batch batch = map.batch()) {
            write(batch, next);
        }
    }

    private void write(OrderedBytes.Batch batch, Progress next) {
        batch.put(PROGRESS, StoreForms.progress(next));
        map.write(batch);
        progress = next;
    }

    @Override
    public void refuse(long position, TxnId txn, long wallNanos) {
        Invariant.OUTCOME_AT_MOST_ONCE.ensure(map.get(StoreKeys.outcome(txn)) == null, txn);
        try (OrderedBytes.Batch batch = map.batch()) {
            batch.put(StoreKeys.outcome(txn), longs(-1, wallNanos));
            batch.put(StoreKeys.numbers(StoreKeys.REFUSED, wallNanos, txn.high(), txn.low()), new byte[0]);
            write(batch, progress.atPosition(position));
        }
    }

    @Override
    public void raiseInoCeiling(long position, long ceiling) {
        write(progress.atPosition(position).withInoCeiling(ceiling));
    }

    @Override
    public long checkpoint() {
        long position = progress.position();
        List<StagedId> unreferenced = removal.takeUnreferenced();
        try {
            map.flush();
        } catch (BackendException failed) {
            removal.giveBack(unreferenced);
            throw failed;
        }
        unreferenced.forEach(staged::delete);
        return position;
    }

    @Override
    public LedgerLine outcomeOf(TxnId txn) {
        return tables.outcomeOf(txn);
    }

    @Override
    public LedgerLine outcomeOfInvocation(String invocationId) {
        return tables.outcomeOfInvocation(invocationId);
    }

    @Override
    public CommitHeader header(CommitTs at) {
        return tables.header(at);
    }

    @Override
    public Iterator<CommittedFootprint> footprints(CommitTs after, CommitTs upTo) {
        return tables.footprints(after, upTo);
    }

    @Override
    public boolean trim(CommitTs horizon, int commitsMax) {
        Progress now = progress;
        Invariant.READABLE_ABOVE_TRIM_HORIZON.ensure(!horizon.isAfter(now.applied()), horizon, now.applied());
        if (horizon.isAfter(now.horizon())) {
            // Readers must see the new horizon before the first version goes.
            write(now.withHorizon(horizon));
        }
        try (OrderedBytes.Batch batch = map.batch()) {
            return remove(batch, removal.collect(progress.horizon(), commitsMax, batch));
        }
    }

    private boolean remove(OrderedBytes.Batch collected, boolean more) {
        if (!collected.isEmpty()) {
            write(collected, progress);
            removal.collected();
        }
        return more;
    }

    @Override
    public boolean forgetOutcomes(long beforeWallNanos, int max) {
        try (OrderedBytes.Batch batch = map.batch()) {
            return remove(batch, removal.collectOutcomes(progress.horizon(), beforeWallNanos, max, batch));
        }
    }

    @Override
    public StoreSurvey survey(CommitTs at) {
        requireReadable(at);
        return new TableSurvey(map, tables, at, () -> requireReadable(at));
    }

    @Override
    public boolean isReferenced(StagedId id) {
        return removal.isReferenced(id);
    }

    @Override
    public void close() {
        map.close();
    }
}
