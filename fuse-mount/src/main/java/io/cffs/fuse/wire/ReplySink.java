package io.cffs.fuse.wire;

import java.nio.ByteBuffer;

/** Where finished answers go: to the kernel, or to whoever plays the kernel. */
@FunctionalInterface
public interface ReplySink {
    /**
     * Sends one answer. Never throws: an answer that the other side no longer wants is dropped. Both buffers are free
     * for reuse afterwards.
     *
     * @param head from its position to its limit: the header and what belongs to it
     * @param payload what follows the head, from its position to its limit; null for nothing. Its position is
     * undefined afterwards
     */
    void send(ByteBuffer head, ByteBuffer payload);

    /**
     * Memory of the transport's own for the payload of the answer that is due: sent from there without a copy.
     *
     * @return position 0, limit {@code sizeBytes}, the host's byte order; null when there is none now
     */
    default ByteBuffer room(int sizeBytes) {
        return null;
    }
}
