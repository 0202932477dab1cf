package io.cffs.fuse.dev;

import io.cffs.fuse.sys.DeviceCalls;
import java.nio.ByteBuffer;

/** System calls through the foreign-function interface: exact error numbers, but a costly start. */
final class NativeIo implements DeviceIo {
    private final DeviceCalls calls;

    NativeIo(int fd) {
        this.calls = new DeviceCalls(fd);
    }

    @Override
    public int read(ByteBuffer frame) {
        return calls.read(frame);
    }

    @Override
    public int write(ByteBuffer head, ByteBuffer payload) {
        if (payload == null) {
            return calls.write(head);
        }
        return calls.write(head, payload.isDirect() ? payload : directCopy(payload));
    }

    private static ByteBuffer directCopy(ByteBuffer heap) {
        return ByteBuffer.allocateDirect(heap.remaining()).put(heap).flip();
    }
}
