package io.cffs.txn.ops;

import io.cffs.model.AclNames;
import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.InodeFlags;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;
import java.util.Objects;

/** What mknod, create, mkdir and symlink have in common: a new inode under a name that was free. */
final class Creation {
    private Creation() {}

    /**
     * Resolves and refuses.
     *
     * @return the directory in which the name is free and may be added
     */
    static Inode requireFree(Transaction tx, Credentials who, Ino parent, Name name) throws FsException {
        Inode directory = tx.directory(parent);
        Permissions.requireSearch(tx, who, directory);
        if (tx.child(parent, name) != null) {
            throw new FsException(FsError.NAME_EXISTS);
        }
        requireAlive(directory);
        tx.requireWritable();
        tx.room().require();
        Permissions.requireNameChange(tx, who, directory);
        return directory;
    }

    /** A directory that was removed here takes no names any more. */
    static void requireAlive(Inode directory) throws FsException {
        if (directory.links() == 0) {
            throw new FsException(FsError.NOT_FOUND);
        }
    }

    /**
     * What exists counts to one quota tree, and does not leave it by a new name: mv(1) copies instead. No read: should
     * the tree be another one when the commit is applied, the commit is refused.
     */
    static void requireSameQuota(Inode named, Inode directory) throws FsException {
        if (!Objects.equals(named.outerQuotaTree(), directory.quotaTree())) {
            throw new FsException(FsError.CROSSES_VOLUMES);
        }
    }

    /**
     * Makes the inode and names it. The directory's set-gid bit decides on the group, and its default ACL takes the
     * place of the umask: its identity is read, and that ACL.
     *
     * @throws FsException QUOTA_EXCEEDED
     */
    static Inode make(
            Transaction tx,
            Credentials who,
            Inode directory,
            Name name,
            FileType type,
            int permissions,
            long rdev,
            Bytes target) throws FsException {
        Inode made = makeNameless(tx, who, directory, type, permissions, rdev, target);
        tx.putName(directory, name, made);
        tx.touchContent(directory, made.ctimeNanos());
        return tx.inode(made.ino());
    }

    /** As {@link #make}, without a name. */
    static Inode makeNameless(Transaction tx, Credentials who, Inode directory, FileType type, int permissions,
            long rdev, Bytes target) throws FsException {
        tx.readIdentity(directory.ino());
        tx.quotas().require(directory, 0, 1);
        Acl inherited = type == FileType.SYMLINK ? null : Acls.inherited(tx, directory);
        tx.requireIno();
        boolean inherits = (directory.permissions() & Permissions.SET_GID) != 0;
        int gid = inherits ? directory.gid() : who.gid();
        int given = permissions & Inode.PERMISSION_BITS;
        if (inherits && type == FileType.DIRECTORY) {
            given |= Permissions.SET_GID;
        } else if (inherits && Permissions.isOutsider(who, gid)) {
            given = dropForeignSetGid(given);
        }

        if (inherited == null) {
            int kept = type == FileType.SYMLINK ? given : given & ~who.umask();
            return inheritFlags(tx, directory, tx.create(type, kept, who.uid(), gid, rdev, directory, target));
        }
        Acl.Inherited cut = inherited.inherit(given);
        Inode made = tx.create(type, cut.permissions(), who.uid(), gid, rdev, directory, target);
        Acls.set(tx, made, AclNames.ACCESS, cut.acl(), false);
        if (type == FileType.DIRECTORY) {
            Acls.set(tx, made, AclNames.DEFAULT, inherited, false);
        }
        return inheritFlags(tx, directory, made);
    }

    private static Inode inheritFlags(Transaction tx, Inode directory, Inode made) {
        int inherited = directory.flags() & InodeFlags.INHERITED;
        if (inherited != 0) {
            tx.xattrs().setFlags(made, inherited);
        }
        return made;
    }

    /** Nobody makes a program that runs as a group they are not in. */
    private static int dropForeignSetGid(int permissions) {
        boolean runsAsGroup = (permissions & 0010) != 0;
        return runsAsGroup ? permissions & ~Permissions.SET_GID : permissions;
    }
}
