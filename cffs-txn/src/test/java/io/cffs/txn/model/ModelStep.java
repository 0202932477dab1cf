package io.cffs.txn.model;

import io.cffs.txn.Credentials;

/**
 * One random call, as data. What a field means depends on the kind.
 *
 * @param path where; for calls on a handle the slot
 * @param other a second path, a symlink's target, or the name of an attribute
 * @param number an offset, permissions, a mode of rename or setxattr, an owner, the permissions in an ACL
 * @param length a length in bytes, a listing's limit, a group, a umask, who is named in an ACL (4: remove it)
 * @param user index into {@link #USERS}
 */
public record ModelStep(Kind kind, String path, String other, int number, int length, int user) {
    /** uid 0, a user of two groups, a stranger. */
    public static final Credentials[] USERS = {
        Credentials.ROOT,
        new Credentials(1000, 1000, new int[] {50}, false),
        new Credentials(1001, 1001, new int[0], false),
    };

    /** Every operation; those from HREAD to HSTAT go through an open handle. The last two end a transaction. */
    public enum Kind {
        CREATE, MKNOD, MKDIR, SYMLINK, LINK, UNLINK, RMDIR, RENAME, WRITE, READ, APPEND, TRUNCATE, OPEN_TRUNCATE,
        PUNCH, ZERO, ALLOCATE, COPY, SEEK, MEASURE, STAT,
        LIST, CHMOD, CHOWN, READLINK, ACCESS, SETXATTR, GETXATTR, LISTXATTR, REMOVEXATTR, SETACL, GETACL, TMPFILE,
        OPEN, CLOSE, HREAD, HWRITE, HAPPEND, HTRUNCATE, HSTAT,
        COMMIT, ABORT
    }

    public boolean endsTransaction() {
        return kind == Kind.COMMIT || kind == Kind.ABORT;
    }

    public Credentials who() {
        return USERS[user];
    }

    /** Where a copied range goes to: to the start, to where it was, or to the second block. */
    public int copyTo() {
        return new int[] {0, number, 131_072}[length % 3];
    }

    /** The bytes that a write writes: different for every step that differs. */
    public byte[] bytes() {
        byte[] bytes = new byte[length];
        int seed = 31 * number + length + path.hashCode();
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (1 + Math.floorMod(seed + i * 7, 251));
        }
        return bytes;
    }

    /** As a line of Java, for a regression test. */
    @Override
    public String toString() {
        return "new ModelStep(Kind." + kind + ", \"" + path + "\", \"" + other + "\", " + number + ", " + length + ", "
                + user + ")";
    }
}
