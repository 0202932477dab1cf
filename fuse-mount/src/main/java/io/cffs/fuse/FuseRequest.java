package io.cffs.fuse;

import io.cffs.fuse.wire.Layout;
import io.cffs.fuse.wire.RequestShape;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * One request, read in place from the buffer it arrived in: valid only until the handler method returns, used by one
 * thread. Accessors of fields that the operation does not have throw {@link IllegalStateException}. Numbers are as in
 * the kernel's structs; all that are unsigned there are to be taken as unsigned here.
 */
public final class FuseRequest extends RequestFrame {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int[] NO_GROUPS = {};

    /** For transports. @param frame holds requests at index 0, in the host's byte order; its position is not used */
    public FuseRequest(ByteBuffer frame) {
        super(frame);
    }

    // ------------------------------------------------------------------------------------------------ names

    /**
     * The name that the operation is about (RENAME: the old one; SETXATTR and the like: the attribute's). A fresh
     * copy.
     */
    public byte[] name() {
        require(RequestShape.strings(opcode) >= 1, "name");
        return bytes(firstAt, firstEnd);
    }

    /** RENAME: the new name. */
    public byte[] newName() {
        requireRename("new name");
        return bytes(secondAt, secondEnd);
    }

    /** SYMLINK: what the new link is to point to. */
    public byte[] symlinkTarget() {
        requireIs(FuseOpcode.SYMLINK, "target");
        return bytes(secondAt, secondEnd);
    }

    /** RENAME: the directory of the new name. */
    public long newParent() {
        requireRename("new parent");
        return frame.getLong(bodyAt);
    }

    /** RENAME: RENAME_NOREPLACE 1, RENAME_EXCHANGE 2, RENAME_WHITEOUT 4. */
    public int renameFlags() {
        requireRename("rename flags");
        return opcode == FuseOpcode.RENAME2 ? frame.getInt(bodyAt + 8) : 0;
    }

    /** LINK: the inode that gets one more name. */
    public long oldNodeId() {
        requireIs(FuseOpcode.LINK, "old node");
        return frame.getLong(bodyAt);
    }

    // ------------------------------------------------------------------------------------------------ making,
    // opening

    /** Flags of open(2), see {@link OpenFlags}: OPEN, OPENDIR, CREATE, TMPFILE, READ, READDIR, WRITE, RELEASE. */
    public int flags() {
        return switch (opcode) {
            case FuseOpcode.OPEN, FuseOpcode.OPENDIR, FuseOpcode.CREATE, FuseOpcode.TMPFILE -> frame.getInt(bodyAt);
            case FuseOpcode.READ, FuseOpcode.READDIR, FuseOpcode.READDIRPLUS, FuseOpcode.WRITE ->
                frame.getInt(bodyAt + 32);
            case FuseOpcode.RELEASE, FuseOpcode.RELEASEDIR -> frame.getInt(bodyAt + 8);
            default -> throw lacks("flags");
        };
    }

    /**
     * OPEN, CREATE, WRITE, SETATTR: the server shall clear set-user-id and set-group-id bits (HANDLE_KILLPRIV_V2);
     * SETXATTR of an ACL: the set-group-id bit (POSIX_ACL).
     */
    public boolean killsPrivileges() {
        return switch (opcode) {
            case FuseOpcode.OPEN -> (frame.getInt(bodyAt + 4) & 1) != 0;
            case FuseOpcode.CREATE, FuseOpcode.TMPFILE -> (frame.getInt(bodyAt + 12) & 1) != 0;
            case FuseOpcode.WRITE -> (writeFlags() & 4) != 0;
            case FuseOpcode.SETATTR -> (valid() & SetattrValid.KILL_SUIDGID) != 0;
            case FuseOpcode.SETXATTR -> setxattrExtended && (frame.getInt(bodyAt + 8) & 1) != 0;
            default -> throw lacks("privilege flag");
        };
    }

    /**
     * Type and permissions: MKNOD, MKDIR, CREATE, TMPFILE; permissions: SETATTR. The umask is applied already
     * unless DONT_MASK.
     */
    public int mode() {
        return switch (opcode) {
            case FuseOpcode.MKNOD, FuseOpcode.MKDIR -> frame.getInt(bodyAt);
            case FuseOpcode.CREATE, FuseOpcode.TMPFILE -> frame.getInt(bodyAt + 4);
            case FuseOpcode.SETATTR -> frame.getInt(bodyAt + 68);
            default -> throw lacks("mode");
        };
    }

