package io.cffs.txn.ops;

import io.cffs.model.AclNames;
import io.cffs.model.Bytes;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/**
 * setxattr(2). Without a flag it is blind: whether there was a value is not read, and of two settings the later stays.
 */
public final class Setxattr {
    /** What the call asks for. */
    public enum Mode {
        /** Whatever there was. */
        SET,
        /** XATTR_CREATE: there must be none. */
        CREATE,
        /** XATTR_REPLACE: there must be one. */
        REPLACE
    }

    private Setxattr() {}

    /**
     * @param dropSetGid an access ACL takes the set-group-id bit away, whoever sets it: the kernel, which checks
     *     permissions itself, says so
     * @return the inode afterwards: an ACL changes its permissions
     * @throws FsException VALUE_TOO_LARGE over 65536 bytes; NAME_EXISTS for CREATE; NO_ATTRIBUTE for REPLACE;
     *     NO_SPACE when it has 10000 others; INVALID_ARGUMENT for what is no ACL, or no name; NOT_SUPPORTED for a name
     *     space that there is not; ACCESS_DENIED, NOT_PERMITTED, READ_ONLY, STALE
     */
    public static Inode run(Transaction tx, Credentials who, Ino ino, Name name, Bytes value, Mode mode,
            boolean dropSetGid) throws FsException {
        Inode inode = tx.inode(ino);
        if (value.length() > XattrRules.VALUE_BYTES_MAX) {
            throw new FsException(FsError.VALUE_TOO_LARGE);
        }
        if (AclNames.flagOf(name) != 0) {
            return setAcl(tx, who, inode, name, value, mode, dropSetGid);
        }
        XattrRules.requireWritable(tx, who, inode, name);
        requireMode(tx, inode, name, mode);
        if (inode.xattrCount() >= XattrRules.COUNT_MAX && tx.xattrs().get(inode, name) == null) {
            throw new FsException(FsError.NO_SPACE);
        }
        tx.requireWritable();
        tx.room().require();

        tx.xattrs().set(inode, name, value);
        tx.touchStatus(inode, tx.nowNanos());
        return tx.inode(ino);
    }

    private static void requireMode(Transaction tx, Inode inode, Name name, Mode mode) throws FsException {
        if (mode == Mode.SET) {
            return;
        }
        boolean there = tx.xattrs().get(inode, name) != null;
        if (there && mode == Mode.CREATE) {
            throw new FsException(FsError.NAME_EXISTS);
        }
        if (!there && mode == Mode.REPLACE) {
            throw new FsException(FsError.NO_ATTRIBUTE);
        }
    }

    private static Inode setAcl(Transaction tx, Credentials who, Inode inode, Name name, Bytes value, Mode mode,
            boolean dropSetGid) throws FsException {
        Acl acl = Acl.of(value);
        if (!Acls.canHave(inode, name)) {
            if (acl == null) {
                return inode;
            }
            throw new FsException(FsError.ACCESS_DENIED);
        }
        Acls.refuse(tx, who, inode);
        requireMode(tx, inode, name, mode);
        tx.requireWritable();
        tx.room().require();

        Acls.set(tx, inode, name, acl, dropSetGid || Permissions.isOutsider(who, inode.gid()));
        tx.touchStatus(inode, tx.nowNanos());
        return tx.inode(inode.ino());
    }
}
