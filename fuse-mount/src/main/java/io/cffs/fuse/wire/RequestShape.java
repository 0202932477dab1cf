package io.cffs.fuse.wire;

import io.cffs.fuse.FuseOpcode;

/** For each operation: how long its fixed part is and how many NUL-ended strings follow. */
public final class RequestShape {
    private static final int[] FIXED_BYTES = new int[FuseOpcode.LIMIT];
    private static final int[] STRINGS = new int[FuseOpcode.LIMIT];

    static {
        java.util.Arrays.fill(FIXED_BYTES, -1);
        shape(FuseOpcode.LOOKUP, 0, 1);
        shape(FuseOpcode.FORGET, 8, 0);
        shape(FuseOpcode.GETATTR, 16, 0);
        shape(FuseOpcode.SETATTR, 88, 0);
        shape(FuseOpcode.READLINK, 0, 0);
        shape(FuseOpcode.SYMLINK, 0, 2);
        shape(FuseOpcode.MKNOD, 16, 1);
        shape(FuseOpcode.MKDIR, 8, 1);
        shape(FuseOpcode.UNLINK, 0, 1);
        shape(FuseOpcode.RMDIR, 0, 1);
        shape(FuseOpcode.RENAME, 8, 2);
        shape(FuseOpcode.RENAME2, 16, 2);
        shape(FuseOpcode.LINK, 8, 1);
        shape(FuseOpcode.OPEN, 8, 0);
        shape(FuseOpcode.OPENDIR, 8, 0);
        shape(FuseOpcode.READ, 40, 0);
        shape(FuseOpcode.READDIR, 40, 0);
        shape(FuseOpcode.READDIRPLUS, 40, 0);
        shape(FuseOpcode.WRITE, 40, 0);
        shape(FuseOpcode.STATFS, 0, 0);
        shape(FuseOpcode.RELEASE, 24, 0);
        shape(FuseOpcode.RELEASEDIR, 24, 0);
        shape(FuseOpcode.FSYNC, 16, 0);
        shape(FuseOpcode.FSYNCDIR, 16, 0);
        shape(FuseOpcode.SETXATTR, 8, 1);
        shape(FuseOpcode.GETXATTR, 8, 1);
        shape(FuseOpcode.LISTXATTR, 8, 0);
        shape(FuseOpcode.REMOVEXATTR, 0, 1);
        shape(FuseOpcode.FLUSH, 24, 0);
        shape(FuseOpcode.INIT, Layout.INIT_IN_SHORT, 0);
        shape(FuseOpcode.GETLK, 48, 0);
        shape(FuseOpcode.SETLK, 48, 0);
        shape(FuseOpcode.SETLKW, 48, 0);
        shape(FuseOpcode.ACCESS, 8, 0);
        shape(FuseOpcode.CREATE, 16, 1);
        shape(FuseOpcode.TMPFILE, 16, 1);
        shape(FuseOpcode.INTERRUPT, 8, 0);
        shape(FuseOpcode.BMAP, 16, 0);
        shape(FuseOpcode.DESTROY, 0, 0);
        shape(FuseOpcode.IOCTL, 32, 0);
        shape(FuseOpcode.POLL, 24, 0);
        shape(FuseOpcode.NOTIFY_REPLY, 40, 0);
        shape(FuseOpcode.BATCH_FORGET, Layout.BATCH_FORGET_IN, 0);
        shape(FuseOpcode.FALLOCATE, 32, 0);
        shape(FuseOpcode.LSEEK, 24, 0);
        shape(FuseOpcode.COPY_FILE_RANGE, 56, 0);
        shape(FuseOpcode.COPY_FILE_RANGE_64, 56, 0);
        shape(FuseOpcode.SYNCFS, 8, 0);
        shape(FuseOpcode.STATX, 24, 0);
    }

    private RequestShape() {}

    private static void shape(int opcode, int fixedBytes, int strings) {
        FIXED_BYTES[opcode] = fixedBytes;
        STRINGS[opcode] = strings;
    }

    public static boolean isKnown(int opcode) {
        return opcode >= 0 && opcode < FIXED_BYTES.length && FIXED_BYTES[opcode] >= 0;
    }

    /** Of a known operation. */
    public static int fixedBytes(int opcode) {
        return FIXED_BYTES[opcode];
    }

    /** Of a known operation. */
    public static int strings(int opcode) {
        return STRINGS[opcode];
    }
}
