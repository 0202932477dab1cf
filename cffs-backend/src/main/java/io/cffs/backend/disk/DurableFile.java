package io.cffs.backend.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One open file. What was written is durable after {@link #sync()} and not before: a power cut may keep any part of it.
 * Used by one thread at a time, except {@link #read}, which any thread may call.
 */
public interface DurableFile extends Closeable {
    /** Writes all that remains in {@code source}. An IOException may leave any part of it written. */
    void write(long offset, ByteBuffer source) throws IOException;

    /** Reads into {@code target} until it is full or the file ends; returns the count of bytes read, 0 at the end. */
    int read(long offset, ByteBuffer target) throws IOException;

    /** Makes everything written so far durable, with the length of the file. After an IOException nothing is known. */
    void sync() throws IOException;

    /** Length, in bytes. */
    long length() throws IOException;

    void truncate(long lengthBytes) throws IOException;

    @Override
    void close() throws IOException;
}
