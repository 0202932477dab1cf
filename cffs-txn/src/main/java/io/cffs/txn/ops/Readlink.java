package io.cffs.txn.ops;

import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.Transaction;

/** readlink(2). A target never changes while the symlink lives: nothing is recorded. */
public final class Readlink {
    private Readlink() {}

    /** @throws FsException INVALID_ARGUMENT when it is no symlink; STALE */
    public static Bytes run(Transaction tx, Ino ino) throws FsException {
        Inode inode = tx.inode(ino);
        if (inode.type() != FileType.SYMLINK) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        return inode.symlinkTarget();
    }
}
