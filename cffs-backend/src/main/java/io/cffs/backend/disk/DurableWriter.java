package io.cffs.backend.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file whose writes are durable when they return, with all that is needed to read them again: for whoever writes a
 * little and waits for it. Used by one thread at a time.
 */
@FunctionalInterface
public interface DurableWriter extends Closeable {
    /** What is written, in bytes. */
    int BLOCK_BYTES = 4096;

    /**
     * Writes all that remains. After an IOException any part of it may be written, and durable or not.
     *
     * @param offset a multiple of {@link #BLOCK_BYTES}
     * @param blocks as many bytes as whole blocks have; not copied when it is direct and starts at such an address
     */
    void write(long offset, ByteBuffer blocks) throws IOException;

    @Override
    default void close() throws IOException {}
}
