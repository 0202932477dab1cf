package io.cffs.txn.apply;

import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.ObjectKey.QuotaKey;
import io.cffs.model.Quota;
import io.cffs.model.Quota.Phase;
import io.cffs.model.QuotaCharge;
import io.cffs.model.StoredObject.QuotaObject;
import io.cffs.txn.CommitOutcome.RefusalCause;
import io.cffs.txn.Mutation;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What one commit does to the quotas that it touches. Usage is a sum of differences, so commits under one quota never
 * collide; that the sum stays below the limit is decided here, against the usage as all earlier commits left it.
 */
final class QuotaFold {
    private final LatestState state;
    /** By tree; {@link Ino#ROOT} is the volume. */
    private final Map<Ino, Charge> charges = new LinkedHashMap<>();
    /** What the commit itself says about quotas; empty for one that it takes away. */
    private final Map<Ino, Optional<Quota>> stated = new LinkedHashMap<>();
    private boolean counts;

    private static final class Charge {
        private long bytes;
        private long inodes;
    }

    QuotaFold(LatestState state) {
        this.state = state;
    }

    /**
     * Sets limits. A quota that is new starts with what is used: the volume's figures, of a tree nothing.
     *
     * @throws MutationRefused MALFORMED when the quota is not in a phase from which this one follows
     */
    void set(Mutation.SetQuota set) throws MutationRefused {
        Quota now = quota(set.tree());
        boolean volume = set.tree().equals(Ino.ROOT);
        boolean follows = volume ? set.phase() == Phase.COMPLETE : follows(now, set.phase());
        if (!follows) {
            throw InodeFold.malformed("the quota of inode " + set.tree().value() + " is "
                    + (now == null ? "not there" : now.phase()) + " and cannot become " + set.phase());
        }
        Quota base = now != null ? now : volume
                ? new Quota(0, 0, state.volumeBytes(), state.volumeInodes(), set.phase())
                : new Quota(0, 0, 0, 0, set.phase());
        stated.put(set.tree(), Optional.of(base.withLimits(set.bytesMax(), set.inodesMax(), set.phase())));
    }

    /** Two people who set and take away the same quota at once must not leave half of either. */
    private static boolean follows(Quota now, Phase next) {
        return switch (next) {
            case COUNTING -> true;
            case COMPLETE -> now != null && now.phase() != Phase.REMOVING;
            case REMOVING -> now != null;
        };
    }

    void remove(Ino tree) throws MutationRefused {
        Quota now = quota(tree);
        if (now != null && !tree.equals(Ino.ROOT) && now.phase() != Phase.REMOVING) {
            throw InodeFold.malformed("the quota of inode " + tree.value() + " is in use");
        }
        stated.put(tree, Optional.empty());
    }

    /**
     * The inode is counted to a tree, or to none any more. That this is more than a limit allows is no reason to
     * refuse: it was there before.
     */
    void count(Inode inode, Ino tree) throws MutationRefused {
        counts = true;
        Quota to = tree == null ? null : quota(tree);
        Quota from = inode.quotaTree() == null ? null : quota(inode.quotaTree());
        boolean comes = tree == null || to != null && !tree.equals(Ino.ROOT) && to.phase() != Phase.REMOVING;
        boolean goes = tree != null || from == null || from.phase() == Phase.REMOVING;
        if (!comes || !goes) {
            throw InodeFold.malformed("inode " + inode.ino().value() + " cannot be counted to quota tree " + tree
                    + " now: the quota was changed meanwhile");
        }
    }

    boolean counts() {
        return counts;
    }

    /**
     * Charges what has become of an inode; the volume in any case, and the tree that it was in and the one it is in.
     *
     * @return by how many bytes the volume grows
     */
    long charge(InodeFold fold) {
        boolean lives = !fold.dies();
        long wasBytes = fold.before == null ? 0 : QuotaCharge.bytesOf(fold.before);
        long isBytes = lives ? QuotaCharge.bytesOf(fold.now) : 0;
        int was = fold.before == null ? 0 : 1;
        int is = lives ? 1 : 0;
        Ino from = fold.before == null ? null : fold.before.quotaTree();
        Ino to = fold.now.quotaTree();
        add(Ino.ROOT, isBytes - wasBytes, is - was);
        if (Objects.equals(from, to)) {
            add(to, isBytes - wasBytes, is - was);
        } else {
            add(from, -wasBytes, -was);
            add(to, isBytes, is);
        }
        if (!lives && fold.ino().equals(from)) {
            // The top of a tree is gone, and nothing was left below it.
            stated.put(from, Optional.empty());
        }
        return isBytes - wasBytes;
    }

    /** @param tree null for none */
    private void add(Ino tree, long bytes, long inodes) {
        if (tree == null || bytes == 0 && inodes == 0) {
            return;
        }
        Charge charge = charges.computeIfAbsent(tree, t -> new Charge());
        charge.bytes += bytes;
        charge.inodes += inodes;
    }

    /** As the commit has made it so far, without its charges; null for none. */
    private Quota quota(Ino tree) {
        Optional<Quota> known = stated.get(tree);
        return known == null ? state.quota(tree) : known.orElse(null);
    }

    /** @throws MutationRefused QUOTA when something grows beyond a limit */
    void finish(List<Effect> effects) throws MutationRefused {
        Set<Ino> trees = new LinkedHashSet<>(stated.keySet());
        trees.addAll(charges.keySet());
        for (Ino tree : trees) {
            Quota before = state.quota(tree);
            Quota now = quota(tree);
            if (now == null) {
                if (before != null) {
                    effects.add(new Effect.Delete(new QuotaKey(tree)));
                }
                continue;
            }
            Charge charge = charges.getOrDefault(tree, new Charge());
            boolean limits = !counts && now.phase() != Phase.REMOVING;
            if (limits && !now.hasRoom(charge.bytes, charge.inodes)) {
                throw new MutationRefused(RefusalCause.QUOTA, sentence(tree, now, charge));
            }
            Quota after = now.plus(charge.bytes, charge.inodes);
            if (!Objects.equals(after, before)) {
                effects.add(new Effect.Put(new QuotaKey(tree), new QuotaObject(after)));
            }
        }
    }

    private static String sentence(Ino tree, Quota quota, Charge charge) {
        String what = tree.equals(Ino.ROOT) ? "the volume" : "the directory with inode " + tree.value();
        boolean bytes = !quota.hasRoom(charge.bytes, 0);
        return "the quota of " + what + " is exceeded: " + (bytes
                ? quota.bytesUsed() + " bytes used and " + charge.bytes + " more wanted of " + quota.bytesMax()
                : quota.inodesUsed() + " inodes used and " + charge.inodes + " more wanted of " + quota.inodesMax());
    }
}
