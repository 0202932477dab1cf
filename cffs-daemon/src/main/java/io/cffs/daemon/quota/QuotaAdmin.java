package io.cffs.daemon.quota;

import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.Quota;
import io.cffs.model.Quota.Phase;
import io.cffs.model.VolumeName;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.Entropy;
import io.cffs.txn.port.QuotaPort;
import io.cffs.txn.port.QuotaPort.TreeQuota;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Sets, shows and takes away the quotas of one volume, while it is in use. What a directory held before is counted in
 * many small transactions; whoever is interrupted in between says the same again, and it goes on. For one thread.
 * Methods throw {@link BackendException} when the backend fails.
 */
public final class QuotaAdmin {
    private static final int CONFLICTS_MAX = 100;

    private final BackendPort backend;
    private final VolumeName volume;
    private final SmallCommits commits;

    /** @param backend not closed by this */
    public QuotaAdmin(BackendPort backend, VolumeName volume, Entropy entropy) {
        this.backend = backend;
        this.volume = volume;
        this.commits = new SmallCommits(backend, volume, entropy);
    }

    /**
     * A quota and where it is.
     *
     * @param path of the directory from the root of the volume; "/" for the volume itself
     */
    public record Placed(String path, Ino tree, Quota quota) {}

    /** Gives what a step wants to change; reads whatever it needs at the attempt's snapshot. */
    private interface Step {
        List<Mutation> at(SmallCommits.Attempt attempt) throws QuotaRefused;
    }

    /** Runs a step until nobody comes in between: what was read of directories must still be so. */
    private void run(List<ReadKey> reads, Step step) throws QuotaRefused {
        for (int i = 0; i < CONFLICTS_MAX; i++) {
            try (SmallCommits.Attempt attempt = commits.begin()) {
                List<Mutation> writes = step.at(attempt);
                if (writes.isEmpty() || attempt.commit(reads, writes)) {
                    return;
                }
            }
        }
        throw new QuotaRefused("others change the directory all the time: try again");
    }

    /**
     * Sets limits, and counts what is there when the quota is new.
     *
     * @param path of a directory, from the root of the volume
     * @param bytesMax null for as it is, or none when the quota is new
     * @param inodesMax likewise
     * @param progress told how many inodes have been counted so far
     */
    public Placed set(String path, Long bytesMax, Long inodesMax, LongConsumer progress) throws QuotaRefused {
        Ino tree = resolve(path);
        boolean[] counts = new boolean[1];
        long[] limits = new long[2];
        run(List.of(), attempt -> {
            Quota now = attempt.quota(tree);
            boolean old = now != null && now.phase() != Phase.REMOVING;
            limits[0] = bytesMax != null ? bytesMax : old ? now.bytesMax() : Quota.UNLIMITED;
            limits[1] = inodesMax != null ? inodesMax : old ? now.inodesMax() : Quota.UNLIMITED;
            counts[0] = !tree.equals(Ino.ROOT) && (now == null || now.phase() != Phase.COMPLETE);
            if (!counts[0]) {
                return List.of(new Mutation.SetQuota(tree, limits[0], limits[1], Phase.COMPLETE));
            }
            requireNoOther(attempt, tree, path);
            return List.of(new Mutation.SetQuota(tree, limits[0], limits[1], Phase.COUNTING),
                    new Mutation.SetQuotaTree(tree, tree));
        });
        if (counts[0]) {
            new TreeCount(commits, null, tree, progress).below(tree);
            run(List.of(), attempt ->
                    List.of(new Mutation.SetQuota(tree, limits[0], limits[1], Phase.COMPLETE)));
        }
        return show(path);
    }

    /** Trees do not lie in one another: each inode counts to one. */
    private void requireNoOther(SmallCommits.Attempt attempt, Ino tree, String path) throws QuotaRefused {
        Inode inode = attempt.inode(tree);
        if (inode == null) {
            throw new QuotaRefused(path + " was removed meanwhile");
        }
        if (inode.quotaTree() != null && !inode.quotaTree().equals(tree)) {
            throw new QuotaRefused(path + " already counts to the quota of " + pathOf(attempt, inode.quotaTree())
                    + ": quotas of directories do not lie in one another");
        }
        for (TreeQuota other : all(attempt)) {
            if (!other.tree().equals(tree) && !other.tree().equals(Ino.ROOT) && isBelow(attempt, other.tree(), tree)) {
                throw new QuotaRefused("below " + path + " there is the quota of " + pathOf(attempt, other.tree())
                        + ": quotas of directories do not lie in one another; remove that one first");
            }
        }
    }

