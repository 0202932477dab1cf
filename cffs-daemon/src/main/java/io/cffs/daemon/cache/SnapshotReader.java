package io.cffs.daemon.cache;

import io.cffs.daemon.cache.SnapshotCache.DirectoryKey;
import io.cffs.daemon.cache.SnapshotCache.ExtentsKey;
import io.cffs.daemon.cache.SnapshotCache.XattrNamesKey;
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
import io.cffs.model.StoredObject;
import io.cffs.txn.Snapshot;
import io.cffs.txn.SnapshotMiss;
import io.cffs.txn.SnapshotMiss.Wanted;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * One attempt's snapshot: answers from what the mount remembers, else throws {@link SnapshotMiss}.
 *
 * <p>The methods of {@link Snapshot} are called by one thread at a time, under the session lock, and never block.
 * {@link #fetch} is called without it, by any number of threads. Once the next attempt has begun, every answer is an
 * {@link IllegalStateException} and {@code fetch} brings nothing.
 */
public final class SnapshotReader implements Snapshot {
    /** As large as a file whose content the backend sends along with its name. */
    private static final long SMALL_FILE_BYTES_MAX = 32 * 1024;

    /** Names that a listing asks for at a time, so that one in small buffers is not a round trip each. */
    private static final int LISTED_MIN = 1024;

    private final SnapshotCache cache;
    private final CommitTs at;
    private final SnapshotFetcher fetcher;
    private final ReadAhead readAhead; // @GuardedBy(session lock)
    private Loan loan; // @GuardedBy(session lock)
    private final LatelyRead lately = new LatelyRead(); // @GuardedBy(session lock)
    private final DirectoryScans scans = new DirectoryScans(); // @GuardedBy(session lock)
    private final ChangedInodes changed; // @GuardedBy(session lock)
    private final Set<ObjectKey> footprint = new LinkedHashSet<>(); // @GuardedBy("footprint")

    SnapshotReader(SnapshotCache cache, CommitTs at, ChangedInodes changed) {
        this.cache = cache;
        this.at = at;
        this.changed = changed;
        this.fetcher = new SnapshotFetcher(cache, this);
        this.readAhead = new ReadAhead(cache.limits.readAheadBlocksMax());
    }

    @Override
    public CommitTs at() {
        return at;
    }

    @Override
    public Inode inode(Ino ino) throws SnapshotMiss {
        requireCurrent();
        Inode known = lately.inode(ino);
        if (known != null) {
            return known;
        }
        if (!(entryOf(new InodeKey(ino)) instanceof Entry.Found found)) {
            throw new SnapshotMiss(new Wanted.Objects(changed.missed(ino, this::isInodeAtHand)));
        }
        if (found.object() == null) {
            return null;
        }
        Inode inode = ((StoredObject.InodeObject) found.object()).inode();
        if (!inode.isDirectory()) {
            lately.note(ino, inode);
        }
        return inode;
    }

    /** Or that there is none. Looking is no read. */
    private boolean isInodeAtHand(Ino ino) {
        Object key = new InodeKey(ino);
        return cache.isValid(cache.remembered(key)) || fetcher.pinned(key) != null;
    }

    /** The version of an inode, which is never older than what it holds. It must exist. */
    public CommitTs changedAt(Ino ino) throws SnapshotMiss {
        InodeKey key = new InodeKey(ino);
        if (entryOf(key) instanceof Entry.Found found) {
            if (found.version() != null) {
                return found.version();
            }
            // It came with a listing, or is absent: asked for by itself it brings a version, if anything.
            fetcher.forget(key);
        }
        throw missing(key);
    }

    @Override
    public StoredObject.DentryObject dentry(Ino parent, Name name) throws SnapshotMiss {
        DentryKey key = new DentryKey(parent, name);
        Entry entry = entryOf(key);
        if (entry instanceof Entry.Found found) {
            return (StoredObject.DentryObject) found.object();
        }
        if (entryOf(new DirectoryKey(parent)) instanceof Entry.Directory directory) {
            Listing.Answer answer = directory.listing().lookup(name);
            if (answer != null) {
                scans.answered(parent);
                return answer.dentry();
            }
        }
        Wanted listing = scans.missed(parent, name, inodeAtHand(parent));
        throw listing == null ? missing(key) : new SnapshotMiss(listing);
    }

    /** Null when it is not at hand, or there is none. Looking is no read. */
    private Inode inodeAtHand(Ino ino) {
        Object key = new InodeKey(ino);
        Entry entry = cache.remembered(key);
        entry = cache.isValid(entry) ? entry : fetcher.pinned(key);
        return entry instanceof Entry.Found found && found.object() instanceof StoredObject.InodeObject inode
                ? inode.inode()
                : null;
    }

    @Override
    public StoredObject.BlockObject block(Ino ino, long index) throws SnapshotMiss {
        BlockKey key = new BlockKey(ino, index);
        readAheadOf(ino, index);
        if (entryOf(key) instanceof Entry.Block block) {
            if (block.version() == null) {
                return null;
            }
            Bytes content = cache.blockContent(key, block.version());
            if (content != null) {
                return new StoredObject.BlockObject(content);
            }
        }
        throw missing(key);
    }

    @Override
    public int copyBlock(Ino ino, long index, int from, int length, ByteBuffer target) throws SnapshotMiss {
        requireCurrent();
        readAheadOf(ino, index);
        BlockKey key = new BlockKey(ino, index);
        long known = lately.block(ino, index);
        if (known == LatelyRead.HOLE) {
            return 0;
        }
        CommitTs version;
        if (known != LatelyRead.UNKNOWN) {
            version = LatelyRead.versionOf(known);
        } else if (entryOf(key) instanceof Entry.Block block) {
            version = block.version();
            lately.note(ino, index, version);
        } else {
            throw missingContent(key);
        }
        int copied = version == null ? 0 : bytesOf(key, version, from, length, target);
        if (copied == BlockCache.ABSENT) {
            throw missingContent(key);
        }
        return copied;
    }

    private int bytesOf(BlockKey key, CommitTs version, int from, int length, ByteBuffer target) {
        int lent = loan == null ? BlockCache.ABSENT : cache.lendBlock(key, version, from, length, target, loan);
        return lent == BlockCache.ABSENT ? cache.copyBlock(key, version, from, length, target) : lent;
    }

    /**
     * Until it is called with null, {@link #copyBlock} may lend instead of copying. For reads that only pass bytes on.
     */
    public void lendTo(Loan lendee) {
        loan = lendee;
    }

    @Override
    public DirectoryPage list(Ino directory, Name after, int limit) throws SnapshotMiss {
        Listing.Run run = entryOf(new DirectoryKey(directory)) instanceof Entry.Directory entry
                ? entry.listing().after(after, limit)
                : null;
        scans.listed(directory);
        if (run == null) {
            throw new SnapshotMiss(new Wanted.DirectoryListing(directory, after, Math.max(limit, LISTED_MIN)));
        }
        List<DirectoryPage.Entry> entries = new ArrayList<>(run.size());
        for (int i = 0; i < run.size(); i++) {
            InodeKey key = new InodeKey(run.ino(i));
            if (entryOf(key) instanceof Entry.Found found && found.object() instanceof StoredObject.InodeObject inode) {
                entries.add(new DirectoryPage.Entry(run.name(i), run.ino(i), run.type(i), inode.inode()));
            } else {
                throw missingInodes(directory, run.name(i), key);
            }
        }
        return new DirectoryPage(entries, run.complete());
    }

    /** Of a listed name, and of those after it: the rest of the listing will be asked for. */
    private SnapshotMiss missingInodes(Ino directory, Name name, InodeKey first) {
        List<ObjectKey> keys = new ArrayList<>();
        keys.add(first);
        if (entryOf(new DirectoryKey(directory)) instanceof Entry.Directory entry) {
            Listing.Run rest = entry.listing().after(name, LISTED_MIN);
            for (int i = 0; rest != null && i < rest.size(); i++) {
                if (!isInodeAtHand(rest.ino(i))) {
                    keys.add(new InodeKey(rest.ino(i)));
                }
            }
        }
        return new SnapshotMiss(new Wanted.Objects(keys));
    }

    @Override
    public StoredObject.XattrObject xattr(Ino ino, Name name) throws SnapshotMiss {
        XattrKey key = new XattrKey(ino, name);
        if (entryOf(key) instanceof Entry.Found found) {
            return (StoredObject.XattrObject) found.object();
        }
        if (entryOf(new XattrNamesKey(ino)) instanceof Entry.XattrNames all && !all.names().contains(name)) {
            return null;
        }
        throw missing(key);
    }

    @Override
    public Quota quota(Ino tree) throws SnapshotMiss {
        StoredObject found = object(new ObjectKey.QuotaKey(tree));
        return found == null ? null : ((StoredObject.QuotaObject) found).quota();
    }

    @Override
    public FileExtents extents(Ino ino, long page) throws SnapshotMiss {
        FileExtents known = entryOf(new ExtentsKey(ino)) instanceof Entry.Extents some ? some.at(page) : null;
        if (known == null) {
            throw new SnapshotMiss(new Wanted.Extents(ino, page));
        }
        return known;
    }

    @Override
    public List<Name> xattrNames(Ino ino) throws SnapshotMiss {
        if (entryOf(new XattrNamesKey(ino)) instanceof Entry.XattrNames all) {
            return all.names();
        }
        throw new SnapshotMiss(new Wanted.XattrNames(ino));
    }

    /**
     * Brings what an operation missed; when it returns, run the operation again. Waits for the backend: never call it
     * with a lock held. Several threads may want the same: it is fetched once.
     *
     * @param givesUp completes when the caller does not want to wait any more; null when it always will
     * @throws BackendException when the backend fails or what it answers is not an answer
     * @throws GaveUpException when {@code givesUp} completed first
     */
    public void fetch(Wanted wanted, CompletableFuture<?> givesUp) {
        switch (wanted) {
            case Wanted.Objects objects -> fetcher.fetchObjects(objects.keys(), givesUp);
            case Wanted.DirectoryListing listing ->
                    fetcher.fetchListing(listing.directory(), listing.after(), listing.limit(), givesUp);
            case Wanted.XattrNames names -> fetcher.fetchXattrNames(names.ino(), givesUp);
            case Wanted.Extents extents -> fetcher.fetchExtents(extents.ino(), extents.fromPage(), givesUp);
            case Wanted.Inos numbers ->
                    throw new IllegalArgumentException("inode numbers are no part of a snapshot: " + numbers);
        }
    }

    /** As {@link #fetch(Wanted, CompletableFuture)}, for who waits as long as it takes. */
    public void fetch(Wanted wanted) {
        fetch(wanted, null);
    }

    /** The keys this attempt has looked at, in order, as far as they are kept. */
    List<ObjectKey> footprint() {
        synchronized (footprint) {
            return List.copyOf(footprint);
        }
    }

    /** Fetches in the background what of these is not at hand. */
    void fetchAhead(List<ObjectKey> keys) {
        if (!keys.isEmpty()) {
            cache.background.execute(() -> fetcher.fetchAhead(keys));
        }
    }

    private StoredObject object(ObjectKey key) {
        if (entryOf(key) instanceof Entry.Found found) {
            return found.object();
        }
        throw missing(key);
    }

    /** Null when nothing that is right at this snapshot is remembered. */
    private Entry entryOf(Object key) {
        requireCurrent();
        if (key instanceof ObjectKey object) {
            noteFootprint(object);
        }
        Entry entry = cache.remembered(key);
        return cache.isValid(entry) ? entry : fetcher.pinned(key);
    }

    private void requireCurrent() {
        if (!cache.isCurrent(this)) {
            throw new IllegalStateException("the attempt that read at " + at + " has ended");
        }
    }

    private void noteFootprint(ObjectKey key) {
        synchronized (footprint) {
            if (footprint.size() < cache.limits.footprintKeysMax()) {
                footprint.add(key);
            }
        }
    }

    private void readAheadOf(Ino ino, long index) {
        ReadAhead.Window window = readAhead.onRead(ino, index);
        if (window.isEmpty()) {
            return;
        }
        Inode inode = inodeAtHand(ino);
        if (inode == null) {
            return;
        }
        long blockCount = Math.ceilDiv(inode.sizeBytes(), (long) Blocks.BLOCK_BYTES);
        List<ObjectKey> keys = new ArrayList<>();
        for (long ahead = window.from(); ahead < Math.min(window.to(), blockCount); ahead++) {
            BlockKey key = new BlockKey(ino, ahead);
            long known = lately.block(ino, ahead);
            // A file that is read again is mostly at hand: not worth a thread to find that out.
            if (known == LatelyRead.UNKNOWN
                    || known != LatelyRead.HOLE && !cache.hasBlockContent(key, LatelyRead.versionOf(known))) {
                keys.add(key);
            }
        }
        fetchAhead(keys);
    }

    /** Of a small file, and of those after it in its directory if they seem to be read one after the other. */
    private SnapshotMiss missingContent(BlockKey key) {
        Ino directory = key.index() == 0 ? scans.latest() : null;
        if (directory == null || !(cache.remembered(new DirectoryKey(directory)) instanceof Entry.Directory known)
                || !cache.isValid(known)) {
            return missing(key);
        }
        Name name = known.listing().nameOf(key.ino());
        Listing.Run rest = name == null ? null : scans.contentsMissed(name, known.listing());
        List<ObjectKey> keys = new ArrayList<>();
        keys.add(key);
        for (int i = 0; rest != null && i < rest.size(); i++) {
            Inode inode = inodeAtHand(rest.ino(i));
            if (inode != null && isSmallFile(inode)) {
                keys.add(new BlockKey(inode.ino(), 0));
            }
        }
        return new SnapshotMiss(new Wanted.Objects(keys));
    }

    private static boolean isSmallFile(Inode inode) {
        return inode.type() == FileType.REGULAR && inode.sizeBytes() > 0
                && inode.sizeBytes() <= SMALL_FILE_BYTES_MAX;
    }

    private static SnapshotMiss missing(ObjectKey key) {
        return new SnapshotMiss(new Wanted.Objects(List.of(key)));
    }
}
