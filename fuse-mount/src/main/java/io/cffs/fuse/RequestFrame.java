package io.cffs.fuse;

import io.cffs.fuse.wire.Layout;
import io.cffs.fuse.wire.RequestShape;
import java.nio.ByteBuffer;

/** The part of a request that all operations share: its header, and the check of the whole. */
abstract class RequestFrame {
    private static final int NAME_BYTES_MAX = 4096;

    final ByteBuffer frame;
    boolean setxattrExtended = true;
    int opcode;
    int bodyAt;
    int end;
    int firstAt;
    int firstEnd;
    int secondAt;
    int secondEnd;
    int tailAt;

    RequestFrame(ByteBuffer frame) {
        this.frame = frame;
    }

    /** For transports: whether SETXATTR has its long form ({@link InitFlag#SETXATTR_EXT} agreed). */
    public void setxattrExtended(boolean extended) {
        setxattrExtended = extended;
    }

    /**
     * For transports: looks at a request of {@code length} bytes that has been put into the frame, and checks it
     * whole, so that no accessor can fail on it later.
     *
     * @return 0 when it is sound; an error number to answer with when it is not; -1 when it cannot even be answered
     */
    public int accept(int length) {
        if (length < Layout.IN_HEADER || length > frame.limit() || frame.getInt(Layout.IN_LEN) != length) {
            return -1;
        }
        opcode = frame.getInt(Layout.IN_OPCODE);
        bodyAt = Layout.IN_HEADER;
        end = length - 8 * (frame.getShort(Layout.IN_EXTLEN) & 0xffff);
        if (!RequestShape.isKnown(opcode)) {
            return Errno.ENOSYS;
        }
        int fixed = RequestShape.fixedBytes(opcode);
        if (opcode == FuseOpcode.SETXATTR && setxattrExtended) {
            fixed += 8;
        }
        if (end - bodyAt < fixed) {
            return Errno.EINVAL;
        }
        tailAt = bodyAt + fixed;
        return acceptStrings(RequestShape.strings(opcode)) && isTailSound() ? 0 : Errno.EINVAL;
    }

    private boolean acceptStrings(int strings) {
        if (strings >= 1) {
            firstAt = tailAt;
            firstEnd = endOfString(firstAt);
            tailAt = firstEnd + 1;
            if (firstEnd <= firstAt) {
                return false;
            }
        }
        if (strings == 2) {
            secondAt = tailAt;
            secondEnd = endOfString(secondAt);
            tailAt = secondEnd + 1;
            return secondEnd > secondAt;
        }
        return true;
    }

    private int endOfString(int from) {
        int stop = Math.min(end, from + NAME_BYTES_MAX);
        for (int at = from; at < stop; at++) {
            if (frame.get(at) == 0) {
                return at;
            }
        }
        return -1;
    }

    private boolean isTailSound() {
        return switch (opcode) {
            case FuseOpcode.WRITE -> sizeField(16) == end - tailAt;
            case FuseOpcode.READ, FuseOpcode.READDIR, FuseOpcode.READDIRPLUS -> sizeField(16) >= 0;
            case FuseOpcode.GETXATTR, FuseOpcode.LISTXATTR -> sizeField(0) >= 0;
            case FuseOpcode.SETXATTR -> sizeField(0) == end - tailAt;
            case FuseOpcode.BATCH_FORGET -> {
                int count = sizeField(0);
                yield count >= 0 && (long) count * Layout.FORGET_ONE <= end - tailAt;
            }
            default -> true;
        };
    }

    private int sizeField(int offset) {
        return frame.getInt(bodyAt + offset);
    }

    final byte[] bytes(int from, int to) {
        byte[] copy = new byte[to - from];
        frame.get(from, copy);
        return copy;
    }

    final void require(boolean has, String what) {
        if (!has) {
            throw lacks(what);
        }
    }

    final void requireIs(int expected, String what) {
        if (opcode != expected) {
            throw lacks(what);
        }
    }

    final IllegalStateException lacks(String what) {
        return new IllegalStateException(FuseOpcode.nameOf(opcode) + " has no " + what);
    }

    // ------------------------------------------------------------------------------------------------ every request

    /** One of {@link FuseOpcode}. */
    public int opcode() {
        return opcode;
    }

    public long unique() {
        return frame.getLong(Layout.IN_UNIQUE);
    }

    public long nodeId() {
        return frame.getLong(Layout.IN_NODEID);
    }

    /** The caller's file-system user. */
    public int uid() {
        return frame.getInt(Layout.IN_UID);
    }

    public int gid() {
        return frame.getInt(Layout.IN_GID);
    }

    /**
     * The calling thread's id (not its process's); 0 when the kernel itself asks or the caller is of another
     * namespace.
     */
    public int pid() {
        return frame.getInt(Layout.IN_PID);
    }

    /**
     * The fixed part and all that follows, read-only in effect: for operations that have no accessors of their
     * own.
     */
    public ByteBuffer body() {
        return frame.slice(bodyAt, end - bodyAt).order(Layout.ORDER);
    }
}
