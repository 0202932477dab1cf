package io.cffs.txn.ops;

import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.Transaction;

/** Where ".." leads of a directory found by its handle: the kernel makes its path from it, so it is recorded. */
public final class FindParent {
    private FindParent() {}

    /** @throws FsException STALE, NOT_A_DIRECTORY */
    public static Inode run(Transaction tx, Ino directory) throws FsException {
        tx.readParent(directory);
        return FindInode.run(tx, tx.directory(directory).parent());
    }
}
