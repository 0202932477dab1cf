package io.cffs.txn.ops;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/**
 * link(2). Link counts merge, so the count is read only where it decides: none left, or too many. A file that was made
 * without a name ({@link Tmpfile}) may get its first.
 */
public final class Link {
    /** Most names of one inode. */
    public static final long LINKS_MAX = Integer.MAX_VALUE;

    private Link() {}

    /**
     * @return the inode with its new link count, which is not recorded
     * @throws FsException NAME_EXISTS, NOT_A_DIRECTORY, ACCESS_DENIED, READ_ONLY, TOO_MANY_LINKS; NOT_PERMITTED for a
     *     directory; NOT_FOUND when its last name is gone; QUOTA_EXCEEDED for its first name; CROSSES_VOLUMES from one
     *     quota tree to another
     */
    public static Inode run(Transaction tx, Credentials who, Ino ino, Ino parent, Name name) throws FsException {
        Inode source = tx.inode(ino);
        Inode directory = Creation.requireFree(tx, who, parent, name);
        Protection.requireUnprotected(tx, source);
        if (source.isDirectory()) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
        if (!who.isPrivileged()) {
            // The kernel has decided from the owner and mode that it was handed (fs.protected_hardlinks).
            tx.readIdentity(ino);
        }
        boolean unlinked = source.links() == 0 && !tx.isYetUnnamed(ino);
        if (unlinked || source.links() >= LINKS_MAX) {
            tx.readLinks(ino);
            throw new FsException(source.links() == 0 ? FsError.NOT_FOUND : FsError.TOO_MANY_LINKS);
        }

        Creation.requireSameQuota(source, directory);
        if (source.links() == 0) {
            tx.quotas().require(directory, tx.holes().measured(source).allocatedBytes(), 1);
        }

        long now = tx.nowNanos();
        tx.putName(directory, name, source);
        tx.touchContent(directory, now);
        tx.touchStatus(source, now);
        return tx.inode(ino);
    }
}
