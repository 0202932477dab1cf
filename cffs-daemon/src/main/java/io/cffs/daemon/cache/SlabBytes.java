package io.cffs.daemon.cache;

import java.nio.ByteBuffer;

/** A slab's data. Nothing is said about who else writes to it meanwhile. Safe for use by many threads. */
interface SlabBytes {
    /**
     * Fills {@code target} from {@code offset} of the file on. False when that did not work or the file ends before;
     * what the target holds and where it stands is then undefined.
     */
    boolean read(ByteBuffer target, long offset);

    /** Writes what remains in {@code source}. False when it did not work; what is there then is undefined. */
    boolean write(ByteBuffer source, long offset);
}
