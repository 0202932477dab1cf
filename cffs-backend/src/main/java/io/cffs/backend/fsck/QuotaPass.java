package io.cffs.backend.fsck;

import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Quota;
import io.cffs.model.QuotaCharge;
import io.cffs.txn.port.QuotaPort;
import io.cffs.txn.port.QuotaPort.TreeQuota;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What quotas say is used against what the inodes make together, and inodes against the directories that hold them.
 * Memory: some bytes for each quota of the volume.
 */
final class QuotaPass {
    private final VolumeCheck check;
    private final InodeTable table;
    private final Map<Ino, Quota> quotas = new HashMap<>();
    private final Map<Ino, long[]> used = new HashMap<>();

    QuotaPass(VolumeCheck check, InodeTable table) {
        this.check = check;
        this.table = table;
    }

    /** Before the inodes come. */
    void load(Function<Ino, List<TreeQuota>> pageAfter) {
        Ino after = null;
        List<TreeQuota> page;
        do {
            page = pageAfter.apply(after);
            page.forEach(of -> quotas.put(of.tree(), of.quota()));
            after = page.isEmpty() ? after : page.getLast().tree();
        } while (page.size() == QuotaPort.QUOTAS_MAX);
    }

    void inode(Inode inode) {
        if (!quotas.isEmpty()) {
            count(Ino.ROOT, inode);
            if (inode.quotaTree() != null) {
                count(inode.quotaTree(), inode);
            }
        }
    }

    private void count(Ino tree, Inode inode) {
        if (quotas.containsKey(tree)) {
            long[] sums = used.computeIfAbsent(tree, t -> new long[2]);
            sums[0] += QuotaCharge.bytesOf(inode);
            sums[1]++;
        }
    }

    /** A name of {@code row} in {@code holder}. A file of several names counts where one of them is. */
    void name(int row, int holder, CommitTs version) {
        long own = table.quotaTree(row);
        long above = table.quotaTree(holder);
        boolean top = own == table.ino(row).value();
        boolean several = table.type(row) != FileType.DIRECTORY && table.statedLinks(row) > 1;
        if ((top ? 0 : own) != above && !several && !isMoving(own) && !isMoving(above)) {
            check.found(CheckId.QUOTA_TREE_OF_DIRECTORY, table.ino(row), treeText(above), treeText(own), version);
        }
    }

    private boolean isMoving(long tree) {
        Quota quota = tree == 0 ? null : quotas.get(new Ino(tree));
        return quota != null && quota.phase() != Quota.Phase.COMPLETE;
    }

    private static String treeText(long tree) {
        return tree == 0 ? "no quota tree" : "the quota tree of inode " + tree;
    }

    /** After the inodes. */
    void run() {
        quotas.forEach((tree, quota) -> {
            long[] sums = used.getOrDefault(tree, new long[2]);
            if (sums[0] != quota.bytesUsed() || sums[1] != quota.inodesUsed()) {
                check.found(CheckId.QUOTA_MATCHES_TREE, tree, sums[0] + " bytes and " + sums[1] + " inodes used",
                        quota.bytesUsed() + " bytes and " + quota.inodesUsed() + " inodes used", null);
            }
        });
    }
}
