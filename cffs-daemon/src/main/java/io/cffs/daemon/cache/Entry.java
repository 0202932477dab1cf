package io.cffs.daemon.cache;

import io.cffs.model.CommitTs;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.txn.port.FileExtents;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/**
 * What a mount knows of one key. Right at the cache's snapshot if its {@link #generation} is the cache's; else it was
 * right once, and its version is worth asking about.
 */
sealed interface Entry {
    int generation();

    /** The version to revalidate with; null when it is not known or there is nothing to revalidate. */
    CommitTs version();

    /** What it costs on the heap, its key included, roughly. */
    int weightBytes();

    /** @param object null when it is known to be absent */
    static Found found(int generation, CommitTs version, ObjectKey key, StoredObject object) {
        return new Found(generation, version, object, weightOf(key, object));
    }

    private static int weightOf(ObjectKey key, StoredObject object) {
        int keyBytes = switch (key) {
            case ObjectKey.DentryKey dentry -> 160 + dentry.name().lengthBytes();
            case ObjectKey.XattrKey xattr -> 160 + xattr.name().lengthBytes();
            case ObjectKey.InodeKey _, ObjectKey.BlockKey _, ObjectKey.QuotaKey _ -> 112;
        };
        int objectBytes = switch (object) {
            case null -> 0;
            case StoredObject.InodeObject inode ->
                    160 + (inode.inode().symlinkTarget() == null ? 0 : inode.inode().symlinkTarget().length());
            case StoredObject.DentryObject _ -> 48;
            case StoredObject.BlockObject block -> block.raw().length();
            case StoredObject.XattrObject xattr -> 48 + xattr.value().length();
            case StoredObject.QuotaObject _ -> 80;
        };
        return keyBytes + objectBytes;
    }

    /** An inode, a dentry or an extended attribute. {@code object} is null when it is known to be absent. */
    record Found(int generation, CommitTs version, StoredObject object, int weightBytes) implements Entry {}

    /** Which version of a block is the right one; its bytes are in the block caches. Null version: a hole. */
    record Block(int generation, CommitTs version) implements Entry {
        @Override
        public int weightBytes() {
            return 176;
        }
    }

    /** Parts of a directory. */
    record Directory(int generation, Listing listing) implements Entry {
        @Override
        public CommitTs version() {
            return null;
        }

        @Override
        public int weightBytes() {
            return 128 + listing.weightBytes();
        }
    }

    /** All extended attribute names of an inode. */
    record XattrNames(int generation, List<Name> names) implements Entry {
        public XattrNames {
            names = List.copyOf(names);
        }

        @Override
        public CommitTs version() {
            return null;
        }

        @Override
        public int weightBytes() {
            return 128 + names.stream().mapToInt(name -> 64 + name.lengthBytes()).sum();
        }
    }

    /**
     * What is known about the holes of a file.
     *
     * @param parts by the page from which on each tells; not changed
     */
    record Extents(int generation, NavigableMap<Long, FileExtents> parts) implements Entry {
        /** Null when nothing is known about the page. */
        FileExtents at(long page) {
            Map.Entry<Long, FileExtents> part = parts.floorEntry(page);
            return part != null && page < part.getValue().stopPage() ? part.getValue() : null;
        }

        @Override
        public CommitTs version() {
            return null;
        }

        @Override
        public int weightBytes() {
            return 128 + parts.values().stream().mapToInt(part -> 112 + 40 * part.runs().size()).sum();
        }
    }
}
