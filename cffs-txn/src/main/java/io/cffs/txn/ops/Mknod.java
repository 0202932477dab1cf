package io.cffs.txn.ops;

import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/**
 * mknod(2): regular files, fifos, sockets, and device nodes for uid 0; the device 0:0, with which overlay file systems
 * say that a name was removed, for everybody.
 */
public final class Mknod {
    private Mknod() {}

    /**
     * @param permissions as the caller wants them; its umask, or a default ACL of the directory, takes from them
     * @param rdev the device number of a device node; else ignored
     * @throws FsException NAME_EXISTS, NOT_FOUND, NOT_A_DIRECTORY, ACCESS_DENIED, READ_ONLY; NOT_PERMITTED for device
     *     nodes by others than uid 0; INVALID_ARGUMENT for directories and symlinks
     */
    public static Inode run(
            Transaction tx, Credentials who, Ino parent, Name name, FileType type, int permissions, long rdev)
            throws FsException {
        if (type == FileType.DIRECTORY || type == FileType.SYMLINK) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        boolean device = type == FileType.BLOCK_DEVICE || type == FileType.CHARACTER_DEVICE;
        Inode directory = Creation.requireFree(tx, who, parent, name);
        boolean whiteout = type == FileType.CHARACTER_DEVICE && rdev == 0;
        if (device && !whiteout && !who.isPrivileged()) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
        return Creation.make(tx, who, directory, name, type, permissions, device ? rdev : 0, null);
    }
}
