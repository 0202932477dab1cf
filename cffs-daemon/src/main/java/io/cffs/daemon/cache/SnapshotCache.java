package io.cffs.daemon.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.model.ObjectKey.DentryKey;
import io.cffs.model.ObjectKey.XattrKey;
import io.cffs.model.VolumeName;
import io.cffs.model.StoredObject;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.BackendPort.BeginRequest;
import io.cffs.txn.port.BackendPort.Fetched;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * What a mount remembers of a volume from one attempt to the next.
 *
 * <p>It is right at one snapshot at a time, the one of the newest {@link SnapshotReader}. {@link #advance} moves it to
 * the next: told what has changed it drops just that; told nothing it keeps everything, but marks it as to be asked
 * about again, which costs a round trip and no data when nothing has changed. Absence is remembered like presence.
 *
 * <p>Two rules keep an attempt's answers the same from its beginning to its end, whatever other threads insert: only
 * what was fetched at the cache's own snapshot gets in ({@link #insert} and {@link #advance} exclude one another), and
 * blocks are found by version, so what they hold never changes.
 *
 * <p>Metadata lives in a Caffeine cache, bounded by weight. Block bytes live in the {@link BlockCache} of the host
 * and, for those just used, in a small exact LRU on the heap: Caffeine may refuse a newcomer, and an operation that is
 * run again after a fetch must find what was fetched.
 *
 * <p>Lock order: session lock, then {@link #validity}. No I/O under either. Safe for use by many threads.
 */
public final class SnapshotCache {
    final BackendPort backend;
    final VolumeName volume;
    final CacheLimits limits;
    final Executor background;
    private final VolumeIdentity identity;
    private final BlockCache blocks;
    private final MemoryBlockCache hotBlocks;
    private final Cache<Object, Entry> metadata;
    private final ReentrantReadWriteLock validity = new ReentrantReadWriteLock();
    private volatile SnapshotReader current; // written under validity.writeLock()
    private volatile int generation; // written under validity.writeLock()
    private final AtomicLong evictions = new AtomicLong();
    private long evictionsSeen; // @GuardedBy(validity.writeLock())
    private ChangedInodes changed = ChangedInodes.NONE; // @GuardedBy(validity.writeLock())
    /** What the next attempt will look at: what the last one that looked at anything has. */
    private volatile List<ObjectKey> expected = List.of();

    /**
     * @param blocks of the host; not closed by this
     * @param background runs fetches that nobody waits for, each blocks its thread for a while: virtual threads
     */
    public SnapshotCache(
            BackendPort backend,
            VolumeName volume,
            VolumeIdentity identity,
            BlockCache blocks,
            CacheLimits limits,
            Executor background) {
        this.backend = backend;
        this.volume = volume;
        this.identity = identity;
        this.blocks = blocks;
        this.limits = limits;
        this.background = background;
        this.hotBlocks = new MemoryBlockCache(limits.hotBlockBytesMax());
        this.metadata = Caffeine.newBuilder()
                .maximumWeight(limits.metadataBytesMax())
                .weigher((Object key, Entry entry) -> entry.weightBytes())
                .executor(Runnable::run)
                .evictionListener((key, entry, cause) -> evictions.incrementAndGet())
                .build();
    }

    /** For {@code BeginRequest.lastSeen}: what this cache is right at; null before the first attempt. */
    public CommitTs lastSeen() {
        SnapshotReader reader = current;
        return reader == null ? null : reader.at();
    }

    /**
     * Guesses what the first attempt will look at, so that it is fetched ahead like what later ones looked at before.
     */
    public void expect(List<ObjectKey> keys) {
        expected = keys;
    }

    /** What the newest attempt has looked at, in order, as far as that is kept. */
    public List<ObjectKey> footprint() {
        SnapshotReader reader = current;
        return reader == null ? List.of() : reader.footprint();
    }

    /** For {@code BeginRequest.follows}: where the next attempt will probably look. */
    public List<Ino> follows() {
        SnapshotReader reader = current;
        List<ObjectKey> used = reader == null ? List.of() : reader.footprint();
        Set<Ino> found = new LinkedHashSet<>();
        for (ObjectKey key : used.isEmpty() ? expected : used) {
            found.add(switch (key) {
                case ObjectKey.InodeKey inode -> inode.ino();
                case DentryKey dentry -> dentry.parent();
                case BlockKey block -> block.ino();
                case XattrKey xattr -> xattr.ino();
                case ObjectKey.QuotaKey quota -> quota.tree();
            });
            if (found.size() == BeginRequest.FOLLOWS_MAX) {
                break;
            }
        }
        return List.copyOf(found);
    }

    /**
     * Moves to the snapshot of a new attempt; the reader of the one before answers no more. Does no I/O.
     *
     * @param changes keys of all objects that differ between {@link #lastSeen()} and {@code snapshot}; null: not known
     */
    public SnapshotReader advance(CommitTs snapshot, List<ObjectKey> changes) {
        return advance(snapshot, changes, List.of());
    }

    /** As {@link #advance(CommitTs, List)}. @param news what some of the changed objects are at {@code snapshot} */
    public SnapshotReader advance(CommitTs snapshot, List<ObjectKey> changes, List<Fetched> news) {
        validity.writeLock().lock();
        try {
            SnapshotReader before = current;
            boolean sameTree = before != null && before.at().equals(snapshot);
            boolean told = changes != null && before != null && !before.at().isAfter(snapshot);
            Map<ObjectKey, Entry> known = told ? known(news) : Map.of();
            if (told) {
                changes.forEach(key -> {
                    dropContent(key, known.get(key));
                    drop(key);
                });
                known.forEach(metadata::put);
            } else if (!sameTree) {
                generation++;
            }
            changed = changed.next(changes == null ? List.of() : changes);
            SnapshotReader reader = new SnapshotReader(this, snapshot, changed);
            current = reader;
            List<ObjectKey> used = before == null ? List.of() : before.footprint();
            expected = used.isEmpty() ? expected : used;
            boolean allElseIsThere = !evictedSinceThen() && told && !used.isEmpty();
            reader.fetchAhead(allElseIsThere ? lost(used, changes, known) : expected);
            return reader;
        } finally {
            validity.writeLock().unlock();
        }
    }

    /** Which of the keys, all of which were answered lately, a change has taken away. */
    private static List<ObjectKey> lost(List<ObjectKey> used, List<ObjectKey> changes, Map<ObjectKey, Entry> known) {
        Set<Object> gone = new HashSet<>();
        for (ObjectKey change : changes) {
            gone.add(change);
            if (change instanceof XattrKey xattr) {
                gone.add(new XattrNamesKey(xattr.ino()));
            }
        }
        gone.removeAll(known.keySet());
        return gone.isEmpty() ? List.of() : used.stream().filter(key -> gone.contains(key)
                || key instanceof XattrKey xattr && gone.contains(new XattrNamesKey(xattr.ino()))).toList();
    }

    private boolean evictedSinceThen() {
        long before = evictionsSeen;
        evictionsSeen = evictions.get() + hotBlocks.figures().evictions();
        return evictionsSeen != before;
    }

    /** Of what is told, what can be told from what is known. With the write lock held, before anything is dropped. */
    private Map<ObjectKey, Entry> known(List<Fetched> news) {
        Map<ObjectKey, Entry> entries = new HashMap<>();
        for (Fetched told : news) {
            ObjectKey key = told.key();
            switch (told) {
                case Fetched.Absent _ when key instanceof BlockKey -> entries.put(key,
                        new Entry.Block(generation, null));
                case Fetched.Absent _ -> entries.put(key, Entry.found(generation, null, key, null));
                case Fetched.Found found when !SnapshotFetcher.fits(key, found.object()) ->
                    throw new BackendException(BackendException.Cause.PROTOCOL, "news of another kind of object", null);
                case Fetched.Found found when found.object() instanceof StoredObject.BlockObject block ->
                    entries.put(key, hot((BlockKey) key, found.version(), block.raw()));
                case Fetched.Found found ->
                    entries.put(key, Entry.found(generation, found.version(), key, found.object()));
                case Fetched.Patched patched -> {
                    Bytes content = patched(patched);
                    if (content != null) {
                        entries.put(key, hot(patched.key(), patched.version(), content));
                    }
                }
                case Fetched.Unchanged _ -> { }
            }
        }
        return entries;
    }

    /** Among the hot blocks alone: one that changes so often is not worth a place in the host's cache. */
    private Entry hot(BlockKey key, CommitTs version, Bytes content) {
        hotBlocks.put(identity, key, version, content);
        return new Entry.Block(generation, version);
    }

    /** Null when the block is not at hand as it was. */
    private Bytes patched(Fetched.Patched news) {
        Entry entry = metadata.getIfPresent(news.key());
        if (!isValid(entry) || !(entry instanceof Entry.Block before)) {
            return null;
        }
        Bytes base = before.version() == null ? null : blockContent(news.key(), before.version());
        return base == null && before.version() != null ? null : over(base, news.pieces());
    }

    /** @param base null for a hole */
    private static Bytes over(Bytes base, List<Fetched.Piece> pieces) {
        int length = base == null ? 0 : base.length();
        for (Fetched.Piece piece : pieces) {
            length = Math.max(length, piece.start() + piece.bytes().length());
        }
        byte[] bytes = new byte[length];
        if (base != null) {
            base.copyTo(0, bytes, 0, base.length());
        }
        pieces.forEach(piece -> piece.bytes().copyTo(0, bytes, piece.start(), piece.bytes().length()));
        return Bytes.owning(bytes);
    }

    /** Forgets all that is on the heap; the next attempt starts cold but for the host's block cache. */
    public void clear() {
        validity.writeLock().lock();
        try {
            generation++;
            metadata.invalidateAll();
        } finally {
            validity.writeLock().unlock();
        }
    }

    /**
     * Lets go of what a changed block held: no reader asks for it any more. Left to age, the versions of a block that
     * changes with each commit would fill the hot blocks, and outlive their youth on the heap.
     */
    private void dropContent(ObjectKey key, Entry next) {
        if (key instanceof BlockKey block && metadata.getIfPresent(block) instanceof Entry.Block before
                && (next == null || !Objects.equals(next.version(), before.version()))) {
            hotBlocks.remove(identity, block, before.version());
        }
    }

    private void drop(ObjectKey key) {
        metadata.invalidate(key);
        if (key instanceof DentryKey dentry) {
            DirectoryKey directory = new DirectoryKey(dentry.parent());
            if (metadata.getIfPresent(directory) instanceof Entry.Directory entry) {
                Listing rest = entry.listing().without(dentry.name());
                metadata.put(directory, new Entry.Directory(entry.generation(), rest));
            }
        } else if (key instanceof ObjectKey.InodeKey inode) {
            metadata.invalidate(new ExtentsKey(inode.ino()));
        } else if (key instanceof XattrKey xattr) {
            metadata.invalidate(new XattrNamesKey(xattr.ino()));
        }
    }

    boolean isCurrent(SnapshotReader reader) {
        return current == reader;
    }

    int generation() {
        return generation;
    }

    boolean isValid(Entry entry) {
        return entry != null && entry.generation() == generation;
    }

    /** Right or not; null when there is none. */
    Entry remembered(Object key) {
        return metadata.getIfPresent(key);
    }

    /**
     * Runs {@code insertion}, which may call {@link #remember}, unless the reader's attempt has ended. Excludes
     * {@link #advance}, so that nothing fetched at an older snapshot passes for new.
     */
    void insert(SnapshotReader reader, Runnable insertion) {
        validity.readLock().lock();
        try {
            if (isCurrent(reader)) {
                insertion.run();
            }
        } finally {
            validity.readLock().unlock();
        }
    }

    /** Right or not, it is fetched again when it is wanted. */
    void forget(Object key) {
        metadata.invalidate(key);
    }

    /** Only from within {@link #insert}. */
    void remember(Object key, Entry entry) {
        metadata.put(key, entry);
    }

    /** Null when the content of this version is not at hand. */
    Bytes blockContent(BlockKey key, CommitTs version) {
        Bytes hot = hotBlocks.get(identity, key, version);
        if (hot != null) {
            return hot;
        }
        Bytes cold = blocks.get(identity, key, version);
        if (cold != null) {
            hotBlocks.put(identity, key, version, cold);
        }
        return cold;
    }

    /** As {@link BlockCache#copy}, from wherever the content is at hand. */
    int copyBlock(BlockKey key, CommitTs version, int from, int length, ByteBuffer target) {
        if (blocks.copiesParts()) {
            int copied = blocks.copy(identity, key, version, from, length, target);
            if (copied != BlockCache.ABSENT) {
                return copied;
            }
        }
        Bytes whole = blockContent(key, version);
        return whole == null ? BlockCache.ABSENT : BlockCache.copyPart(whole, from, length, target);
    }

    /** As {@link BlockCache#lend}. */
    int lendBlock(BlockKey key, CommitTs version, int from, int length, ByteBuffer target, Loan loan) {
        return blocks.lend(identity, key, version, from, length, target, loan);
    }

    boolean hasBlockContent(BlockKey key, CommitTs version) {
        return hotBlocks.contains(identity, key, version) || blocks.contains(identity, key, version);
    }

    /**
     * A version whose content may be at hand, though nothing says that it is the right one; null when there is none.
     */
    CommitTs newestBlockVersion(BlockKey key, CommitTs atMost) {
        return blocks.newestVersion(identity, key, atMost);
    }

    void keepBlockContent(BlockKey key, CommitTs version, Bytes raw) {
        hotBlocks.put(identity, key, version, raw);
        blocks.put(identity, key, version, raw);
    }

    /** Weight of the metadata on the heap, in bytes. */
    public long metadataBytes() {
        return metadata.policy().eviction().orElseThrow().weightedSize().orElse(0);
    }

    /** Bytes of block contents on the heap. */
    public long hotBlockBytes() {
        return hotBlocks.usedBytes();
    }

    /** What is known of a directory's listing. */
    record DirectoryKey(Ino ino) {}

    /** What is known of an inode's attribute names. */
    record XattrNamesKey(Ino ino) {}

    /** Key of what is known about the holes of a file. */
    record ExtentsKey(Ino ino) {}
}
