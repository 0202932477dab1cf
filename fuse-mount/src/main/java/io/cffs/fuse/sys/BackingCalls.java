package io.cffs.fuse.sys;

import static io.cffs.fuse.sys.NativeCall.INT;
import static io.cffs.fuse.sys.NativeCall.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The two requests of the FUSE device about backing files ({@code linux/fuse.h}). Safe for use by many threads. */
public final class BackingCalls {
    /** _IOW(229, 1, struct fuse_backing_map): the descriptor, flags (0), padding. */
    private static final long BACKING_OPEN = 0x4010_e501L;
    private static final int MAP_BYTES = 16;
    /** _IOW(229, 2, uint32_t). */
    private static final long BACKING_CLOSE = 0x4004_e502L;

    private BackingCalls() {}

    /** @return the identifier, or the negative error number */
    public static int register(int device, String path) {
        int fd = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC);
        if (fd < 0) {
            return fd;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment map = arena.allocate(MAP_BYTES, 8);
            map.set(INT, 0, fd);
            map.set(LONG, 8, 0);
            return Libc.ioctl(device, BACKING_OPEN, map);
        } finally {
            // The kernel has a reference of its own.
            Libc.close(fd);
        }
    }

    /** @return 0, or the negative error number */
    public static int forget(int device, int backingId) {
        return Libc.ioctlInt(device, BACKING_CLOSE, backingId);
    }
}
