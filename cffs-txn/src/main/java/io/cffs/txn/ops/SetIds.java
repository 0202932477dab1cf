package io.cffs.txn.ops;

import io.cffs.model.FileType;
import io.cffs.model.Inode;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/** Set-user-id and set-group-id bits do not survive it when somebody else than uid 0 changes a file's content. */
final class SetIds {
    private SetIds() {}

    /** The permissions after a change of content, which depend on the identity unless uid 0 makes it. Reads only. */
    static int afterContentChange(Transaction tx, Credentials who, Inode inode) {
        if (who.isPrivileged() || inode.type() != FileType.REGULAR) {
            return inode.permissions();
        }
        tx.readIdentity(inode.ino());
        return Permissions.withoutSetIds(who, inode);
    }

    static void apply(Transaction tx, Inode inode, int permissions) {
        if (permissions != inode.permissions()) {
            tx.setIdentity(inode, permissions, inode.uid(), inode.gid());
        }
    }
}
