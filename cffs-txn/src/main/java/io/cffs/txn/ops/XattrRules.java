package io.cffs.txn.ops;

import io.cffs.model.AclNames;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;
import java.nio.charset.StandardCharsets;

/**
 * Who may do what with which extended attribute: xattr(7), and {@code xattr_permission} of Linux, which checks most of
 * it before it asks. What it leaves to the file system is the permission of {@code user.} attributes and who owns what.
 */
final class XattrRules {
    /** XATTR_SIZE_MAX of limits.h, in bytes. */
    static final int VALUE_BYTES_MAX = 65_536;
    /** More names than a list can tell (XATTR_LIST_MAX is 65536 bytes, a name and its end take 7 at least). */
    static final int COUNT_MAX = 10_000;

    /** The name spaces, by prefix. */
    enum Space {
        USER("user."),
        TRUSTED("trusted."),
        SECURITY("security."),
        SYSTEM("system.");

        private final byte[] prefix;

        Space(String prefix) {
            this.prefix = prefix.getBytes(StandardCharsets.US_ASCII);
        }

        private boolean holds(Name name) {
            for (int i = 0; i < prefix.length; i++) {
                if (i >= name.lengthBytes() || name.byteAt(i) != prefix[i]) {
                    return false;
                }
            }
            return true;
        }

        /** Null for a name outside of all. */
        static Space of(Name name) {
            for (Space space : values()) {
                if (space.holds(name)) {
                    return space;
                }
            }
            return null;
        }

        void requireMore(Name name) throws FsException {
            if (name.lengthBytes() == prefix.length) {
                throw new FsException(FsError.INVALID_ARGUMENT);
            }
        }
    }

    private XattrRules() {}

    /** Whether a list shows it to this caller. */
    static boolean isListed(Credentials who, Name name) {
        return who.isPrivileged() || !Space.TRUSTED.holds(name);
    }

    static void requireReadable(Transaction tx, Credentials who, Inode inode, Name name) throws FsException {
        Space space = Space.of(name);
        switch (space) {
            case null -> {
                Permissions.require(tx, who, inode, Permissions.READ);
                throw new FsException(FsError.NOT_SUPPORTED);
            }
            case USER -> {
                requireContent(inode, FsError.NO_ATTRIBUTE);
                Permissions.require(tx, who, inode, Permissions.READ);
            }
            case TRUSTED -> {
                if (!who.isPrivileged()) {
                    throw new FsException(FsError.NO_ATTRIBUTE);
                }
            }
            case SECURITY -> { }
            case SYSTEM -> {
                if (AclNames.flagOf(name) == 0 || inode.type() == FileType.SYMLINK) {
                    throw new FsException(FsError.NOT_SUPPORTED);
                }
            }
        }
        space.requireMore(name);
    }

    /** For attributes that are no ACL. */
    static void requireWritable(Transaction tx, Credentials who, Inode inode, Name name) throws FsException {
        Protection.requireUnprotected(tx, inode);
        Space space = Space.of(name);
        switch (space) {
            case null -> {
                Permissions.require(tx, who, inode, Permissions.WRITE);
                throw new FsException(FsError.NOT_SUPPORTED);
            }
            case USER -> {
                requireContent(inode, FsError.NOT_PERMITTED);
                requireUnstuck(tx, who, inode);
                Permissions.require(tx, who, inode, Permissions.WRITE);
            }
            case TRUSTED -> {
                if (!who.isPrivileged()) {
                    throw new FsException(FsError.NOT_PERMITTED);
                }
            }
            // Which capability each of them takes, the kernel's security modules know; it has asked them.
            case SECURITY -> { }
            case SYSTEM -> throw new FsException(FsError.NOT_SUPPORTED);
        }
        space.requireMore(name);
    }

    /** Files and directories alone: everybody may write to a device or a fifo, and could fill the disk with names. */
    private static void requireContent(Inode inode, FsError refusal) throws FsException {
        if (inode.type() != FileType.REGULAR && !inode.isDirectory()) {
            throw new FsException(refusal);
        }
    }

    /** In a sticky directory such as /tmp attributes are its owner's affair. */
    private static void requireUnstuck(Transaction tx, Credentials who, Inode inode) throws FsException {
        if (inode.isDirectory() && !who.isPrivileged() && !who.kernelChecksPermissions()) {
            tx.readIdentity(inode.ino());
            if ((inode.permissions() & Permissions.STICKY) != 0 && who.uid() != inode.uid()) {
                throw new FsException(FsError.NOT_PERMITTED);
            }
        }
    }
}
