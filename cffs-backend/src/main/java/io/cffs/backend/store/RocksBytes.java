package io.cffs.backend.store;

import io.cffs.txn.port.BackendException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.DirectSlice;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB without its write-ahead log, one column family: a flush of the one memtable is a prefix of the batches, so a
 * crash never shows half a batch, and the log position in each batch says where the replay begins.
 *
 * <p>Memory is bounded: three memtables of 16 MiB and one cache of 32 MiB that holds filters and indexes too. Values
 * over 4 KiB live in blob files, so that compaction does not copy file data again and again.
 */
final class RocksBytes implements OrderedBytes {
    private static final long MEMTABLE_BYTES = 16L * 1024 * 1024;
    private static final int MEMTABLES_MAX = 3;
    private static final long CACHE_BYTES = 32L * 1024 * 1024;
    private static final int BLOB_BYTES_MIN = 4096;
    /** An idle iterator holds on to the files it sees, so few are kept, and none across a flush. */
    private static final int IDLE_ITERATORS_MAX = 8;

    static {
        RocksDB.loadLibrary();
    }

    private final Path path;
    private final RocksDB db;
    private final Options options;
    private final Cache cache;
    private final BloomFilter filter = new BloomFilter(10, false);
    private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);
    private final ReadOptions readOptions = new ReadOptions();
    private final FlushOptions flushOptions = new FlushOptions().setWaitForFlush(true).setAllowWriteStall(true);
    private final ConcurrentLinkedDeque<BoundedIterator> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger idleCount = new AtomicInteger();
    /** Held for reading while native memory is in use, for writing when it goes. */
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
    private volatile boolean closed;

    private RocksBytes(Path path, boolean fallBack) throws RocksDBException {
        this.path = path;
        this.cache = new LRUCache(CACHE_BYTES);
        this.options = options(cache, filter).setBestEffortsRecovery(fallBack);
        this.db = RocksDB.open(options, path.toString());
    }

    /** Opens the map in a directory, or creates it when the directory is empty or missing. */
    static RocksBytes open(Path path) {
        return open(path, false);
    }

    /** @param fallBack where the newest files do not fit together, take the newest state that is whole, if any */
    static RocksBytes open(Path path, boolean fallBack) {
        try {
            Files.createDirectories(path);
            return new RocksBytes(path, fallBack);
        } catch (RocksDBException | IOException failed) {
            throw new BackendException(BackendException.Cause.STORE_FAILED,
                    "cannot open the state in " + path + ": " + failed.getMessage(), failed);
        }
    }

    private static Options options(Cache cache, BloomFilter filter) {
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setFilterPolicy(filter)
                .setWholeKeyFiltering(true)
                .setBlockSize(8 * 1024)
                .setFormatVersion(5);
        return new Options()
                .setCreateIfMissing(true)
                .setTableFormatConfig(table)
                .setWriteBufferSize(MEMTABLE_BYTES)
                .setMaxWriteBufferNumber(MEMTABLES_MAX)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setLevelCompactionDynamicLevelBytes(true)
                .setEnableBlobFiles(true)
                .setMinBlobSize(BLOB_BYTES_MIN)
                .setBlobFileSize(64L * 1024 * 1024)
                .setEnableBlobGarbageCollection(true)
                .setBlobGarbageCollectionAgeCutoff(0.5)
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(256)
                .setParanoidChecks(true)
                .setAvoidFlushDuringShutdown(true)
                .setKeepLogFileNum(2)
                .setMaxLogFileSize(1024 * 1024)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
    }

    @Override
    public byte[] get(byte[] key) {
        enter();
        try {
            return db.get(readOptions, key);
        } catch (RocksDBException failed) {
            throw failed("cannot read", failed);
        } finally {
            use.readLock().unlock();
        }
    }

    @Override
    public Cursor cursor() {
        enter();
        BoundedIterator iterator = idle.pollFirst();
        if (iterator == null) {
            return new RocksCursor(new BoundedIterator(db));
        }
        idleCount.decrementAndGet();
        try {
            iterator.keys.refresh();
            return new RocksCursor(iterator);
        } catch (RocksDBException failed) {
            iterator.close();
            use.readLock().unlock();
            throw failed("cannot read", failed);
        }
    }

    /** Keys and values are copied out of the heap at once. */
    private final class NativeBatch implements Batch {
        private final WriteBatch changes = new WriteBatch();
        private boolean empty = true;

        @Override
        public void put(byte[] key, byte[] value) {
            empty = false;
            try {
                changes.put(key, value);
            } catch (RocksDBException failed) {
                throw failed("cannot gather changes of", failed);
            }
        }

        @Override
        public void delete(byte[] key) {
            empty = false;
            try {
                changes.delete(key);
            } catch (RocksDBException failed) {
                throw failed("cannot gather changes of", failed);
            }
        }

        @Override
        public boolean isEmpty() {
            return empty;
        }

        @Override
        public void close() {
            changes.close();
        }
    }

    @Override
    public Batch batch() {
        return new NativeBatch();
    }

    @Override
    public void write(Batch batch) {
        enter();
        try {
            db.write(writeOptions, ((NativeBatch) batch).changes);
        } catch (RocksDBException failed) {
            throw failed("cannot write", failed);
        } finally {
            use.readLock().unlock();
        }
    }

    @Override
    public void flush() {
        enter();
        try {
            closeIdle();
            db.flush(flushOptions);
        } catch (RocksDBException failed) {
            throw failed("cannot flush", failed);
        } finally {
            use.readLock().unlock();
        }
    }

    private void closeIdle() {
        for (BoundedIterator iterator = idle.pollFirst(); iterator != null; iterator = idle.pollFirst()) {
            idleCount.decrementAndGet();
            iterator.close();
        }
    }

    /** Takes the lock for reading. */
    private void enter() {
        use.readLock().lock();
        if (closed) {
            use.readLock().unlock();
            throw new BackendException(BackendException.Cause.CLOSED, "the store is closed", null);
        }
    }

    private BackendException failed(String what, RocksDBException failed) {
        Status status = failed.getStatus();
        boolean full = status != null && status.getSubCode() == Status.SubCode.NoSpace;
        return new BackendException(
                full ? BackendException.Cause.NO_SPACE : BackendException.Cause.STORE_FAILED,
                full ? "no space left for the state in " + path : what + " the state in " + path + ": "
                        + failed.getMessage(),
                failed);
    }

    /** Waits for calls and cursors to end: native memory goes. */
    @Override
    public void close() {
        use.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            closeIdle();
            db.close();
            flushOptions.close();
            readOptions.close();
            writeOptions.close();
            options.close();
            filter.close();
            cache.close();
        } finally {
            use.writeLock().unlock();
        }
    }

    /**
     * An iterator with an end that can be moved. Without one a seek would end at what is there next, over all that was
     * removed and not compacted yet: where thousands of files came and went each look-up of a new name would walk over
     * all of them. RocksDB reads the bytes of the bound at each seek.
     */
    private static final class BoundedIterator {
        /** No key is longer. */
        private static final int KEY_BYTES_MAX = 4096;

        private final ByteBuffer endBytes = ByteBuffer.allocateDirect(KEY_BYTES_MAX);
        private final DirectSlice end = new DirectSlice(endBytes, KEY_BYTES_MAX);
        private final ReadOptions options = new ReadOptions().setIterateUpperBound(end);
        private final RocksIterator keys;

        BoundedIterator(RocksDB db) {
            keys = db.newIterator(options);
        }

        void seek(byte[] from, byte[] prefix) {
            byte[] bound = StoreKeys.after(prefix);
            endBytes.put(0, bound);
            end.setLength(bound.length);
            keys.seek(from);
        }

        void close() {
            keys.close();
            options.close();
            end.close();
        }
    }

    private final class RocksCursor implements Cursor {
        private final BoundedIterator iterator;
        private byte[] prefix;
        private byte[] at; // null when nowhere
        private boolean given;

        RocksCursor(BoundedIterator iterator) {
            this.iterator = iterator;
        }

        @Override
        public boolean seek(byte[] from, byte[] wanted) {
            prefix = wanted;
            iterator.seek(from, wanted);
            return arrived();
        }

        @Override
        public boolean next() {
            iterator.keys.next();
            return arrived();
        }

        private boolean arrived() {
            at = null;
            if (iterator.keys.isValid()) {
                byte[] key = iterator.keys.key();
                at = StoreKeys.startsWith(key, prefix) ? key : null;
            } else {
                requireSound();
            }
            return at != null;
        }

        private void requireSound() {
            try {
                iterator.keys.status();
            } catch (RocksDBException failed) {
                throw failed("cannot read", failed);
            }
        }

        @Override
        public byte[] key() {
            return at;
        }

        @Override
        public byte[] value() {
            return iterator.keys.value();
        }

        @Override
        public void close() {
            if (given) {
                return;
            }
            given = true;
            if (idleCount.incrementAndGet() > IDLE_ITERATORS_MAX) {
                idleCount.decrementAndGet();
                iterator.close();
            } else {
                idle.addFirst(iterator);
            }
            use.readLock().unlock();
        }
    }
}
