package io.cffs.fuse.dev;

import io.cffs.fuse.sys.DeviceCalls;
import io.cffs.fuse.sys.ThreadWake;
import java.nio.ByteBuffer;

/** System calls through the foreign-function interface: exact error numbers, but a costly start. */
final class NativeIo implements DeviceIo {
    private final DeviceCalls calls;
    private volatile int reader;
    private boolean known;

    NativeIo(int fd) {
        this.calls = new DeviceCalls(fd);
    }

    @Override
    public int read(ByteBuffer frame) {
        if (!known) {
            reader = ThreadWake.currentThread();
            known = true;
        }
        return calls.read(frame);
    }

    @Override
    public int write(ByteBuffer head, ByteBuffer payload) {
        if (payload == null) {
            return calls.write(head);
        }
        return calls.write(head, payload.isDirect() ? payload : directCopy(payload));
    }

    @Override
    public int writePieces(ByteBuffer head, ByteBuffer[] pieces) {
        return calls.writePieces(head, pieces);
    }

    @Override
    public void wake() {
        if (reader != 0) {
            ThreadWake.wake(reader);
        }
    }

    private static ByteBuffer directCopy(ByteBuffer heap) {
        return ByteBuffer.allocateDirect(heap.remaining()).put(heap).flip();
    }
}