    public int umask() {
        return switch (opcode) {
            case FuseOpcode.MKDIR -> frame.getInt(bodyAt + 4);
            case FuseOpcode.MKNOD, FuseOpcode.CREATE, FuseOpcode.TMPFILE -> frame.getInt(bodyAt + 8);
            default -> throw lacks("umask");
        };
    }

    /** MKNOD: device number in the kernel's 32-bit encoding. */
    public int rdev() {
        requireIs(FuseOpcode.MKNOD, "rdev");
        return frame.getInt(bodyAt + 4);
    }

    /**
     * Groups of the caller that matter for what is created, from the request's extensions; empty when none came
     * (CREATE_SUPP_GROUP).
     */
    public int[] supplementaryGroups() {
        int at = end;
        int stop = frame.getInt(Layout.IN_LEN);
        while (stop - at >= Layout.EXT_HEADER) {
            int bytes = frame.getInt(at);
            if (bytes < Layout.EXT_HEADER || bytes > stop - at) {
                return NO_GROUPS;
            }
            if (frame.getInt(at + 4) == Layout.EXT_GROUPS && bytes >= Layout.EXT_HEADER + 4) {
                int count = frame.getInt(at + Layout.EXT_HEADER);
                int room = (bytes - Layout.EXT_HEADER - 4) / 4;
                int[] groups = new int[Math.clamp(count, 0, room)];
                for (int i = 0; i < groups.length; i++) {
                    groups[i] = frame.getInt(at + Layout.EXT_HEADER + 4 + 4 * i);
                }
                return groups;
            }
            at += Layout.align8(bytes);
        }
        return NO_GROUPS;
    }

    // ------------------------------------------------------------------------------------------------ open files

    /** The handle that open answered with. SETATTR, GETATTR and STATX have one only when {@link #hasFh}. */
    public long fh() {
        return switch (opcode) {
            case FuseOpcode.GETATTR, FuseOpcode.SETATTR, FuseOpcode.STATX -> frame.getLong(bodyAt + 8);
            case FuseOpcode.READ, FuseOpcode.READDIR, FuseOpcode.READDIRPLUS, FuseOpcode.WRITE, FuseOpcode.RELEASE,
                    FuseOpcode.RELEASEDIR, FuseOpcode.FSYNC, FuseOpcode.FSYNCDIR, FuseOpcode.FLUSH, FuseOpcode.GETLK,
                    FuseOpcode.SETLK, FuseOpcode.SETLKW, FuseOpcode.FALLOCATE, FuseOpcode.LSEEK,
                    FuseOpcode.COPY_FILE_RANGE, FuseOpcode.COPY_FILE_RANGE_64, FuseOpcode.IOCTL, FuseOpcode.POLL ->
                frame.getLong(bodyAt);
            default -> throw lacks("fh");
        };
    }

    /** GETATTR, SETATTR, STATX: whether {@link #fh} counts. */
    public boolean hasFh() {
        return switch (opcode) {
            case FuseOpcode.GETATTR, FuseOpcode.STATX -> (frame.getInt(bodyAt) & 1) != 0;
            case FuseOpcode.SETATTR -> (valid() & SetattrValid.FH) != 0;
            default -> throw lacks("optional fh");
        };
    }

    /** READ, WRITE, FALLOCATE, LSEEK, COPY_FILE_RANGE (source): bytes; READDIR: the cookie to go on behind. */
    public long offset() {
        return switch (opcode) {
            case FuseOpcode.READ, FuseOpcode.READDIR, FuseOpcode.READDIRPLUS, FuseOpcode.WRITE, FuseOpcode.FALLOCATE,
                    FuseOpcode.LSEEK, FuseOpcode.COPY_FILE_RANGE, FuseOpcode.COPY_FILE_RANGE_64 ->
                frame.getLong(bodyAt + 8);
            default -> throw lacks("offset");
        };
    }

