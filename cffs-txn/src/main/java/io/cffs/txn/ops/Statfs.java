package io.cffs.txn.ops;

import io.cffs.model.Blocks;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.Quota;
import io.cffs.txn.Transaction;
import io.cffs.txn.port.BackendPort.VolumeStatus;

/**
 * statvfs(3). Without a quota: the disk that holds the store, as the backend last told. Under a quota with a limit, as
 * XFS and ext4 do for project quotas: the limit is the size and the usage is what is used, of the tree before those of
 * the volume. What this transaction has changed is counted. Advice, and so no read.
 */
public final class Statfs {
    /** Inodes are numbered without a practical limit; this many are always said to be free. */
    private static final long FREE_INODES = 1L << 40;

    private Statfs() {}

    /**
     * @param blockBytes the unit of the three block counts
     * @param nameBytesMax longest name
     */
    public record Figures(
            int blockBytes, long blocks, long freeBlocks, long availableBlocks, long inodes, long freeInodes,
            int nameBytesMax) {}

    /** A size, and what is left of it: in all, and for writing. */
    private record Room(long size, long free, long available) {
        /** This, seen through a quota: nobody can have more than either has. */
        Room under(long limit, long used) {
            if (limit == Quota.UNLIMITED) {
                return this;
            }
            long left = Math.max(0, limit - used);
            return new Room(limit, left, Math.min(left, available));
        }
    }

    /**
     * @param ino where the caller asks
     * @throws FsException STALE
     */
    public static Figures run(Transaction tx, Ino ino, VolumeStatus status) throws FsException {
        Inode inode = tx.inode(ino);
        long ownBytes = tx.quotas().ownBytes(Ino.ROOT);
        long available = Math.max(0, status.availableBytes() - Math.max(0, ownBytes));
        Room bytes = new Room(Math.max(status.capacityBytes(), available), available, available);
        long inodesUsed = Math.max(1, status.inodes() + tx.quotas().ownInodes(Ino.ROOT));
        Room inodes = new Room(inodesUsed + FREE_INODES, FREE_INODES, FREE_INODES);
        for (Ino tree : inode.quotaTree() == null ? new Ino[] {Ino.ROOT} : new Ino[] {Ino.ROOT, inode.quotaTree()}) {
            Quota quota = tx.quotas().of(tree);
            if (quota != null && quota.phase() != Quota.Phase.REMOVING) {
                bytes = bytes.under(quota.bytesMax(), quota.bytesUsed());
                inodes = inodes.under(quota.inodesMax(), quota.inodesUsed());
            }
        }
        return figures(bytes, inodes);
    }

    /** Where there is no transaction: without quotas. */
    public static Figures ofDisk(VolumeStatus status) {
        long available = Math.max(0, status.availableBytes());
        long used = Math.max(1, status.inodes());
        return figures(new Room(Math.max(status.capacityBytes(), available), available, available),
                new Room(used + FREE_INODES, FREE_INODES, FREE_INODES));
    }

    /** What is used is rounded up to whole blocks, what is left down. */
    private static Figures figures(Room bytes, Room inodes) {
        int unit = Blocks.PAGE_BYTES;
        return new Figures(unit, bytes.size() / unit, bytes.free() / unit, bytes.available() / unit, inodes.size(),
                inodes.available(), Name.BYTES_MAX);
    }
}
