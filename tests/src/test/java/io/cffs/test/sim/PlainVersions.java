package io.cffs.test.sim;

import io.cffs.model.BlockPages;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.model.ObjectKey.DentryKey;
import io.cffs.model.ObjectKey.InodeKey;
import io.cffs.model.ObjectKey.XattrKey;
import io.cffs.model.Quota;
import io.cffs.model.QuotaCharge;
import io.cffs.model.StoredObject;
import io.cffs.txn.StagedId;
import io.cffs.txn.apply.Effect;
import io.cffs.txn.apply.LatestState;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Every version of every object, in plain maps. */
final class PlainVersions {
    /** @param object null when absent since {@code at} */
    record Version(CommitTs at, StoredObject object) {}

    private final Map<ObjectKey, TreeMap<CommitTs, Version>> objects = new LinkedHashMap<>();
    private final Map<Ino, TreeSet<Name>> namesEver = new HashMap<>();
    private final Map<StagedId, Bytes> staged = new HashMap<>();

    void put(CommitTs at, ObjectKey key, StoredObject object) {
        objects.computeIfAbsent(key, k -> new TreeMap<>()).put(at, new Version(at, object));
        if (key instanceof DentryKey dentry) {
            namesEver.computeIfAbsent(dentry.parent(), parent -> new TreeSet<>()).add(dentry.name());
        }
    }

    void stage(StagedId id, Bytes bytes) {
        staged.put(id, bytes);
    }

    void apply(CommitTs at, Effect effect) {
        switch (effect) {
            case Effect.Put put -> put(at, put.key(), put.value());
            case Effect.PutStagedBlock block -> {
                int from = (int) block.offsetBytes();
                Bytes raw = staged.get(block.object()).slice(from, from + block.lengthBytes());
                put(at, block.key(), new StoredObject.BlockObject(raw));
            }
            case Effect.PatchBlock patched -> {
                Version base = at(at, patched.key());
                var block = base == null || patched.overHole() ? null : (StoredObject.BlockObject) base.object();
                Bytes raw = patched.patch().over(block == null ? null : block.raw(),
                        (object, offset, length) -> staged.get(object).slice((int) offset, (int) offset + length));
                int pages = patched.patch().pages() | (block == null ? 0 : block.pages());
                put(at, patched.key(), new StoredObject.BlockObject(raw, pages));
            }
            case Effect.Delete delete -> put(at, delete.key(), null);
            case Effect.DeleteBlocks range -> holes(at, range.ino(), range.firstIndex(), range.lastIndex());
            case Effect.DeleteInodeContent content -> holes(at, content.ino(), 0, Long.MAX_VALUE);
            case Effect.CloneBlocks range -> clone(at, range);
        }
    }

    private void clone(CommitTs at, Effect.CloneBlocks range) {
        CommitTs before = new CommitTs(at.value() - 1);
        List<BlockKey> sources = objects.keySet().stream()
                .filter(key -> key instanceof BlockKey block && block.ino().equals(range.source())
                        && block.index() >= range.sourceFirstIndex()
                        && block.index() - range.sourceFirstIndex() < range.count())
                .map(BlockKey.class::cast)
                .toList();
        for (BlockKey source : sources) {
            StoredObject object = objectAt(before, source);
            if (object != null) {
                long index = range.firstIndex() + (source.index() - range.sourceFirstIndex());
                put(at, new BlockKey(range.ino(), index), object);
            }
        }
    }

    private void holes(CommitTs at, Ino ino, long first, long last) {
        List<ObjectKey> gone = objects.keySet().stream()
                .filter(key -> key instanceof BlockKey block && block.ino().equals(ino)
                        && block.index() >= first && block.index() <= last)
                .toList();
        gone.forEach(key -> put(at, key, null));
    }

    List<Name> xattrNames(CommitTs snapshot, Ino ino) {
        return objects.keySet().stream()
                .filter(key -> key instanceof XattrKey xattr && xattr.ino().equals(ino)
                        && at(snapshot, key) != null && at(snapshot, key).object() != null)
                .map(key -> ((XattrKey) key).name()).sorted().toList();
    }

    FileExtents extents(CommitTs snapshot, Ino ino, long fromPage) {
        FileExtents.Gatherer found = new FileExtents.Gatherer(fromPage);
        objects.keySet().stream().filter(key -> key instanceof BlockKey block && block.ino().equals(ino))
                .map(BlockKey.class::cast).sorted(Comparator.comparingLong(BlockKey::index))
                .filter(key -> objectAt(snapshot, key) != null)
                .forEach(key -> found.add(key.index(), ((StoredObject.BlockObject) objectAt(snapshot, key)).pages()));
        return found.extents();
    }

