package io.cffs.backend.commit;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.apply.Effect;
import io.cffs.txn.port.BackendPort.Fetched;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;

/**
 * What the most recent commits have made of the objects that they changed, as far as that is small: told with the
 * answer to begin, it saves whoever comes next asking for it, and waiting until it is in the store. Safe for use by
 * many threads.
 */
final class RecentNews {
    /** What a block takes here of which nothing is told. */
    private static final int UNTOLD_BYTES = 64;
    static final long ANSWER_BYTES_MAX = 256 * 1024;

    /** @param untold blocks that have changed otherwise than the effects say */
    private record Change(CommitTs at, List<Effect> effects, List<BlockKey> untold, long bytes) {
        /** Range deletions come first in a commit, so what is left out may come last. */
        void addTo(NewsFold fold) {
            effects.forEach(effect -> fold.add(at, effect));
            untold.forEach(fold::leaveOut);
        }
    }

    private final MemoryLimits limits;
    /**
     * Of one commit with more the blocks are not remembered, so that whoever rewrites large files is still told of
     * names and inodes; if it has more even so, all is forgotten.
     */
    private final long commitBytesMax;

    // All guarded by "this".
    private final ArrayDeque<Change> window = new ArrayDeque<>();
    /** Every commit after this one is in the window. */
    private CommitTs floor;
    private long bytes;

    RecentNews(CommitTs floor, MemoryLimits limits) {
        this.floor = floor;
        this.limits = limits;
        this.commitBytesMax = limits.newsOfCommitBytesMax();
    }

    synchronized void add(CommitTs at, Applied applied) {
        boolean hopeless = applied.effects().size() > commitBytesMax / UNTOLD_BYTES;
        Change change = hopeless ? null : new Change(at, applied.effects(), List.of(), applied.effectBytes());
        if (change != null && change.bytes() > commitBytesMax) {
            change = withoutBlocks(at, applied);
        }
        if (change == null || change.bytes() > commitBytesMax) {
            window.clear();
            bytes = 0;
            floor = at;
            return;
        }
        window.addLast(change);
        bytes += change.bytes();
        while (bytes > limits.newsBytesMax()) {
            Change oldest = window.removeFirst();
            bytes -= oldest.bytes();
            floor = oldest.at();
        }
    }

    private static Change withoutBlocks(CommitTs at, Applied applied) {
        List<Effect> kept = new ArrayList<>();
        List<BlockKey> untold = new ArrayList<>();
        for (Effect effect : applied.effects()) {
            switch (effect) {
                case Effect.Put put when put.key() instanceof BlockKey block -> untold.add(block);
                case Effect.PatchBlock patched -> untold.add(patched.key());
                default -> kept.add(effect);
            }
        }
        Applied rest = new Applied(kept, applied.footprint(), 0, 0);
        return new Change(at, kept, untold, rest.effectBytes() + (long) UNTOLD_BYTES * untold.size());
    }

    /**
     * What changed after {@code after} up to {@code upTo} in files and directories, one entry per object at most.
     *
     * @param after null: not known
     * @return possibly nothing, and never half of what has become of an object
     */
    List<Fetched> between(CommitTs after, CommitTs upTo, Collection<Ino> of) {
        List<Change> changes = after == null || of.isEmpty() ? List.of() : changesBetween(after, upTo);
        if (changes.isEmpty()) {
            return List.of();
        }
        NewsFold fold = new NewsFold(new HashSet<>(of));
        changes.forEach(change -> change.addTo(fold));
        return fold.news(ANSWER_BYTES_MAX);
    }

    private synchronized List<Change> changesBetween(CommitTs after, CommitTs upTo) {
        List<Change> found = new ArrayList<>();
        if (floor.isAfter(after)) {
            return found;
        }
        var newest = window.descendingIterator();
        while (newest.hasNext()) {
            Change change = newest.next();
            if (!change.at().isAfter(after)) {
                break;
            }
            if (found.size() == limits.newsCommitsMax()) {
                return List.of();
            }
            if (!change.at().isAfter(upTo)) {
                found.addFirst(change);
            }
        }
        return found;
    }
}
