package io.cffs.txn.apply;

import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.ObjectKey.DentryKey;
import io.cffs.model.StoredObject.DentryObject;
import io.cffs.txn.CommitOutcome.RefusalCause;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;

/**
 * Which quota tree each inode of a commit belongs to. A new inode belongs where the directory that holds it belongs
 * when the commit is applied, whatever its transaction has seen: so nobody has to be aborted while the content of a
 * directory is being counted. An inode that exists keeps its tree, and so gets no name in a directory of another one.
 */
final class QuotaTrees {
    private final Map<Ino, InodeFold> inodes;
    private final Map<DentryKey, Applier.DentryFold> dentries;
    private final boolean counting;

    /** @param counting the commit moves inodes from tree to tree, so that names and trees need not agree yet */
    QuotaTrees(Map<Ino, InodeFold> inodes, Map<DentryKey, Applier.DentryFold> dentries, boolean counting) {
        this.inodes = inodes;
        this.dentries = dentries;
        this.counting = counting;
    }

    /** @throws MutationRefused QUOTA when a name would lead from one tree to another */
    void settle() throws MutationRefused {
        for (InodeFold fold : inodes.values()) {
            if (fold.before == null) {
                inherit(fold);
            }
        }
        if (counting) {
            return;
        }
        // Each name, not each inode: one may have got several, in directories that were counted to trees meanwhile.
        for (Map.Entry<DentryKey, Applier.DentryFold> entry : dentries.entrySet()) {
            DentryObject now = entry.getValue().now();
            if (now != null && !now.equals(entry.getValue().before())) {
                requireSameTree(inodes.get(now.ino()), inodes.get(entry.getKey().parent()).now);
            }
        }
    }

    /** Climbs to a directory that knows its tree, then gives it to all on the way. */
    private void inherit(InodeFold created) {
        Deque<InodeFold> way = new ArrayDeque<>();
        InodeFold above = created;
        while (above.before == null && above.namedIn() != null && above.now.quotaTree() == null
                && way.size() <= inodes.size()) {
            way.push(above);
            above = inodes.get(above.namedIn());
        }
        Ino tree = above.now.quotaTree();
        way.forEach(fold -> fold.countTo(tree));
    }

    private static void requireSameTree(InodeFold fold, Inode directory) throws MutationRefused {
        if (!fold.dies() && !Objects.equals(fold.now.outerQuotaTree(), directory.quotaTree())) {
            throw new MutationRefused(RefusalCause.QUOTA, "inode " + fold.ino().value()
                    + " and its new directory, inode " + directory.ino().value() + ", count to different quotas");
        }
    }
}
