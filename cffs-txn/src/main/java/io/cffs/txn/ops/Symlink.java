package io.cffs.txn.ops;

import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/** symlink(2). */
public final class Symlink {
    /** PATH_MAX of limits.h less the closing NUL, in bytes. */
    public static final int TARGET_BYTES_MAX = 4095;

    private static final int ALL_PERMISSIONS = 0777;

    private Symlink() {}

    /**
     * @throws FsException NAME_EXISTS, NOT_A_DIRECTORY, ACCESS_DENIED, READ_ONLY; NOT_FOUND for an empty target;
     *     NAME_TOO_LONG for one of more than 4095 bytes
     */
    public static Inode run(Transaction tx, Credentials who, Ino parent, Name name, Bytes target) throws FsException {
        if (target.length() == 0) {
            throw new FsException(FsError.NOT_FOUND);
        }
        if (target.length() > TARGET_BYTES_MAX) {
            throw new FsException(FsError.NAME_TOO_LONG);
        }
        Inode directory = Creation.requireFree(tx, who, parent, name);
        return Creation.make(tx, who, directory, name, FileType.SYMLINK, ALL_PERMISSIONS, 0, target);
    }
}
