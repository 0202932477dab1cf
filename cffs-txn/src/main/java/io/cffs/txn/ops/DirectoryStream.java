package io.cffs.txn.ops;

import io.cffs.model.Name;

/**
 * Where an open directory's listing stands: one for each directory handle. Entries are numbered in the order in which
 * they were first listed; that number is the cookie by which telldir(3) and seekdir(3) come back to a place, and it
 * keeps its meaning whatever happens to the directory in between. 1 is ".", 2 is "..", names follow. Listing from the
 * start again (rewinddir) numbers anew.
 *
 * <p>Holds some bytes for each listed name until the handle is closed. Not thread-safe; used under the session's lock.
 */
public final class DirectoryStream {
    static final long START = 0;
    static final long SELF = 1;
    static final long PARENT = 2;

    private final ListedNames listed = new ListedNames();
    private int expected;

    /** The name that was listed with this cookie; null before the first. A cookie never given out means the last. */
    Name nameAt(long cookie) {
        if (cookie <= PARENT || listed.size() == 0) {
            return null;
        }
        int index = (int) Math.min(cookie - PARENT, listed.size()) - 1;
        return listed.get(index);
    }

    /** Listing goes on after this cookie. From the start it numbers anew. */
    void continueAfter(long cookie) {
        if (cookie < SELF) {
            listed.clear();
        }
        expected = Math.clamp(cookie - PARENT, 0, listed.size());
    }

    /** The next entry's cookie: the one that it had, when this part has been listed before. */
    long cookieOf(Name name) {
        while (expected < listed.size() && listed.get(expected).compareTo(name) < 0) {
            expected++;
        }
        if (expected < listed.size() && listed.get(expected).equals(name)) {
            expected++;
            return expected + PARENT;
        }
        boolean atEnd = expected == listed.size();
        listed.add(name);
        expected += atEnd ? 1 : 0;
        return listed.size() + PARENT;
    }
}
