package io.cffs.txn.apply;

import static io.cffs.model.Blocks.BLOCK_BYTES;
import static io.cffs.model.Blocks.PAGE_BYTES;

import io.cffs.model.BlockPages;
import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.txn.CommitOutcome.RefusalCause;
import io.cffs.txn.Mutation;
import io.cffs.txn.Mutation.FileBytes;
import io.cffs.txn.validate.WriteFootprint.Change;
import java.util.Arrays;
import java.util.List;
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
    private final TreeMap<Long, BlockContent> written = new TreeMap<>();
    private final Ranges deletedBlocks = new Ranges();
    private final Ranges changedPages = new Ranges();
    private final ClonedRuns cloned = new ClonedRuns();
    private final StoredAllocation stored;
    private final MergeRoom room;
    private long sizeBytes;
    private long smallestBytes;

    /** @param before null for a file that the commit creates, which is as {@code now} says */
    FileFold(Inode before, Inode now, LatestState state, MergeRoom room) {
        this.ino = now.ino();
        this.sizeBeforeBytes = now.sizeBytes();
        this.sizeBytes = now.sizeBytes();
        this.smallestBytes = now.sizeBytes();
        this.existed = before != null;
        this.state = state;
        this.stored = new StoredAllocation(before, state);
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
            case BlockContent.Raw raw when raw.length() > keepBytes ->
                    putOrDelete(index, raw.bytes(), keepBytes, raw.pages());
            case BlockContent.Reference staged when staged.length() > keepBytes ->
                    put(index, new BlockContent.Reference(staged.object(), staged.offsetBytes(), keepBytes));
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
        BlockContent.Raw raw = loaded(index);
        int start = (int) (from - index * BLOCK_BYTES);
        int end = (int) (to - index * BLOCK_BYTES);
        if (raw == null || start >= raw.length()) {
            return;
        }
        if (end < raw.length()) {
            Arrays.fill(raw.bytes(), start, end, (byte) 0);
            int freed = BlockPages.covering(end - end % PAGE_BYTES) & ~BlockPages.covering(start);
            putOrDelete(index, raw.bytes(), raw.length(), raw.pages() & ~freed);
        } else {
            putOrDelete(index, raw.bytes(), start, raw.pages());
        }
    }

    /** A block that has data in no page is none. */
    private void putOrDelete(long index, byte[] bytes, int length, int pages) {
        int left = pages & BlockPages.covering(length);
        if (left == 0) {
            deleteBlocks(index, index);
        } else {
            put(index, new BlockContent.Raw(bytes, length, left));
        }
    }

    /** Blocks are referred to; of a last one that is not whole the bytes may have to be copied. */
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
        sizeBytes = Math.max(sizeBytes, end);
        notePages(clone.offset(), Math.min(sizeBytes, (first + whole + (tail > 0 ? 1 : 0)) * BLOCK_BYTES));
        if (tail > 0 && !tailToo) {
            deleteBlocks(first + whole, first + whole);
            copyTail(source, sourceFirst + whole, first + whole, tail);
        }
    }

    private void copyTail(Inode source, long sourceIndex, long index, int tail) throws MutationRefused {
        int pages = new StoredAllocation(source, state).pages(sourceIndex) & BlockPages.covering(tail);
        if (pages != 0) {
            Bytes bytes = state.block(source.ino(), sourceIndex);
            room.take(bytes.length());
            int length = Math.min(tail, bytes.length());
            putOrDelete(index, bytes.slice(0, length).toArray(), length, pages);
        }
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
                    new BlockContent.Reference(staged.object(), staged.offsetBytes() + dataOffset, count));
            return;
        }
        if (replaces && data instanceof FileBytes.Inline inline && inline.lengthBytes() == count) {
            put(index, new BlockContent.Given(inline.bytes()));
            return;
        }
        BlockContent mine = written.get(index);
        boolean patches = !replaces
                && (mine instanceof BlockContent.Patched || mine == null && (start > 0 || mayBeThere(index)));
        if (patches || data instanceof FileBytes.Staged && !room.copies() && (mine == null || replaces)) {
            BlockPatch.Builder parts = mine instanceof BlockContent.Patched patched && !replaces
                    ? patched.parts()
                    : new BlockPatch.Builder();
            parts.add(partOf(start, count, data, dataOffset));
            put(index, new BlockContent.Patched(parts));
            return;
        }
        BlockContent.Raw base = replaces ? null : loaded(index);
        int baseLength = base == null ? 0 : base.length();
        int newLength = Math.max(baseLength, start + count);
        room.take(data instanceof FileBytes.Staged ? count : 0);
        byte[] bytes = base == null ? new byte[newLength] : base.grown(newLength);
        switch (data) {
            case FileBytes.Inline inline -> inline.bytes().copyTo((int) dataOffset, bytes, start, count);
            case FileBytes.Staged staged ->
                    state.stagedBytes(staged.object(), staged.offsetBytes() + dataOffset, count)
                            .copyTo(0, bytes, start, count);
        }
        int pages = BlockPages.touched(start, start + count) | (base == null ? 0 : base.pages());
        put(index, new BlockContent.Raw(bytes, newLength, pages));
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

    private void checkRange(long offset, long lengthBytes) throws MutationRefused {
        long max = Blocks.FILE_BYTES_MAX;
        if (offset < 0 || lengthBytes < 0 || lengthBytes > max || offset > max - lengthBytes) {
            throw InodeFold.malformed("a range of bytes is out of range: " + ino);
        }
    }

    private void checkStaged(FileBytes.Staged staged) throws MutationRefused {
        long left = state.stagedLengthBytes(staged.object()) - staged.offsetBytes();
        if (staged.offsetBytes() < 0 || left < 0 || staged.lengthBytes() > left) {
            throw new MutationRefused(RefusalCause.STAGED_BLOCK_MISSING,
                    "the request refers to bytes that were not staged: " + staged.object());
        }
    }

    private void deleteBlocks(long first, long last) {
        deletedBlocks.add(first, last);
        cloned.remove(first, last);
        written.subMap(first, true, last, true).clear();
    }

    private void put(long index, BlockContent content) {
        if (!(content instanceof BlockContent.Patched)) {
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
    private BlockContent contentOf(long index) throws MutationRefused {
        BlockContent mine = written.get(index);
        if (mine instanceof BlockContent.Given given) {
            // Once, however often the commit looks at it.
            written.put(index, given.loaded());
            return written.get(index);
        }
        if (mine != null && !(mine instanceof BlockContent.Patched)) {
            return mine;
        }
        Bytes bytes = baseOf(index);
        int pages = bytes == null ? 0 : pagesUnder(index);
        if (mine instanceof BlockContent.Patched patched) {
            bytes = patched.parts().build().over(bytes, state::stagedBytes);
            pages = patched.pagesOver(pages);
        }
        if (bytes == null) {
            return null;
        }
        room.take(bytes.length());
        return new BlockContent.Raw(bytes.toArray(), bytes.length(), pages);
    }

    /** The pages that hold data in what this commit has not written of a block. */
    private int pagesUnder(long index) {
        ClonedRuns.Run run = cloned.at(index);
        return run != null ? sourceOf(run).pages(run.sourceOf(index)) : mayBeStored(index) ? stored.pages(index) : 0;
    }

    private StoredAllocation sourceOf(ClonedRuns.Run run) {
        return new StoredAllocation(state.inode(run.source()), state);
    }

    /** What the file takes once all is done; a sum of differences, so that blocks nobody touched are not looked at. */
    long allocatedBytes() {
        long[] pages = {stored.count()};
        deletedBlocks.forEach((first, last) -> pages[0] -= stored.count(first, last));
        cloned.forEach(run -> pages[0] += sourceOf(run).count(run.sourceFirst(), run.sourceOf(run.last())));
        written.forEach((index, content) -> {
            int under = pagesUnder(index);
            pages[0] += BlockPages.count(content.pagesOver(under)) - BlockPages.count(under);
        });
        // Less than nothing comes of damage alone, which fsck tells of.
        return Math.max(0, pages[0]) * PAGE_BYTES;
    }

    /** The block's bytes in an array that may be changed; null for a hole. */
    private BlockContent.Raw loaded(long index) throws MutationRefused {
        return switch (contentOf(index)) {
            case null -> null;
            case BlockContent.Raw raw -> raw;
            case BlockContent.Patched patched ->
                    throw new AssertionError("the content of a patched block is its bytes");
            case BlockContent.Given given -> given.loaded();
            case BlockContent.Reference staged -> {
                room.take(staged.length());
                Bytes bytes = state.stagedBytes(staged.object(), staged.offsetBytes(), staged.length());
                yield new BlockContent.Raw(
                        bytes.toArray(), staged.length(), BlockPages.covering(staged.length()));
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
        written.forEach((index, content) ->
                effects.add(content.effect(new BlockKey(ino, index), !mayBeThere(index))));
    }

    void noteChanges(List<Change> changes) {
        if (sizeBytes != sizeBeforeBytes || smallestBytes < sizeBeforeBytes) {
            changes.add(new Change.OfLength(ino, smallestBytes < sizeBeforeBytes ? smallestBytes : -1));
        }
        changedPages.forEach((first, last) -> changes.add(new Change.OfPages(ino, first, last)));
    }
}
