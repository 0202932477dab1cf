package io.cffs.daemon.cache;

import io.cffs.daemon.cache.SnapshotCache.DirectoryKey;
import io.cffs.daemon.cache.SnapshotCache.ExtentsKey;
import io.cffs.daemon.cache.SnapshotCache.XattrNamesKey;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.model.ObjectKey.InodeKey;
import io.cffs.model.StoredObject;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * The way from a miss to the backend and back into the cache, for one attempt. What several threads want at the same
 * time is fetched once, by the first of them. Safe for use by many threads.
 */
final class SnapshotFetcher {
    /** Blocks in one request: a mebibyte. Several requests are under way at a time, so larger ones gain nothing. */
    private static final int BATCH_BLOCKS_MAX = 8;
    /** Other objects in one request. */
    private static final int BATCH_OBJECTS_MAX = 512;
    /** Blocks that may be on their way without anybody waiting for them: 8 MiB. */
    private static final int AHEAD_BLOCKS_MAX = 64;
    /** Metadata that this attempt fetched last, kept whatever the cache's policy thinks of it. */
    private static final int PINNED_BYTES_MAX = 8 * 1024 * 1024;

    private final SnapshotCache cache;
    private final SnapshotReader reader;
    private final Map<Object, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();
    private final Semaphore aheadBlocks = new Semaphore(AHEAD_BLOCKS_MAX);
    private final Map<Object, Entry> pinned = new LinkedHashMap<>(); // @GuardedBy("pinned")
    private long pinnedBytes; // @GuardedBy("pinned")

    SnapshotFetcher(SnapshotCache cache, SnapshotReader reader) {
        this.cache = cache;
        this.reader = reader;
    }

    /** Null when this attempt has not fetched it lately. */
    Entry pinned(Object key) {
        synchronized (pinned) {
            return pinned.get(key);
        }
    }

    /** What is known of it is not enough. */
    void forget(Object key) {
        synchronized (pinned) {
            Entry gone = pinned.remove(key);
            pinnedBytes -= gone == null ? 0 : gone.weightBytes();
        }
        cache.forget(key);
    }

    /** Returns when all of them are at hand, or have been: a small cache may have let one go again. */
    void fetchObjects(List<ObjectKey> keys, CompletableFuture<?> givesUp) {
        Set<CompletableFuture<Void>> ofOthers = new HashSet<>();
        fetchUnclaimed(keys, ofOthers, givesUp);
        ofOthers.forEach(other -> join(other, givesUp));
        // Where another thread's fetch has failed, the operation misses again and this thread fetches.
    }

    /** Like {@link #fetchObjects}, for keys that nobody waits for: bounded, and a failure is nobody's concern yet. */
    void fetchAhead(List<ObjectKey> keys) {
        List<ObjectKey> wanted = new ArrayList<>(keys.size());
        int blocks = 0;
        for (ObjectKey key : keys) {
            if (!(key instanceof BlockKey block) || isOnThisHost(block)) {
                wanted.add(key);
            } else if (!isAtHand(key) && aheadBlocks.tryAcquire()) {
                blocks++;
                wanted.add(key);
            }
        }
        try {
            fetchUnclaimed(wanted, new HashSet<>(), null);
        } catch (BackendException e) {
            // Whoever needs one of these will ask for it, and be told.
            return;
        } finally {
            aheadBlocks.release(blocks);
        }
    }

    /** Some version of it is: the backend probably confirms that one and sends no bytes. */
    private boolean isOnThisHost(BlockKey key) {
        return cache.newestBlockVersion(key, reader.at()) != null;
    }

    void fetchListing(Ino directory, Name after, int limit, CompletableFuture<?> givesUp) {
        Object claim = new ListingClaim(directory, after);
        fetchOnce(claim, givesUp, () -> {
            int count = Math.clamp(limit, 1, DirectoryPage.ENTRIES_MAX);
            DirectoryPage page = join(cache.backend.list(cache.volume, reader.at(), directory, after, count), givesUp);
            if (page.entries().isEmpty() && !page.complete()) {
                throw malformed("the backend answered a listing with nothing, and says that there is more");
            }
            cache.insert(reader, () -> insertListing(directory, after, page));
        });
    }

    void fetchXattrNames(Ino ino, CompletableFuture<?> givesUp) {
        XattrNamesKey key = new XattrNamesKey(ino);
        fetchOnce(key, givesUp, () -> {
            List<Name> names = join(cache.backend.xattrNames(cache.volume, reader.at(), ino), givesUp);
            cache.insert(reader, () -> keep(key, new Entry.XattrNames(cache.generation(), names)));
        });
    }

    void fetchExtents(Ino ino, long fromPage, CompletableFuture<?> givesUp) {
        fetchOnce(new ExtentsClaim(ino, fromPage), givesUp, () -> {
            FileExtents found = join(cache.backend.extents(cache.volume, reader.at(), ino, fromPage), givesUp);
            if (found.stopPage() <= fromPage) {
                throw malformed("the backend answered for other pages than it was asked about");
            }
            cache.insert(reader, () -> insertExtents(ino, fromPage, found));
        });
    }

