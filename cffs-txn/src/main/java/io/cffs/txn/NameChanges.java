package io.cffs.txn;

import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.StoredObject.DentryObject;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The names that a transaction has touched in one directory. Not thread-safe. */
final class NameChanges {
    private final NavigableMap<Name, Change> byName = new TreeMap<>();
    private int ownEntryCount;
    private long nameBytes;
    private long mutationCount;
    private long mutationNameBytes;

    /** A name as stored (null: absent) and as it is now (null: removed). */
    static final class Change {
        private final DentryObject stored;
        private DentryObject now;

        Change(DentryObject stored) {
            this.stored = stored;
            this.now = stored;
        }

        DentryObject now() {
            return now;
        }

        boolean removes() {
            return stored != null && !stored.equals(now);
        }

        boolean adds() {
            return now != null && !now.equals(stored);
        }
    }

    /** Null when this transaction has not touched the name. */
    Change of(Name name) {
        return byName.get(name);
    }

    NavigableMap<Name, Change> byName() {
        return byName;
    }

    /**
     * @param seen what the name named, should it not have been touched before; null for nothing
     * @param now null: nothing
     * @return how many entries the directory has more
     */
    int set(Name name, DentryObject seen, DentryObject now) {
        Change change = byName.get(name);
        if (change == null) {
            change = new Change(seen);
            byName.put(name, change);
            nameBytes += name.lengthBytes();
        }
        count(name, change, -1);
        int more = (now == null ? 0 : 1) - (change.now == null ? 0 : 1);
        change.now = now;
        count(name, change, 1);
        if (now == null && change.stored == null) {
            // It came and went: as if nothing had been done.
            byName.remove(name);
            nameBytes -= name.lengthBytes();
        }
        return more;
    }

    private void count(Name name, Change change, int times) {
        int mutations = (change.removes() ? 1 : 0) + (change.adds() ? 1 : 0);
        mutationCount += (long) times * mutations;
        mutationNameBytes += (long) times * mutations * name.lengthBytes();
        ownEntryCount += change.now == null ? 0 : times;
    }

    /** A name that was put here: the directory is not empty, whatever is stored. */
    boolean holdsOwnEntry() {
        return ownEntryCount > 0;
    }

    /** Whether the directory has other names than are stored. */
    boolean haveEffects() {
        return mutationCount > 0;
    }

    Weight weight() {
        return Weight.ofNames(byName.size(), nameBytes, mutationCount, mutationNameBytes);
    }

    void collectRemoved(Ino directory, List<Mutation> into) {
        for (Map.Entry<Name, Change> entry : byName.entrySet()) {
            DentryObject was = entry.getValue().stored;
            if (entry.getValue().removes()) {
                into.add(new Mutation.RemoveDentry(directory, entry.getKey(), was.ino(), was.type()));
            }
        }
    }

    void collectAdded(Ino directory, List<Mutation> into) {
        for (Map.Entry<Name, Change> entry : byName.entrySet()) {
            DentryObject now = entry.getValue().now;
            if (entry.getValue().adds()) {
                into.add(new Mutation.PutDentry(directory, entry.getKey(), now.ino(), now.type()));
            }
        }
    }
}
