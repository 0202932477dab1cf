package io.cffs.backend.store;

import io.cffs.model.BlockPages;
import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.txn.StagedId;
import io.cffs.txn.apply.BlockPatch;
import io.cffs.txn.apply.Effect;
import java.util.List;

/** Adds the lines and records of new versions of blocks to the batch of one commit. One per commit, one thread. */
final class BlockWriter {
    /** Scattered blocks that one commit gathers at most, so that its batch stays below 32 MiB of them. */
    private static final int GATHERED_MAX = 256;

    private final OrderedBytes map;
    private final VersionTables tables;
    private final StagedObjects staged;
    private final OrderedBytes.Batch batch;
    private final long ts;
    private final SharedBlocks clones;
    private int gathered;

    BlockWriter(OrderedBytes map, VersionTables tables, StagedObjects staged, OrderedBytes.Batch batch, long ts) {
        this.map = map;
        this.tables = tables;
        this.staged = staged;
        this.batch = batch;
        this.ts = ts;
        this.clones = new SharedBlocks(tables, ts);
    }

    /** @param pages those that hold data */
    void whole(byte[] object, Bytes raw, int pages) {
        BlockCodec.Encoded encoded = BlockCodec.encode(raw);
        boolean inline = encoded.stored().length <= StoreForms.INLINE_BYTES_MAX;
        if (!inline) {
            batch.put(StoreKeys.data(object, ts), encoded.stored());
        }
        line(object, new StoreForms.BlockPlace(inline ? StoreForms.INLINE : StoreForms.DATA, encoded.rawBytes(),
                encoded.checksum(), encoded.encoding(), inline ? encoded.stored() : null, null, 0, null, pages));
    }

    void staged(byte[] object, Effect.PutStagedBlock put) {
        line(object, new StoreForms.BlockPlace(StoreForms.STAGED, put.lengthBytes(), 0, BlockCodec.RAW, null,
                put.object(), put.offsetBytes(), null, BlockPages.covering(put.lengthBytes())));
        refer(put.key(), put.object());
    }

    /** Takes over a range of blocks. */
    void cloned(Effect.CloneBlocks range, Touches touches) {
        clones.add(range, batch, touches);
    }

    private StoreForms.BlockPlace stored(byte[] object, long previous) {
        byte[] value = previous < 0 ? null : map.get(StoreKeys.version(object, previous));
        return value == null ? null : StoreForms.placeOf(value);
    }

    /** @param previous timestamp of the version that the patch lies over; -1 for none */
    void patched(byte[] object, BlockKey key, BlockPatch patch, long previous) {
        StoreForms.BlockPlace place = clones.isIn(key) ? clones.placeOf(key) : stored(object, previous);
        // Only bytes of a version of its own are found by its timestamp. One that was just taken over may have none.
        CommitTs version = new CommitTs(Math.max(0, previous));
        for (byte[] reference : SharedBlocks.referencesOf(place, key, ts)) {
            // Of the block as it was taken over in this commit, if it was; what stays of it is noted below.
            batch.delete(reference);
        }
        int pages = patch.pages() | (place == null ? 0 : place.pages());
        boolean small = place == null ? patch.end() <= Blocks.PAGE_BYTES : place.where() == StoreForms.INLINE;
        if (small) {
            Bytes base = place == null ? null : tables.bytesOf(key, version, place);
            whole(object, patch.over(base, staged::read), pages);
            return;
        }
        byte[] own = inlineBytes(patch);
        BlockCodec.Encoded encoded = own.length == 0 ? null : BlockCodec.encode(Bytes.owning(own));
        ComposedBlock.Recorded data = encoded == null
                ? null
                : new ComposedBlock.Recorded(null, ts, encoded.rawBytes(), encoded.checksum(), encoded.encoding());
        ComposedBlock base = place == null
                ? new ComposedBlock(List.of())
                : ComposedBlock.of(place, previous);
        ComposedBlock composed = base.with(patch, data);
        if (composed.isScattered() && gathered < GATHERED_MAX) {
            gathered++;
            Bytes before = place == null ? null : tables.bytesOf(key, version, place);
            whole(object, patch.over(before, staged::read), pages);
            return;
        }
        if (encoded != null) {
            batch.put(StoreKeys.data(object, ts), encoded.stored());
        }
        line(object, new StoreForms.BlockPlace(
                StoreForms.COMPOSED, composed.rawBytes(), 0, BlockCodec.RAW, null, null, 0, composed, pages));
        for (byte[] reference : SharedBlocks.referencesOf(composed, key, ts)) {
            batch.put(reference, new byte[0]);
        }
    }

    /** The bytes that the patch brings itself, one part after another. */
    private static byte[] inlineBytes(BlockPatch patch) {
        byte[] bytes = new byte[patch.inlineBytes()];
        int at = 0;
        for (BlockPatch.Part part : patch.parts()) {
            if (part.source() instanceof BlockPatch.Inline inline) {
                inline.bytes().copyTo(0, bytes, at, part.length());
                at += part.length();
            }
        }
        return bytes;
    }

    private void refer(BlockKey key, StagedId id) {
        batch.put(StoreKeys.stagedRef(id, key, ts), new byte[0]);
    }

    private void line(byte[] object, StoreForms.BlockPlace place) {
        batch.put(StoreKeys.version(object, ts), StoreForms.place(place));
    }
}
