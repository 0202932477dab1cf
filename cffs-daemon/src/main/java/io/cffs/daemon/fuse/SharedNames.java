package io.cffs.daemon.fuse;

import io.cffs.fuse.FuseNotifier;
import io.cffs.fuse.FuseReply;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.Transaction;

/**
 * How long the kernel may keep names. For ever, where all processes belong to one user or the kernel checks permissions
 * itself.
 *
 * <p>Where processes of several users share the mount and the permission checks are ours, the kernel walks over cached
 * names without asking whether this user may search their directory. So it keeps the names of directories that
 * everybody may search; that everybody may, and who owns what in a sticky directory, then counts as read, because
 * whoever walks there later does so without our seeing it. Every other name is asked for each time, in the name of
 * whoever walks. When a directory closes to somebody, all names expire before the change is answered.
 */
final class SharedNames {
    private static final int EVERYBODY_SEARCHES = 0111;
    private static final int STICKY = 01000;

    private final boolean severalUsers;
    private volatile FuseNotifier notifier;

    /** @param severalUsers processes of several users share the mount, and nobody but us checks permissions */
    SharedNames(boolean severalUsers) {
        this.severalUsers = severalUsers;
    }

    /** Once, when the kernel has agreed on the protocol. */
    void connected(FuseNotifier connection) {
        this.notifier = connection;
    }

    /**
     * For an answer that tells the kernel what a name names, or that it names nothing. Under the session's lock.
     *
     * @param found null for nothing
     * @return the validity of the answer, in nanoseconds
     */
    long validityNanos(Transaction tx, Ino parent, Inode found) throws FsException {
        if (!severalUsers) {
            return FuseReply.FOREVER;
        }
        Inode directory = tx.inode(parent);
        if (!isOpenToAll(directory) || !canExpire()) {
            return 0;
        }
        tx.readIdentity(parent);
        if (found != null && (directory.permissions() & STICKY) != 0) {
            tx.readIdentity(found.ino());
        }
        return FuseReply.FOREVER;
    }

    /** An inode's permissions, owner or ACL have changed. The caller has not answered the kernel yet. */
    void changed(Inode before, Inode after) {
        if (severalUsers && before.isDirectory() && isOpenToAll(before) && !isOpenToAll(after) && canExpire()) {
            notifier.incEpoch();
        }
    }

    private boolean canExpire() {
        FuseNotifier to = notifier;
        return to != null && to.supportsEpoch();
    }

    private static boolean isOpenToAll(Inode directory) {
        // An ACL may shut out a user or a group whatever the permissions say.
        return (directory.permissions() & EVERYBODY_SEARCHES) == EVERYBODY_SEARCHES
                && (directory.aclFlags() & Inode.ACCESS_ACL) == 0;
    }
}
