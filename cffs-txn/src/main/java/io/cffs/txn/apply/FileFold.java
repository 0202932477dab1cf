package io.cffs.txn.apply;

import static io.cffs.model.Blocks.BLOCK_BYTES;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.model.StoredObject.BlockObject;
import io.cffs.txn.CommitOutcome.RefusalCause;
import io.cffs.txn.Mutation;
import io.cffs.txn.Mutation.FileBytes;
import io.cffs.txn.StagedId;
import io.cffs.txn.validate.WriteFootprint.Change;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Length and blocks of one regular file while a commit is folded. Work and memory follow the bytes that the request
 * carries, never the size of the file: cuts and holes are ranges, and whole staged blocks are not looked at.
 *
 * <p>Holds: no block has bytes beyond the length, so a write that starts a block and reaches its last byte, or the end
 * of the file, replaces the block without reading it. One that changes a part of a stored block is a patch of it, which
 * reads nothing either.
 */
final class FileFold {
    private final Ino ino;
    private final long sizeBeforeBytes;
    /** The file was there before the commit, so that it may have blocks and readers. */
    private final boolean existed;
    private final LatestState state;
    private final TreeMap<Long, Content> written = new TreeMap<>();
    private final Ranges deletedBlocks = new Ranges();
    private final Ranges changedPages = new Ranges();
    private final ClonedRuns cloned = new ClonedRuns();
    private final MergeRoom room;
    private long sizeBytes;
    private long smallestBytes;

    /** What the commit makes of a block. An array is owned and may be changed; its first {@code length} bytes count. */
    private sealed interface Content {
        record Raw(byte[] bytes, int length) implements Content {}

        record Reference(StagedId object, long offsetBytes, int length) implements Content {}

        /** Over what is stored, whatever that is. */
        record Patched(BlockPatch.Builder parts) implements Content {}
    }

