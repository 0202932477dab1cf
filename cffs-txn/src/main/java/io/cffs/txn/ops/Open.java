package io.cffs.txn.ops;

import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/** open(2) of what exists. The caller retains the inode for the handle ({@link Transaction#retain}). */
public final class Open {
    private Open() {}

    /**
     * @throws FsException ACCESS_DENIED, STALE; IS_A_DIRECTORY for writing to one; SYMLINK_LOOP for a symlink (the
     *     kernel follows them); READ_ONLY; NOT_PERMITTED for writing to what is immutable, and for anything but
     *     appending to what is append-only
     */
    public static Inode run(Transaction tx, Credentials who, Ino ino, OpenFlags flags) throws FsException {
        Inode inode = tx.inode(ino);
        boolean changes = flags.write() || flags.truncate();
        if (inode.isDirectory() && changes) {
            throw new FsException(FsError.IS_A_DIRECTORY);
        }
        if (inode.type() == FileType.SYMLINK) {
            throw new FsException(FsError.SYMLINK_LOOP);
        }
        if (changes) {
            Protection.requireMutable(tx, inode);
        }
        Permissions.require(tx, who, inode, wanted(flags));
        if (flags.truncate() || flags.write() && !flags.append()) {
            Protection.requireRewritable(tx, inode);
        }
        if (changes && inode.type() == FileType.REGULAR) {
            tx.requireWritable();
        }
        if (flags.truncate()) {
            tx.room().requireToChange(inode);
        }

        if (flags.truncate() && inode.type() == FileType.REGULAR) {
            Truncate.apply(tx, who, inode, 0);
        }
        return tx.inode(ino);
    }

    private static int wanted(OpenFlags flags) {
        int read = flags.read() ? Permissions.READ : 0;
        int write = flags.write() || flags.truncate() ? Permissions.WRITE : 0;
        int execute = flags.execute() ? Permissions.EXECUTE : 0;
        return read | write | execute;
    }
}
