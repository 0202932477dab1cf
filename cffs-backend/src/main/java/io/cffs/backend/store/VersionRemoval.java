package io.cffs.backend.store;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.TxnId;
import io.cffs.txn.StagedId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Finds what no snapshot from a horizon on can read: of every object that a commit up to the horizon has written, the
 * older versions, and the version itself when it is a deletion; all content of inodes that died; what the ledger may
 * forget. Work follows the commits, never the volume. The applying thread collects; any thread deletes unreferenced
 * objects.
 */
final class VersionRemoval {
    private final OrderedBytes map;
    /** Staged objects that have lost a reference in the batch being collected. */
    private final Set<StagedId> touched = new LinkedHashSet<>();
    private final SharedRecords shared;
    /**
     * Where the walks over commits begin: what lies before has been removed, and walking over its removals again and
     * again would cost more with every trim.
     */
    private long changesFrom;
    private long commitsFrom;
    /** Where they will begin once the batch being collected has been written. */
    private long nextChangesFrom;
    private long nextCommitsFrom;
    private final ConcurrentLinkedQueue<StagedId> unreferenced = new ConcurrentLinkedQueue<>();

    VersionRemoval(OrderedBytes map) {
        this.map = map;
        this.shared = new SharedRecords(map);
    }

    /** Adds removals to the batch; true when more commits up to the horizon wait. */
    boolean collect(CommitTs horizon, int commitsMax, OrderedBytes.Batch batch) {
        touched.clear();
        boolean more = collectCommits(horizon, commitsMax, batch);
        shared.finish(batch);
        return more;
    }

    private boolean collectCommits(CommitTs horizon, int commitsMax, OrderedBytes.Batch batch) {
        byte[] table = {StoreKeys.CHANGES};
        int commits = 0;
        try (OrderedBytes.Cursor list = map.cursor(); OrderedBytes.Cursor versions = map.cursor()) {
            boolean there = list.seek(StoreKeys.numbers(StoreKeys.CHANGES, changesFrom), table);
            while (there) {
                byte[] key = list.key();
                long ts = ByteBuffer.wrap(key).getLong(1);
                nextChangesFrom = ts;
                if (ts > horizon.value()) {
                    return false;
                }
                if (commits++ == commitsMax) {
                    return true;
                }
                ChangeForm.visit(list.value(), new ChangeForm.Visitor() {
                    @Override
                    public void object(ChangeForm.Touched touched) {
                        removeReplaced(touched, ts, batch);
                    }

                    @Override
                    public void deadInode(Ino ino) {
                        removeContent(versions, ino, batch);
                    }
                });
                batch.delete(key);
                there = list.next();
            }
        }
        return false;
    }

    private void removeReplaced(ChangeForm.Touched touched, long ts, OrderedBytes.Batch batch) {
        if (touched.gone()) {
            batch.delete(StoreKeys.version(touched.object(), ts));
        }
        if (touched.previous() < 0) {
            return;
        }
        byte[] key = StoreKeys.version(touched.object(), touched.previous());
        if (key[0] != StoreKeys.BLOCK) {
            batch.delete(key);
            return;
        }
        byte[] value = map.get(key);
        if (value != null) {
            byte[] replacing = map.get(StoreKeys.version(touched.object(), ts));
            remove(key, value, replacing == null ? Set.of() : recordsOf(replacing, ts), batch);
        }
    }

    /** Timestamps of the DATA records that a version of a block names. */
    private static Set<Long> recordsOf(byte[] value, long ts) {
        StoreForms.BlockPlace place = StoreForms.placeOf(value);
        Set<Long> records = new HashSet<>();
        if (place != null && place.where() != StoreForms.INLINE) {
            for (ComposedBlock.Source source : ComposedBlock.of(place, ts).sources()) {
                if (source instanceof ComposedBlock.Recorded data && data.owner() == null) {
                    records.add(data.ts());
                }
            }
        }
        return records;
    }

    private void removeContent(OrderedBytes.Cursor cursor, Ino ino, OrderedBytes.Batch batch) {
        for (byte table : new byte[] {StoreKeys.BLOCK, StoreKeys.XATTR}) {
            byte[] prefix = StoreKeys.numbers(table, ino.value());
            boolean there = cursor.seek(prefix, prefix);
            while (there) {
                remove(cursor.key(), cursor.value(), Set.of(), batch);
                there = cursor.next();
            }
        }
    }

