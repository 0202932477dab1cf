package io.cffs.backend.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * What one commit gives a new version, and which versions that replaces: found now, when it is the first that a seek
 * meets, or known without one. The trim would have to walk over all that has been removed before. Under a fresh number
 * there is none.
 */
final class Touches {
    private final OrderedBytes.Cursor cursor;
    private final FreshInos fresh;
    private final NewestVersions newest;
    private final TreeMap<byte[], ChangeForm.Touched> touched = new TreeMap<>(Arrays::compareUnsigned);

    /**
     * @param cursor sees everything before the commit and nothing of it
     * @param fresh as it is before the commit
     * @param newest likewise
     */
    Touches(OrderedBytes.Cursor cursor, FreshInos fresh, NewestVersions newest) {
        this.cursor = cursor;
        this.fresh = fresh;
        this.newest = newest;
    }

    /**
     * What is said last of an object counts.
     *
     * @return timestamp of the version that is replaced; -1 for none
     */
    long note(byte[] object, boolean gone) {
        return touched.compute(object, (key, before) -> new ChangeForm.Touched(
                key, before != null ? before.previous() : newest(key), gone)).previous();
    }

    private long newest(byte[] object) {
        if (fresh.contains(inoOf(object))) {
            return -1;
        }
        long known = newest.of(object);
        if (known != NewestVersions.UNKNOWN) {
            return known;
        }
        boolean found = cursor.seek(object, object) && StoreKeys.isVersionOf(cursor.key(), object);
        return found ? StoreKeys.tsOf(cursor.key()).value() : -1;
    }

    /** All that is versioned belongs to an inode, whose number is the first field of the key. */
    private static long inoOf(byte[] object) {
        return ByteBuffer.wrap(object).getLong(1);
    }

    /** Ends the commit. */
    List<ChangeForm.Touched> all() {
        touched.keySet().forEach(object -> fresh.use(inoOf(object)));
        return new ArrayList<>(touched.values());
    }
}
