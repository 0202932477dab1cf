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
 * write(2) through a handle with O_APPEND. As long as this transaction depends on neither the length nor the tail, the
 * bytes go to the end as it is when the transaction commits, and nothing is recorded.
 */
public final class AppendRange {
    private AppendRange() {}

    /**
     * @param source taken from its position to its limit
     * @return how many bytes: all of them
     * @throws FsException FILE_TOO_LARGE, NO_SPACE, QUOTA_EXCEEDED, READ_ONLY, IS_A_DIRECTORY,
     *     INVALID_ARGUMENT, STALE
     */
    public static int run(Transaction tx, Credentials who, Ino ino, ByteBuffer source) throws FsException {
        Inode inode = tx.inode(ino);
        ReadRange.requireRegular(inode);
        int count = source.remaining();
        if (inode.sizeBytes() > Blocks.FILE_BYTES_MAX - count) {
            throw new FsException(FsError.FILE_TOO_LARGE);
        }
        tx.requireWritable();
        tx.room().require();
        if (count == 0) {
            return 0;
        }
        SetIds.Left left = SetIds.afterContentChange(tx, who, inode);

        tx.append(inode, source);
        SetIds.apply(tx, inode, left);
        tx.touchContent(inode, tx.nowNanos());
        return count;
    }
}
