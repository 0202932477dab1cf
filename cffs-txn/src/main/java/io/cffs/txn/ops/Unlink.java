package io.cffs.txn.ops;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.StoredObject.DentryObject;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/** unlink(2). Whether it was the last name is not read: the commit finds out. */
public final class Unlink {
    private Unlink() {}

    /**
     * @throws FsException NOT_FOUND, NOT_A_DIRECTORY, ACCESS_DENIED, READ_ONLY; NOT_PERMITTED in a sticky directory;
     *     IS_A_DIRECTORY for a directory
     */
    public static void run(Transaction tx, Credentials who, Ino parent, Name name) throws FsException {
        Inode directory = tx.directory(parent);
        Permissions.requireSearch(tx, who, directory);
        DentryObject dentry = tx.child(parent, name);
        if (dentry == null) {
            throw new FsException(FsError.NOT_FOUND);
        }
        Inode target = tx.inode(dentry.ino());
        tx.requireWritable();
        tx.room().requireToRemove(target);
        Permissions.requireNameChange(tx, who, directory);
        Permissions.requireRemovable(tx, who, directory, target);
        if (target.isDirectory()) {
            throw new FsException(FsError.IS_A_DIRECTORY);
        }

        long now = tx.nowNanos();
        tx.removeName(directory, name, target);
        tx.touchContent(directory, now);
        tx.touchStatus(target, now);
        tx.dropIfOrphan(target);
    }
}
