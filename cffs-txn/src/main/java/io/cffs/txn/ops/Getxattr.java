package io.cffs.txn.ops;

import io.cffs.model.Bytes;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/** getxattr(2). The value is recorded, or that there is none. */
public final class Getxattr {
    private Getxattr() {}

    /**
     * @throws FsException NO_ATTRIBUTE when there is none or the caller may not know; ACCESS_DENIED, STALE;
     *     NOT_SUPPORTED for a name space that there is not; INVALID_ARGUMENT for a name that is only a prefix
     */
    public static Bytes run(Transaction tx, Credentials who, Ino ino, Name name) throws FsException {
        Inode inode = tx.inode(ino);
        XattrRules.requireReadable(tx, who, inode, name);
        Bytes value = tx.xattrs().get(inode, name);
        if (value == null) {
            throw new FsException(FsError.NO_ATTRIBUTE);
        }
        return value;
    }
}
