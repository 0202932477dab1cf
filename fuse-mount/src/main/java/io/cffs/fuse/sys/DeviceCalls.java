package io.cffs.fuse.sys;

import static io.cffs.fuse.sys.NativeCall.INT;
import static io.cffs.fuse.sys.NativeCall.LONG;
import static io.cffs.fuse.sys.NativeCall.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/** read and write on one descriptor, for one thread, without allocation where the buffers stay the same. */
public final class DeviceCalls {
    private static final MethodHandle READ = NativeCall.bind("read", FunctionDescriptor.of(LONG, INT, POINTER, LONG));
    private static final MethodHandle WRITE = NativeCall.bind("write", FunctionDescriptor.of(LONG, INT, POINTER, LONG));
    private static final MethodHandle WRITEV = NativeCall.bind("writev",
            FunctionDescriptor.of(LONG, INT, POINTER, INT));
    private static final int IOVEC_BYTES = 16;

    private final int fd;
    private final MemorySegment state = NativeCall.newState(Arena.ofAuto());
    private final MemorySegment vectors = Arena.ofAuto().allocate(2L * IOVEC_BYTES, 8);
    private MemorySegment many; // null until a payload comes in pieces
    private ByteBuffer lastFrame;
    private MemorySegment lastFrameSegment;
    private ByteBuffer lastHead;
    private MemorySegment lastHeadSegment;

    public DeviceCalls(int fd) {
        this.fd = fd;
    }

    /** Fills a direct buffer from index 0 to its capacity at most. Bytes read, or the negative error number. */
    public int read(ByteBuffer frame) {
        if (frame != lastFrame) {
            lastFrameSegment = MemorySegment.ofBuffer(frame.duplicate().clear());
            lastFrame = frame;
        }
        try {
            long count = (long) READ.invokeExact(state, fd, lastFrameSegment, lastFrameSegment.byteSize());
            return count < 0 ? -NativeCall.errnoIn(state) : (int) count;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /** Writes what remains in a direct buffer that begins at index 0. Bytes written, or the negative error number. */
    public int write(ByteBuffer head) {
        try {
            long count = (long) WRITE.invokeExact(state, fd, segmentOf(head), (long) head.remaining());
            return count < 0 ? -NativeCall.errnoIn(state) : (int) count;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /** Writes what remains in two direct buffers, the first of which begins at index 0, in one call. */
    public int write(ByteBuffer head, ByteBuffer payload) {
        vectors.set(LONG, 0, segmentOf(head).address());
        vectors.set(LONG, 8, head.remaining());
        vectors.set(LONG, 16, MemorySegment.ofBuffer(payload).address());
        vectors.set(LONG, 24, payload.remaining());
        try {
            long count = (long) WRITEV.invokeExact(state, fd, vectors, 2);
            return count < 0 ? -NativeCall.errnoIn(state) : (int) count;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        } finally {
            java.lang.ref.Reference.reachabilityFence(payload);
        }
    }

    /** As the other one, with a payload in several direct buffers. */
    public int writePieces(ByteBuffer head, ByteBuffer[] pieces) {
        if (many == null || many.byteSize() < (pieces.length + 1L) * IOVEC_BYTES) {
            many = Arena.ofAuto().allocate((pieces.length + 1L) * IOVEC_BYTES, 8);
        }
        many.set(LONG, 0, segmentOf(head).address());
        many.set(LONG, 8, head.remaining());
        for (int i = 0; i < pieces.length; i++) {
            many.set(LONG, (i + 1L) * IOVEC_BYTES, MemorySegment.ofBuffer(pieces[i]).address());
            many.set(LONG, (i + 1L) * IOVEC_BYTES + 8, pieces[i].remaining());
        }
        try {
            long count = (long) WRITEV.invokeExact(state, fd, many, pieces.length + 1);
            return count < 0 ? -NativeCall.errnoIn(state) : (int) count;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        } finally {
            java.lang.ref.Reference.reachabilityFence(pieces);
        }
    }

    private MemorySegment segmentOf(ByteBuffer head) {
        if (head != lastHead) {
            lastHeadSegment = MemorySegment.ofBuffer(head.duplicate().clear());
            lastHead = head;
        }
        return lastHeadSegment;
    }
}
