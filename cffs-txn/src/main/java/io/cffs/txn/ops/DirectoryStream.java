package io.cffs.txn.ops;

import io.cffs.model.Name;
import java.util.Arrays;

/**
 * Where an open directory's listing stands: one for each directory handle. Entries are numbered in the order in which
 * they were first listed; that number is the cookie by which telldir(3) and seekdir(3) come back to a place, and it
 * keeps its meaning whatever happens to the directory in between. 1 is ".", 2 is "..", names follow.
 *
 * <p>Going to the start does not number anew: to the kernel rewinddir(3) and seekdir(3) to the first place are one
 * thing, and programs may go on to other places that they know after the latter. Only when most of what has been
 * listed is no longer there, as in a program that lists a busy directory over and over, it does.
 *
 * <p>Holds some bytes for each listed name until the handle is closed. Not thread-safe; used under the session's lock.
 */
public final class DirectoryStream {
    static final long SELF = 1;
    static final long PARENT = 2;

    /** So many names that are gone are kept whatever the directory holds. */
    static final int GONE_MAX = 1_024;
    private static final int NAMES_UNKNOWN = 1 << 20;

    private final ListedNames listed = new ListedNames();
    /** Numbers of the listed names, in the order of the names; null as long as both orders are the same. */
    private int[] sorted;
    private int expected;
    // How many names the directory has: counted where a listing goes from the start to the end.
    private int names = NAMES_UNKNOWN;
    private int passed;
    private Name furthest;
    private boolean skipped;

    /** The name that was listed with this cookie; null before the first. A cookie never given out means the last. */
    Name nameAt(long cookie) {
        if (cookie <= PARENT || listed.size() == 0) {
            return null;
        }
        return listed.get(numberAt(cookie));
    }

    private int numberAt(long cookie) {
        return (int) Math.min(cookie - PARENT, listed.size()) - 1;
    }

    /** Listing goes on after this cookie. */
    void continueAfter(long cookie) {
        if (cookie <= PARENT) {
            start();
        }
        Name name = nameAt(cookie);
        if (name == null) {
            expected = 0;
            return;
        }
        skipped |= furthest == null || name.compareTo(furthest) > 0;
        expected = sorted == null ? numberAt(cookie) + 1 : find(name) + 1;
    }

    private void start() {
        if (listed.size() > 2L * names + GONE_MAX) {
            listed.clear();
            sorted = null;
        }
        passed = 0;
        furthest = null;
        skipped = false;
    }

    /** There is nothing after the cookie that it went on from. */
    void end() {
        if (!skipped) {
            names = passed;
        }
    }

    /** The next entry's cookie: the one that it had, when it has been listed before. */
    long cookieOf(Name name) {
        if (furthest == null || name.compareTo(furthest) > 0) {
            furthest = name;
            passed++;
        }
        int place = expected < listed.size() && at(expected).equals(name) ? expected : find(name);
        if (place < 0) {
            place = -place - 1;
            insert(place);
            listed.add(name);
        }
        expected = place + 1;
        return (sorted == null ? place : sorted[place]) + 1 + PARENT;
    }

    /** How many names it keeps. */
    int size() {
        return listed.size();
    }

    private Name at(int place) {
        return listed.get(sorted == null ? place : sorted[place]);
    }

    /** Its place among the sorted; when it is not there, -1 less the place that it would have. */
    private int find(Name name) {
        int from = 0;
        int to = listed.size() - 1;
        if (to >= 0 && at(to).compareTo(name) < 0) {
            return -listed.size() - 1;
        }
        while (from <= to) {
            int middle = (from + to) >>> 1;
            int order = at(middle).compareTo(name);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                from = middle + 1;
            } else {
                to = middle - 1;
            }
        }
        return -from - 1;
    }

    /** Of the name that is listed next. */
    private void insert(int place) {
        int size = listed.size();
        if (sorted == null) {
            if (place == size) {
                return;
            }
            sorted = new int[size + size / 2 + 1];
            Arrays.setAll(sorted, number -> number);
        } else if (size == sorted.length) {
            sorted = Arrays.copyOf(sorted, size + size / 2 + 1);
        }
        System.arraycopy(sorted, place, sorted, place + 1, size - place);
        sorted[place] = size;
    }
}
