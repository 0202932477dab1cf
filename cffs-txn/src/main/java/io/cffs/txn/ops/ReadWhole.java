package io.cffs.txn.ops;

import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.Transaction;

/**
 * All bytes of a file at once, by somebody who tells nothing further: the exact length and every page are recorded.
 * Only of a file whose bytes this transaction has not changed. Permission was checked when the file was opened.
 */
public final class ReadWhole {
    private ReadWhole() {}

    /**
     * @return whether the file is as stored; when it is not, nothing was recorded
     * @throws FsException IS_A_DIRECTORY; INVALID_ARGUMENT for what is no regular file; STALE
     */
    public static boolean run(Transaction tx, Ino ino) throws FsException {
        ReadRange.requireRegular(tx.inode(ino));
        if (!tx.isAsStored(ino)) {
            return false;
        }
        tx.reads().wholeFile(tx.inode(ino));
        ReadRange.touchIfDue(tx, tx.inode(ino));
        return true;
    }
}
