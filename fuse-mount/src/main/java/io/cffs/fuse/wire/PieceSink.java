package io.cffs.fuse.wire;

import java.nio.ByteBuffer;

/** Where answers go that are sent from where they lie. */
public interface PieceSink extends ReplySink {
    /** As {@link #send}, with a payload in several direct buffers, one after another. */
    void sendPieces(ByteBuffer head, ByteBuffer[] pieces);
}
