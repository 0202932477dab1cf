package io.cffs.daemon.cache;

import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.ObjectKey.InodeKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Which inodes were changed lately, so that what the mount knew of them was dropped. Who looks at one after the other
 * of these, as a run does that goes through the files that the run before it has made or renamed, has them fetched
 * together instead of a round trip each. By their numbers: that is the order in which they were made.
 *
 * <p>Of one attempt, and bounded. Guarded by the session lock.
 */
final class ChangedInodes {
    /** So many are fetched one by one at first. */
    static final int SINGLE = 4;
    /** Then so many, and four times as many each time the row goes on. */
    private static final int TOGETHER_MIN = 8;
    static final int TOGETHER_MAX = 128;
    /** Who goes through them leaves out so many at most. */
    private static final int NEARBY = 8;
    /** No further than this are they looked for behind one that was missed, however many are at hand. */
    private static final int REACH = 4096;
    /** Fewer are not worth remembering. */
    static final int LIST_MIN = 16;
    private static final int LIST_MAX = 1 << 16;
    private static final int LISTS_MAX = 4;

    static final ChangedInodes NONE = new ChangedInodes(List.of());

    /** Ascending numbers, each list of what one begin told; the newest first. */
    private final List<long[]> lists;
    private long[] list; // in which the row is; null before the first
    private int fetchedFrom;
    private int fetchedTo;
    private int row;
    private int wanted = 1;

    private ChangedInodes(List<long[]> lists) {
        this.lists = lists;
    }

    /** For the next attempt. @param changes what has changed since this one began */
    ChangedInodes next(List<ObjectKey> changes) {
        if (changes.size() < LIST_MIN) {
            return new ChangedInodes(lists);
        }
        long[] newest = changes.stream()
                .mapMulti((ObjectKey key, Consumer<Ino> to) -> {
                    if (key instanceof InodeKey inode) {
                        to.accept(inode.ino());
                    }
                })
                .mapToLong(Ino::value).sorted().distinct().limit(LIST_MAX).toArray();
        if (newest.length < LIST_MIN) {
            return new ChangedInodes(lists);
        }
        List<long[]> all = new ArrayList<>(List.of(newest));
        all.addAll(lists.subList(0, Math.min(lists.size(), LISTS_MAX - 1)));
        return new ChangedInodes(List.copyOf(all));
    }

    /**
     * An inode is not at hand.
     *
     * @param atHand whether another one is; looking is no read
     * @return this one, and what to fetch along with it
     */
    List<ObjectKey> missed(Ino ino, Predicate<Ino> atHand) {
        List<ObjectKey> keys = new ArrayList<>();
        keys.add(new InodeKey(ino));
        for (long[] changed : lists) {
            int at = Arrays.binarySearch(changed, ino.value());
            if (at >= 0) {
                addRow(changed, at, atHand, keys);
                break;
            }
        }
        return keys;
    }

    private void addRow(long[] changed, int at, Predicate<Ino> atHand, List<ObjectKey> keys) {
        boolean same = changed == list;
        if (same && at >= fetchedFrom && at < fetchedTo) {
            // Another thread of the program is being fetched this one just now.
            return;
        }
        row = same && goesOn(at, atHand) ? row + 1 : 1;
        wanted = row <= SINGLE ? 1 : Math.min(TOGETHER_MAX, Math.max(TOGETHER_MIN, wanted * 4));
        int end = Math.min(changed.length, at + REACH);
        int next = at + 1;
        for (; next < end && keys.size() < wanted; next++) {
            Ino neighbour = new Ino(changed[next]);
            if (!atHand.test(neighbour)) {
                keys.add(new InodeKey(neighbour));
            }
        }
        list = changed;
        fetchedFrom = at;
        fetchedTo = next;
    }

    private boolean goesOn(int at, Predicate<Ino> atHand) {
        if (at < fetchedTo || at - fetchedTo > REACH) {
            return false;
        }
        int leftOut = 0;
        for (int i = fetchedTo; i < at && leftOut <= NEARBY; i++) {
            leftOut += atHand.test(new Ino(list[i])) ? 0 : 1;
        }
        return leftOut <= NEARBY;
    }
}