    /** READ, READDIR: bytes wanted at most; WRITE: bytes given; GETXATTR, LISTXATTR: room, 0 asks for the size. */
    public int size() {
        return switch (opcode) {
            case FuseOpcode.READ, FuseOpcode.READDIR, FuseOpcode.READDIRPLUS, FuseOpcode.WRITE ->
                frame.getInt(bodyAt + 16);
            case FuseOpcode.GETXATTR, FuseOpcode.LISTXATTR -> frame.getInt(bodyAt);
            default -> throw lacks("size");
        };
    }

    /** WRITE: the bytes. A view into the request: copy what is to outlive the method. */
    public ByteBuffer data() {
        requireIs(FuseOpcode.WRITE, "data");
        return frame.slice(tailAt, end - tailAt);
    }

    /**
     * WRITE: FUSE_WRITE_CACHE 1 (from the page cache: uid, gid and pid mean nothing), LOCKOWNER 2, KILL_SUIDGID 4.
     */
    public int writeFlags() {
        requireIs(FuseOpcode.WRITE, "write flags");
        return frame.getInt(bodyAt + 20);
    }

    /** Who holds POSIX locks: FLUSH, RELEASE, the locks, and READ, WRITE, SETATTR when their flags say so. */
    public long lockOwner() {
        return switch (opcode) {
            case FuseOpcode.READ, FuseOpcode.WRITE, FuseOpcode.SETATTR -> frame.getLong(bodyAt + 24);
            case FuseOpcode.FLUSH, FuseOpcode.RELEASE, FuseOpcode.RELEASEDIR -> frame.getLong(bodyAt + 16);
            case FuseOpcode.GETLK, FuseOpcode.SETLK, FuseOpcode.SETLKW -> frame.getLong(bodyAt + 8);
            default -> throw lacks("lock owner");
        };
    }

    /** RELEASE: the flock locks of this owner are to go. */
    public boolean releasesFlock() {
        require(opcode == FuseOpcode.RELEASE || opcode == FuseOpcode.RELEASEDIR, "release flags");
        return (frame.getInt(bodyAt + 12) & 2) != 0;
    }

    /** FSYNC, FSYNCDIR: fdatasync. */
    public boolean isDataSync() {
        require(opcode == FuseOpcode.FSYNC || opcode == FuseOpcode.FSYNCDIR, "fsync flags");
        return (frame.getInt(bodyAt + 8) & 1) != 0;
    }

    /** FALLOCATE and COPY_FILE_RANGE: bytes. */
    public long length() {
        return switch (opcode) {
            case FuseOpcode.FALLOCATE -> frame.getLong(bodyAt + 16);
            case FuseOpcode.COPY_FILE_RANGE, FuseOpcode.COPY_FILE_RANGE_64 -> frame.getLong(bodyAt + 40);
            default -> throw lacks("length");
        };
    }

    /** FALLOCATE: FALLOC_FL_* bits. */
    public int fallocateMode() {
        requireIs(FuseOpcode.FALLOCATE, "fallocate mode");
        return frame.getInt(bodyAt + 24);
    }

    /** LSEEK: SEEK_DATA 3, SEEK_HOLE 4. */
    public int whence() {
        requireIs(FuseOpcode.LSEEK, "whence");
        return frame.getInt(bodyAt + 16);
    }

    /** COPY_FILE_RANGE: the target. */
    public long outNodeId() {
        requireCopy();
        return frame.getLong(bodyAt + 16);
    }

    public long outFh() {
        requireCopy();
        return frame.getLong(bodyAt + 24);
    }

    public long outOffset() {
        requireCopy();
        return frame.getLong(bodyAt + 32);
    }

    private void requireCopy() {
        require(opcode == FuseOpcode.COPY_FILE_RANGE || opcode == FuseOpcode.COPY_FILE_RANGE_64, "copy target");
    }

    // ------------------------------------------------------------------------------------------------ attributes

    /** SETATTR: bits of {@link SetattrValid}. */
    public int valid() {
        requireIs(FuseOpcode.SETATTR, "valid bits");
        return frame.getInt(bodyAt);
    }

    /** SETATTR: the new length in bytes. */
    public long newSizeBytes() {
        requireIs(FuseOpcode.SETATTR, "new size");
        return frame.getLong(bodyAt + 16);
    }

