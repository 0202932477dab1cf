package io.cffs.backend.wire;

/** Numbers of the protocol. */
public final class Wire {
    /** Protocol versions that this program speaks. */
    public static final int VERSION_OLDEST = 1;

    public static final int VERSION_NEWEST = 1;

    /**
     * Largest payload of a frame in bytes, raw as well as stored: a commit of a million read keys, as many mutations
     * and 4 MiB of inline data stays below it.
     */
    public static final int FRAME_BYTES_MAX = 64 * 1024 * 1024;

    /** Length of the header before a frame's payload. */
    public static final int HEADER_BYTES = 24;

    /** Smaller payloads are never compressed. */
    public static final int COMPRESS_BYTES_MIN = 4096;

    private Wire() {}
}
