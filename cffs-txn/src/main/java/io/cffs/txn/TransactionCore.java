package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.txn.port.PageFrames;
import java.nio.ByteBuffer;

/** What the parts of one transaction share. Not thread-safe. */
final class TransactionCore {
    private final Snapshot snapshot;
    private final StoredBytes stored;
    private final WatchedFrames frames;
    private final ReadSet reads;
    private final QuotaRoom quotas;
    private final WriteRoom room;
    private final ByteBuffer[] scratch = new ByteBuffer[2];
    private long stamp;

    TransactionCore(Snapshot snapshot, PageFrames frames, ReadSet reads, WriteRoom room) {
        this.snapshot = snapshot;
        this.stored = new StoredBytes(snapshot);
        this.frames = new WatchedFrames(frames);
        this.reads = reads;
        this.quotas = new QuotaRoom(snapshot);
        this.room = room;
    }

    Snapshot snapshot() {
        return snapshot;
    }

    StoredBytes stored() {
        return stored;
    }

    WatchedFrames frames() {
        return frames;
    }

    ReadSet reads() {
        return reads;
    }

    QuotaRoom quotas() {
        return quotas;
    }

    WriteRoom room() {
        return room;
    }

    /** One of two page-sized buffers, empty; its content lasts until it is asked for again. */
    ByteBuffer scratch(int which) {
        if (scratch[which] == null) {
            scratch[which] = ByteBuffer.allocate(Blocks.PAGE_BYTES);
        }
        return scratch[which].clear();
    }

    /** Grows with every change of file bytes; 1 and up. */
    long nextStamp() {
        return ++stamp;
    }
}
