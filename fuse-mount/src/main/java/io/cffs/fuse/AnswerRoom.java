package io.cffs.fuse;

import io.cffs.fuse.wire.Layout;
import java.nio.ByteBuffer;

/**
 * Where the data of answers are put together, one answer after the other. It is kept as long as it can be: to make it
 * anew is to zero it, and to have the kernel map and unmap it.
 */
final class AnswerRoom {
    private static final int BYTES_FIRST = 128 << 10;

    private ByteBuffer bytes;
    private boolean used;

    /** The next answer begins. */
    void begin() {
        used = false;
    }

    /** Whether the answer may still be looking at it. */
    boolean isUsed() {
        return used;
    }

    /** Position 0, limit {@code sizeBytes}, undefined content. */
    ByteBuffer of(int sizeBytes) {
        used = true;
        if (bytes == null || bytes.capacity() < sizeBytes) {
            bytes = ByteBuffer.allocateDirect(Math.max(sizeBytes, BYTES_FIRST)).order(Layout.ORDER);
        }
        return bytes.clear().limit(sizeBytes);
    }
}
