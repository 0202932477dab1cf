package io.cffs.fuse.dev;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * Doors to the device for threads that have none of their own. A write may block in the kernel for long (a
 * notification waits for locks that requests hold), so no two threads ever share a door.
 */
final class IoPool {
    private final ConcurrentLinkedDeque<DeviceIo> idle = new ConcurrentLinkedDeque<>();
    private final Supplier<DeviceIo> opener;

    IoPool(Supplier<DeviceIo> opener) {
        this.opener = opener;
    }

    int write(ByteBuffer head, ByteBuffer payload) {
        return with(io -> io.write(head, payload));
    }

    int writePieces(ByteBuffer head, ByteBuffer[] pieces) {
        return with(io -> io.writePieces(head, pieces));
    }

    private int with(ToIntFunction<DeviceIo> writing) {
        DeviceIo taken = idle.pollFirst();
        DeviceIo io = taken == null ? opener.get() : taken;
        try {
            return writing.applyAsInt(io);
        } finally {
            idle.offerFirst(io);
        }
    }
}
