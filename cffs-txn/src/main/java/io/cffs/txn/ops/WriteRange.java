package io.cffs.txn.ops;

import io.cffs.model.Blocks;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;
import java.nio.ByteBuffer;

/**
 * pwrite(2). Whole pages are written blindly; a page that is covered in part is read, and with it that the file reached
 * as far as bytes of it were kept. Permission was checked when the file was opened.
 */
public final class WriteRange {
    private WriteRange() {}

    /**
     * @param offset 0 and up; may lie beyond the end, what is between becomes a hole
     * @param source taken from its position to its limit
     * @return how many bytes: all of them
     * @throws FsException FILE_TOO_LARGE, NO_SPACE, QUOTA_EXCEEDED, READ_ONLY, IS_A_DIRECTORY,
     *     INVALID_ARGUMENT, STALE
     */
    public static int run(Transaction tx, Credentials who, Ino ino, long offset, ByteBuffer source)
            throws FsException {
        return run(tx, who, ino, offset, source, false);
    }

    /** The same for a page that was changed through a mapping: no quota and no size refuses it, the commit decides. */
    public static int runMapped(Transaction tx, Ino ino, long offset, ByteBuffer source) throws FsException {
        // Who changed it is not known any more; permission was checked when the file was opened.
        return run(tx, Credentials.ROOT, ino, offset, source, true);
    }

    private static int run(
            Transaction tx, Credentials who, Ino ino, long offset, ByteBuffer source, boolean mapped)
            throws FsException {
        Inode inode = tx.inode(ino);
        ReadRange.requireRegular(inode);
        if (offset < 0) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        int count = source.remaining();
        if (offset > Blocks.FILE_BYTES_MAX - count) {
            throw new FsException(FsError.FILE_TOO_LARGE);
        }
        tx.requireWritable();
        if (count == 0) {
            return 0;
        }
        if (!mapped) {
            tx.room().requireToWrite(inode, offset, offset + count);
        }
        SetIds.Left left = SetIds.afterContentChange(tx, who, inode);

        if (mapped) {
            tx.ranges().writeMapped(inode, offset, source);
        } else {
            tx.write(inode, offset, source);
        }
        SetIds.apply(tx, inode, left);
        tx.touchContent(inode, tx.nowNanos());
        return count;
    }
}
