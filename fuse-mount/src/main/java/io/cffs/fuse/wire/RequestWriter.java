package io.cffs.fuse.wire;

import java.nio.ByteBuffer;

/**
 * Builds requests as the kernel does, for who plays the kernel: the transport over libfuse, and tests. Fields are put
 * in the order of the kernel's structs.
 */
public final class RequestWriter {
    private final ByteBuffer frame;

    /** @param frame in the host's byte order, large enough for what will be built */
    public RequestWriter(ByteBuffer frame) {
        this.frame = frame;
    }

    public RequestWriter begin(int opcode, long unique, long nodeId, int uid, int gid, int pid) {
        frame.clear();
        frame.putInt(0).putInt(opcode).putLong(unique).putLong(nodeId).putInt(uid).putInt(gid).putInt(pid).putInt(0);
        return this;
    }

    public RequestWriter put(int value) {
        frame.putInt(value);
        return this;
    }

    public RequestWriter put(long value) {
        frame.putLong(value);
        return this;
    }

    /** A name and the NUL that ends it. */
    public RequestWriter putName(byte[] name) {
        frame.put(name).put((byte) 0);
        return this;
    }

    /** What remains in {@code bytes}; its position moves. */
    public RequestWriter putBytes(ByteBuffer bytes) {
        frame.put(bytes);
        return this;
    }

    /** Completes the header. @return the length of the request in bytes */
    public int end() {
        int length = frame.position();
        frame.putInt(Layout.IN_LEN, length);
        frame.clear();
        return length;
    }
}
