package io.cffs.daemon.fuse;

import static io.cffs.daemon.fuse.Answers.answer;
import static io.cffs.daemon.fuse.Answers.ino;

import io.cffs.daemon.session.Session;
import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseIoctl;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.InodeFlags;
import io.cffs.txn.Credentials;
import io.cffs.txn.ops.Getflags;
import io.cffs.txn.ops.Setflags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The flags of chattr(1) and lsattr(1), in both forms that Linux has: one word (ioctl_iflags(2)), and struct fsxattr
 * (ioctl_xfs_fsgetxattr(2)), of which there is nothing here but flags. The kernel asks through a handle that it opens
 * for this; what it does not know is answered with ENOTTY.
 */
final class FlagsHandler implements FuseHandler {
    private static final int FS_IOC_GETFLAGS = 0x80086601;
    private static final int FS_IOC_SETFLAGS = 0x40086602;
    private static final int FS_IOC_FSGETXATTR = 0x801c581f;
    private static final int FS_IOC_FSSETXATTR = 0x401c5820;
    private static final int FSXATTR_BYTES = 28;
    private static final int EXTENT_HINT_AT = 4;
    private static final int PROJECT_AT = 12;
    private static final int COPY_EXTENT_HINT_AT = 16;
    /** Each of {@link InodeFlags}, and its FS_XFLAG_. */
    private static final int[][] XFLAGS = {
        {InodeFlags.IMMUTABLE, 0x8}, {InodeFlags.APPEND, 0x10}, {InodeFlags.NOATIME, 0x40}, {InodeFlags.NODUMP, 0x80}};

    private final Session session;
    private final Callers callers;
    private final KernelNotices notices;
    private final CommitTriggers triggers;

    FlagsHandler(Session session, Callers callers, KernelNotices notices, CommitTriggers triggers) {
        this.session = session;
        this.callers = callers;
        this.notices = notices;
        this.triggers = triggers;
    }

    @Override
    public void ioctl(FuseRequest in, FuseReply out) {
        FuseIoctl call = FuseIoctl.of(in);
        answer(out, () -> {
            switch (call.command()) {
                case FS_IOC_GETFLAGS -> call.succeed(words(Integer.BYTES, get(in)), out);
                case FS_IOC_FSGETXATTR -> call.succeed(words(FSXATTR_BYTES, xflagsOf(get(in))), out);
                case FS_IOC_SETFLAGS -> {
                    set(in, requireInput(call, Integer.BYTES).getInt(0));
                    call.succeed(words(0), out);
                }
                case FS_IOC_FSSETXATTR -> {
                    set(in, flagsOf(requireInput(call, FSXATTR_BYTES)));
                    call.succeed(words(0), out);
                }
                default -> out.error(Errno.ENOTTY);
            }
        });
    }

    private int get(FuseRequest in) throws FsException {
        Ino ino = ino(in);
        return session.perform(at -> Getflags.run(at.transaction(), ino));
    }

    private void set(FuseRequest in, int flags) throws FsException {
        Ino ino = ino(in);
        Credentials who = callers.of(in);
        session.perform(at -> Setflags.run(at.transaction(), who, ino, flags));
        // The kernel keeps the time of the last change, and this is none to it.
        notices.attributesChanged(ino.value());
        triggers.changed();
    }

    private static ByteBuffer requireInput(FuseIoctl call, int bytes) throws FsException {
        if (call.input().limit() < bytes) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        return call.input();
    }

    private static ByteBuffer words(int bytes, int... first) {
        ByteBuffer answer = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
        for (int i = 0; i < first.length; i++) {
            answer.putInt(i * Integer.BYTES, first[i]);
        }
        return answer;
    }

    private static int xflagsOf(int flags) {
        int xflags = 0;
        for (int[] pair : XFLAGS) {
            xflags |= (flags & pair[0]) == 0 ? 0 : pair[1];
        }
        return xflags;
    }

    /** @throws FsException NOT_SUPPORTED for flags without a meaning here, projects, and hints about extents */
    private static int flagsOf(ByteBuffer fsxattr) throws FsException {
        int flags = 0;
        int left = fsxattr.getInt(0);
        for (int[] pair : XFLAGS) {
            flags |= (left & pair[1]) == 0 ? 0 : pair[0];
            left &= ~pair[1];
        }
        if (left != 0 || fsxattr.getInt(PROJECT_AT) != 0 || fsxattr.getInt(EXTENT_HINT_AT) != 0
                || fsxattr.getInt(COPY_EXTENT_HINT_AT) != 0) {
            throw new FsException(FsError.NOT_SUPPORTED);
        }
        return flags;
    }
}
