package io.cffs.txn.ops;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/** access(2) and the permission of chdir(2). */
public final class Access {
    private Access() {}

    /**
     * @param wanted a sum of 4 (read), 2 (write) and 1 (execute, search); 0 asks for existence, which the caller's
     *     lookup has settled
     * @throws FsException ACCESS_DENIED, STALE; INVALID_ARGUMENT for other bits; READ_ONLY; NOT_PERMITTED to write
     *     what is immutable
     */
    public static void run(Transaction tx, Credentials who, Ino ino, int wanted) throws FsException {
        if ((wanted & ~7) != 0) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        Inode inode = tx.inode(ino);
        if ((wanted & Permissions.WRITE) != 0) {
            Protection.requireMutable(tx, inode);
        }
        if (!Permissions.allows(tx, who, inode, wanted)) {
            throw new FsException(FsError.ACCESS_DENIED);
        }
        if ((wanted & Permissions.WRITE) != 0) {
            tx.requireWritable();
        }
    }
}
