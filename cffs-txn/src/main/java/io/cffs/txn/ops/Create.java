package io.cffs.txn.ops;

import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.StoredObject.DentryObject;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/** open(2) with O_CREAT: a new regular file, or the one that is there when O_EXCL does not forbid it. */
public final class Create {
    private Create() {}

    /**
     * A new file may be opened in any way, whatever its permissions.
     *
     * @param permissions as the caller wants them; its umask, or a default ACL of the directory, takes from them
     * @throws FsException NAME_EXISTS for O_EXCL, and what {@link Open} and {@link Mknod} throw
     */
    public static Inode run(
            Transaction tx, Credentials who, Ino parent, Name name, int permissions, OpenFlags flags)
            throws FsException {
        Inode directory = tx.directory(parent);
        Permissions.requireSearch(tx, who, directory);
        DentryObject there = tx.child(parent, name);
        if (there != null && flags.exclusive()) {
            throw new FsException(FsError.NAME_EXISTS);
        }
        if (there != null) {
            return Open.run(tx, who, there.ino(), flags);
        }
        Creation.requireFree(tx, who, parent, name);
        return Creation.make(tx, who, directory, name, FileType.REGULAR, permissions, 0, null);
    }
}
