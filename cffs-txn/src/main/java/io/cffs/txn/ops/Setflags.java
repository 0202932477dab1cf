package io.cffs.txn.ops;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.InodeFlags;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/**
 * FS_IOC_SETFLAGS and FS_IOC_FSSETXATTR: chattr(1). The flags themselves protect nothing from it. Newer kernels have
 * checked who asks; those before 5.13 have not.
 */
public final class Setflags {
    private Setflags() {}

    /**
     * @param flags all that the inode is to have then
     * @return the inode afterwards
     * @throws FsException NOT_PERMITTED for those who do not own it, and to others than uid 0 for a change of {@link
     *     InodeFlags#PROTECTING}; NOT_SUPPORTED for flags beyond {@link InodeFlags}; READ_ONLY, NO_SPACE, STALE
     */
    public static Inode run(Transaction tx, Credentials who, Ino ino, int flags) throws FsException {
        tx.readIdentity(ino);
        Inode inode = tx.inode(ino);
        if (!Permissions.owns(tx, who, inode)) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
        int changed = inode.flags() ^ flags;
        if ((changed & InodeFlags.PROTECTING) != 0 && !who.isPrivileged()) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
        if ((flags & ~InodeFlags.ALL) != 0) {
            throw new FsException(FsError.NOT_SUPPORTED);
        }
        tx.requireWritable();
        tx.room().requireToChange(inode);

        tx.xattrs().setFlags(inode, flags);
        tx.touchStatus(inode, tx.nowNanos());
        return tx.inode(ino);
    }
}
