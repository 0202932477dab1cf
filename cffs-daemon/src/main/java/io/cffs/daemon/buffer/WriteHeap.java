package io.cffs.daemon.buffer;

import io.cffs.txn.port.HeapRoom;
import java.util.concurrent.atomic.AtomicLong;

/** The share of the heap that belongs to what transactions have changed and not committed, in all mounts together. */
public final class WriteHeap implements HeapRoom {
    private final long bytesMax;
    private final AtomicLong usedBytes = new AtomicLong();

    public WriteHeap(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    @Override
    public void use(long bytes) {
        usedBytes.addAndGet(bytes);
    }

    @Override
    public long leftBytes() {
        return bytesMax - usedBytes.get();
    }

    @Override
    public long bytesMax() {
        return bytesMax;
    }
}
