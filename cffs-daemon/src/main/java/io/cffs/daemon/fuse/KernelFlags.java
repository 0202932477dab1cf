package io.cffs.daemon.fuse;

import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.SetattrValid;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Inode;
import io.cffs.txn.ops.Fallocate;
import io.cffs.txn.ops.OpenFlags;
import io.cffs.txn.ops.Rename;
import io.cffs.txn.ops.Seek;
import io.cffs.txn.ops.SetattrRequest;
import io.cffs.txn.ops.SetattrRequest.TimeSetting;
import io.cffs.txn.ops.Setxattr;

/** The kernel's bit sets in our words. */
final class KernelFlags {
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int FALLOC_KEEP_SIZE = 1;
    private static final int FALLOC_PUNCH_HOLE = 2;
    private static final int FALLOC_ZERO_RANGE = 16;
    private static final int RENAME_NOREPLACE = 1;
    private static final int RENAME_EXCHANGE = 2;
    private static final int RENAME_WHITEOUT = 4;
    private static final int XATTR_CREATE = 1;
    private static final int XATTR_REPLACE = 2;

    private KernelFlags() {}

    /** Flags of open(2). */
    static OpenFlags open(int flags) {
        return new OpenFlags(
                io.cffs.fuse.OpenFlags.isReadable(flags),
                io.cffs.fuse.OpenFlags.isWritable(flags),
                isAppend(flags),
                (flags & io.cffs.fuse.OpenFlags.O_TRUNC) != 0,
                (flags & io.cffs.fuse.OpenFlags.O_EXCL) != 0,
                (flags & io.cffs.fuse.OpenFlags.FMODE_EXEC) != 0);
    }

    static boolean isAppend(int flags) {
        return (flags & io.cffs.fuse.OpenFlags.O_APPEND) != 0;
    }

    /**
     * Whether reads and writes shall bypass the page cache: for files opened to read and write, whose pages conflict
     * one by one, and for appending, because the kernel would cache appended bytes where it guesses the end to be.
     */
    static boolean isDirect(OpenFlags flags) {
        return flags.read() && flags.write() || flags.append();
    }

    /** @throws FsException INVALID_ARGUMENT for flags that are not known, or not together */
    static Rename.Mode rename(int flags) throws FsException {
        return switch (flags) {
            case 0 -> Rename.Mode.REPLACE;
            case RENAME_NOREPLACE -> Rename.Mode.NO_REPLACE;
            case RENAME_EXCHANGE -> Rename.Mode.EXCHANGE;
            case RENAME_WHITEOUT -> Rename.Mode.WHITEOUT;
            case RENAME_NOREPLACE | RENAME_WHITEOUT -> Rename.Mode.NO_REPLACE_WHITEOUT;
            default -> throw new FsException(FsError.INVALID_ARGUMENT);
        };
    }

    /** @throws FsException INVALID_ARGUMENT for flags that are not known, or not together */
    static Setxattr.Mode setxattr(int flags) throws FsException {
        return switch (flags) {
            case 0 -> Setxattr.Mode.SET;
            case XATTR_CREATE -> Setxattr.Mode.CREATE;
            case XATTR_REPLACE -> Setxattr.Mode.REPLACE;
            default -> throw new FsException(FsError.INVALID_ARGUMENT);
        };
    }

    /** What fallocate(2) asks for; null for what no file system behind this protocol can do. */
    static Fallocate.Mode fallocate(int mode) {
        return switch (mode) {
            case 0 -> Fallocate.Mode.ALLOCATE;
            case FALLOC_KEEP_SIZE -> Fallocate.Mode.ALLOCATE_KEEPING_SIZE;
            case FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE -> Fallocate.Mode.PUNCH_HOLE;
            case FALLOC_ZERO_RANGE -> Fallocate.Mode.ZERO_RANGE;
            case FALLOC_ZERO_RANGE | FALLOC_KEEP_SIZE -> Fallocate.Mode.ZERO_RANGE_KEEPING_SIZE;
            default -> null;
        };
    }

    /** What lseek(2) looks for; null for what the kernel does not ask. */
    static Seek.Whence whence(int whence) {
        return switch (whence) {
            case SEEK_DATA -> Seek.Whence.DATA;
            case SEEK_HOLE -> Seek.Whence.HOLE;
            default -> null;
        };
    }

    /** What a SETATTR request asks for. */
    static SetattrRequest setattr(FuseRequest in) {
        int valid = in.valid();
        return new SetattrRequest(
                has(valid, SetattrValid.MODE) ? Integer.valueOf(in.mode() & Inode.PERMISSION_BITS) : null,
                has(valid, SetattrValid.UID) ? Integer.valueOf(in.newUid()) : null,
                has(valid, SetattrValid.GID) ? Integer.valueOf(in.newGid()) : null,
                has(valid, SetattrValid.SIZE) ? Long.valueOf(in.newSizeBytes()) : null,
                time(valid, SetattrValid.ATIME, SetattrValid.ATIME_NOW, in.newAtimeNanos()),
                time(valid, SetattrValid.MTIME, SetattrValid.MTIME_NOW, in.newMtimeNanos()),
                has(valid, SetattrValid.FH));
    }

    private static TimeSetting time(int valid, int set, int now, long nanos) {
        if (has(valid, now)) {
            return new TimeSetting.Now();
        }
        return has(valid, set) ? new TimeSetting.At(nanos) : null;
    }

    private static boolean has(int valid, int bit) {
        return (valid & bit) != 0;
    }
}
