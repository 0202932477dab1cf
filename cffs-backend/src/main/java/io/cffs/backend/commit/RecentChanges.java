package io.cffs.backend.commit;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.apply.Effect;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** Which objects the most recent commits have changed, so that caches drop only those. Safe for use by many threads. */
final class RecentChanges {
    /** @param keys null when there were too many to name */
    private record Change(CommitTs at, List<ObjectKey> keys) {}

    private final int namedMax;
    /** Objects that are remembered over all commits. */
    private final int keysMax;
    // All guarded by "this".
    private final ArrayDeque<Change> window = new ArrayDeque<>();
    private CommitTs floor;
    private int keyCount;
    private final RecentNews news;

    RecentChanges(CommitTs floor, PipelineLimits limits) {
        this.floor = floor;
        this.namedMax = limits.changesMax();
        this.keysMax = limits.memory().changedKeysMax();
        this.news = new RecentNews(floor, limits.memory());
    }

    RecentNews news() {
        return news;
    }

    void add(CommitTs at, Applied applied) {
        add(at, keysOf(applied.effects()));
        news.add(at, applied);
    }

    private synchronized void add(CommitTs at, List<ObjectKey> keys) {
        window.addLast(new Change(at, keys));
        keyCount += keys == null ? 0 : keys.size();
        while (keyCount > keysMax || window.size() > keysMax) {
            Change oldest = window.removeFirst();
            keyCount -= oldest.keys() == null ? 0 : oldest.keys().size();
            floor = oldest.at();
        }
    }

    private List<ObjectKey> keysOf(List<Effect> effects) {
        List<ObjectKey> keys = new ArrayList<>(Math.min(effects.size(), namedMax + 1));
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.Put put -> keys.add(put.key());
                case Effect.PutStagedBlock put -> keys.add(put.key());
                case Effect.PatchBlock patched -> keys.add(patched.key());
                case Effect.Delete delete -> keys.add(delete.key());
                case Effect.DeleteBlocks range -> {
                    if (range.lastIndex() - range.firstIndex() >= namedMax) {
                        return null;
                    }
                    addRange(range.ino(), range.firstIndex(), range.lastIndex(), keys);
                }
                case Effect.CloneBlocks range -> {
                    if (range.count() > namedMax) {
                        return null;
                    }
                    addRange(range.ino(), range.firstIndex(), range.lastIndex(), keys);
                }
                case Effect.DeleteInodeContent content -> keys.add(new ObjectKey.InodeKey(content.ino()));
            }
            if (keys.size() > namedMax) {
                return null;
            }
        }
        return keys;
    }

    private static void addRange(Ino ino, long first, long last, List<ObjectKey> keys) {
        for (long index = first; index <= last; index++) {
            keys.add(new ObjectKey.BlockKey(ino, index));
        }
    }

    /** What changed after {@code after} up to {@code upTo}; null when that is too much, or not known any more. */
    synchronized List<ObjectKey> between(CommitTs after, CommitTs upTo) {
        if (after == null || floor.isAfter(after)) {
            return null;
        }
        Set<ObjectKey> keys = new HashSet<>();
        for (Iterator<Change> newest = window.descendingIterator(); newest.hasNext();) {
            Change change = newest.next();
            if (!change.at().isAfter(after)) {
                break;
            }
            if (change.at().isAfter(upTo)) {
                continue;
            }
            if (change.keys() == null || keys.size() + change.keys().size() > namedMax) {
                return null;
            }
            keys.addAll(change.keys());
        }
        return List.copyOf(keys);
    }
}
