package io.cffs.daemon.cache;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.ObjectKey.BlockKey;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The in-memory twin of the block caches, and the small cache of hot blocks in front of them: exactly least recently
 * used, so what was just put survives until {@code capacityBytes} of other blocks have been used after it. An operation
 * that is run again after a fetch relies on that.
 */
public final class MemoryBlockCache implements BlockCache {
    /** What an entry costs beside its bytes, roughly. */
    private static final int OVERHEAD_BYTES = 160;

    private final long capacityBytes;
    private final BlockVersions versions = new BlockVersions(); // @GuardedBy("this")
    private final Map<Key, Bytes> entries = new LinkedHashMap<>(64, 0.75f, true); // @GuardedBy("this")
    private long usedBytes; // @GuardedBy("this")
    private long hits; // @GuardedBy("this")
    private long misses; // @GuardedBy("this")
    private long puts; // @GuardedBy("this")
    private long evictions; // @GuardedBy("this")
    private boolean closed; // @GuardedBy("this")

    public MemoryBlockCache(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    @Override
    public synchronized Bytes get(VolumeIdentity volume, BlockKey key, CommitTs version) {
        Bytes found = entries.get(new Key(volume, key, version));
        if (found == null) {
            misses++;
        } else {
            hits++;
        }
        return found;
    }

    @Override
    public boolean copiesParts() {
        return true;
    }

    @Override
    public synchronized boolean contains(VolumeIdentity volume, BlockKey key, CommitTs version) {
        return entries.containsKey(new Key(volume, key, version));
    }

    @Override
    public synchronized CommitTs newestVersion(VolumeIdentity volume, BlockKey key, CommitTs atMost) {
        return versions.newest(volume, key, atMost);
    }

    @Override
    public synchronized void put(VolumeIdentity volume, BlockKey key, CommitTs version, Bytes raw) {
        if (closed || costOf(raw) > capacityBytes) {
            return;
        }
        Bytes before = entries.put(new Key(volume, key, version), raw);
        usedBytes += costOf(raw) - (before == null ? 0 : costOf(before));
        puts++;
        versions.add(volume, key, version);
        Iterator<Map.Entry<Key, Bytes>> eldest = entries.entrySet().iterator();
        while (usedBytes > capacityBytes) {
            Map.Entry<Key, Bytes> victim = eldest.next();
            usedBytes -= costOf(victim.getValue());
            versions.remove(victim.getKey().volume(), victim.getKey().block(), victim.getKey().version());
            eldest.remove();
            evictions++;
        }
    }

    /** Lets go of a block before its time. @param version null: nothing is done */
    synchronized void remove(VolumeIdentity volume, BlockKey key, CommitTs version) {
        Bytes gone = version == null ? null : entries.remove(new Key(volume, key, version));
        if (gone != null) {
            usedBytes -= costOf(gone);
            versions.remove(volume, key, version);
        }
    }

    @Override
    public synchronized Figures figures() {
        return new Figures(hits, misses, puts, evictions, 0, capacityBytes);
    }

    @Override
    public synchronized void close() {
        closed = true;
        entries.clear();
        versions.clear();
        usedBytes = 0;
    }

    synchronized long usedBytes() {
        return usedBytes;
    }

    private static long costOf(Bytes raw) {
        return raw.length() + OVERHEAD_BYTES;
    }

    private record Key(VolumeIdentity volume, BlockKey block, CommitTs version) {}
}
