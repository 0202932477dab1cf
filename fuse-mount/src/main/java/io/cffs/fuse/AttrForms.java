package io.cffs.fuse;

import io.cffs.fuse.wire.Layout;
import java.nio.ByteBuffer;

/** The forms of attributes, of times and of how long they are valid, in answers. */
final class AttrForms {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private AttrForms() {}

    static void putEntry(ByteBuffer to, int at, long nodeId, long generation, long entryValidNanos, long attrValidNanos,
            FuseAttr attr) {
        to.putLong(at, nodeId);
        to.putLong(at + 8, generation);
        putValid(to, at + 16, at + 32, entryValidNanos);
        putValid(to, at + 24, at + 36, attrValidNanos);
        putAttr(to, at + Layout.ENTRY_ATTR, attr);
    }

    static void putValid(ByteBuffer to, int secondsAt, int nanosAt, long nanos) {
        to.putLong(secondsAt, nanos / NANOS_PER_SECOND);
        to.putInt(nanosAt, (int) (nanos % NANOS_PER_SECOND));
    }

    static void putAttr(ByteBuffer to, int at, FuseAttr attr) {
        to.putLong(at, attr.ino());
        to.putLong(at + 8, attr.sizeBytes());
        to.putLong(at + 16, attr.blocks());
        putTime(to, at + 24, at + 48, attr.atimeNanos());
        putTime(to, at + 32, at + 52, attr.mtimeNanos());
        putTime(to, at + 40, at + 56, attr.ctimeNanos());
        to.putInt(at + 60, attr.mode());
        to.putInt(at + 64, attr.nlink());
        to.putInt(at + 68, attr.uid());
        to.putInt(at + 72, attr.gid());
        to.putInt(at + 76, attr.rdev());
        to.putInt(at + 80, attr.blockSizeBytes());
        to.putInt(at + 84, attr.flags());
    }

    static void putTime(ByteBuffer to, int secondsAt, int nanosAt, long nanos) {
        long seconds = Math.floorDiv(nanos, NANOS_PER_SECOND);
        to.putLong(secondsAt, seconds);
        to.putInt(nanosAt, (int) (nanos - seconds * NANOS_PER_SECOND));
    }
}
