package io.cffs.fuse.dev;

import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.sys.Mapping;
import io.cffs.fuse.wire.Layout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * The memory that one place in a queue shares with the kernel: {@code struct fuse_uring_req_header}, and the payload
 * apart from it. Requests are read as one piece, so their header and their fixed part (128 bytes at most) are copied to
 * just in front of the payload, which stays where it is. Pages that no request has needed yet take no memory.
 */
final class RingEntry {
    // struct fuse_uring_req_header
    private static final int HEADERS_BYTES = 288;
    private static final int FIXED_AT = 128;
    private static final int FIXED_BYTES_MAX = 128;
    private static final int COMMIT_ID_AT = 264;
    private static final int PAYLOAD_BYTES_AT = 272;

    /** Behind the headers: two of {@code struct iovec}. */
    private static final int VECTORS_AT = 512;
    private static final int VECTOR_BYTES = 16;
    /** On a page of its own. */
    private static final int PAYLOAD_AT = 8192;

    private final int payloadBytesMax;
    private final MemorySegment memory;
    private final ByteBuffer headers;
    private final ByteBuffer payload;
    private final ByteBuffer room;
    /** By the length of the fixed part. Made as they are needed. */
    private final FuseRequest[] requests = new FuseRequest[FIXED_BYTES_MAX + 1];
    private int requestBytes;
    private boolean payloadIsFree;

    RingEntry(int payloadBytesMax) {
        this.payloadBytesMax = payloadBytesMax;
        this.memory = Mapping.anonymous(PAYLOAD_AT + (long) payloadBytesMax);
        this.headers = memory.asSlice(0, HEADERS_BYTES).asByteBuffer().order(Layout.ORDER);
        this.payload = memory.asSlice(PAYLOAD_AT, payloadBytesMax).asByteBuffer().order(Layout.ORDER);
        this.room = payload.duplicate().order(Layout.ORDER);
        putVector(0, 0, HEADERS_BYTES);
        putVector(1, PAYLOAD_AT, payloadBytesMax);
    }

    private void putVector(int index, int at, int bytes) {
        long vector = VECTORS_AT + (long) VECTOR_BYTES * index;
        memory.set(ValueLayout.JAVA_LONG, vector, memory.address() + at);
        memory.set(ValueLayout.JAVA_LONG, vector + 8, bytes);
    }

    /** The address of two {@code struct iovec}, which say where this is. */
    long vectors() {
        return memory.address() + VECTORS_AT;
    }

    // ------------------------------------------------------------------------------------------------ requests

    /** What the answer to the request is to be committed with. */
    long commitId() {
        return headers.getLong(COMMIT_ID_AT);
    }

    /** The request that has come; null when its parts do not make one. */
    FuseRequest arrived() {
        requestBytes = headers.getInt(Layout.IN_LEN);
        int payloadBytes = headers.getInt(PAYLOAD_BYTES_AT);
        payloadIsFree = payloadBytes == 0;
        if (payloadBytes < 0 || payloadBytes > payloadBytesMax) {
            return null;
        }
        int fixedBytes = requestBytes - Layout.IN_HEADER - payloadBytes;
        if (fixedBytes < 0 || fixedBytes > FIXED_BYTES_MAX) {
            return null;
        }
        long from = (long) PAYLOAD_AT - fixedBytes - Layout.IN_HEADER;
        MemorySegment.copy(memory, 0, memory, from, Layout.IN_HEADER);
        MemorySegment.copy(memory, FIXED_AT, memory, from + Layout.IN_HEADER, fixedBytes);
        if (requests[fixedBytes] == null) {
            requests[fixedBytes] = new FuseRequest(memory.asSlice(from).asByteBuffer().order(Layout.ORDER));
        }
        return requests[fixedBytes];
    }

    boolean isOf(Stir stir) {
        return stir.isOurs(headers.getInt(Layout.IN_OPCODE), headers.getLong(Layout.IN_NODEID),
                headers.getInt(Layout.IN_PID));
    }

    /** The length of the whole of it. */
    int requestBytes() {
        return requestBytes;
    }

    // ------------------------------------------------------------------------------------------------ answers

    /** The payload, for the answer to fill; null while it holds a part of the request. */
    ByteBuffer room(int sizeBytes) {
        return payloadIsFree && sizeBytes <= payloadBytesMax ? room.clear().limit(sizeBytes) : null;
    }

    /** Puts an answer where the kernel looks for it. @return false when it is too long */
    boolean put(ByteBuffer head, ByteBuffer body) {
        int inHead = head.remaining() - Layout.OUT_HEADER;
        int apart = body == null ? 0 : body.remaining();
        if (apart > payloadBytesMax - inHead) {
            return false;
        }
        payload.put(0, head, head.position() + Layout.OUT_HEADER, inHead);
        if (body != null && (body != room || body.position() != inHead)) {
            payload.put(inHead, body, body.position(), apart);
        }
        putHeader(head, inHead + apart);
        return true;
    }

    /** As the other one. A piece that lies in {@link #room} lies where the answer has it. */
    boolean put(ByteBuffer head, ByteBuffer[] pieces) {
        int at = 0;
        for (ByteBuffer piece : pieces) {
            int bytes = piece.remaining();
            if (bytes > payloadBytesMax - at) {
                return false;
            }
            payload.put(at, piece, piece.position(), bytes);
            at += bytes;
        }
        putHeader(head, at);
        return true;
    }

    private void putHeader(ByteBuffer head, int payloadBytes) {
        headers.put(0, head, head.position(), Layout.OUT_HEADER);
        headers.putInt(PAYLOAD_BYTES_AT, payloadBytes);
    }

    /** An answer that says no more than this. */
    void putError(long unique, int errno) {
        headers.putInt(Layout.OUT_LEN, Layout.OUT_HEADER);
        headers.putInt(Layout.OUT_ERROR, -errno);
        headers.putLong(Layout.OUT_UNIQUE, unique);
        headers.putInt(PAYLOAD_BYTES_AT, 0);
    }
}
