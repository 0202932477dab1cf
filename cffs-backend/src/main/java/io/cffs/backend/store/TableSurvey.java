package io.cffs.backend.store;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.TxnId;
import io.cffs.txn.port.BackendException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Supplier;

/** Walks the tables of {@link OrderedVersionedStore} for one snapshot. */
final class TableSurvey implements StoreSurvey {
    private final OrderedBytes map;
    private final VersionTables tables;
    private final CommitTs at;
    private final Runnable stillReadable;

    TableSurvey(OrderedBytes map, VersionTables tables, CommitTs at, Runnable stillReadable) {
        this.map = map;
        this.tables = tables;
        this.at = at;
        this.stillReadable = stillReadable;
    }

    /** Walks a table; what cannot be decoded goes to {@code damage}. */
    private void walk(byte table, DamageReader damage, VersionTables.VisibleReader reader) {
        byte[] prefix = {table};
        tables.walk(prefix, prefix, at, (object, version, value) -> {
            stillReadable.run();
            try {
                return reader.visible(object, version, value);
            } catch (Damaged damaged) {
                damage.damaged(version, new Ino(ByteBuffer.wrap(object).getLong(1)), damaged.getMessage());
                return true;
            }
        });
        stillReadable.run();
    }

    /** A record that cannot be decoded. */
    private static final class Damaged extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Damaged(Exception cause) {
            super(cause.getMessage(), cause, false, false);
        }
    }

    /** Decodes, and tells damage from what readers throw. */
    private static <T> T decoded(Supplier<T> decoding) {
        try {
            return decoding.get();
        } catch (BackendException | IllegalArgumentException | BufferUnderflowException damaged) {
            throw new Damaged(damaged);
        }
    }

    @Override
    public void inodes(InodeReader reader) {
        walk(StoreKeys.INODE, reader, (object, version, value) -> {
            Ino ino = new Ino(ByteBuffer.wrap(object).getLong(1));
            reader.inode(version, decoded(() -> StoreForms.inodeOf(ino, value)));
            return true;
        });
    }

    @Override
    public void dentries(DentryReader reader) {
        walk(StoreKeys.DENTRY, reader, (object, version, value) -> {
            ObjectKey.DentryKey key = (ObjectKey.DentryKey) decoded(() -> StoreKeys.objectOf(object, object.length));
            reader.dentry(version, key.parent(), key.name(), decoded(() -> StoreForms.dentryOf(value)));
            return true;
        });
    }

    @Override
    public void blocks(BlockReader reader) {
        try (OrderedBytes.Cursor inodes = map.cursor()) {
            Living living = new Living(inodes);
            walk(StoreKeys.BLOCK, reader, (object, version, value) -> {
                ObjectKey.BlockKey key = (ObjectKey.BlockKey) StoreKeys.objectOf(object, object.length);
                if (living.isKnownDead(key.ino())) {
                    return true;
                }
                StoreForms.BlockPlace place = decoded(() -> StoreForms.placeOf(value));
                reader.block(version, key, place.rawBytes(), place.pages());
                return true;
            });
        }
    }

    @Override
    public void xattrs(XattrReader reader) {
        try (OrderedBytes.Cursor inodes = map.cursor()) {
            Living living = new Living(inodes);
            walk(StoreKeys.XATTR, reader, (object, version, value) -> {
                ObjectKey.XattrKey key = (ObjectKey.XattrKey) decoded(() -> StoreKeys.objectOf(object, object.length));
                if (!living.isKnownDead(key.ino())) {
                    reader.xattr(version, key.ino(), key.name());
                }
                return true;
            });
        }
    }

    /** The content of an inode that died waits for the trim beside the deletion of the inode; it is no finding. */
    private final class Living {
        private final OrderedBytes.Cursor cursor;
        private Ino asked;
        private boolean died;

        Living(OrderedBytes.Cursor cursor) {
            this.cursor = cursor;
        }

        boolean isKnownDead(Ino ino) {
            if (!ino.equals(asked)) {
                byte[] object = StoreKeys.numbers(StoreKeys.INODE, ino.value());
                asked = ino;
                died = cursor.seek(StoreKeys.version(object, at.value()), object)
                        && StoreKeys.isVersionOf(cursor.key(), object)
                        && cursor.value()[0] == StoreForms.GONE;
            }
            return died;
        }
    }

    @Override
    public Flaw flawOf(ObjectKey.BlockKey key, boolean readBytes) {
        stillReadable.run();
        String missing = tables.missingBytes(key, at);
        if (missing != null) {
            return new Flaw(true, missing);
        }
        if (!readBytes) {
            return null;
        }
        try {
            tables.get(key, at);
            return null;
        } catch (BackendException failed) {
            stillReadable.run();
            if (failed.kind() == BackendException.Cause.STORE_FAILED) {
                return new Flaw(false, failed.getMessage());
            }
            throw failed;
        }
    }

    @Override
    public String missingReference(ObjectKey.BlockKey key) {
        return tables.missingReference(key, at);
    }

    @Override
    public void commits(CommitReader reader) {
        table(StoreKeys.COMMIT, (key, value) -> {
            CommitTs ts = new CommitTs(ByteBuffer.wrap(key).getLong(1));
            if (!ts.isAfter(at)) {
                reader.commit(StoreForms.headerOf(ts, value));
            }
        });
    }

    @Override
    public void outcomes(OutcomeReader reader) {
        table(StoreKeys.OUTCOME, (key, value) -> {
            ByteBuffer fields = ByteBuffer.wrap(key);
            VersionedStore.LedgerLine line =
                    VersionTables.lineOf(new TxnId(fields.getLong(1), fields.getLong(9)), value);
            if (line.at() == null || !line.at().isAfter(at)) {
                reader.outcome(line);
            }
        });
    }

    @Override
    public void versions(VersionReader reader) {
        for (byte table : new byte[] {StoreKeys.INODE, StoreKeys.DENTRY, StoreKeys.BLOCK, StoreKeys.XATTR,
                StoreKeys.QUOTA}) {
            table(table, (key, value) -> {
                ObjectKey object;
                try {
                    object = StoreKeys.objectOf(key, key.length - 8);
                } catch (IllegalArgumentException damaged) {
                    // The walk over its own table tells of it.
                    return;
                }
                reader.version(object, StoreKeys.tsOf(key), value[0] != StoreForms.GONE);
            });
        }
    }

    private interface LineReader {
        void line(byte[] key, byte[] value);
    }

    private void table(byte table, LineReader reader) {
        byte[] prefix = {table};
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            boolean there = cursor.seek(prefix, prefix);
            while (there) {
                byte[] key = cursor.key();
                reader.line(Arrays.copyOf(key, key.length), cursor.value());
                there = cursor.next();
            }
        }
    }
}
