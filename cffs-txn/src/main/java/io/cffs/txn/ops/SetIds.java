package io.cffs.txn.ops;

import io.cffs.model.FileType;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/**
 * The powers that running a file gives. Set-user-id and set-group-id bits do not survive it when somebody else than uid
 * 0 changes the content; capabilities survive nobody's change. The kernel leaves this to us (FUSE_HANDLE_KILLPRIV_V2).
 */
final class SetIds {
    /** Where Linux keeps the capabilities of a file, see capabilities(7). */
    private static final Name CAPABILITY = Name.of("security.capability");

    private SetIds() {}

    /**
     * What is left after a change.
     *
     * @param losesCapability there are capabilities, to be removed
     */
    record Left(int permissions, boolean losesCapability) {}

    /** After a change of content; depends on the identity unless uid 0 makes it. Reads only. */
    static Left afterContentChange(Transaction tx, Credentials who, Inode inode) {
        if (inode.type() != FileType.REGULAR) {
            return new Left(inode.permissions(), false);
        }
        if (who.isPrivileged()) {
            return new Left(inode.permissions(), hasCapability(tx, inode));
        }
        tx.readIdentity(inode.ino());
        return new Left(Permissions.withoutSetIds(who, inode), hasCapability(tx, inode));
    }

    /** After chown, which takes the bits of everything but directories, from uid 0 too. Reads only. */
    static Left afterChown(Transaction tx, Credentials who, Inode inode) {
        if (inode.isDirectory()) {
            return new Left(inode.permissions(), false);
        }
        return new Left(Permissions.withoutSetIds(who, inode), hasCapability(tx, inode));
    }

    private static boolean hasCapability(Transaction tx, Inode inode) {
        return inode.xattrCount() != 0 && tx.xattrs().get(inode, CAPABILITY) != null;
    }

    static void apply(Transaction tx, Inode inode, Left left) {
        if (left.permissions() != inode.permissions()) {
            tx.setIdentity(inode, left.permissions(), inode.uid(), inode.gid());
        }
        removeCapability(tx, inode, left);
    }

    static void removeCapability(Transaction tx, Inode inode, Left left) {
        if (left.losesCapability()) {
            tx.xattrs().remove(inode, CAPABILITY);
        }
    }
}
