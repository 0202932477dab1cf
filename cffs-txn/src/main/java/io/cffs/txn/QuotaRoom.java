package io.cffs.txn;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Quota;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What quotas leave to one transaction: the usage at its snapshot, and what it has taken and given back itself.
 *
 * <p>Nothing here is a read: usage changes with every write of anybody, and validating it would make all writers under
 * one quota abort one another. So a write is refused by what the snapshot says, as soon as it is made; whether all that
 * has been written since fits together, the commit decides. See {@code adr/0016}.
 *
 * <p>Restartable as everything that reads: may throw {@link SnapshotMiss}, before anything has changed. Not
 * thread-safe; belongs to one {@link Transaction}.
 */
public final class QuotaRoom {
    private final Snapshot snapshot;
    /** By tree; {@link Ino#ROOT} stands for the volume, to which everything counts. */
    private final Map<Ino, Taken> taken = new HashMap<>();
    private final List<InodeOverlay> unsettled = new ArrayList<>();

    private static final class Taken {
        private long bytes;
        private long inodes;
    }

    QuotaRoom(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** The inode may cost more or less than when it was last settled. */
    void touched(InodeOverlay overlay) {
        unsettled.add(overlay);
    }

    /** Whether there is a quota that a file, or what is made in a directory, counts to. */
    boolean limits(Inode member) {
        return snapshot.quota(Ino.ROOT) != null
                || member.quotaTree() != null && snapshot.quota(member.quotaTree()) != null;
    }

    /**
     * Refuses what does not fit; what does not grow always fits.
     *
     * @param member an inode of the tree in which something grows: the file, or the directory of what is to be made
     * @throws FsException QUOTA_EXCEEDED
     */
    public void require(Inode member, long moreBytes, long moreInodes) throws FsException {
        if (moreBytes > 0 || moreInodes > 0) {
            requireIn(Ino.ROOT, moreBytes, moreInodes);
            if (member.quotaTree() != null) {
                requireIn(member.quotaTree(), moreBytes, moreInodes);
            }
        }
    }

    private void requireIn(Ino tree, long moreBytes, long moreInodes) throws FsException {
        Quota quota = of(tree);
        if (quota != null && !quota.hasRoom(moreBytes, moreInodes)) {
            throw new FsException(FsError.QUOTA_EXCEEDED);
        }
    }

    /** The quota of a tree ({@link Ino#ROOT}: of the volume) with this transaction's own changes; null for none. */
    public Quota of(Ino tree) {
        Quota stored = snapshot.quota(tree);
        if (stored == null) {
            return null;
        }
        return stored.plus(ownBytes(tree), ownInodes(tree));
    }

    /** What this transaction has added to a tree ({@link Ino#ROOT}: to the volume), in bytes; may be negative. */
    public long ownBytes(Ino tree) {
        settle();
        Taken own = taken.get(tree);
        return own == null ? 0 : own.bytes;
    }

    /** How many inodes this transaction has added to a tree; may be negative. */
    public long ownInodes(Ino tree) {
        settle();
        Taken own = taken.get(tree);
        return own == null ? 0 : own.inodes;
    }

    private void settle() {
        for (InodeOverlay overlay : unsettled) {
            InodeOverlay.Charge change = overlay.settleCharge();
            add(Ino.ROOT, change);
            if (overlay.quotaTree() != null) {
                add(overlay.quotaTree(), change);
            }
        }
        unsettled.clear();
    }

    private void add(Ino tree, InodeOverlay.Charge change) {
        Taken own = taken.computeIfAbsent(tree, t -> new Taken());
        own.bytes += change.bytes();
        own.inodes += change.inodes();
    }
}
