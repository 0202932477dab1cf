package io.cffs.backend.wire;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A connected pair of byte streams. One thread may read while another one writes; closing makes both throw. This is the
 * seam for TLS: nothing above it knows what kind of socket there is.
 */
public interface Duplex extends Closeable {
    /** Reads at least one byte, waiting for it; -1 at the end. */
    int read(ByteBuffer target) throws IOException;

    /** Writes all that remains in {@code source}, waiting for room. */
    void write(ByteBuffer source) throws IOException;

    /** For people: who is at the other end. */
    String peer();

    /** Whether bytes travel between hosts, so that fewer of them are worth some CPU. */
    boolean betweenHosts();

    /** May be called by any thread, more than once; reports nothing. */
    @Override
    void close();
}
