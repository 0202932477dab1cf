package io.cffs.fuse;

import io.cffs.fuse.wire.Layout;
import java.nio.ByteBuffer;

/**
 * Packs the answer to READDIR or READDIRPLUS. Add entries until {@code add} says that the next one does not fit, then
 * {@link FuseReply#directory}. Adding nothing means that the listing has ended.
 */
public final class DirectoryWriter {
    private ByteBuffer target;
    private int at;
    private int limit;

    DirectoryWriter() {
    }

    void begin(ByteBuffer payload, int room) {
        target = payload;
        at = 0;
        limit = room;
    }

    int sizeBytes() {
        return at;
    }

    /** Bytes still free. */
    public int remaining() {
        return limit - at;
    }

    /**
     * An entry of READDIR.
     *
     * @param mode only its type bits are used (0 when not known)
     * @param cookie not 0; the listing goes on behind this entry when asked with this offset
     * @return false when it does not fit and was not added
     */
    public boolean add(byte[] name, long ino, int mode, long cookie) {
        int bytes = Layout.align8(Layout.DIRENT + name.length);
        if (bytes > limit - at) {
            return false;
        }
        putEntry(at, name, ino, mode, cookie);
        at += bytes;
        return true;
    }

    /**
     * An entry of READDIRPLUS. When added, it counts one lookup for {@code nodeId}, unless that is 0 ("." and "..",
     * or attributes not at hand): then only name and type are told.
     *
     * @return false when it does not fit and was not added
     */
    public boolean addPlus(byte[] name, long cookie, long nodeId, long generation, long entryValidNanos,
            long attrValidNanos, FuseAttr attr) {
        int bytes = Layout.align8(Layout.ENTRY_OUT + Layout.DIRENT + name.length);
        if (bytes > limit - at) {
            return false;
        }
        AttrForms.putEntry(target, at, nodeId, generation, entryValidNanos, attrValidNanos, attr);
        putEntry(at + Layout.ENTRY_OUT, name, attr.ino(), attr.mode(), cookie);
        at += bytes;
        return true;
    }

    private void putEntry(int from, byte[] name, long ino, int mode, long cookie) {
        target.putLong(from + Layout.DIRENT_INO, ino);
        target.putLong(from + Layout.DIRENT_OFF, cookie);
        target.putInt(from + Layout.DIRENT_NAMELEN, name.length);
        target.putInt(from + Layout.DIRENT_TYPE, (mode & 0170000) >> 12);
        target.put(from + Layout.DIRENT, name);
        int end = from + Layout.DIRENT + name.length;
        for (int pad = end; pad < from + Layout.align8(Layout.DIRENT + name.length); pad++) {
            target.put(pad, (byte) 0);
        }
    }
}
