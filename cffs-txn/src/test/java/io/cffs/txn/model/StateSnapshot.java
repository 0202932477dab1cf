package io.cffs.txn.model;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.Quota;
import io.cffs.model.StoredObject;
import io.cffs.txn.Snapshot;
import io.cffs.txn.SnapshotMiss;
import io.cffs.txn.SnapshotMiss.Wanted;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A snapshot of stored objects in memory. With a source of chance it misses: what was not asked for lately is not at
 * hand until it is fetched, and what was fetched may be lost again by the next operation.
 */
public final class StateSnapshot implements Snapshot {
    private final Map<ObjectKey, StoredObject> objects;
    private final Map<Ino, TreeMap<Name, StoredObject.DentryObject>> names = new HashMap<>();
    private final SplittableRandom chance;
    private final Set<Object> atHand = new HashSet<>();
    private CommitTs at = CommitTs.ZERO;

    /** Has everything at hand. */
    public StateSnapshot(Map<ObjectKey, StoredObject> state) {
        this(state, null);
    }

    /** @param chance null for a snapshot that never misses */
    public StateSnapshot(Map<ObjectKey, StoredObject> state, SplittableRandom chance) {
        this.objects = new HashMap<>(state);
        this.chance = chance;
        state.forEach((key, value) -> {
            if (key instanceof ObjectKey.DentryKey dentry) {
                names.computeIfAbsent(dentry.parent(), p -> new TreeMap<>())
                        .put(dentry.name(), (StoredObject.DentryObject) value);
            }
        });
    }

    public StateSnapshot at(CommitTs snapshot) {
        at = snapshot;
        return this;
    }

    /** Brings what was missing. */
    public void fetch(Wanted wanted) {
        if (wanted instanceof Wanted.Objects some) {
            atHand.addAll(some.keys());
        } else {
            atHand.add(wanted);
        }
    }

    /** An operation is over: what is at hand may be lost. */
    public void forget() {
        if (chance != null) {
            atHand.removeIf(key -> chance.nextInt(3) == 0);
        }
    }

    @Override
    public CommitTs at() {
        return at;
    }

    @Override
    public Inode inode(Ino ino) {
        return get(new ObjectKey.InodeKey(ino)) instanceof StoredObject.InodeObject object ? object.inode() : null;
    }

    @Override
    public StoredObject.DentryObject dentry(Ino parent, Name name) {
        return (StoredObject.DentryObject) get(new ObjectKey.DentryKey(parent, name));
    }

    @Override
    public StoredObject.BlockObject block(Ino ino, long index) {
        return (StoredObject.BlockObject) get(new ObjectKey.BlockKey(ino, index));
    }

    @Override
    public DirectoryPage list(Ino directory, Name after, int limit) {
        mayMiss(new Wanted.DirectoryListing(directory, after, limit));
        TreeMap<Name, StoredObject.DentryObject> all = names.getOrDefault(directory, new TreeMap<>());
        Map<Name, StoredObject.DentryObject> rest = after == null ? all : all.tailMap(after, false);
        List<DirectoryPage.Entry> entries = new ArrayList<>();
        for (Map.Entry<Name, StoredObject.DentryObject> entry : rest.entrySet()) {
            if (entries.size() == limit) {
                return new DirectoryPage(entries, false);
            }
            StoredObject.DentryObject named = entry.getValue();
            Inode inode = ((StoredObject.InodeObject) objects.get(new ObjectKey.InodeKey(named.ino()))).inode();
            entries.add(new DirectoryPage.Entry(entry.getKey(), named.ino(), named.type(), inode));
        }
        return new DirectoryPage(entries, true);
    }

    @Override
    public StoredObject.XattrObject xattr(Ino ino, Name name) {
        return (StoredObject.XattrObject) get(new ObjectKey.XattrKey(ino, name));
    }

    @Override
    public Quota quota(Ino tree) {
        return get(new ObjectKey.QuotaKey(tree)) instanceof StoredObject.QuotaObject object ? object.quota() : null;
    }

    @Override
    public List<Name> xattrNames(Ino ino) {
        mayMiss(new Wanted.XattrNames(ino));
        return objects.keySet().stream()
                .filter(key -> key instanceof ObjectKey.XattrKey xattr && xattr.ino().equals(ino))
                .map(key -> ((ObjectKey.XattrKey) key).name())
                .sorted()
                .toList();
    }

    @Override
    public FileExtents extents(Ino ino, long page) {
        mayMiss(new Wanted.Extents(ino, page));
        FileExtents.Gatherer found = new FileExtents.Gatherer(page);
        objects.keySet().stream()
                .filter(key -> key instanceof ObjectKey.BlockKey block && block.ino().equals(ino))
                .map(key -> (ObjectKey.BlockKey) key)
                .sorted(Comparator.comparingLong(ObjectKey.BlockKey::index))
                .forEach(key -> found.add(key.index(), ((StoredObject.BlockObject) objects.get(key)).pages()));
        return found.extents();
    }

    private StoredObject get(ObjectKey key) {
        if (chance != null && !atHand.contains(key) && chance.nextInt(3) == 0) {
            throw new SnapshotMiss(new Wanted.Objects(List.of(key)));
        }
        return objects.get(key);
    }

    private void mayMiss(Wanted wanted) {
        if (chance != null && !atHand.contains(wanted) && chance.nextInt(3) == 0) {
            throw new SnapshotMiss(wanted);
        }
    }
}