    private static boolean isBelow(SmallCommits.Attempt attempt, Ino start, Ino top) {
        Ino above = start;
        while (!above.equals(Ino.ROOT)) {
            if (above.equals(top)) {
                return true;
            }
            Inode inode = attempt.inode(above);
            if (inode == null) {
                return false;
            }
            above = inode.parent();
        }
        return false;
    }

    /** Takes a quota away: at once nothing is limited any more, then nothing is counted any more. */
    public void remove(String path, LongConsumer progress) throws QuotaRefused {
        Ino tree = resolve(path);
        run(List.of(), attempt -> {
            Quota now = attempt.quota(tree);
            if (now == null) {
                throw new QuotaRefused(path + " has no quota; 'cffs quota show' lists those there are");
            }
            return tree.equals(Ino.ROOT)
                    ? List.of(new Mutation.RemoveQuota(tree))
                    : List.of(new Mutation.SetQuota(tree, now.bytesMax(), now.inodesMax(), Phase.REMOVING),
                            new Mutation.SetQuotaTree(tree, null));
        });
        if (!tree.equals(Ino.ROOT)) {
            new TreeCount(commits, tree, null, progress).below(tree);
            run(List.of(), attempt -> List.of(new Mutation.RemoveQuota(tree)));
        }
    }

    /** The quota that limits this path: its own one, that of the tree in which it lies, else that of the volume. */
    public Placed show(String path) throws QuotaRefused {
        Ino ino = resolve(path);
        try (SmallCommits.Attempt attempt = commits.begin()) {
            Inode inode = attempt.inode(ino);
            Ino tree = inode == null || inode.quotaTree() == null ? Ino.ROOT : inode.quotaTree();
            Quota quota = attempt.quota(tree);
            if (quota == null) {
                throw new QuotaRefused("neither " + path + " nor the volume has a quota");
            }
            return new Placed(pathOf(attempt, tree), tree, quota);
        }
    }

    /** All quotas of the volume, by inode number. */
    public List<Placed> showAll() {
        try (SmallCommits.Attempt attempt = commits.begin()) {
            List<Placed> placed = new ArrayList<>();
            for (TreeQuota of : all(attempt)) {
                placed.add(new Placed(pathOf(attempt, of.tree()), of.tree(), of.quota()));
            }
            return placed;
        }
    }

    private List<TreeQuota> all(SmallCommits.Attempt attempt) {
        if (!(backend instanceof QuotaPort quotas)) {
            throw new BackendException(BackendException.Cause.REFUSED, "the backend cannot list quotas", null);
        }
        List<TreeQuota> all = new ArrayList<>();
        List<TreeQuota> page;
        do {
            Ino after = all.isEmpty() ? null : all.getLast().tree();
            page = SmallCommits.answer(quotas.quotas(volume, attempt.snapshot(), after, QuotaPort.QUOTAS_MAX));
            all.addAll(page);
        } while (page.size() == QuotaPort.QUOTAS_MAX);
        return all;
    }

    private Ino resolve(String path) throws QuotaRefused {
        try (SmallCommits.Attempt attempt = commits.begin()) {
            Ino at = Ino.ROOT;
            for (String part : path.split("/")) {
                if (!part.isEmpty()) {
                    at = attempt.child(at, Name.of(part.getBytes(StandardCharsets.UTF_8)));
                    if (at == null) {
                        throw new QuotaRefused("there is no " + path + " in volume " + volume
                                + ": give a path from the root of the volume");
                    }
                }
            }
            Inode found = attempt.inode(at);
            if (found == null || !found.isDirectory()) {
                throw new QuotaRefused(path + " is no directory: quotas are set on directories");
            }
            return at;
        } catch (FsException e) {
            throw new QuotaRefused(path + " is no path in a volume: it has '.', '..' or too long a name");
        }
    }

    /** From the root; looks through the directories above. */
    private static String pathOf(SmallCommits.Attempt attempt, Ino directory) {
        StringBuilder path = new StringBuilder();
        Ino at = directory;
        while (!at.equals(Ino.ROOT)) {
            Inode inode = attempt.inode(at);
            Name name = inode == null || inode.parent() == null ? null : nameIn(attempt, inode.parent(), at);
            if (name == null) {
                return "inode " + directory.value();
            }
            path.insert(0, "/" + name);
            at = inode.parent();
        }
        return path.isEmpty() ? "/" : path.toString();
    }

    private static Name nameIn(SmallCommits.Attempt attempt, Ino parent, Ino child) {
        Name after = null;
        while (true) {
            DirectoryPage page = attempt.list(parent, after, DirectoryPage.ENTRIES_MAX);
            for (DirectoryPage.Entry entry : page.entries()) {
                if (entry.ino().equals(child)) {
                    return entry.name();
                }
            }
            if (page.complete()) {
                return null;
            }
            after = page.entries().getLast().name();
        }
    }
}
