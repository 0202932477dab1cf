package io.cffs.txn.ops;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Inode;
import io.cffs.model.InodeFlags;
import io.cffs.txn.Transaction;

/**
 * What {@code chattr +i} and {@code +a} forbid, to uid 0 too: the checks that Linux makes for file systems that it
 * knows the flags of ({@code may_delete}, {@code may_create}, {@code may_open}, {@code may_setattr}, {@code
 * xattr_permission}); a FUSE kernel knows none. Who is refused has read the identity, to which flags belong; who is let
 * through has read that nobody protects anything, see {@link InodeFlags#PROTECTION}. Files that are open go on being
 * written, as on tmpfs.
 */
final class Protection {
    private Protection() {}

    /** For what appending leaves allowed: more names in a directory, more bytes of a file, times set to now. */
    static void requireMutable(Transaction tx, Inode inode) throws FsException {
        refuse(tx, inode, InodeFlags.IMMUTABLE);
    }

    /** For everything else that changes an inode: its attributes, bytes that are there, one of its names. */
    static void requireUnprotected(Transaction tx, Inode inode) throws FsException {
        refuse(tx, inode, InodeFlags.PROTECTING);
    }

    /** For changing bytes that are there, of what is mutable, or was when it was opened. */
    static void requireRewritable(Transaction tx, Inode inode) throws FsException {
        refuse(tx, inode, InodeFlags.APPEND);
    }

    private static void refuse(Transaction tx, Inode inode, int flags) throws FsException {
        if ((inode.flags() & flags) == 0) {
            tx.xattrs().readProtection(inode);
        } else {
            tx.readIdentity(inode.ino());
            throw new FsException(FsError.NOT_PERMITTED);
        }
    }
}
