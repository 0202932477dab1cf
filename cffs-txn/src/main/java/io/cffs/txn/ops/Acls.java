package io.cffs.txn.ops;

import io.cffs.model.AclNames;
import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/**
 * The ACLs of inodes and their modes, kept in step: setting an access ACL sets the permission bits, chmod changes the
 * ACL, and an ACL that says no more than the bits is not kept. Whoever looks at one has read the identity.
 */
final class Acls {
    private static final int PERMISSIONS = 0777;

    private Acls() {}

    /** Null when the permission bits say everything. Reads the identity, and the ACL when there is one. */
    static Acl access(Transaction tx, Inode inode) throws FsException {
        return get(tx, inode, AclNames.ACCESS);
    }

    /** Null when there is none. */
    static Acl inherited(Transaction tx, Inode directory) throws FsException {
        return get(tx, directory, AclNames.DEFAULT);
    }

    private static Acl get(Transaction tx, Inode inode, Name name) throws FsException {
        Bytes value = tx.xattrs().get(inode, name);
        return value == null ? null : Acl.of(value);
    }

    /** What is no directory has no default ACL, so there is nothing to remove. */
    static boolean canHave(Inode inode, Name name) throws FsException {
        if (inode.type() == FileType.SYMLINK) {
            throw new FsException(FsError.NOT_SUPPORTED);
        }
        return inode.isDirectory() || !name.equals(AclNames.DEFAULT);
    }

    /** Who may set or remove one: the owner. */
    static void refuse(Transaction tx, Credentials who, Inode inode) throws FsException {
        tx.readIdentity(inode.ino());
        Protection.requireUnprotected(tx, inode);
        if (!Permissions.owns(tx, who, inode)) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
    }

    /** @param acl null removes it, and leaves the mode as it is */
    static void set(Transaction tx, Inode inode, Name name, Acl acl, boolean dropSetGid) {
        boolean access = name.equals(AclNames.ACCESS);
        if (access && acl != null) {
            int permissions = inode.permissions() & ~PERMISSIONS | acl.permissionBits();
            int kept = dropSetGid ? permissions & ~Permissions.SET_GID : permissions;
            if (kept != inode.permissions()) {
                tx.setIdentity(inode, kept, inode.uid(), inode.gid());
            }
        }
        if (acl != null && !(access && acl.isMinimal())) {
            tx.xattrs().set(inode, name, acl.toBytes());
        } else if ((inode.aclFlags() & AclNames.flagOf(name)) != 0) {
            tx.xattrs().remove(inode, name);
        }
    }

    /** After chmod. */
    static void follow(Transaction tx, Inode inode, Acl acl, int permissions) {
        if (acl != null) {
            tx.xattrs().set(inode, AclNames.ACCESS, acl.withPermissionBits(permissions).toBytes());
        }
    }
}
