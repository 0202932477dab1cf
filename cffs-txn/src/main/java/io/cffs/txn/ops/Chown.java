package io.cffs.txn.ops;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Inode;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/**
 * chown(2). Only uid 0 gives files away; an owner may choose among the own groups. What goes with it is in
 * {@link SetIds}. Part of {@link Setattr}.
 */
final class Chown {
    private Chown() {}

    static void refuse(Transaction tx, Credentials who, Inode inode, SetattrRequest request) throws FsException {
        tx.readIdentity(inode.ino());
        Protection.requireUnprotected(tx, inode);
        if (who.isPrivileged() || who.kernelChecksPermissions()) {
            return;
        }
        boolean owner = who.uid() == inode.uid();
        boolean givesAway = request.uid() != null && request.uid() != inode.uid();
        boolean foreignGroup =
                request.gid() != null && request.gid() != inode.gid() && !who.isMemberOf(request.gid());
        if (!owner || givesAway || foreignGroup) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
    }
}
