package io.cffs.txn.ops;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.StoredObject.DentryObject;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/**
 * Finds what a name names; its absence is recorded as well. The attributes that come along are a courtesy: only the
 * name is recorded, unless the kernel decides from them (its own permission checks, or the sticky bit, which it always
 * checks itself), so whoever shows them to the function goes through {@link Getattr}.
 */
public final class Lookup {
    private Lookup() {}

    /** @throws FsException NOT_FOUND, NOT_A_DIRECTORY, ACCESS_DENIED */
    public static Inode run(Transaction tx, Credentials who, Ino parent, Name name) throws FsException {
        Inode directory = tx.directory(parent);
        Permissions.requireSearch(tx, who, directory);
        DentryObject dentry = tx.child(parent, name);
        if (dentry == null) {
            throw new FsException(FsError.NOT_FOUND);
        }
        Inode found = tx.inode(dentry.ino());
        recordHandedOut(tx, who, directory, found);
        return found;
    }

    /** The kernel will decide from the identity of what it is handed. */
    static void recordHandedOut(Transaction tx, Credentials who, Inode directory, Inode found) {
        boolean sticky = !who.isPrivileged() && (directory.permissions() & Permissions.STICKY) != 0;
        if (sticky || who.kernelChecksPermissions()) {
            tx.readIdentity(found.ino());
        }
    }
}