    public int newUid() {
        requireIs(FuseOpcode.SETATTR, "new uid");
        return frame.getInt(bodyAt + 76);
    }

    public int newGid() {
        requireIs(FuseOpcode.SETATTR, "new gid");
        return frame.getInt(bodyAt + 80);
    }

    /** SETATTR: nanoseconds since 1970, clamped to what a long holds (years 1677 to 2262). */
    public long newAtimeNanos() {
        return setattrNanos(32, 56);
    }

    public long newMtimeNanos() {
        return setattrNanos(40, 60);
    }

    public long newCtimeNanos() {
        return setattrNanos(48, 64);
    }

    private long setattrNanos(int secondsAt, int nanosAt) {
        requireIs(FuseOpcode.SETATTR, "times");
        long seconds = frame.getLong(bodyAt + secondsAt);
        long nanos = frame.getInt(bodyAt + nanosAt) & 0xffff_ffffL;
        long secondsMax = Long.MAX_VALUE / NANOS_PER_SECOND - 1;
        return Math.clamp(seconds, -secondsMax, secondsMax) * NANOS_PER_SECOND + Math.min(nanos, NANOS_PER_SECOND - 1);
    }

    /** ACCESS: R_OK 4, W_OK 2, X_OK 1. */
    public int accessMask() {
        requireIs(FuseOpcode.ACCESS, "access mask");
        return frame.getInt(bodyAt);
    }

    /** SETXATTR: a fresh copy. */
    public byte[] xattrValue() {
        requireIs(FuseOpcode.SETXATTR, "value");
        return bytes(tailAt, end);
    }

    /** SETXATTR: XATTR_CREATE 1, XATTR_REPLACE 2. */
    public int xattrFlags() {
        requireIs(FuseOpcode.SETXATTR, "xattr flags");
        return frame.getInt(bodyAt + 4);
    }

    // ------------------------------------------------------------------------------------------------ locks

    /** First byte of the lock. */
    public long lockStart() {
        return frame.getLong(lockAt());
    }

    /** Last byte of the lock, inclusive; Long.MAX_VALUE is the end of any file. */
    public long lockEnd() {
        return frame.getLong(lockAt() + 8);
    }

    /** F_RDLCK 0, F_WRLCK 1, F_UNLCK 2. */
    public int lockType() {
        return frame.getInt(lockAt() + 16);
    }

    /** The process that asks. */
    public int lockPid() {
        return frame.getInt(lockAt() + 20);
    }

    /** flock(2) on the whole file, not a POSIX lock. */
    public boolean isFlock() {
        return (frame.getInt(lockAt() + 24) & 1) != 0;
    }

    private int lockAt() {
        require(opcode == FuseOpcode.GETLK || opcode == FuseOpcode.SETLK || opcode == FuseOpcode.SETLKW, "lock");
        return bodyAt + 16;
    }

    // ------------------------------------------------------------------------------------------------ for dispatch

    /** READDIR and READDIRPLUS. */
    public boolean isListing() {
        return opcode == FuseOpcode.READDIR || opcode == FuseOpcode.READDIRPLUS;
    }

    /** FORGET: how many lookups. */
    public long forgetLookups() {
        requireIs(FuseOpcode.FORGET, "lookups");
        return frame.getLong(bodyAt);
    }

    /** BATCH_FORGET: how many nodes. */
    public int forgetCount() {
        requireIs(FuseOpcode.BATCH_FORGET, "count");
        return frame.getInt(bodyAt);
    }

    public long forgetNodeId(int index) {
        return frame.getLong(tailAt + Layout.FORGET_ONE * Objects.checkIndex(index, forgetCount()));
    }

    public long forgetLookups(int index) {
        return frame.getLong(tailAt + Layout.FORGET_ONE * Objects.checkIndex(index, forgetCount()) + 8);
    }

    /** INTERRUPT: which request. */
    public long interruptedUnique() {
        requireIs(FuseOpcode.INTERRUPT, "interrupted request");
        return frame.getLong(bodyAt);
    }

    private void requireRename(String what) {
        require(opcode == FuseOpcode.RENAME || opcode == FuseOpcode.RENAME2, what);
    }
}