    /** @param kept timestamps of the DATA records that go on as those of a newer version */
    private void remove(byte[] key, byte[] value, Set<Long> kept, OrderedBytes.Batch batch) {
        batch.delete(key);
        if (key[0] != StoreKeys.BLOCK) {
            return;
        }
        long ts = StoreKeys.tsOf(key).value();
        StoreForms.BlockPlace place = StoreForms.placeOf(value);
        if (place == null || place.where() == StoreForms.INLINE) {
            return;
        }
        byte[] object = Arrays.copyOf(key, key.length - 8);
        var block = (ObjectKey.BlockKey) StoreKeys.objectOf(object, object.length);
        shared.versionGoes(key);
        for (byte[] reference : SharedBlocks.referencesOf(place, block, ts)) {
            batch.delete(reference);
            shared.referenceGoes(reference);
        }
        for (ComposedBlock.Source source : ComposedBlock.of(place, ts).sources()) {
            switch (source) {
                case ComposedBlock.Recorded data -> {
                    if (data.owner() != null) {
                        shared.lost(data.owner(), data.ts());
                    } else if (!kept.contains(data.ts())) {
                        shared.lost(block, data.ts());
                    }
                }
                case ComposedBlock.Staged named -> touched.add(named.object());
            }
        }
    }

    /** After the batch has been written: notes which staged objects nothing refers to any more. */
    void collected() {
        changesFrom = nextChangesFrom;
        commitsFrom = nextCommitsFrom;
        for (StagedId id : touched) {
            if (!isReferenced(id)) {
                unreferenced.add(id);
            }
        }
        touched.clear();
    }

    boolean isReferenced(StagedId id) {
        byte[] prefix = StoreKeys.stagedRefs(id);
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            return cursor.seek(prefix, prefix);
        }
    }

    /** What nothing refers to in what has been written; it may go once that is durable. */
    List<StagedId> takeUnreferenced() {
        List<StagedId> taken = new ArrayList<>();
        for (StagedId id = unreferenced.poll(); id != null; id = unreferenced.poll()) {
            taken.add(id);
        }
        return taken;
    }

    void giveBack(List<StagedId> taken) {
        unreferenced.addAll(taken);
    }

    /** Adds removals of ledger lines to the batch; true when more are old enough. */
    boolean collectOutcomes(CommitTs horizon, long beforeWallNanos, int max, OrderedBytes.Batch batch) {
        return collectOldCommits(horizon, beforeWallNanos, max, batch) | collectRefused(beforeWallNanos, max, batch);
    }

    private boolean collectOldCommits(CommitTs horizon, long beforeWallNanos, int max, OrderedBytes.Batch batch) {
        byte[] table = {StoreKeys.COMMIT};
        int count = 0;
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            boolean there = cursor.seek(StoreKeys.numbers(StoreKeys.COMMIT, commitsFrom), table);
            while (there) {
                byte[] key = cursor.key();
                CommitTs at = new CommitTs(ByteBuffer.wrap(key).getLong(1));
                nextCommitsFrom = at.value();
                CommitHeader header = StoreForms.headerOf(at, cursor.value());
                if (at.isAfter(horizon) || header.wallNanos() >= beforeWallNanos) {
                    return false;
                }
                if (count++ == max) {
                    return true;
                }
                batch.delete(key);
                batch.delete(StoreKeys.outcome(header.txn()));
                if (header.invocationId() != null) {
                    batch.delete(StoreKeys.text(StoreKeys.INVOCATION, header.invocationId()));
                }
                there = cursor.next();
            }
        }
        return false;
    }

    private boolean collectRefused(long beforeWallNanos, int max, OrderedBytes.Batch batch) {
        byte[] table = {StoreKeys.REFUSED};
        int count = 0;
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            boolean there = cursor.seek(table, table);
            while (there) {
                ByteBuffer key = ByteBuffer.wrap(cursor.key());
                if (key.getLong(1) >= beforeWallNanos) {
                    return false;
                }
                if (count++ == max) {
                    return true;
                }
                batch.delete(Arrays.copyOf(key.array(), key.capacity()));
                batch.delete(StoreKeys.outcome(new TxnId(key.getLong(9), key.getLong(17))));
                there = cursor.next();
            }
        }
        return false;
    }
}