    /** Null when the object has never been. */
    Version at(CommitTs snapshot, ObjectKey key) {
        TreeMap<CommitTs, Version> versions = objects.get(key);
        Map.Entry<CommitTs, Version> entry = versions == null ? null : versions.floorEntry(snapshot);
        return entry == null ? null : entry.getValue();
    }

    private StoredObject objectAt(CommitTs snapshot, ObjectKey key) {
        Version version = at(snapshot, key);
        return version == null ? null : version.object();
    }

    List<ObjectKey> changedAfter(CommitTs seen) {
        return objects.entrySet().stream()
                .filter(entry -> entry.getValue().lastKey().isAfter(seen))
                .map(Map.Entry::getKey)
                .toList();
    }

    DirectoryPage list(CommitTs snapshot, Ino directory, Name after, int limit) {
        List<DirectoryPage.Entry> entries = new ArrayList<>();
        TreeSet<Name> names = namesEver.getOrDefault(directory, new TreeSet<>());
        for (Name name : after == null ? names : names.tailSet(after, false)) {
            var dentry = (StoredObject.DentryObject) objectAt(snapshot, new DentryKey(directory, name));
            if (dentry == null) {
                continue;
            }
            if (entries.size() == limit) {
                return new DirectoryPage(entries, false);
            }
            var inode = (StoredObject.InodeObject) objectAt(snapshot, new InodeKey(dentry.ino()));
            entries.add(new DirectoryPage.Entry(name, dentry.ino(), dentry.type(), inode.inode()));
        }
        return new DirectoryPage(entries, true);
    }

    LatestState latest() {
        return new Latest();
    }

    private final class Latest implements LatestState {
        private final CommitTs newest = new CommitTs(Long.MAX_VALUE);

        @Override
        public Inode inode(Ino ino) {
            StoredObject found = objectAt(newest, new InodeKey(ino));
            return found == null ? null : ((StoredObject.InodeObject) found).inode();
        }

        @Override
        public StoredObject.DentryObject dentry(Ino parent, Name name) {
            return (StoredObject.DentryObject) objectAt(newest, new DentryKey(parent, name));
        }

        @Override
        public Bytes block(Ino ino, long index) {
            StoredObject found = objectAt(newest, new BlockKey(ino, index));
            return found == null ? null : ((StoredObject.BlockObject) found).raw();
        }

        @Override
        public int blockPages(Ino ino, long index) {
            StoredObject found = objectAt(newest, new BlockKey(ino, index));
            return found == null ? 0 : ((StoredObject.BlockObject) found).pages();
        }

        @Override
        public long allocatedPages(Ino ino, long firstIndex, long lastIndex) {
            return objects.keySet().stream()
                    .filter(key -> key instanceof BlockKey block && block.ino().equals(ino)
                            && firstIndex <= block.index() && block.index() <= lastIndex)
                    .mapToLong(key -> BlockPages.count(blockPages(ino, ((BlockKey) key).index()))).sum();
        }

        @Override
        public Bytes xattr(Ino ino, Name name) {
            StoredObject found = objectAt(newest, new XattrKey(ino, name));
            return found == null ? null : ((StoredObject.XattrObject) found).value();
        }

        @Override
        public Quota quota(Ino tree) {
            StoredObject found = objectAt(newest, new ObjectKey.QuotaKey(tree));
            return found == null ? null : ((StoredObject.QuotaObject) found).quota();
        }

        @Override
        public long volumeBytes() {
            return inodes().mapToLong(QuotaCharge::bytesOf).sum();
        }

        @Override
        public long volumeInodes() {
            return inodes().count();
        }

        private Stream<Inode> inodes() {
            return objects.keySet().stream().filter(InodeKey.class::isInstance)
                    .map(key -> inode(((InodeKey) key).ino())).filter(Objects::nonNull);
        }

        @Override
        public long stagedLengthBytes(StagedId object) {
            Bytes bytes = staged.get(object);
            return bytes == null ? -1 : bytes.length();
        }

        @Override
        public Bytes stagedBytes(StagedId object, long offsetBytes, int lengthBytes) {
            return staged.get(object).slice((int) offsetBytes, (int) offsetBytes + lengthBytes);
        }
    }
}