    private void insertExtents(Ino ino, long fromPage, FileExtents found) {
        ExtentsKey key = new ExtentsKey(ino);
        // Two answers about one file may arrive at once: the second must see the first.
        synchronized (pinned) {
            Entry before = cache.remembered(key);
            before = cache.isValid(before) ? before : pinned(key);
            NavigableMap<Long, FileExtents> parts = before instanceof Entry.Extents known
                    ? new TreeMap<>(known.parts())
                    : new TreeMap<>();
            parts.put(fromPage, found);
            keep(key, new Entry.Extents(cache.generation(), parts));
        }
    }

    private void fetchOnce(Object claim, CompletableFuture<?> givesUp, Runnable fetch) {
        CompletableFuture<Void> own = new CompletableFuture<>();
        CompletableFuture<Void> other = underWay.putIfAbsent(claim, own);
        if (other != null) {
            join(other, givesUp);
            return;
        }
        try {
            fetch.run();
        } finally {
            underWay.remove(claim, own);
            own.complete(null);
        }
    }

    /** Fetches those of the keys that are not at hand and that no other thread is fetching; adds what others fetch. */
    private void fetchUnclaimed(
            List<ObjectKey> keys, Set<CompletableFuture<Void>> ofOthers, CompletableFuture<?> givesUp) {
        List<Batch> batches = new ArrayList<>();
        try {
            Batch open = null;
            for (ObjectKey key : keys) {
                if (open == null || open.isFull()) {
                    open = new Batch();
                    batches.add(open);
                }
                CompletableFuture<Void> other = underWay.putIfAbsent(key, open.done);
                if (other == null) {
                    open.claim(key);
                } else {
                    ofOthers.add(other);
                }
            }
            batches.stream().filter(batch -> !batch.items.isEmpty()).forEach(Batch::send);
            batches.stream().filter(batch -> !batch.items.isEmpty()).forEach(batch -> batch.receive(givesUp));
        } finally {
            batches.forEach(Batch::release);
        }
    }

    /** Objects that travel in one request; whoever waits for one of them waits for no other batch. */
    private final class Batch {
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final List<ObjectKey> claims = new ArrayList<>();
        private final List<FetchItem> items = new ArrayList<>();
        private final Map<ObjectKey, Entry> known = new HashMap<>();
        private int blocks;
        private CompletableFuture<List<Fetched>> answer;

        boolean isFull() {
            return blocks == BATCH_BLOCKS_MAX || items.size() == BATCH_OBJECTS_MAX;
        }

        void claim(ObjectKey key) {
            claims.add(key);
            if (!isAtHand(key)) {
                items.add(itemOf(key, known));
                blocks += key instanceof BlockKey ? 1 : 0;
            }
        }

        void send() {
            answer = cache.backend.fetch(cache.volume, reader.at(), List.copyOf(items));
        }

        void receive(CompletableFuture<?> givesUp) {
            Set<ObjectKey> answered = new HashSet<>();
            for (Fetched fetched : join(answer, givesUp)) {
                answered.add(fetched.key());
                insert(fetched, known);
            }
            for (FetchItem item : items) {
                if (!answered.contains(item.key())) {
                    throw malformed("the backend's answer leaves out an object that was asked for");
                }
            }
            release();
        }

        /** Lets those go on who wait for this batch. If it brought nothing, they fetch for themselves. */
        void release() {
            claims.forEach(key -> underWay.remove(key, done));
            done.complete(null);
        }
    }

    private boolean isAtHand(ObjectKey key) {
        Entry entry = cache.remembered(key);
        if (!cache.isValid(entry)) {
            entry = pinned(key);
        }
        return switch (entry) {
            case null -> key instanceof ObjectKey.DentryKey dentry && isListed(dentry);
            case Entry.Block block ->
                    block.version() == null || cache.hasBlockContent((BlockKey) key, block.version());
            case Entry.Found _, Entry.Directory _, Entry.XattrNames _, Entry.Extents _ -> true;
        };
    }

    private boolean isListed(ObjectKey.DentryKey key) {
        return cache.remembered(new DirectoryKey(key.parent())) instanceof Entry.Directory known
                && cache.isValid(known) && known.listing().lookup(key.name()) != null;
    }

    private FetchItem itemOf(ObjectKey key, Map<ObjectKey, Entry> known) {
        Entry stale = cache.remembered(key);
        if (stale == null && key instanceof BlockKey block) {
            CommitTs newest = cache.newestBlockVersion(block, reader.at());
            stale = newest == null ? null : new Entry.Block(cache.generation(), newest);
        }
        if (stale == null || stale.version() == null) {
            return new FetchItem(key, null);
        }
        // Reading the content puts it among the hot blocks, where it stays until the backend has confirmed it.
        if (key instanceof BlockKey block && cache.blockContent(block, stale.version()) == null) {
            return new FetchItem(key, null);
        }
        known.put(key, stale);
        return new FetchItem(key, stale.version());
    }

