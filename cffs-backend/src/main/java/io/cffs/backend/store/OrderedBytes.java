package io.cffs.backend.store;

/**
 * An ordered map of byte strings (unsigned order) that remembers on {@link #flush()}: after a crash it is as it was
 * after one of the batches written since, or as it was at the last flush. Batches are atomic, in memory and after a
 * crash. What the versioned store is written on; {@link RocksBytes} and {@link MemoryBytes} are the two.
 *
 * <p>One thread writes; any thread reads. Failures are BackendException {@code STORE_FAILED} or {@code NO_SPACE}.
 */
interface OrderedBytes extends AutoCloseable {
    /** Null when there is no such key. */
    byte[] get(byte[] key);

    /** A view of the map; sees at least what was written before the call. Close it. Used by one thread. */
    Cursor cursor();

    /** An empty batch for this map. Close it. */
    Batch batch();

    /** @param batch of this map */
    void write(Batch batch);

    /** Makes everything written so far durable. */
    void flush();

    @Override
    void close();

    /** Walks the keys that start with a prefix, in order. Starts nowhere. */
    interface Cursor extends AutoCloseable {
        /**
         * Goes to the first key at or after {@code from} that starts with {@code prefix}; false when there is none.
         * What was removed behind these keys costs nothing, however much it is.
         */
        boolean seek(byte[] from, byte[] prefix);

        /** Goes to the next key that starts with the prefix; false when there is none. Only from a key. */
        boolean next();

        byte[] key();

        byte[] value();

        @Override
        void close();
    }

    /**
     * Changes that take effect together, in order. On disk they are gathered outside of the Java heap: those of a large
     * commit are a million. Used by one thread.
     */
    interface Batch extends AutoCloseable {
        void put(byte[] key, byte[] value);

        void delete(byte[] key);

        boolean isEmpty();

        @Override
        void close();
    }
}
