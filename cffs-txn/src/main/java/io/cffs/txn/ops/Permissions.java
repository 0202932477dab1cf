package io.cffs.txn.ops;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Inode;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/**
 * Who may do what. A decision that depends on an inode's mode or owner records its identity, and its ACL when it has
 * one; uid 0 depends on none. {@link Protection} binds it as well.
 */
final class Permissions {
    static final int READ = 4;
    static final int WRITE = 2;
    static final int EXECUTE = 1;

    static final int SET_UID = 04000;
    static final int SET_GID = 02000;
    static final int STICKY = 01000;
    private static final int GROUP_ALL = 0070;
    private static final int GROUP_EXECUTE = 0010;
    private static final int ANY_EXECUTE = 0111;

    private Permissions() {}

    /** @param wanted a sum of READ, WRITE and EXECUTE (for a directory: search) */
    static void require(Transaction tx, Credentials who, Inode inode, int wanted) throws FsException {
        if (!who.kernelChecksPermissions() && !allows(tx, who, inode, wanted)) {
            throw new FsException(FsError.ACCESS_DENIED);
        }
    }

    /** Search permission, without which no name of a directory can be used. */
    static void requireSearch(Transaction tx, Credentials who, Inode directory) throws FsException {
        require(tx, who, directory, EXECUTE);
    }

    /** Search and write permission: what adding or removing a name takes. */
    static void requireNameChange(Transaction tx, Credentials who, Inode directory) throws FsException {
        Protection.requireMutable(tx, directory);
        require(tx, who, directory, WRITE | EXECUTE);
    }

    static boolean allows(Transaction tx, Credentials who, Inode inode, int wanted) throws FsException {
        if (who.isPrivileged()) {
            if ((wanted & EXECUTE) == 0 || inode.isDirectory()) {
                return true;
            }
            tx.readIdentity(inode.ino());
            return (inode.permissions() & ANY_EXECUTE) != 0;
        }
        tx.readIdentity(inode.ino());
        int granted = inode.permissions();
        if (who.uid() == inode.uid()) {
            granted >>= 6;
        } else if (inode.hasAccessAcl() && (granted & GROUP_ALL) != 0) {
            // As Linux, which looks at no ACL whose mask lets nothing through.
            return Acls.access(tx, inode).allows(who, inode.gid(), wanted);
        } else if (who.isMemberOf(inode.gid())) {
            granted >>= 3;
        }
        return (granted & wanted) == wanted;
    }

    /** The owner and uid 0 pass. */
    static boolean owns(Transaction tx, Credentials who, Inode inode) {
        if (who.isPrivileged() || who.kernelChecksPermissions()) {
            return true;
        }
        tx.readIdentity(inode.ino());
        return who.uid() == inode.uid();
    }

    /**
     * That the entry may be removed or renamed, {@link #requireNameChange} apart: neither is protected, and in a
     * sticky directory only the owner of the entry or of the directory does so.
     */
    static void requireRemovable(Transaction tx, Credentials who, Inode directory, Inode entry) throws FsException {
        Protection.requireUnprotected(tx, directory);
        Protection.requireUnprotected(tx, entry);
        if (who.isPrivileged() || who.kernelChecksPermissions()) {
            return;
        }
        tx.readIdentity(directory.ino());
        if ((directory.permissions() & STICKY) == 0 || who.uid() == directory.uid()) {
            return;
        }
        tx.readIdentity(entry.ino());
        if (who.uid() != entry.uid()) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
    }

    /**
     * The permissions that are left when somebody changes a file's content or owner: set-user-id goes; set-group-id
     * goes where it means that (group execution is allowed), and for those outside the group.
     */
    static int withoutSetIds(Credentials who, Inode inode) {
        int permissions = inode.permissions() & ~SET_UID;
        boolean runsAsGroup = (permissions & GROUP_EXECUTE) != 0;
        return runsAsGroup || isOutsider(who, inode.gid()) ? permissions & ~SET_GID : permissions;
    }

    /** Known not to be in the group. Where the kernel checks, it has dealt with groups, and we may not know them. */
    static boolean isOutsider(Credentials who, int gid) {
        return !who.isPrivileged() && !who.kernelChecksPermissions() && !who.isMemberOf(gid);
    }
}
