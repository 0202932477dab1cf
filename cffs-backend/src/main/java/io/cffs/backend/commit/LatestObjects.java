package io.cffs.backend.commit;

import io.cffs.backend.store.FreshInos;
import io.cffs.backend.store.Progress;
import io.cffs.backend.store.StagedObjects;
import io.cffs.backend.store.VersionedStore;
import io.cffs.model.BlockPages;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.Quota;
import io.cffs.model.StoredObject;
import io.cffs.txn.StagedId;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.apply.BlockPatch;
import io.cffs.txn.apply.Effect;
import io.cffs.txn.apply.LatestState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The state after the last ordered commit: what has been ordered but not applied, over what the store has, with a
 * bounded cache of it. The commits of one group are kept apart until their group is durable, so that a refused group
 * leaves no trace. Belongs to the sequencing thread; every change of the state passes through it, so the cache is
 * never stale.
 */
final class LatestObjects implements LatestState {
    private static final int ENTRY_BYTES = 200;
    /** Entries looked at for one eviction; the oldest may be waiting to be applied. */
    private static final int EVICTION_STEPS = 8;

    /** @param value a StoredObject, a {@link StagedPart}, a {@link Patched}, or null for an absent object */
    private record Entry(long ts, Object value) {
        long weightBytes() {
            return ENTRY_BYTES + switch (value) {
                case StoredObject.BlockObject block -> block.raw().length();
                case Patched patched -> patched.patch().inlineBytes();
                case null, default -> 0;
            };
        }
    }

    /**
     * A block that was changed in part.
     *
     * @param base the entry's value before; {@link #STORED} for whatever the store has, with or without this patch
     */
    private record Patched(Object base, BlockPatch patch) {}

    private static final Object STORED = new Object();

    private record StagedPart(StagedId object, long offset, int length) {}

    /** Blocks that became holes at a commit, as far as they were there before. */
    private record HoleRange(long ts, Ino ino, long first, long last) {
        boolean holds(ObjectKey.BlockKey block) {
            return ino.equals(block.ino()) && first <= block.index() && block.index() <= last;
        }
    }

    private final VersionedStore store;
    private final StagedObjects staged;
    /** Weight of cached objects, roughly. Those that have not been applied stay beyond it. */
    private final long bytesMax;
    private final LinkedHashMap<ObjectKey, Entry> entries = new LinkedHashMap<>(1024, 0.75f, true);
    private final List<HoleRange> holes = new ArrayList<>();
    private final Map<ObjectKey, Entry> groupEntries = new HashMap<>();
    private final List<HoleRange> groupHoles = new ArrayList<>();
    private final PendingClones clones;
    /** As of what has been ordered, groups that were dropped included. */
    private final FreshInos fresh;
    private long weightBytes;
    private long volumeBytes;
    private long volumeInodes;
    private long groupBytes;
    private long groupInodes;

    LatestObjects(VersionedStore store, StagedObjects staged, MemoryLimits limits) {
        this.store = store;
        this.staged = staged;
        this.bytesMax = limits.latestBytesMax();
        this.clones = new PendingClones(store);
        this.fresh = store.freshInos();
        Progress progress = store.progress();
        this.volumeBytes = progress.fileBytes();
        this.volumeInodes = progress.inodeCount();
    }

    /** Takes what a commit of the current group did. */
    void add(CommitTs at, Applied applied) {
        long ts = at.value();
        groupBytes += applied.fileBytesDelta();
        groupInodes += applied.inodeCountDelta();
        clones.add(ts, applied.effects());
        for (Effect effect : applied.effects()) {
            fresh.use(inoOf(effect).value());
            switch (effect) {
                case Effect.Put put -> groupEntries.put(put.key(), new Entry(ts, put.value()));
                case Effect.PutStagedBlock put -> groupEntries.put(put.key(),
                        new Entry(ts, new StagedPart(put.object(), put.offsetBytes(), put.lengthBytes())));
                case Effect.PatchBlock patched -> groupEntries.put(patched.key(), new Entry(ts, new Patched(
                        patched.overHole() ? null : known(patched.key()), patched.patch())));
                case Effect.Delete delete -> groupEntries.put(delete.key(), new Entry(ts, null));
                case Effect.DeleteBlocks range ->
                        groupHoles.add(new HoleRange(ts, range.ino(), range.firstIndex(), range.lastIndex()));
                case Effect.CloneBlocks range -> { }
                // The inode's own deletion hides its content.
                case Effect.DeleteInodeContent content -> { }
            }
        }
    }

    private static Ino inoOf(Effect effect) {
        return switch (effect) {
            case Effect.Put put -> NewsFold.inoOf(put.key());
            case Effect.PutStagedBlock put -> put.key().ino();
            case Effect.PatchBlock patched -> patched.key().ino();
            case Effect.Delete delete -> NewsFold.inoOf(delete.key());
            case Effect.DeleteBlocks range -> range.ino();
            case Effect.CloneBlocks range -> range.ino();
            case Effect.DeleteInodeContent content -> content.ino();
        };
    }

