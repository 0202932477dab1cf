package io.cffs.daemon.quota;

import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.DirectoryPage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * Moves everything below a directory from one quota tree to another, while others go on: many small transactions, each
 * of one page of names.
 *
 * <p>Nothing is missed. Below a directory that has been moved whatever comes new belongs to its tree (the applier sees
 * to it), and nothing that exists and belongs elsewhere can be given a name there; so what lies before the place that
 * the walk has reached in a moved directory has been moved. A name that goes or leads elsewhere between the listing and
 * the commit is a conflict, and then the page is listed again. Whatever belongs to a third tree stays there with all
 * that is below it.
 *
 * <p>Memory: one page of directories for each level of the tree.
 */
final class TreeCount {
    private static final int PAGE_ENTRIES = 1000;

    private final SmallCommits commits;
    private final Ino from;
    private final Ino to;
    private final LongConsumer progress;
    private final Deque<Level> levels = new ArrayDeque<>();
    private int pageEntries = PAGE_ENTRIES;
    private long counted;

    /** A directory that is being listed, and those of its last page that have not been walked yet. */
    private static final class Level {
        private final Ino directory;
        private final Deque<Ino> below = new ArrayDeque<>();
        private Name after;
        private boolean listed;

        Level(Ino directory) {
            this.directory = directory;
        }
    }

    /**
     * @param from the tree that inodes are in; null for none
     * @param to the tree that they shall be in; null for none
     * @param progress told how many inodes have been moved so far
     */
    TreeCount(SmallCommits commits, Ino from, Ino to, LongConsumer progress) {
        this.commits = commits;
        this.from = from;
        this.to = to;
        this.progress = progress;
    }

    /** @param top has been moved already. Throws BackendException; what was moved until then stays so. */
    void below(Ino top) {
        levels.push(new Level(top));
        while (!levels.isEmpty()) {
            Level level = levels.peek();
            if (!level.below.isEmpty()) {
                levels.push(new Level(level.below.pop()));
            } else if (level.listed) {
                levels.pop();
            } else {
                page(level);
            }
        }
    }

    private void page(Level level) {
        try (SmallCommits.Attempt attempt = commits.begin()) {
            DirectoryPage page = attempt.list(level.directory, level.after, pageEntries);
            List<ReadKey> reads = new ArrayList<>();
            List<Mutation> writes = new ArrayList<>();
            List<Ino> directories = new ArrayList<>();
            for (DirectoryPage.Entry entry : page.entries()) {
                Ino tree = entry.inode().quotaTree();
                boolean moves = Objects.equals(tree, from);
                if (moves) {
                    reads.add(new ReadKey.NamePresent(level.directory, entry.name()));
                    writes.add(new Mutation.SetQuotaTree(entry.ino(), to));
                }
                if (entry.inode().isDirectory() && (moves || Objects.equals(tree, to))) {
                    directories.add(entry.ino());
                }
            }
            if (!writes.isEmpty() && !attempt.commit(reads, writes)) {
                // The busier the directory, the smaller the page that nobody touches meanwhile.
                pageEntries = Math.max(1, pageEntries / 2);
                return;
            }
            pageEntries = Math.min(PAGE_ENTRIES, pageEntries * 2);
            counted += writes.size();
            progress.accept(counted);
            level.below.addAll(directories);
            level.listed = page.complete();
            level.after = page.entries().isEmpty() ? level.after : page.entries().getLast().name();
        }
    }
}
