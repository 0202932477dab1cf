package io.cffs.backend.store;

import io.cffs.txn.port.BackendException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The twin of {@link RocksBytes} in memory; can crash back to its last flush, and fail writes. */
final class MemoryBytes implements OrderedBytes {
    private final ConcurrentNavigableMap<byte[], byte[]> map = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
    // Guarded by "this".
    private TreeMap<byte[], byte[]> durable = new TreeMap<>(Arrays::compareUnsigned);
    private volatile boolean failing;
    private volatile boolean closed;

    /** What is there after the process has died: the state of the last flush. */
    synchronized MemoryBytes afterCrash() {
        MemoryBytes survivor = new MemoryBytes();
        survivor.map.putAll(durable);
        survivor.durable.putAll(durable);
        closed = true;
        return survivor;
    }

    /** While true, writes and flushes fail as on a full disk. */
    void setFailing(boolean fails) {
        failing = fails;
    }

    @Override
    public byte[] get(byte[] key) {
        requireOpen();
        byte[] value = map.get(key);
        return value == null ? null : value.clone();
    }

    @Override
    public Cursor cursor() {
        requireOpen();
        return new Cursor() {
            private Map.Entry<byte[], byte[]> at;
            private byte[] prefix;

            @Override
            public boolean seek(byte[] from, byte[] wanted) {
                prefix = wanted;
                at = map.ceilingEntry(from);
                return isWithin();
            }

            @Override
            public boolean next() {
                at = map.higherEntry(at.getKey());
                return isWithin();
            }

            private boolean isWithin() {
                return at != null && StoreKeys.startsWith(at.getKey(), prefix);
            }

            @Override
            public byte[] key() {
                return at.getKey().clone();
            }

            @Override
            public byte[] value() {
                return at.getValue().clone();
            }

            @Override
            public void close() {
                at = null;
            }
        };
    }

    private static final class HeapBatch implements Batch {
        private final List<byte[]> keys = new ArrayList<>();
        /** Null removes the key. */
        private final List<byte[]> values = new ArrayList<>();

        @Override
        public void put(byte[] key, byte[] value) {
            keys.add(key);
            values.add(value);
        }

        @Override
        public void delete(byte[] key) {
            put(key, null);
        }

        @Override
        public boolean isEmpty() {
            return keys.isEmpty();
        }

        @Override
        public void close() {
            // The heap takes it back.
        }
    }

    @Override
    public Batch batch() {
        return new HeapBatch();
    }

    @Override
    public synchronized void write(Batch batch) {
        requireOpen();
        requireRoom();
        HeapBatch changes = (HeapBatch) batch;
        for (int i = 0; i < changes.keys.size(); i++) {
            if (changes.values.get(i) == null) {
                map.remove(changes.keys.get(i));
            } else {
                map.put(changes.keys.get(i), changes.values.get(i));
            }
        }
    }

    @Override
    public synchronized void flush() {
        requireOpen();
        requireRoom();
        durable = new TreeMap<>(map);
    }

    private void requireOpen() {
        if (closed) {
            throw new BackendException(BackendException.Cause.CLOSED, "the store is closed", null);
        }
    }

    private void requireRoom() {
        if (failing) {
            throw new BackendException(BackendException.Cause.NO_SPACE, "no space left for the store", null);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
