package io.cffs.daemon.fuse;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseReply;

/**
 * What a mount makes of the moments at which other file systems make data durable. Inside an invocation they mean
 * nothing: nothing is visible or promised before its commit, so the kernel is told not to ask again, and closing and
 * syncing a file take no request at all.
 */
public interface CommitTriggers {
    /** Somebody else decides when to commit. */
    CommitTriggers NONE = new CommitTriggers() {};

    /** An operation has changed something, and is answered next. */
    default void changed() {}

    /** close(2) of a descriptor. */
    default void flush(long handle, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /**
     * fsync(2) of a file or a directory.
     *
     * @param over is called once, when nothing is left to wait for
     */
    default void sync(FuseReply out, Runnable over) {
        over.run();
        out.error(Errno.ENOSYS);
    }
}
