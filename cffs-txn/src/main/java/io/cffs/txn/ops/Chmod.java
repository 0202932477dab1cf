package io.cffs.txn.ops;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Inode;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/** chmod(2). Permissions and owner are one group: whoever sets one has read all. Part of {@link Setattr}. */
final class Chmod {
    private Chmod() {}

    static void refuse(Transaction tx, Credentials who, Inode inode) throws FsException {
        tx.readIdentity(inode.ino());
        Protection.requireUnprotected(tx, inode);
        if (!Permissions.owns(tx, who, inode)) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
    }

    /** What is left of the wanted permissions: nobody sets set-group-id for a group that they are not in. */
    static int granted(Credentials who, int gid, int permissions) {
        int wanted = permissions & Inode.PERMISSION_BITS;
        return Permissions.isOutsider(who, gid) ? wanted & ~Permissions.SET_GID : wanted;
    }
}
