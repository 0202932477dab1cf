package io.cffs.daemon.cache;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey.BlockKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;

/**
 * A block cache in a Chronicle Map, for a host daemon: a long-lived process that is the file's only owner.
 *
 * <p>What Chronicle Map does not do is done here. It evicts nothing: an index on the heap, least recently used first,
 * decides what goes before the file is full. It leaves segments locked when its process is killed, and then blocks for
 * a minute: a file that was not closed is thrown away. It verifies nothing on a read: each value ends with a checksum.
 * It takes seconds to open, because it compiles code: that happens on another thread at the first use, and until then
 * the cache is empty.
 *
 * <p>Files: {@code PATH} (the map), {@code PATH.lock} (locked by the owner), {@code PATH.open} (there while the map is
 * open).
 *
 * <p>Lock order: {@link #use}, then {@link #writes}, then {@link #index}. Whatever changes the map holds {@link
 * #writes}, so that the index and the map agree whenever it is free.
 */
public final class ChronicleBlockCache implements BlockCache {
    private static final int CHUNK_BYTES = 4096;
    private static final int KEY_BYTES = 40;
    private static final int CHECKSUM_BYTES = 4;
    /**
     * Chronicle keeps an entry in chunks that touch: a quarter more of them than the bound says, against
     * fragmentation.
     */
    private static final double SLACK = 1.25;
    /** Blocks evicted for one that finds no room in one piece, before it is let go. */
    private static final int EVICTIONS_PER_PUT_MAX = 64;

    private final Path path;
    private final long capacityBytes;
    private final Executor opener;
    private final FileChannel lock;
    private final AtomicBoolean opening = new AtomicBoolean();
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
    private final Object writes = new Object();
    private final Map<Key, Integer> index = new LinkedHashMap<>(64, 0.75f, true); // @GuardedBy("index")
    private final BlockVersions versions = new BlockVersions(); // @GuardedBy("index")
    private long indexedBytes; // @GuardedBy("index")
    private ChronicleMap<byte[], byte[]> map; // @GuardedBy("use"); null before it is open and after it is closed
    private boolean closed; // @GuardedBy("use")
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder puts = new LongAdder();
    private final LongAdder evictions = new LongAdder();
    private final LongAdder damaged = new LongAdder();

    private ChronicleBlockCache(Path path, long capacityBytes, Executor opener, FileChannel lock) {
        this.path = path;
        this.capacityBytes = capacityBytes;
        this.opener = opener;
        this.lock = lock;
    }

    /**
     * Becomes the owner of the file; opens it later.
     *
     * @param capacityBytes 4 MiB and up, each block counted in whole 4 KiB; the file has a quarter more
     * @param opener runs the opening, which takes seconds
     * @throws IOException when the file has an owner, or there can be no such file
     */
    public static ChronicleBlockCache open(Path path, long capacityBytes, Executor opener) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        FileChannel lock =
                FileChannel.open(sibling(path, ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (lock.tryLock() == null) {
                throw new IOException("another process owns the cache file " + path);
            }
        } catch (OverlappingFileLockException | IOException e) {
            lock.close();
            throw e instanceof IOException failed
                    ? failed
                    : new IOException("this process owns " + path + " already", e);
        }
        return new ChronicleBlockCache(path, capacityBytes, opener, lock);
    }

    @Override
    public Bytes get(VolumeIdentity volume, BlockKey block, CommitTs version) {
        Key key = new Key(volume, block, version);
        openOnFirstUse();
        use.readLock().lock();
        try {
            byte[] value = map == null || !touch(key) ? null : map.get(key.toBytes());
            int length = value == null ? 0 : value.length - CHECKSUM_BYTES;
            if (length >= 1) {
                int checksum = ByteBuffer.wrap(value, length, CHECKSUM_BYTES).getInt();
                if (checksum == BlockHash.checksum(value, length, BlockHash.of(volume, block, version))) {
                    hits.increment();
                    return Bytes.owning(Arrays.copyOf(value, length));
                }
                damaged.increment();
                synchronized (writes) {
                    forget(key);
                    map.remove(key.toBytes());
                }
            }
        } catch (RuntimeException e) {
            // Whatever Chronicle Map has against it: a cache that cannot answer has not the block.
            forget(key);
        } finally {
            use.readLock().unlock();
        }
        misses.increment();
        return null;
    }

    @Override
    public boolean contains(VolumeIdentity volume, BlockKey block, CommitTs version) {
        synchronized (index) {
            return index.containsKey(new Key(volume, block, version));
        }
    }

    @Override
    public CommitTs newestVersion(VolumeIdentity volume, BlockKey block, CommitTs atMost) {
        openOnFirstUse();
        synchronized (index) {
            return versions.newest(volume, block, atMost);
        }
    }

    @Override
    public void put(VolumeIdentity volume, BlockKey block, CommitTs version, Bytes raw) {
        Key key = new Key(volume, block, version);
        openOnFirstUse();
        use.readLock().lock();
        try {
            if (map == null || touch(key)) {
                return;
            }
            byte[] value = new byte[raw.length() + CHECKSUM_BYTES];
            raw.copyTo(0, value, 0, raw.length());
            ByteBuffer.wrap(value, raw.length(), CHECKSUM_BYTES)
                    .putInt(BlockHash.checksum(value, raw.length(), BlockHash.of(volume, block, version)));
            synchronized (writes) {
                for (Key victim = admit(key, chunkBytes(value.length)); victim != null; victim = overdue()) {
                    map.remove(victim.toBytes());
                    evictions.increment();
                }
                insert(key, value);
            }
        } catch (RuntimeException e) {
            forget(key);
        } finally {
            use.readLock().unlock();
        }
    }

