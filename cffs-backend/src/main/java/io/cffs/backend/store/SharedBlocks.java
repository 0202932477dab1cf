package io.cffs.backend.store;

import io.cffs.model.CommitTs;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.txn.apply.Effect;
import java.util.ArrayList;
import java.util.List;

/**
 * Blocks that a commit gives the bytes of other blocks. Only the places of the bytes are written: a staged object is
 * referred to once more, a record of the DATA table too, and what stands in the line itself is copied with it. Each
 * reference to bytes under another key has a record beside it, by which trimming knows whether they may go. One per
 * commit, one thread.
 */
final class SharedBlocks {
    private final VersionTables tables;
    private final long ts;
    private final List<Effect.CloneBlocks> ranges = new ArrayList<>();

    SharedBlocks(VersionTables tables, long ts) {
        this.tables = tables;
        this.ts = ts;
    }

    /** Each block of the source that is no hole, as it was before this commit. */
    void add(Effect.CloneBlocks range, OrderedBytes.Batch batch, Touches touches) {
        ranges.add(range);
        byte[] prefix = StoreKeys.numbers(StoreKeys.BLOCK, range.source().value());
        byte[] start = StoreKeys.numbers(StoreKeys.BLOCK, range.source().value(), range.sourceFirstIndex());
        tables.walk(prefix, start, new CommitTs(ts - 1), (object, version, value) -> {
            BlockKey source = (BlockKey) StoreKeys.objectOf(object, object.length);
            long within = source.index() - range.sourceFirstIndex();
            if (within >= range.count()) {
                return false;
            }
            BlockKey target = new BlockKey(range.ino(), range.firstIndex() + within);
            StoreForms.BlockPlace place = shared(StoreForms.placeOf(value), source, version);
            byte[] targetObject = StoreKeys.object(target);
            batch.put(StoreKeys.version(targetObject, ts), StoreForms.place(place));
            for (byte[] reference : referencesOf(place, target, ts)) {
                batch.put(reference, new byte[0]);
            }
            touches.note(targetObject, false);
            return true;
        });
    }

    /** Whether the block is in a range that was added. */
    boolean isIn(BlockKey block) {
        return rangeOf(block) != null;
    }

    /** The place that a block in a range has got; null for a hole. */
    StoreForms.BlockPlace placeOf(BlockKey block) {
        Effect.CloneBlocks range = rangeOf(block);
        BlockKey source = new BlockKey(
                range.source(), range.sourceFirstIndex() + (block.index() - range.firstIndex()));
        StoreForms.BlockPlace[] place = new StoreForms.BlockPlace[1];
        byte[] object = StoreKeys.object(source);
        tables.walk(object, object, new CommitTs(ts - 1), (key, version, value) -> {
            place[0] = shared(StoreForms.placeOf(value), source, version);
            return false;
        });
        return place[0];
    }

    private Effect.CloneBlocks rangeOf(BlockKey block) {
        for (Effect.CloneBlocks range : ranges) {
            if (range.ino().equals(block.ino()) && range.firstIndex() <= block.index()
                    && block.index() <= range.lastIndex()) {
                return range;
            }
        }
        return null;
    }

    private static StoreForms.BlockPlace shared(StoreForms.BlockPlace place, BlockKey source, CommitTs version) {
        boolean movesAsItIs = place.where() == StoreForms.INLINE || place.where() == StoreForms.STAGED;
        return movesAsItIs ? place : new StoreForms.BlockPlace(StoreForms.COMPOSED, place.rawBytes(), 0,
                BlockCodec.RAW, null, null, 0, ComposedBlock.of(place, version.value()).forAnother(source),
                        place.pages());
    }

    /** The records that say that this version of a block needs bytes under other keys. {@code place} may be null. */
    static List<byte[]> referencesOf(StoreForms.BlockPlace place, BlockKey block, long ts) {
        boolean none = place == null || place.where() == StoreForms.INLINE;
        return none ? List.of() : referencesOf(ComposedBlock.of(place, ts), block, ts);
    }

    static List<byte[]> referencesOf(ComposedBlock composed, BlockKey block, long ts) {
        List<byte[]> references = new ArrayList<>();
        for (ComposedBlock.Source source : composed.sources()) {
            switch (source) {
                case ComposedBlock.Staged named -> references.add(StoreKeys.stagedRef(named.object(), block, ts));
                case ComposedBlock.Recorded data when data.owner() != null ->
                        references.add(StoreKeys.dataRef(dataKey(data, block), block, ts));
                case ComposedBlock.Recorded own -> { }
            }
        }
        return references;
    }

    /** Where a record of the DATA table is that a version of {@code block} names. */
    static byte[] dataKey(ComposedBlock.Recorded data, BlockKey block) {
        return StoreKeys.data(StoreKeys.object(data.owner() == null ? block : data.owner()), data.ts());
    }
}
