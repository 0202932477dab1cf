package io.cffs.fuse.dev;

import java.nio.ByteBuffer;

/** Reads and writes the device for one thread. Several on one descriptor are independent of each other. */
interface DeviceIo {
    /**
     * Waits for a request and puts it at index 0 of the frame.
     *
     * @return its length in bytes, or a negative error number
     */
    int read(ByteBuffer frame);

    /**
     * Sends an answer or a notification: what remains in {@code head}, then what remains in {@code payload} (null for
     * nothing), as one write.
     *
     * @return 0 or more, or a negative error number
     */
    int write(ByteBuffer head, ByteBuffer payload);

    /** As the other one, with a payload in several direct buffers. */
    int writePieces(ByteBuffer head, ByteBuffer[] pieces);

    /**
     * Makes the thread that blocks in {@link #read} return with an error. It may be just about to block, so call this
     * again until it has ended. Called by other threads.
     */
    void wake();
}