    /** With {@link #writes} held. */
    private void insert(Key key, byte[] value) {
        for (int attempt = 0; attempt < EVICTIONS_PER_PUT_MAX; attempt++) {
            try {
                map.put(key.toBytes(), value);
                puts.increment();
                return;
            } catch (IllegalStateException full) {
                // There is room, but not in one piece.
                Key victim = eldest(key);
                if (victim == null) {
                    break;
                }
                map.remove(victim.toBytes());
                evictions.increment();
            }
        }
        forget(key);
    }

    @Override
    public Figures figures() {
        return new Figures(hits.sum(), misses.sum(), puts.sum(), evictions.sum(), damaged.sum(), capacityBytes);
    }

    @Override
    public void close() {
        use.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            if (map != null) {
                map.close();
                map = null;
                Files.deleteIfExists(sibling(path, ".open"));
            }
            lock.close();
        } catch (IOException e) {
            // The next owner finds the mark that it was open and makes a new file.
            return;
        } finally {
            use.writeLock().unlock();
            synchronized (index) {
                index.clear();
                versions.clear();
                indexedBytes = 0;
            }
        }
    }

    private void openOnFirstUse() {
        if (!opening.get() && opening.compareAndSet(false, true)) {
            opener.execute(this::openMap);
        }
    }

    private void openMap() {
        use.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            Path mark = sibling(path, ".open");
            if (Files.exists(mark)) {
                Files.deleteIfExists(path);
            } else {
                Files.createFile(mark);
            }
            ChronicleMap<byte[], byte[]> opened = openOrReplace();
            readIndex(opened);
            map = opened;
        } catch (IOException | RuntimeException | LinkageError e) {
            // No cache file, or a JVM without the flags that the library needs: every answer is "absent".
            map = null;
        } finally {
            use.writeLock().unlock();
        }
    }

    /** A file of another size or of another release of the library is thrown away. */
    private ChronicleMap<byte[], byte[]> openOrReplace() throws IOException {
        if (Files.exists(path)) {
            try {
                return builder().createPersistedTo(path.toFile());
            } catch (IOException | RuntimeException e) {
                Files.deleteIfExists(path);
            }
        }
        Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return builder().createPersistedTo(path.toFile());
    }

    private ChronicleMapBuilder<byte[], byte[]> builder() {
        long chunks = (long) (capacityBytes * SLACK) / CHUNK_BYTES;
        return ChronicleMapBuilder.of(byte[].class, byte[].class)
                .name("cffs-blocks-" + capacityBytes)
                .constantKeySizeBySample(new byte[KEY_BYTES])
                .actualChunkSize(CHUNK_BYTES)
                .actualChunksPerSegmentTier(chunks)
                .entriesPerSegment(chunks)
                .actualSegments(1)
                .putReturnsNull(true)
                .removeReturnsNull(true)
                .skipCloseOnExitHook(true);
    }

    private void readIndex(ChronicleMap<byte[], byte[]> opened) {
        synchronized (index) {
            opened.forEach((keyBytes, value) -> {
                Key key = Key.parse(keyBytes);
                index.put(key, chunkBytes(value.length));
                versions.add(key.volume(), key.block(), key.version());
                indexedBytes += chunkBytes(value.length);
            });
        }
    }

    /** Whether it is there; if so it has just been used. */
    private boolean touch(Key key) {
        synchronized (index) {
            return index.get(key) != null;
        }
    }

    /** Counts the newcomer in; the first block to evict for it, null for none. */
    private Key admit(Key key, int bytes) {
        synchronized (index) {
            if (index.put(key, bytes) == null) {
                versions.add(key.volume(), key.block(), key.version());
                indexedBytes += bytes;
            }
            return overdue();
        }
    }

    /** The least recently used block, if there are too many; counted out. */
    private Key overdue() {
        synchronized (index) {
            return indexedBytes > capacityBytes ? eldest(null) : null;
        }
    }

    /** The least recently used block but for {@code spared}, counted out; null when there is none. */
    private Key eldest(Key spared) {
        synchronized (index) {
            Iterator<Map.Entry<Key, Integer>> entries = index.entrySet().iterator();
            while (entries.hasNext()) {
                Map.Entry<Key, Integer> eldest = entries.next();
                if (!eldest.getKey().equals(spared)) {
                    indexedBytes -= eldest.getValue();
                    Key victim = eldest.getKey();
                    versions.remove(victim.volume(), victim.block(), victim.version());
                    entries.remove();
                    return victim;
                }
            }
            return null;
        }
    }

    private void forget(Key key) {
        synchronized (index) {
            Integer bytes = index.remove(key);
            versions.remove(key.volume(), key.block(), key.version());
            indexedBytes -= bytes == null ? 0 : bytes;
        }
    }

    /** What an entry takes in the file: key, value and a few bytes more, in whole chunks. */
    private static int chunkBytes(int valueLength) {
        return Math.ceilDiv(KEY_BYTES + valueLength + 16, CHUNK_BYTES) * CHUNK_BYTES;
    }

    private static Path sibling(Path path, String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    private record Key(VolumeIdentity volume, BlockKey block, CommitTs version) {
        byte[] toBytes() {
            return ByteBuffer.allocate(KEY_BYTES)
                    .putLong(volume.high())
                    .putLong(volume.low())
                    .putLong(block.ino().value())
                    .putLong(block.index())
                    .putLong(version.value())
                    .array();
        }

        static Key parse(byte[] bytes) {
            ByteBuffer from = ByteBuffer.wrap(bytes);
            VolumeIdentity volume = new VolumeIdentity(from.getLong(), from.getLong());
            return new Key(
                    volume, new BlockKey(new Ino(from.getLong()), from.getLong()), new CommitTs(from.getLong()));
        }
    }
}
