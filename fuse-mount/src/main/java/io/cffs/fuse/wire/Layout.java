package io.cffs.fuse.wire;

import java.nio.ByteOrder;

/**
 * Sizes and offsets in bytes of the structs of protocol 7.31 to 7.45, in the host's byte order. Fields are named as
 * in linux/fuse.h; inputs are relative to the end of the request header, outputs to the end of the answer's header.
 */
public final class Layout {
    public static final ByteOrder ORDER = ByteOrder.nativeOrder();

    public static final int KERNEL_VERSION = 7;
    /** The oldest protocol spoken here: Linux 5.4. */
    public static final int MINOR_MIN = 31;
    public static final int MINOR_MAX = 45;

    /** Smallest buffer that a read of the device takes. */
    public static final int READ_BUFFER_MIN = 8192;
    /** Room for everything before the data of the largest request. */
    public static final int REQUEST_HEAD_MAX = 4096;

    public static final int IN_HEADER = 40;
    public static final int IN_LEN = 0;
    public static final int IN_OPCODE = 4;
    public static final int IN_UNIQUE = 8;
    public static final int IN_NODEID = 16;
    public static final int IN_UID = 24;
    public static final int IN_GID = 28;
    public static final int IN_PID = 32;
    public static final int IN_EXTLEN = 36;

    public static final int OUT_HEADER = 16;
    public static final int OUT_LEN = 0;
    public static final int OUT_ERROR = 4;
    public static final int OUT_UNIQUE = 8;

    public static final int INIT_IN = 64;
    public static final int INIT_IN_SHORT = 16;
    public static final int INIT_OUT = 64;

    public static final int ATTR = 88;
    public static final int ENTRY_OUT = 128;
    public static final int ENTRY_ATTR = 40;
    public static final int ATTR_OUT = 104;
    public static final int ATTR_OUT_ATTR = 16;
    public static final int OPEN_OUT = 16;
    public static final int CREATE_OUT = ENTRY_OUT + OPEN_OUT;
    public static final int WRITE_OUT = 8;
    public static final int STATFS_OUT = 80;
    public static final int GETXATTR_OUT = 8;
    public static final int LK_OUT = 24;
    public static final int LSEEK_OUT = 8;
    public static final int STATX_OUT = 288;
    public static final int STATX_OUT_STAT = 32;

    public static final int DIRENT = 24;
    public static final int DIRENT_INO = 0;
    public static final int DIRENT_OFF = 8;
    public static final int DIRENT_NAMELEN = 16;
    public static final int DIRENT_TYPE = 20;

    public static final int FORGET_ONE = 16;
    public static final int BATCH_FORGET_IN = 8;
    public static final int EXT_HEADER = 8;
    public static final int EXT_GROUPS = 32;

    public static final int NOTIFY_INVAL_INODE = 2;
    public static final int NOTIFY_INVAL_ENTRY = 3;
    public static final int EXPIRE_ONLY = 1;
    public static final int NOTIFY_DELETE = 6;
    public static final int NOTIFY_INC_EPOCH = 8;
    public static final int MINOR_INC_EPOCH = 44;

    private Layout() {}

    /** The next multiple of eight: where a directory entry after this many bytes begins. */
    public static int align8(int bytes) {
        return (bytes + 7) & ~7;
    }
}
