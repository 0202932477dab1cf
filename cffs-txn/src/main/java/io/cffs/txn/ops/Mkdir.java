package io.cffs.txn.ops;

import io.cffs.model.FileType;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/** mkdir(2). In a set-gid directory the new one has its group and the bit. */
public final class Mkdir {
    private Mkdir() {}

    /**
     * @param permissions as the caller wants them; its umask, or a default ACL of the directory, takes from them
     * @throws FsException NAME_EXISTS, NOT_FOUND, NOT_A_DIRECTORY, ACCESS_DENIED, READ_ONLY
     */
    public static Inode run(Transaction tx, Credentials who, Ino parent, Name name, int permissions)
            throws FsException {
        Inode directory = Creation.requireFree(tx, who, parent, name);
        return Creation.make(tx, who, directory, name, FileType.DIRECTORY, permissions, 0, null);
    }
}
