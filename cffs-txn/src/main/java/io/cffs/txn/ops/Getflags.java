package io.cffs.txn.ops;

import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.InodeFlags;
import io.cffs.txn.Transaction;

/** FS_IOC_GETFLAGS and FS_IOC_FSGETXATTR of ioctl_iflags(2): what lsattr(1) shows. */
public final class Getflags {
    private Getflags() {}

    /**
     * @return of {@link InodeFlags}
     * @throws FsException STALE
     */
    public static int run(Transaction tx, Ino ino) throws FsException {
        tx.readIdentity(ino);
        return tx.inode(ino).flags();
    }
}