    /** The group is durable: its effects stay. */
    void keepGroup() {
        groupHoles.forEach(this::forgetBlocks);
        clones.ofGroup().forEach(clone -> forgetBlocks(new HoleRange(
                clone.ts(), clone.range().ino(), clone.range().firstIndex(), clone.range().lastIndex())));
        groupEntries.forEach(this::keep);
        holes.addAll(groupHoles);
        clones.keepGroup();
        volumeBytes += groupBytes;
        volumeInodes += groupInodes;
        dropGroup();
        long applied = store.progress().applied().value();
        forgetRanges(applied);
        evict(applied);
    }

    /**
     * What was known of these blocks is wrong from now on, also once nothing tells of the hole any more; what earlier
     * commits of the same group made of them too.
     */
    private void forgetBlocks(HoleRange range) {
        forget(range, entries, entry -> weightBytes -= entry.weightBytes());
        forget(range, groupEntries, entry -> { });
    }

    private static void forget(HoleRange range, Map<ObjectKey, Entry> from, Consumer<Entry> forgotten) {
        if (range.last() - range.first() < from.size()) {
            for (long index = range.first(); index <= range.last(); index++) {
                ObjectKey block = new ObjectKey.BlockKey(range.ino(), index);
                Entry known = from.get(block);
                if (known != null && known.ts() < range.ts()) {
                    forgotten.accept(from.remove(block));
                }
            }
            return;
        }
        from.entrySet().removeIf(known -> {
            boolean wrong = known.getKey() instanceof ObjectKey.BlockKey block && range.holds(block)
                    && known.getValue().ts() < range.ts();
            if (wrong) {
                forgotten.accept(known.getValue());
            }
            return wrong;
        });
    }

    /** Null when the stored content of the file is all that there is; else the commit that has to be applied first. */
    CommitTs contentPending(Ino ino) {
        return clones.contentPending(ino);
    }

    /** The group has not happened. */
    void dropGroup() {
        groupEntries.clear();
        groupHoles.clear();
        clones.dropGroup();
        groupBytes = 0;
        groupInodes = 0;
    }

    private void keep(ObjectKey key, Entry entry) {
        Entry old = entries.put(key, entry);
        weightBytes += entry.weightBytes() - (old == null ? 0 : old.weightBytes());
    }

    /** Lets go of what is only kept until it has been applied. */
    void forgetApplied() {
        evict(store.progress().applied().value());
    }

    private void evict(long applied) {
        if (weightBytes <= bytesMax) {
            return;
        }
        // Before what was written over them: without that they would be taken for the last that was done to a block.
        forgetRanges(applied);
        Iterator<Entry> oldest = entries.values().iterator();
        int steps = 0;
        while (weightBytes > bytesMax && oldest.hasNext() && steps < EVICTION_STEPS) {
            Entry entry = oldest.next();
            if (entry.ts() <= applied) {
                weightBytes -= entry.weightBytes();
                oldest.remove();
            } else {
                steps++;
            }
        }
    }

    /** The store knows of them. */
    private void forgetRanges(long applied) {
        holes.removeIf(range -> range.ts() <= applied);
        clones.forgetApplied(applied);
    }

    /** What a patch of a block lies over. What has been applied is in the store, so that patches do not pile up. */
    private Object known(ObjectKey.BlockKey key) {
        Entry entry = groupEntries.containsKey(key) ? groupEntries.get(key) : entries.get(key);
        PendingClones.Clone clone = cloneOver(key, entry);
        if (clone != null) {
            return clone;
        }
        if (isHole(key, entry)) {
            return null;
        }
        return entry == null || entry.ts() <= store.progress().applied().value() ? STORED : entry.value();
    }

    private boolean isHole(ObjectKey.BlockKey key, Entry entry) {
        long hole = Math.max(newestHole(holes, key), newestHole(groupHoles, key));
        // A block that the commit of the hole itself has put comes after the hole.
        return hole > (entry == null ? -1 : entry.ts());
    }

    /** The range that the block is taken over with, when that is the last thing that was done to it; else null. */
    private PendingClones.Clone cloneOver(ObjectKey.BlockKey key, Entry entry) {
        PendingClones.Clone clone = clones.newest(key);
        long hole = Math.max(newestHole(holes, key), newestHole(groupHoles, key));
        // What the commit of the hole itself takes over comes after the hole, and what it writes after that.
        boolean last = clone != null && clone.ts() >= hole && clone.ts() > (entry == null ? -1 : entry.ts());
        return last ? clone : null;
    }

