package io.cffs.txn.ops;

import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/**
 * chmod, chown, truncate and utimens, as many of them as one call asks for: either all take effect or none.
 *
 * <p>When owner and mode come together the mode is set last, as by chown followed by chmod: the kernel sends them so
 * when it takes set-id bits away itself.
 */
public final class Setattr {
    private Setattr() {}

    /**
     * @return the inode afterwards; like that of {@link Lookup} it is not recorded
     * @throws FsException NOT_PERMITTED, ACCESS_DENIED, IS_A_DIRECTORY, INVALID_ARGUMENT, FILE_TOO_LARGE, READ_ONLY,
     *     STALE
     */
    public static Inode run(Transaction tx, Credentials who, Ino ino, SetattrRequest request) throws FsException {
        Inode inode = tx.inode(ino);
        boolean identity = request.permissions() != null || isChown(request);
        boolean times = request.atime() != null || request.mtime() != null;
        refuse(tx, who, inode, request);
        if (!identity && !times && request.sizeBytes() == null) {
            return inode;
        }
        tx.requireWritable();
        tx.room().requireToChange(inode);
        Acl acl = request.permissions() == null ? null : Acls.access(tx, inode);
        SetIds.Left left = isChown(request) ? SetIds.afterChown(tx, who, inode) : null;
        long now = tx.nowNanos();

        if (request.sizeBytes() != null) {
            Truncate.apply(tx, who, inode, request.sizeBytes());
        }
        if (identity) {
            setIdentity(tx, who, tx.inode(ino), request, left, acl);
        }
        if (times) {
            Utimens.apply(tx, inode, request, now);
        }
        tx.touchStatus(inode, now);
        return tx.inode(ino);
    }

    private static boolean isChown(SetattrRequest request) {
        return request.uid() != null || request.gid() != null;
    }

    private static void refuse(Transaction tx, Credentials who, Inode inode, SetattrRequest request)
            throws FsException {
        if (isChown(request)) {
            Chown.refuse(tx, who, inode, request);
        }
        if (request.permissions() != null) {
            Chmod.refuse(tx, who, inode);
        }
        if (request.sizeBytes() != null) {
            Truncate.refuse(tx, who, inode, request);
        }
        if (request.atime() != null || request.mtime() != null) {
            Utimens.refuse(tx, who, inode, request);
        }
    }

    /**
     * @param left null unless the owner changes
     * @param acl null unless the permissions change and there is one
     */
    private static void setIdentity(
            Transaction tx, Credentials who, Inode inode, SetattrRequest request, SetIds.Left left, Acl acl) {
        int uid = request.uid() == null ? inode.uid() : request.uid();
        int gid = request.gid() == null ? inode.gid() : request.gid();
        int permissions = left == null ? inode.permissions() : left.permissions();
        if (request.permissions() != null) {
            permissions = Chmod.granted(who, gid, request.permissions());
        }
        tx.setIdentity(inode, permissions, uid, gid);
        Acls.follow(tx, inode, acl, permissions);
        if (left != null && request.sizeBytes() == null) {
            SetIds.removeCapability(tx, inode, left);
        }
    }
}