    private void insert(Fetched fetched, Map<ObjectKey, Entry> known) {
        ObjectKey key = fetched.key();
        int generation = cache.generation();
        Entry entry = switch (fetched) {
            case Fetched.Absent _ when key instanceof BlockKey -> new Entry.Block(generation, null);
            case Fetched.Absent _ -> Entry.found(generation, null, key, null);
            case Fetched.Unchanged _ -> confirmed(known.get(key), generation);
            case Fetched.Found found when !fits(key, found.object()) ->
                throw malformed("the backend answered with an object of another kind");
            case Fetched.Found found when found.object() instanceof StoredObject.BlockObject block -> {
                cache.keepBlockContent((BlockKey) key, found.version(), block.raw());
                yield new Entry.Block(generation, found.version());
            }
            case Fetched.Found found -> Entry.found(generation, found.version(), key, found.object());
            case Fetched.Patched _ -> throw malformed("the backend answers a fetch with parts of a block");
        };
        cache.insert(reader, () -> keep(key, entry));
    }

    static boolean fits(ObjectKey key, StoredObject object) {
        return switch (key) {
            case InodeKey _ -> object instanceof StoredObject.InodeObject;
            case ObjectKey.DentryKey _ -> object instanceof StoredObject.DentryObject;
            case BlockKey _ -> object instanceof StoredObject.BlockObject;
            case ObjectKey.XattrKey _ -> object instanceof StoredObject.XattrObject;
            case ObjectKey.QuotaKey _ -> object instanceof StoredObject.QuotaObject;
        };
    }

    private static Entry confirmed(Entry stale, int generation) {
        return switch (stale) {
            case Entry.Found found ->
                    new Entry.Found(generation, found.version(), found.object(), found.weightBytes());
            case Entry.Block block -> new Entry.Block(generation, block.version());
            case Entry.Directory _, Entry.XattrNames _, Entry.Extents _ ->
                    throw new AssertionError("these have no version");
            case null -> throw malformed("the backend confirms a version that it was not asked about");
        };
    }

    private void insertListing(Ino directory, Name after, DirectoryPage page) {
        DirectoryKey key = new DirectoryKey(directory);
        int generation = cache.generation();
        // Two pages of one directory may arrive at once: the second must see the first.
        synchronized (pinned) {
            Entry before = cache.remembered(key);
            before = cache.isValid(before) ? before : pinned(key);
            Listing listing = before instanceof Entry.Directory entry ? entry.listing() : Listing.EMPTY;
            keep(key, new Entry.Directory(generation, listing.with(after, page)));
        }
        for (DirectoryPage.Entry entry : page.entries()) {
            InodeKey inodeKey = new InodeKey(entry.ino());
            if (entry.inode() != null && !cache.isValid(cache.remembered(inodeKey))) {
                StoredObject inode = new StoredObject.InodeObject(entry.inode());
                keep(inodeKey, Entry.found(generation, null, inodeKey, inode));
            }
        }
    }

    private void keep(Object key, Entry entry) {
        synchronized (pinned) {
            Entry before = pinned.remove(key);
            pinned.put(key, entry);
            pinnedBytes += entry.weightBytes() - (before == null ? 0 : before.weightBytes());
            var eldest = pinned.values().iterator();
            while (pinnedBytes > PINNED_BYTES_MAX && pinned.size() > 1) {
                pinnedBytes -= eldest.next().weightBytes();
                eldest.remove();
            }
        }
        cache.remember(key, entry);
    }

    /** @param givesUp null: waits as long as it takes */
    private static <T> T join(CompletableFuture<T> answer, CompletableFuture<?> givesUp) {
        try {
            if (givesUp != null && !answer.isDone()) {
                CompletableFuture.anyOf(answer, givesUp).join();
                if (!answer.isDone()) {
                    throw new GaveUpException();
                }
            }
            return answer.join();
        } catch (CompletionException e) {
            throw backendFailure(e);
        }
    }

    private static RuntimeException backendFailure(CompletionException e) {
        return switch (e.getCause()) {
            case BackendException known -> known;
            case RuntimeException bug -> bug;
            case null, default -> new BackendException(
                    BackendException.Cause.PROTOCOL, "The backend client failed in a way it should not.", e);
        };
    }

    private static BackendException malformed(String what) {
        return new BackendException(BackendException.Cause.PROTOCOL, what, null);
    }

    /** Two threads that ask about the same place. */
    private record ExtentsClaim(Ino ino, long fromPage) {}

    /** Two threads that list from the same place. */
    private record ListingClaim(Ino directory, Name after) {}
}
