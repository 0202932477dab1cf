package io.cffs.txn.ops;

import io.cffs.model.Blocks;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Inode;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/**
 * truncate(2), ftruncate(2) and O_TRUNC: the length becomes this, blindly; no length is read. Part of {@link Setattr}.
 */
final class Truncate {
    private Truncate() {}

    static void refuse(Transaction tx, Credentials who, Inode inode, SetattrRequest request) throws FsException {
        long sizeBytes = request.sizeBytes();
        if (inode.isDirectory()) {
            throw new FsException(FsError.IS_A_DIRECTORY);
        }
        if (inode.type() != FileType.REGULAR || sizeBytes < 0) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        if (sizeBytes > Blocks.FILE_BYTES_MAX) {
            throw new FsException(FsError.FILE_TOO_LARGE);
        }
        if (!request.throughHandle()) {
            Protection.requireMutable(tx, inode);
            Permissions.require(tx, who, inode, Permissions.WRITE);
        }
        Protection.requireRewritable(tx, inode);
    }

    static void apply(Transaction tx, Credentials who, Inode inode, long sizeBytes) throws FsException {
        SetIds.Left left = SetIds.afterContentChange(tx, who, inode);
        tx.truncate(inode, sizeBytes);
        SetIds.apply(tx, inode, left);
        tx.touchContent(inode, tx.nowNanos());
    }
}
