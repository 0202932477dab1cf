package io.cffs.txn;

import io.cffs.model.AclNames;
import io.cffs.model.Bytes;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;

/** The extended attributes that a transaction has set on one inode (null: removed). Not thread-safe. */
final class XattrChanges {
    private final NavigableMap<Name, Bytes> now = new TreeMap<>();
    private final boolean created;
    private int count;
    private int aclFlags;
    private long bytes;

    /** @param first as the transaction found or made the inode */
    XattrChanges(Inode first, boolean created) {
        this.created = created;
        this.count = first.xattrCount();
        this.aclFlags = first.aclFlags();
    }

    private XattrChanges() {
        this.created = true;
    }

    boolean has(Name name) {
        return now.containsKey(name);
    }

    /** Null when it was removed, or never touched. */
    Bytes value(Name name) {
        return now.get(name);
    }

    /** How many there are. May be too large, because a setting does not ask whether there was one; never too small. */
    int count() {
        return count;
    }

    int aclFlags() {
        return aclFlags;
    }

    void set(Name name, Bytes value) {
        boolean there = has(name) ? value(name) != null : (aclFlags & AclNames.flagOf(name)) != 0;
        count += there ? 0 : 1;
        aclFlags |= AclNames.flagOf(name);
        put(name, value);
    }

    private void put(Name name, Bytes value) {
        bytes += bytesOf(name, value) - (has(name) ? bytesOf(name, value(name)) : 0);
        now.put(name, value);
    }

    private static long bytesOf(Name name, Bytes value) {
        return name.lengthBytes() + (value == null ? 0 : value.length());
    }

    Weight weight() {
        return Weight.ofXattrs(now.size(), bytes);
    }

    /** One that is there already, unless it has been set or removed here. */
    void keep(Name name, Bytes value) {
        if (!has(name)) {
            put(name, value);
        }
    }

    /** As those of an inode that is new: what was removed is forgotten. */
    XattrChanges ofNew() {
        XattrChanges all = new XattrChanges();
        now.forEach((name, value) -> {
            if (value != null) {
                all.set(name, value);
            }
        });
        return all;
    }

    /** One that was there. */
    void remove(Name name) {
        count--;
        aclFlags &= ~AclNames.flagOf(name);
        put(name, null);
    }

    /** Makes the stored names those of now. */
    void applyTo(NavigableSet<Name> names) {
        now.forEach((name, value) -> {
            if (value == null) {
                names.remove(name);
            } else {
                names.add(name);
            }
        });
    }

    boolean isEmpty() {
        return now.isEmpty();
    }

    void collect(Ino ino, List<Mutation> into) {
        for (Map.Entry<Name, Bytes> entry : now.entrySet()) {
            if (entry.getValue() != null) {
                into.add(new Mutation.SetXattr(ino, entry.getKey(), entry.getValue()));
            } else if (!created) {
                into.add(new Mutation.RemoveXattr(ino, entry.getKey()));
            }
        }
    }
}
