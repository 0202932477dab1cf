package io.cffs.txn.ops;

import io.cffs.model.AclNames;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/** removexattr(2). */
public final class Removexattr {
    private Removexattr() {}

    /**
     * @return the inode afterwards
     * @throws FsException NO_ATTRIBUTE when there is none, ACLs apart; ACCESS_DENIED, NOT_PERMITTED, READ_ONLY, STALE;
     *     NOT_SUPPORTED, INVALID_ARGUMENT for names as {@link Setxattr}
     */
    public static Inode run(Transaction tx, Credentials who, Ino ino, Name name) throws FsException {
        Inode inode = tx.inode(ino);
        boolean acl = AclNames.flagOf(name) != 0;
        if (acl && !Acls.canHave(inode, name)) {
            return inode;
        }
        if (acl) {
            Acls.refuse(tx, who, inode);
        } else {
            XattrRules.requireWritable(tx, who, inode, name);
        }
        boolean there = tx.xattrs().get(inode, name) != null;
        if (!there && !acl) {
            throw new FsException(FsError.NO_ATTRIBUTE);
        }
        tx.requireWritable();
        tx.room().requireToChange(inode);
        if (!there) {
            return inode;
        }

        tx.xattrs().remove(inode, name);
        tx.touchStatus(inode, tx.nowNanos());
        return tx.inode(ino);
    }
}
