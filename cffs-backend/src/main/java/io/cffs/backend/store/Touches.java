package io.cffs.backend.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * What one commit gives a new version, and which versions that replaces: found now, when it is the first that a seek
 * meets. The trim would have to walk over all that has been removed before.
 */
final class Touches {
    private final OrderedBytes.Cursor cursor;
    private final TreeMap<byte[], ChangeForm.Touched> touched = new TreeMap<>(Arrays::compareUnsigned);

    /** @param cursor sees everything before the commit and nothing of it */
    Touches(OrderedBytes.Cursor cursor) {
        this.cursor = cursor;
    }

    /**
     * What is said last of an object counts.
     *
     * @return timestamp of the version that is replaced; -1 for none
     */
    long note(byte[] object, boolean gone) {
        ChangeForm.Touched before = touched.get(object);
        long previous = before != null ? before.previous() : newest(object);
        touched.put(object, new ChangeForm.Touched(object, previous, gone));
        return previous;
    }

    private long newest(byte[] object) {
        boolean found = cursor.seek(object, object) && StoreKeys.isVersionOf(cursor.key(), object);
        return found ? StoreKeys.tsOf(cursor.key()).value() : -1;
    }

    List<ChangeForm.Touched> all() {
        return new ArrayList<>(touched.values());
    }
}
