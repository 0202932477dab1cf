package io.cffs.fuse.libfuse;

import io.cffs.fuse.wire.RequestWriter;

/**
 * A change of attributes.
 *
 * @param valid bits of {@link io.cffs.fuse.SetattrValid}
 */
record Setattr(int valid, long size, long atimeSeconds, int atimeNanos, long mtimeSeconds, int mtimeNanos, int mode,
        int uid, int gid) {

    static Setattr size(int valid, long bytes) {
        return new Setattr(valid, bytes, 0, 0, 0, 0, 0, 0, 0);
    }

    static Setattr mode(int valid, int mode) {
        return new Setattr(valid, 0, 0, 0, 0, 0, mode, 0, 0);
    }

    static Setattr owner(int valid, int uid, int gid) {
        return new Setattr(valid, 0, 0, 0, 0, 0, 0, uid, gid);
    }

    /** {@code struct fuse_setattr_in}. */
    void putTo(RequestWriter body, long fh) {
        body.put(valid).put(0).put(fh).put(size).put(0L).put(atimeSeconds).put(mtimeSeconds).put(0L).put(atimeNanos)
                .put(mtimeNanos).put(0).put(mode).put(0).put(uid).put(gid).put(0);
    }
}