    FileFold(Ino ino, long sizeBytes, boolean existed, LatestState state, MergeRoom room) {
        this.ino = ino;
        this.sizeBeforeBytes = sizeBytes;
        this.sizeBytes = sizeBytes;
        this.smallestBytes = sizeBytes;
        this.existed = existed;
        this.state = state;
        this.room = room;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    void setLength(long cutToBytes, long extendToBytes) throws MutationRefused {
        if (cutToBytes < -1 || extendToBytes < -1 || extendToBytes > Blocks.FILE_BYTES_MAX) {
            throw InodeFold.malformed("a length is out of range: " + ino);
        }
        if (cutToBytes >= 0 && cutToBytes < sizeBytes) {
            cut(cutToBytes);
        }
        sizeBytes = Math.max(sizeBytes, extendToBytes);
    }

    private void cut(long toBytes) throws MutationRefused {
        notePages(toBytes, sizeBytes);
        long firstWhole = (toBytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
        long last = Blocks.blockOf(sizeBytes - 1);
        if (firstWhole <= last) {
            deleteBlocks(firstWhole, last);
        }
        int keep = (int) (toBytes % BLOCK_BYTES);
        if (keep != 0) {
            trim(Blocks.blockOf(toBytes), keep);
        }
        sizeBytes = toBytes;
        smallestBytes = Math.min(smallestBytes, toBytes);
    }

    private void trim(long index, int keepBytes) throws MutationRefused {
        switch (contentOf(index)) {
            case Content.Raw raw when raw.length() > keepBytes ->
                    put(index, new Content.Raw(raw.bytes(), keepBytes));
            case Content.Reference staged when staged.length() > keepBytes ->
                    put(index, new Content.Reference(staged.object(), staged.offsetBytes(), keepBytes));
            case null, default -> { }
        }
    }

    void punch(long offset, long lengthBytes) throws MutationRefused {
        checkRange(offset, lengthBytes);
        long end = Math.min(offset + lengthBytes, sizeBytes);
        if (offset >= end) {
            return;
        }
        notePages(offset, end);
        long firstWhole = (offset + BLOCK_BYTES - 1) / BLOCK_BYTES;
        // The block that holds the end of the file counts as whole when the hole reaches that end.
        long endWhole = end == sizeBytes ? Blocks.blockOf(end - 1) + 1 : Blocks.blockOf(end);
        if (firstWhole < endWhole) {
            deleteBlocks(firstWhole, endWhole - 1);
            zero(offset, Math.min(end, firstWhole * BLOCK_BYTES));
            zero(Math.max(offset, endWhole * BLOCK_BYTES), end);
        } else {
            for (long from = offset; from < end; from = (Blocks.blockOf(from) + 1) * BLOCK_BYTES) {
                zero(from, Math.min(end, (Blocks.blockOf(from) + 1) * BLOCK_BYTES));
            }
        }
    }

    /** Zeros from {@code from} to {@code to} (exclusive), which lie in one block. */
    private void zero(long from, long to) throws MutationRefused {
        if (from >= to) {
            return;
        }
        long index = Blocks.blockOf(from);
        Content.Raw raw = loaded(index);
        int start = (int) (from - index * BLOCK_BYTES);
        int end = (int) (to - index * BLOCK_BYTES);
        if (raw == null || start >= raw.length()) {
            return;
        }
        if (end < raw.length()) {
            Arrays.fill(raw.bytes(), start, end, (byte) 0);
            put(index, raw);
        } else if (start > 0) {
            put(index, new Content.Raw(raw.bytes(), start));
        } else {
            deleteBlocks(index, index);
        }
    }

    /** Blocks are referred to; of a last one that is not whole the bytes may have to be merged. */
    void copyBlocks(Mutation.CloneRange clone) throws MutationRefused {
        checkRange(clone.offset(), clone.lengthBytes());
        checkRange(clone.sourceOffset(), clone.lengthBytes());
        Inode source = state.inode(clone.source());
        boolean sound = source != null && source.type() == FileType.REGULAR && clone.lengthBytes() > 0
                && clone.offset() % BLOCK_BYTES == 0 && clone.sourceOffset() % BLOCK_BYTES == 0;
        if (!sound) {
            throw InodeFold.malformed("the request copies a range that is none, to " + ino);
        }
        long end = clone.offset() + clone.lengthBytes();
        notePages(clone.offset(), end);
        long first = Blocks.blockOf(clone.offset());
        long sourceFirst = Blocks.blockOf(clone.sourceOffset());
        long whole = clone.lengthBytes() / BLOCK_BYTES;
        int tail = (int) (clone.lengthBytes() % BLOCK_BYTES);
        // The source has nothing beyond the tail, nor has this file.
        boolean tailToo = tail > 0 && source.sizeBytes() <= clone.sourceOffset() + clone.lengthBytes()
                && sizeBytes <= end;
        long count = whole + (tailToo ? 1 : 0);
        if (count > 0) {
            deleteBlocks(first, first + count - 1);
            cloned.add(new ClonedRuns.Run(first, first + count - 1, clone.source(), sourceFirst));
        }
        if (tail > 0 && !tailToo) {
            Bytes stored = state.block(clone.source(), sourceFirst + whole);
            byte[] bytes = new byte[tail];
            if (stored != null) {
                room.take(stored.length());
                stored.copyTo(0, bytes, 0, Math.min(tail, stored.length()));
            }
            writeInBlock(first + whole, 0, tail, new FileBytes.Inline(Bytes.owning(bytes)), 0);
        }
        sizeBytes = Math.max(sizeBytes, end);
    }

    void append(FileBytes data) throws MutationRefused {
        write(sizeBytes, data);
    }

    void write(long offset, FileBytes data) throws MutationRefused {
        long length = data.lengthBytes();
        checkRange(offset, length);
        if (data instanceof FileBytes.Staged staged) {
            checkStaged(staged);
        }
        if (length == 0) {
            return;
        }
        long end = offset + length;
        notePages(offset, end);
        for (long from = offset; from < end; from = (Blocks.blockOf(from) + 1) * BLOCK_BYTES) {
            long index = Blocks.blockOf(from);
            int start = (int) (from - index * BLOCK_BYTES);
            int count = (int) Math.min(end - from, BLOCK_BYTES - start);
            writeInBlock(index, start, count, data, from - offset);
        }
        sizeBytes = Math.max(sizeBytes, end);
    }

    /** {@code count} bytes of {@code data} from {@code dataOffset} on, to {@code start} in the block. */
    private void writeInBlock(long index, int start, int count, FileBytes data, long dataOffset)
            throws MutationRefused {
        long blockStart = index * BLOCK_BYTES;
        boolean replaces = start == 0 && blockStart + count >= Math.min(sizeBytes, blockStart + BLOCK_BYTES);
        if (replaces && data instanceof FileBytes.Staged staged
                && (staged.offsetBytes() + dataOffset) % BLOCK_BYTES == 0) {
            put(index,
                    new Content.Reference(staged.object(), staged.offsetBytes() + dataOffset, count));
            return;
        }
        Content mine = written.get(index);
        boolean patches = !replaces
                && (mine instanceof Content.Patched || mine == null && (start > 0 || mayBeThere(index)));
        if (patches || data instanceof FileBytes.Staged && !room.copies() && (mine == null || replaces)) {
            BlockPatch.Builder parts = mine instanceof Content.Patched patched && !replaces
                    ? patched.parts()
                    : new BlockPatch.Builder();
            parts.add(partOf(start, count, data, dataOffset));
            put(index, new Content.Patched(parts));
            return;
        }
        Content.Raw base = replaces ? null : loaded(index);
        int baseLength = base == null ? 0 : base.length();
        int newLength = Math.max(baseLength, start + count);
        room.take(data instanceof FileBytes.Staged ? count : 0);
        byte[] bytes = base == null ? new byte[newLength] : grown(base, newLength);
        switch (data) {
            case FileBytes.Inline inline -> inline.bytes().copyTo((int) dataOffset, bytes, start, count);
            case FileBytes.Staged staged ->
                    state.stagedBytes(staged.object(), staged.offsetBytes() + dataOffset, count)
                            .copyTo(0, bytes, start, count);
        }
        put(index, new Content.Raw(bytes, newLength));
    }

    private BlockPatch.Part partOf(int start, int count, FileBytes data, long dataOffset) throws MutationRefused {
        return new BlockPatch.Part(start, count, switch (data) {
            case FileBytes.Inline inline -> new BlockPatch.Inline(
                    inline.bytes().slice((int) dataOffset, (int) dataOffset + count));
            case FileBytes.Staged staged when room.copies() -> {
                room.take(count);
                yield new BlockPatch.Inline(
                        state.stagedBytes(staged.object(), staged.offsetBytes() + dataOffset, count));
            }
            case FileBytes.Staged staged ->
                    new BlockPatch.Staged(staged.object(), staged.offsetBytes() + dataOffset);
        });
    }

    /** Whether there may be a block that this commit has not written. */
    private boolean mayBeThere(long index) {
        return cloned.at(index) != null || mayBeStored(index);
    }

    /** Whether the store may have a block here that this commit has not replaced. */
    private boolean mayBeStored(long index) {
        return existed && index * BLOCK_BYTES < sizeBeforeBytes && !deletedBlocks.contains(index);
    }

    /** An array with the content's bytes, zeros up to {@code length}; room is left so that many appends stay linear. */
    private static byte[] grown(Content.Raw base, int length) {
        byte[] bytes = base.bytes();
        if (bytes.length < length) {
            bytes = Arrays.copyOf(bytes, Math.min(BLOCK_BYTES, Math.max(length, bytes.length * 2)));
        }
        if (base.length() < length) {
            // A trim leaves old bytes behind the length.
            Arrays.fill(bytes, base.length(), length, (byte) 0);
        }
        return bytes;
    }

    private void checkRange(long offset, long lengthBytes) throws MutationRefused {
        boolean fits = offset >= 0 && lengthBytes >= 0 && lengthBytes <= Blocks.FILE_BYTES_MAX
                && offset <= Blocks.FILE_BYTES_MAX - lengthBytes;
        if (!fits) {
            throw InodeFold.malformed("a range of bytes is out of range: " + ino);
        }
    }

    private void checkStaged(FileBytes.Staged staged) throws MutationRefused {
        long length = state.stagedLengthBytes(staged.object());
        boolean there = staged.offsetBytes() >= 0 && staged.offsetBytes() <= length
                && staged.lengthBytes() <= length - staged.offsetBytes();
        if (!there) {
            throw new MutationRefused(RefusalCause.STAGED_BLOCK_MISSING,
                    "the request refers to bytes that were not staged: " + staged.object());
        }
    }

    private void deleteBlocks(long first, long last) {
        deletedBlocks.add(first, last);
        cloned.remove(first, last);
        written.subMap(first, true, last, true).clear();
    }

    private void put(long index, Content content) {
        if (!(content instanceof Content.Patched)) {
            cloned.remove(index, index);
        }
        written.put(index, content);
    }

    /** What lies under a patch, or shows when this commit has not written the block; null for a hole. */
    private Bytes baseOf(long index) {
        ClonedRuns.Run run = cloned.at(index);
        if (run != null) {
            return state.block(run.source(), run.sourceOf(index));
        }
        return mayBeStored(index) ? state.block(ino, index) : null;
    }

    /** Null for a hole. */
    private Content contentOf(long index) throws MutationRefused {
        Content mine = written.get(index);
        if (mine != null && !(mine instanceof Content.Patched)) {
            return mine;
        }
        Bytes stored = baseOf(index);
        if (mine instanceof Content.Patched patched) {
            stored = patched.parts().build().over(stored, state::stagedBytes);
        }
        if (stored == null) {
            return null;
        }
        room.take(stored.length());
        return new Content.Raw(stored.toArray(), stored.length());
    }

    /** The block's bytes in an array that may be changed; null for a hole. */
    private Content.Raw loaded(long index) throws MutationRefused {
        return switch (contentOf(index)) {
            case null -> null;
            case Content.Raw raw -> raw;
            case Content.Patched patched -> throw new AssertionError("the content of a patched block is its bytes");
            case Content.Reference staged -> {
                room.take(staged.length());
                Bytes bytes = state.stagedBytes(staged.object(), staged.offsetBytes(), staged.length());
                yield new Content.Raw(bytes.toArray(), staged.length());
            }
        };
    }

    private void notePages(long fromByte, long toByteExclusive) {
        changedPages.add(Blocks.pageOf(fromByte), Blocks.pageOf(toByteExclusive - 1));
    }

    /** Range deletions first, then clones, then blocks in order of their index. */
    void emit(List<Effect> effects) {
        if (existed) {
            deletedBlocks.forEach((first, last) -> effects.add(new Effect.DeleteBlocks(ino, first, last)));
        }
        cloned.emit(ino, effects);
        for (Map.Entry<Long, Content> entry : written.entrySet()) {
            BlockKey key = new BlockKey(ino, entry.getKey());
            switch (entry.getValue()) {
                case Content.Raw raw -> effects.add(new Effect.Put(key, new BlockObject(exact(raw))));
                case Content.Patched patched ->
                        effects.add(new Effect.PatchBlock(
                                key, patched.parts().build(), !mayBeThere(entry.getKey())));
                case Content.Reference staged ->
                        effects.add(new Effect.PutStagedBlock(
                                key, staged.object(), staged.offsetBytes(), staged.length()));
            }
        }
    }

    private static Bytes exact(Content.Raw raw) {
        return Bytes.owning(raw.bytes().length == raw.length()
                ? raw.bytes()
                : Arrays.copyOf(raw.bytes(), raw.length()));
    }

    void noteChanges(List<Change> changes) {
        if (sizeBytes != sizeBeforeBytes || smallestBytes < sizeBeforeBytes) {
            changes.add(new Change.OfLength(ino, smallestBytes < sizeBeforeBytes ? smallestBytes : -1));
        }
        changedPages.forEach((first, last) -> changes.add(new Change.OfPages(ino, first, last)));
    }
}
