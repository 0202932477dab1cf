package io.cffs.txn.ops;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.Transaction;

/**
 * What a file handle leads to, as in open_by_handle_at(2) and over NFS. No name is recorded; that the inode is there
 * is, or that it is not.
 */
public final class FindInode {
    private FindInode() {}

    /** @throws FsException STALE for what does not exist, or has no name any more and is not open */
    public static Inode run(Transaction tx, Ino ino) throws FsException {
        tx.readIdentity(ino);
        Inode found = tx.inode(ino);
        if (found.isDirectory()) {
            tx.readParent(ino);
        } else {
            tx.readLinks(ino);
        }
        if (found.links() == 0) {
            throw new FsException(FsError.STALE);
        }
        return found;
    }
}