    private Object latest(ObjectKey key) {
        Entry entry = groupEntries.get(key);
        if (entry == null) {
            entry = entries.get(key);
        }
        if (key instanceof ObjectKey.BlockKey block) {
            PendingClones.Clone clone = cloneOver(block, entry);
            if (clone != null) {
                return clone;
            }
            if (isHole(block, entry)) {
                return null;
            }
        }
        if (entry == null || isAppliedPatch(entry)) {
            VersionedStore.Version version = stored(key);
            if (version == null) {
                // Absences of what a commit makes are asked for once: nothing to keep, and there may be a million.
                return null;
            }
            entry = new Entry(version.at().value(), version.object());
            keep(key, entry);
            evict(store.progress().applied().value());
        }
        return entry.value();
    }

    private VersionedStore.Version stored(ObjectKey key) {
        return fresh.contains(NewsFold.inoOf(key).value()) ? null : store.latest(key);
    }

    /** The store has it whole, and a trim may have taken what it lies over. */
    private boolean isAppliedPatch(Entry entry) {
        return entry.value() instanceof Patched && entry.ts() <= store.progress().applied().value();
    }

    private static long newestHole(List<HoleRange> ranges, ObjectKey.BlockKey block) {
        long newest = -1;
        for (HoleRange range : ranges) {
            if (range.holds(block)) {
                newest = Math.max(newest, range.ts());
            }
        }
        return newest;
    }

    @Override
    public Inode inode(Ino ino) {
        Object found = latest(new ObjectKey.InodeKey(ino));
        return found == null ? null : ((StoredObject.InodeObject) found).inode();
    }

    @Override
    public StoredObject.DentryObject dentry(Ino parent, Name name) {
        return (StoredObject.DentryObject) latest(new ObjectKey.DentryKey(parent, name));
    }

    @Override
    public Bytes block(Ino ino, long index) {
        ObjectKey.BlockKey key = new ObjectKey.BlockKey(ino, index);
        return bytesOf(key, latest(key));
    }

    private Bytes bytesOf(ObjectKey.BlockKey key, Object value) {
        return switch (value) {
            case null -> null;
            case StagedPart part -> staged.read(part.object(), part.offset(), part.length());
            case StoredObject.BlockObject block -> block.raw();
            case PendingClones.Clone clone -> bytesOf(key, clones.read(clone, key));
            case Patched patched -> patched.patch().over(bytesOf(key, patched.base()), staged::read);
            case Object stored when stored == STORED -> {
                VersionedStore.Version version = store.latest(key);
                yield version == null ? null : ((StoredObject.BlockObject) version.object()).raw();
            }
            default -> throw new AssertionError("a block's key holds no block");
        };
    }

    @Override
    public int blockPages(Ino ino, long index) {
        ObjectKey.BlockKey key = new ObjectKey.BlockKey(ino, index);
        Entry entry = groupEntries.containsKey(key) ? groupEntries.get(key) : entries.get(key);
        PendingClones.Clone clone = cloneOver(key, entry);
        if (clone != null) {
            return clones.pages(clone, key);
        }
        if (isHole(key, entry)) {
            return 0;
        }
        return pagesOf(key, entry == null || isAppliedPatch(entry) ? STORED : entry.value());
    }

    private int pagesOf(ObjectKey.BlockKey key, Object value) {
        return switch (value) {
            case null -> 0;
            case StagedPart part -> BlockPages.covering(part.length());
            case StoredObject.BlockObject block -> block.pages();
            case PendingClones.Clone clone -> clones.pages(clone, key);
            case Patched patched -> pagesOf(key, patched.base()) | patched.patch().pages();
            case Object stored when stored == STORED -> store.blockPages(key, new CommitTs(Long.MAX_VALUE));
            default -> throw new AssertionError("a block's key holds no block");
        };
    }

    @Override
    public long allocatedPages(Ino ino, long firstIndex, long lastIndex) {
        if (contentPending(ino) != null) {
            throw new AssertionError("its content has not been applied: " + ino);
        }
        return store.allocatedPages(ino, firstIndex, lastIndex);
    }

    @Override
    public Bytes xattr(Ino ino, Name name) {
        Object found = latest(new ObjectKey.XattrKey(ino, name));
        return found == null ? null : ((StoredObject.XattrObject) found).value();
    }

    @Override
    public Quota quota(Ino tree) {
        Object found = latest(new ObjectKey.QuotaKey(tree));
        return found == null ? null : ((StoredObject.QuotaObject) found).quota();
    }

    @Override
    public long volumeBytes() {
        return volumeBytes + groupBytes;
    }

    @Override
    public long volumeInodes() {
        return volumeInodes + groupInodes;
    }

    @Override
    public long stagedLengthBytes(StagedId object) {
        return staged.lengthBytes(object);
    }

    @Override
    public Bytes stagedBytes(StagedId object, long offsetBytes, int lengthBytes) {
        return staged.read(object, offsetBytes, lengthBytes);
    }
}
