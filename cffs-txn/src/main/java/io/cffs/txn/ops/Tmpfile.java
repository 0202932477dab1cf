package io.cffs.txn.ops;

import io.cffs.model.FileType;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/**
 * open(2) with O_TMPFILE: a regular file without a name, which lives as long as it is open. {@link Link} may give it
 * its first name; without one a commit leaves nothing of it.
 */
public final class Tmpfile {
    private Tmpfile() {}

    /**
     * The caller retains the inode for the handle ({@link Transaction#retain}).
     *
     * @param parent the directory that it would be made in: its permissions, group and default ACL count
     * @param permissions as the caller wants them; its umask, or a default ACL of the directory, takes from them
     * @throws FsException NOT_FOUND for a directory that was removed; NOT_A_DIRECTORY, ACCESS_DENIED, READ_ONLY, STALE
     */
    public static Inode run(Transaction tx, Credentials who, Ino parent, int permissions) throws FsException {
        Inode directory = tx.directory(parent);
        Creation.requireAlive(directory);
        tx.requireWritable();
        tx.room().require();
        Permissions.requireNameChange(tx, who, directory);

        Inode made = Creation.makeNameless(tx, who, directory, FileType.REGULAR, permissions, 0, null);
        return tx.inode(made.ino());
    }
}
