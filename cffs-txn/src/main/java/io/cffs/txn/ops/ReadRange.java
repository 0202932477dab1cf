package io.cffs.txn.ops;

import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.InodeFlags;
import io.cffs.txn.Transaction;
import java.nio.ByteBuffer;

/**
 * pread(2). The pages are recorded, and that the file reaches this far; a read that meets the end records the exact
 * length. Permission was checked when the file was opened.
 */
public final class ReadRange {
    private static final long DAY_NANOS = 24L * 60 * 60 * 1_000_000_000;

    private ReadRange() {}

    /**
     * @param offset 0 and up
     * @param target filled from its position on, as far as the file reaches
     * @return how many bytes; 0 at or after the end
     * @throws FsException IS_A_DIRECTORY; INVALID_ARGUMENT for what is no regular file; STALE
     */
    public static int run(Transaction tx, Ino ino, long offset, ByteBuffer target) throws FsException {
        Inode inode = tx.inode(ino);
        requireRegular(inode);
        if (offset < 0) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        int count = tx.read(inode, offset, target);
        if (count > 0) {
            touchIfDue(tx, inode);
        }
        return count;
    }

    static void requireRegular(Inode inode) throws FsException {
        if (inode.isDirectory()) {
            throw new FsException(FsError.IS_A_DIRECTORY);
        }
        if (inode.type() != FileType.REGULAR) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
    }

    /** relatime: an access time is worth a change when it is not newer than the last change, or a day old. */
    static void touchIfDue(Transaction tx, Inode inode) {
        if (!tx.options().relatime() || tx.options().readOnly() || (inode.flags() & InodeFlags.NOATIME) != 0) {
            return;
        }
        long atime = inode.atimeNanos();
        boolean newerThanChanges = atime > inode.mtimeNanos() && atime > inode.ctimeNanos();
        long now = tx.nowNanos();
        boolean dayOld = now - atime >= DAY_NANOS;
        // It is not worth the last of the room.
        if ((!newerThanChanges || dayOld) && now > atime && tx.room().allowsMore()) {
            tx.touchAtime(inode, now);
        }
    }
}
