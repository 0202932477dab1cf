package io.cffs.backend.commit;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
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
 * answer to
 * begin, it saves whoever comes next asking for it, and waiting until it is in the store. Safe for use by many threads.
 */
final class RecentNews {
    /** One commit with more is not remembered, nor what came before it. */
    private static final long COMMIT_BYTES_MAX = 256 * 1024;
    private static final long BYTES_MAX = 8L * 1024 * 1024;
    /** Further back nobody is told: to fold so many takes longer than to ask. */
    private static final int COMMITS_TOLD_MAX = 128;
    static final long ANSWER_BYTES_MAX = 256 * 1024;

    private record Change(CommitTs at, List<Effect> effects, long bytes) {}

    // All guarded by "this".
    private final ArrayDeque<Change> window = new ArrayDeque<>();
    /** Every commit after this one is in the window. */
    private CommitTs floor;
    private long bytes;

    RecentNews(CommitTs floor) {
        this.floor = floor;
    }

    synchronized void add(CommitTs at, Applied applied) {
        long size = applied.effectBytes();
        if (size > COMMIT_BYTES_MAX) {
            window.clear();
            bytes = 0;
            floor = at;
            return;
        }
        window.addLast(new Change(at, applied.effects(), size));
        bytes += size;
        while (bytes > BYTES_MAX) {
            Change oldest = window.removeFirst();
            bytes -= oldest.bytes();
            floor = oldest.at();
        }
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
        changes.forEach(change -> change.effects().forEach(effect -> fold.add(change.at(), effect)));
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
            if (found.size() == COMMITS_TOLD_MAX) {
                return List.of();
            }
            if (!change.at().isAfter(upTo)) {
                found.addFirst(change);
            }
        }
        return found;
    }
}
