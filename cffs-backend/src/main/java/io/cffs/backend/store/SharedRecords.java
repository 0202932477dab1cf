package io.cffs.backend.store;

import io.cffs.model.ObjectKey.BlockKey;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Which records of the DATA table go with a batch of removals: those that neither a version of their own block needs
 * nor one of another block. The map does not show what the batch removes, so that is noted here. One thread.
 */
final class SharedRecords {
    private final OrderedBytes map;
    private final Set<Record> lost = new LinkedHashSet<>();
    private final Set<ByteBuffer> versions = new HashSet<>();
    private final Set<ByteBuffer> references = new HashSet<>();

    private record Record(BlockKey owner, long ts) {
        byte[] key() {
            return StoreKeys.data(StoreKeys.object(owner), ts);
        }
    }

    SharedRecords(OrderedBytes map) {
        this.map = map;
    }

    /** A version that needed this record goes. */
    void lost(BlockKey owner, long ts) {
        lost.add(new Record(owner, ts));
    }

    void versionGoes(byte[] versionKey) {
        versions.add(ByteBuffer.wrap(versionKey));
    }

    void referenceGoes(byte[] reference) {
        references.add(ByteBuffer.wrap(reference));
    }

    /** Adds what may go, and begins anew. */
    void finish(OrderedBytes.Batch batch) {
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            byte[] table = {StoreKeys.DATA_REF};
            boolean anyShared = !lost.isEmpty() && cursor.seek(table, table);
            for (Record record : lost) {
                // Most stores share nothing: then the version that goes was the last one to name the record.
                if (!anyShared || !isReferenced(cursor, record) && !isNamedByItsOwn(cursor, record)) {
                    batch.delete(record.key());
                }
            }
        }
        lost.clear();
        versions.clear();
        references.clear();
    }

    private boolean isReferenced(OrderedBytes.Cursor cursor, Record record) {
        byte[] prefix = StoreKeys.dataRefs(record.key());
        boolean there = cursor.seek(prefix, prefix);
        while (there) {
            if (!references.contains(ByteBuffer.wrap(cursor.key()))) {
                return true;
            }
            there = cursor.next();
        }
        return false;
    }

    /** Versions are few: those that a snapshot may still read. */
    private boolean isNamedByItsOwn(OrderedBytes.Cursor cursor, Record record) {
        byte[] object = StoreKeys.object(record.owner());
        boolean there = cursor.seek(object, object);
        while (there && StoreKeys.isVersionOf(cursor.key(), object)) {
            long ts = StoreKeys.tsOf(cursor.key()).value();
            if (ts < record.ts()) {
                return false;
            }
            if (!versions.contains(ByteBuffer.wrap(cursor.key())) && names(cursor.value(), ts, record.ts())) {
                return true;
            }
            there = cursor.next();
        }
        return false;
    }

    private static boolean names(byte[] value, long version, long ts) {
        StoreForms.BlockPlace place = StoreForms.placeOf(value);
        if (place == null || place.where() == StoreForms.INLINE) {
            return false;
        }
        return ComposedBlock.of(place, version).sources().stream().anyMatch(
                source -> source instanceof ComposedBlock.Recorded data && data.owner() == null && data.ts() == ts);
    }
}
