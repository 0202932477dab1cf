package io.cffs.txn;

import io.cffs.model.Ino;
import io.cffs.model.Name;

/**
 * One thing that a transaction has read and that must not have changed between its snapshot and its commit. Finer than
 * the stored objects, so that functions which do not depend on one another never abort one another.
 */
public sealed interface ReadKey {
    /** The inode whose directory, attributes or data were read. */
    Ino ino();

    /** The name was there and named what it named. Collides with a commit that removes or replaces it. */
    record NamePresent(Ino parent, Name name) implements ReadKey {
        @Override
        public Ino ino() {
            return parent;
        }
    }

    /** The name was not there: a predicate read. Collides with a commit that adds it. */
    record NameAbsent(Ino parent, Name name) implements ReadKey {
        @Override
        public Ino ino() {
            return parent;
        }
    }

    /** All names of a directory and what they name. Collides with a commit that adds, removes or replaces any. */
    record Listing(Ino ino) implements ReadKey {}

    /** Whether a directory was empty. Collides with a commit that adds or removes any name there. */
    record Emptiness(Ino ino) implements ReadKey {}

    /**
     * Permissions, uid, gid, which ACLs and flags there are, and the quota tree (the type never changes). Collides with
     * chmod, chown and chattr, and with the first setting of an ACL and its removal.
     */
    record Identity(Ino ino) implements ReadKey {}

    /** The length was exactly what it was. Collides with any commit that changes it. */
    record LengthExactly(Ino ino) implements ReadKey {}

    /**
     * The file reached at least this far. Collides with a commit that cuts below it, even if it grew again after.
     *
     * @param bytes 1 and up
     */
    record LengthAtLeast(Ino ino, long bytes) implements ReadKey {}

    /** The link count of a file. Collides with link and unlink. */
    record Links(Ino ino) implements ReadKey {}

    /** Which directory holds this directory: what makes the loop check of rename hold. Collides with its move. */
    record Parent(Ino ino) implements ReadKey {}

    /** The bytes of these pages. Collides with a commit that writes one of them. Both ends inclusive, 4 KiB pages. */
    record Pages(Ino ino, long firstPage, long lastPage) implements ReadKey {
        public Pages {
            if (firstPage < 0 || lastPage < firstPage) {
                throw new IllegalArgumentException("no page range: " + firstPage + ".." + lastPage);
            }
        }
    }

    /** The value or the absence of one extended attribute. Collides with its setting and removal. */
    record Xattr(Ino ino, Name name) implements ReadKey {}

    /** The list of extended attribute names. Collides with a commit that adds or removes any. */
    record XattrList(Ino ino) implements ReadKey {}

    /**
     * The volume, as a whole. Collides with every commit, so it stands for reads that are too many to send: whoever
     * loses by it alone sends them after all.
     */
    record AnyChange() implements ReadKey {
        @Override
        public Ino ino() {
            return Ino.ROOT;
        }
    }

    /** Times; recorded only with {@code -o strict-times}. Collides with a commit that sets any time. */
    record Times(Ino ino) implements ReadKey {}
}
