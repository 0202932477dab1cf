package io.cffs.backend.store;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.QuotaPort;
import io.cffs.txn.validate.CommittedFootprint;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Questions to the tables; knows nothing of horizons. Safe for use by many threads. */
final class VersionTables {
    private final OrderedBytes map;
    private final StagedObjects staged;

    VersionTables(OrderedBytes map, StagedObjects staged) {
        this.map = map;
        this.staged = staged;
    }

    VersionedStore.Version get(ObjectKey key, CommitTs at) {
        byte[] object = StoreKeys.object(key);
        byte[] versionKey;
        byte[] value;
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            if (!cursor.seek(StoreKeys.version(object, at.value()), object)) {
                return null;
            }
            versionKey = cursor.key();
            if (!StoreKeys.isVersionOf(versionKey, object)) {
                return null;
            }
            value = cursor.value();
        }
        if (value[0] == StoreForms.GONE) {
            return null;
        }
        CommitTs version = StoreKeys.tsOf(versionKey);
        return new VersionedStore.Version(version, switch (key) {
            case ObjectKey.InodeKey inode -> new StoredObject.InodeObject(StoreForms.inodeOf(inode.ino(), value));
            case ObjectKey.DentryKey dentry -> StoreForms.dentryOf(value);
            case ObjectKey.XattrKey xattr -> StoreForms.xattrOf(value);
            case ObjectKey.QuotaKey quota -> StoreForms.quotaOf(value);
            case ObjectKey.BlockKey block -> {
                StoreForms.BlockPlace place = StoreForms.placeOf(value);
                yield new StoredObject.BlockObject(bytesOf(block, version, place), place.pages());
            }
        });
    }

    /** The raw bytes of a block version, compared with their checksum. */
    Bytes bytesOf(ObjectKey.BlockKey key, CommitTs version, StoreForms.BlockPlace place) {
        if (place.where() == StoreForms.STAGED) {
            return staged.read(place.object(), place.offset(), place.rawBytes());
        }
        if (place.where() == StoreForms.COMPOSED) {
            return place.composed().read(new ComposedBlock.SourceReader() {
                @Override
                public byte[] data(ComposedBlock.Recorded source) {
                    return decoded(key, source, map.get(SharedBlocks.dataKey(source, key)));
                }

                @Override
                public Bytes staged(StagedId object, long offset, int length) {
                    return staged.read(object, offset, length);
                }
            });
        }
        byte[] stored = place.where() == StoreForms.INLINE
                ? place.inline()
                : map.get(StoreKeys.data(StoreKeys.object(key), version.value()));
        return Bytes.owning(decoded(key, new ComposedBlock.Recorded(
                null, version.value(), place.rawBytes(), place.checksum(), place.encoding()), stored));
    }

    private static byte[] decoded(ObjectKey.BlockKey key, ComposedBlock.Recorded source, byte[] stored) {
        byte[] raw = stored == null
                ? null
                : BlockCodec.decode(stored, source.encoding(), source.rawBytes(), source.checksum());
        if (raw == null) {
            throw new BackendException(BackendException.Cause.STORE_FAILED,
                    "block " + key.index() + " of inode " + key.ino().value() + ", written by commit " + source.ts()
                            + (stored == null ? ", is missing" : ", does not match its checksum"), null);
        }
        return raw;
    }

    /** One sentence when the bytes of the block that a snapshot sees are nowhere; null when they are somewhere. */
    String missingBytes(ObjectKey.BlockKey key, CommitTs at) {
        byte[] object = StoreKeys.object(key);
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            if (!cursor.seek(StoreKeys.version(object, at.value()), object)
                    || !StoreKeys.isVersionOf(cursor.key(), object)) {
                return null;
            }
            StoreForms.BlockPlace place = StoreForms.placeOf(cursor.value());
            if (place == null || place.where() == StoreForms.INLINE) {
                return null;
            }
            for (ComposedBlock.Source source : ComposedBlock.of(place, StoreKeys.tsOf(cursor.key()).value())
                    .sources()) {
                String missing = switch (source) {
                    case ComposedBlock.Staged named -> staged.exists(named.object())
                            ? null
                            : "the staged object " + StagedObjects.nameOf(named.object()) + " is gone";
                    case ComposedBlock.Recorded data ->
                            map.get(SharedBlocks.dataKey(data, key)) != null ? null : "its record is gone";
                };
                if (missing != null) {
                    return "block " + key.index() + " of inode " + key.ino().value() + " has no bytes: " + missing;
                }
            }
            return null;
        }
    }

    /**
     * One sentence when a trim would not know that the block which a snapshot sees needs its bytes; null when it does.
     */
    String missingReference(ObjectKey.BlockKey key, CommitTs at) {
        byte[] object = StoreKeys.object(key);
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            if (!cursor.seek(StoreKeys.version(object, at.value()), object)
                    || !StoreKeys.isVersionOf(cursor.key(), object)) {
                return null;
            }
            StoreForms.BlockPlace place = StoreForms.placeOf(cursor.value());
            for (byte[] reference : SharedBlocks.referencesOf(place, key, StoreKeys.tsOf(cursor.key()).value())) {
                if (map.get(reference) == null) {
                    return "block " + key.index() + " of inode " + key.ino().value()
                            + " refers to bytes that would be removed: nothing tells of the reference";
                }
            }
            return null;
        }
    }

    DirectoryPage list(Ino directory, Name after, int limit, CommitTs at) {
        byte[] prefix = StoreKeys.numbers(StoreKeys.DENTRY, directory.value());
        byte[] start = after == null
                ? prefix
                : StoreKeys.after(StoreKeys.object(new ObjectKey.DentryKey(directory, after)));
        List<DirectoryPage.Entry> entries = new ArrayList<>();
        boolean[] more = new boolean[1];
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            InodeReader inodes = new InodeReader(cursor, at);
            walk(prefix, start, at, (object, version, value) -> {
                if (entries.size() == limit) {
                    more[0] = true;
                    return false;
                }
                StoredObject.DentryObject dentry = StoreForms.dentryOf(value);
                Name name = StoreKeys.nameOf(object, object.length);
                entries.add(
                        new DirectoryPage.Entry(name, dentry.ino(), dentry.type(), inodes.read(dentry.ino())));
                return true;
            });
        }
        return new DirectoryPage(entries, !more[0]);
    }

    /**
     * Reads inodes that the snapshot sees. Files that were made one after another have consecutive numbers, and the
     * next key is found in a tenth of the time that a seek takes.
     */
    private static final class InodeReader {
        private static final byte[] TABLE = {StoreKeys.INODE};

        private final OrderedBytes.Cursor cursor;
        private final CommitTs at;
        /** Of the inode at which the cursor stands; 0 for nowhere. */
        private long last;

        InodeReader(OrderedBytes.Cursor cursor, CommitTs at) {
            this.cursor = cursor;
            this.at = at;
        }

        /** Null when there is none. */
        Inode read(Ino ino) {
            byte[] object = StoreKeys.numbers(StoreKeys.INODE, ino.value());
            boolean found = last == ino.value() - 1 && last > 0 && cursor.next() && isSeen(object)
                    || cursor.seek(StoreKeys.version(object, at.value()), TABLE) && isSeen(object);
            last = found ? ino.value() : 0;
            byte[] value = found ? cursor.value() : StoreForms.GONE_VALUE;
            return value[0] == StoreForms.GONE ? null : StoreForms.inodeOf(ino, value);
        }

        /** Whether the cursor, which was before what the snapshot sees of the object, is at it. */
        private boolean isSeen(byte[] object) {
            return StoreKeys.isVersionOf(cursor.key(), object) && !StoreKeys.tsOf(cursor.key()).isAfter(at);
        }
    }

    /**
     * A number above all under which something is stored.
     *
     * @param ceiling numbers from there on were not handed out; if somebody took one nevertheless, it is found
     */
    long inoBound(long ceiling) {
        long bound = ceiling;
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            for (byte table : StoreKeys.VERSIONED) {
                byte[] start = StoreKeys.numbers(table, ceiling);
                for (boolean there = cursor.seek(start, new byte[] {table}); there; there = cursor.next()) {
                    long ino = ByteBuffer.wrap(cursor.key()).getLong(1);
                    bound = Math.max(bound, ino == Long.MAX_VALUE ? ino : ino + 1);
                }
            }
        }
        return bound;
    }

    List<Name> xattrNames(Ino ino, CommitTs at) {
        byte[] prefix = StoreKeys.numbers(StoreKeys.XATTR, ino.value());
        List<Name> names = new ArrayList<>();
        walk(prefix, prefix, at, (object, version, value) -> names.add(StoreKeys.xattrNameOf(object, object.length)));
        return names;
    }

    /** Takes a block that is there. */
    interface BlockPagesReader {
        /**
         * @param pages those that hold data
         * @return false to stop
         */
        boolean block(long index, int pages);
    }

    /** The blocks of a file from an index on, without their bytes. */
    void blockPages(Ino ino, long fromIndex, CommitTs at, BlockPagesReader reader) {
        byte[] start = StoreKeys.numbers(StoreKeys.BLOCK, ino.value(), fromIndex);
        walk(StoreKeys.numbers(StoreKeys.BLOCK, ino.value()), start, at, (object, version, value) -> reader.block(
                ((ObjectKey.BlockKey) StoreKeys.objectOf(object, object.length)).index(), StoreForms.pagesOf(value)));
    }

    /** The pages that hold data; 0 for a hole. */
    int blockPages(ObjectKey.BlockKey key, CommitTs at) {
        byte[] object = StoreKeys.object(key);
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            boolean found = cursor.seek(StoreKeys.version(object, at.value()), object)
                    && StoreKeys.isVersionOf(cursor.key(), object);
            return found ? StoreForms.pagesOf(cursor.value()) : 0;
        }
    }

    List<QuotaPort.TreeQuota> quotas(Ino after, int limit, CommitTs at) {
        byte[] prefix = {StoreKeys.QUOTA};
        byte[] start = after == null ? prefix : StoreKeys.numbers(StoreKeys.QUOTA, after.value() + 1);
        List<QuotaPort.TreeQuota> quotas = new ArrayList<>();
        walk(prefix, start, at, (object, version, value) -> {
            Ino tree = new Ino(ByteBuffer.wrap(object).getLong(1));
            quotas.add(new QuotaPort.TreeQuota(tree, StoreForms.quotaOf(value).quota()));
            return quotas.size() < limit;
        });
        return quotas;
    }

    /** Takes what a snapshot sees of a run of objects. */
    interface VisibleReader {
        /** @return false to stop */
        boolean visible(byte[] object, CommitTs version, byte[] value);
    }

    /**
     * Gives the versions that a snapshot sees of all objects whose keys start with {@code prefix}, from {@code start}
     * on.
     */
    void walk(byte[] prefix, byte[] start, CommitTs at, VisibleReader reader) {
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            boolean there = cursor.seek(start, prefix);
            while (there) {
                byte[] key = cursor.key();
                byte[] object = java.util.Arrays.copyOf(key, key.length - 8);
                CommitTs version = StoreKeys.tsOf(key);
                if (version.isAfter(at)) {
                    there = cursor.seek(StoreKeys.version(object, at.value()), prefix);
                    continue;
                }
                byte[] value = cursor.value();
                if (value[0] != StoreForms.GONE && !reader.visible(object, version, value)) {
                    return;
                }
                there = cursor.next();
                if (there && StoreKeys.isVersionOf(cursor.key(), object)) {
                    there = cursor.seek(StoreKeys.after(object), prefix);
                }
            }
        }
    }

    VersionedStore.LedgerLine outcomeOf(TxnId txn) {
        byte[] value = map.get(StoreKeys.outcome(txn));
        return value == null ? null : lineOf(txn, value);
    }

    static VersionedStore.LedgerLine lineOf(TxnId txn, byte[] value) {
        long ts = ByteBuffer.wrap(value).getLong();
        return new VersionedStore.LedgerLine(txn, ts < 0 ? null : new CommitTs(ts));
    }

    VersionedStore.LedgerLine outcomeOfInvocation(String invocationId) {
        byte[] value = map.get(StoreKeys.text(StoreKeys.INVOCATION, invocationId));
        if (value == null) {
            return null;
        }
        ByteBuffer form = ByteBuffer.wrap(value);
        CommitTs at = new CommitTs(form.getLong());
        return new VersionedStore.LedgerLine(new TxnId(form.getLong(), form.getLong()), at);
    }

    CommitHeader header(CommitTs at) {
        byte[] value = map.get(StoreKeys.numbers(StoreKeys.COMMIT, at.value()));
        return value == null ? null : StoreForms.headerOf(at, value);
    }

    Iterator<CommittedFootprint> footprints(CommitTs after, CommitTs upTo) {
        return new Iterator<>() {
            private long ts = after.value();
            private CommittedFootprint next = find();

            private CommittedFootprint find() {
                while (ts < upTo.value()) {
                    byte[] value = map.get(StoreKeys.numbers(StoreKeys.CHANGES, ++ts));
                    if (value != null) {
                        ChangeForm form = ChangeForm.decode(value);
                        return new CommittedFootprint(new CommitTs(ts), form.txn(), form.footprint());
                    }
                }
                return null;
            }

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public CommittedFootprint next() {
                if (next == null) {
                    throw new NoSuchElementException();
                }
                CommittedFootprint given = next;
                next = find();
                return given;
            }
        };
    }
}
