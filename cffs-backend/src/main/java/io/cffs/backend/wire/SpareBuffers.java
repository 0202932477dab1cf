package io.cffs.backend.wire;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Off-heap room in which the pieces of a frame meet on their way to a socket, lent for one frame. A few stay for the
 * next ones, whatever connection they go to: making one costs about as much as it saves. Safe for use by many threads.
 */
final class SpareBuffers {
    /** A commit with 256 KiB of file bytes goes out in one call. */
    private static final int BYTES = 288 * 1024;
    /** 1.1 MiB together. */
    private static final int KEPT_MAX = 4;
    private static final BlockingQueue<ByteBuffer> KEPT = new ArrayBlockingQueue<>(KEPT_MAX);

    private SpareBuffers() {}

    static ByteBuffer take() {
        ByteBuffer kept = KEPT.poll();
        return kept == null ? ByteBuffer.allocateDirect(BYTES) : kept;
    }

    /** Nobody may use the buffer any more. */
    static void give(ByteBuffer taken) {
        // One that finds no place is the collector's.
        boolean unused = KEPT.offer(taken);
    }
}
