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
        boolean identity = request.permissions() != null || request.uid() != null || request.gid() != null;
        boolean times = request.atime() != null || request.mtime() != null;
        refuse(tx, who, inode, request);
        if (!identity && !times && request.sizeBytes() == null) {
            return inode;
        }
        tx.requireWritable();
        long now = tx.nowNanos();

        if (request.sizeBytes() != null) {
            Truncate.apply(tx, who, inode, request.sizeBytes());
        }
        if (identity) {
            setIdentity(tx, who, tx.inode(ino), request);
        }
        if (times) {
            Utimens.apply(tx, inode, request, now);
        }
        tx.touchStatus(inode, now);
        return tx.inode(ino);
    }

    private static void refuse(Transaction tx, Credentials who, Inode inode, SetattrRequest request)
            throws FsException {
        if (request.uid() != null || request.gid() != null) {
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

    private static void setIdentity(Transaction tx, Credentials who, Inode inode, SetattrRequest request) {
        int uid = request.uid() == null ? inode.uid() : request.uid();
        int gid = request.gid() == null ? inode.gid() : request.gid();
        boolean chown = request.uid() != null || request.gid() != null;
        int permissions = chown ? Chown.remainingPermissions(who, inode) : inode.permissions();
        if (request.permissions() != null) {
            permissions = Chmod.granted(who, gid, request.permissions());
        }
        tx.setIdentity(inode, permissions, uid, gid);
    }
}
