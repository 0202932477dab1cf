package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import java.nio.ByteBuffer;

/**
 * Holes, and ranges that are taken over from one file by another without moving bytes. As {@link Transaction}:
 * restartable, own work is no read, not thread-safe.
 */
public final class FileRanges {
    private final TransactionCore core;
    private final WriteSet writes;

    FileRanges(TransactionCore core, WriteSet writes) {
        this.core = core;
        this.writes = writes;
    }

    /**
     * Whether the file has to grow to be at least this long. That it does is no read; that it reaches that far is one.
     *
     * @throws FsException QUOTA_EXCEEDED
     */
    public boolean grows(Inode file, long end) throws FsException {
        FileOverlay overlay = overlay(file.ino());
        if (overlay != null && overlay.pendingBytes() > 0) {
            overlay.placeAppends();
        }
        if (file.sizeBytes() < end) {
            core.quotas().require(file, end - file.sizeBytes(), 0);
            return true;
        }
        if (!writes.isCreated(file.ino()) && (overlay == null || !overlay.lengthIsOwn())) {
            core.reads().lengthAtLeast(file.ino(), Math.min(end, core.snapshot().inode(file.ino()).sizeBytes()));
        }
        return false;
    }

    /** Makes the file at least this long, whatever its length will be at the commit. Reads nothing. */
    public void grow(Inode file, long end) {
        writes.open(file).fileForWriting().reach(end);
    }

    /**
     * Makes a range a hole; the length stays. Whole pages go without being read, and their frames are free.
     *
     * @param offset 0 and up
     * @param end exclusive, above the offset
     */
    public void punch(Inode file, long offset, long end) throws FsException {
        FileOverlay overlay = writes.open(file).fileForWriting();
        if (overlay.pendingBytes() > 0 && end > overlay.lengthBytes() - overlay.pendingBytes()) {
            overlay.placeAppends();
        }
        long first = (offset + Blocks.PAGE_BYTES - 1) / Blocks.PAGE_BYTES;
        boolean tailToo = overlay.lengthIsOwn() && end >= overlay.lengthBytes();
        long stop = tailToo ? (end + Blocks.PAGE_BYTES - 1) / Blocks.PAGE_BYTES : Blocks.pageOf(end);
        long headEnd = Math.min(end, first * Blocks.PAGE_BYTES);
        long tailStart = Math.max(offset, stop * Blocks.PAGE_BYTES);
        boolean oneEdge = first > stop;
        // All that may miss comes before the first change.
        look(overlay, offset, headEnd);
        look(overlay, tailStart, oneEdge ? tailStart : end);
        zero(overlay, offset, headEnd);
        zero(overlay, tailStart, oneEdge ? tailStart : end);
        if (first < stop) {
            overlay.keepReach();
            overlay.pages().free(first, stop - 1, core.nextStamp(), core.frames());
            overlay.under().put(Underlay.hole(first, stop - 1));
        }
    }

    private static void look(FileOverlay overlay, long from, long to) throws FsException {
        if (from >= to) {
            return;
        }
        if (from >= overlay.lengthBytes()) {
            overlay.look();
        } else if (!isHole(overlay, from)) {
            overlay.presentBytes(Blocks.pageOf(from), from, to, 0);
        }
    }

    private static boolean isHole(FileOverlay overlay, long at) {
        long page = Blocks.pageOf(at);
        Underlay.Extent extent = overlay.under().at(page);
        return extent != null && extent.isHole() && overlay.pages().frameOf(page) == PageTable.NO_FRAME;
    }

    /** Part of one page. What lies beyond the end is zeros already. */
    private static void zero(FileOverlay overlay, long from, long to) throws FsException {
        if (from < to && from < overlay.lengthBytes() && !isHole(overlay, from)) {
            overlay.prepare(from, to);
            ByteBuffer zeros = ByteBuffer.allocate((int) (to - from));
            overlay.put(from, zeros);
        }
    }

    /**
     * Takes a range over from a file, as this transaction sees it: what is stored by reference, what was written here
     * page by page. Later changes of the source do not show. Records the source's pages that are stored, and how far it
     * reached.
     *
     * @param from in the source; a multiple of the block size, as is {@code to}
     * @param lengthBytes a multiple of the block size too, or up to the end of the source and not ending before the
     *     end of the target. The ranges do not overlap
     */
    public void clone(Inode source, long from, Inode target, long to, long lengthBytes) throws FsException {
        boolean whole = lengthBytes % Blocks.BLOCK_BYTES == 0;
        if (from % Blocks.BLOCK_BYTES != 0 || to % Blocks.BLOCK_BYTES != 0
                || !whole && (from + lengthBytes < source.sizeBytes() || to + lengthBytes < target.sizeBytes())) {
            throw new AssertionError("only whole blocks are taken over: " + from + " to " + to + ", " + lengthBytes);
        }
        core.quotas().require(target, to + lengthBytes - target.sizeBytes(), 0);
        FileOverlay giver = overlay(source.ino());
        if (giver != null && giver.pendingBytes() > 0) {
            giver.placeAppends();
        }
        FileOverlay taker = writes.open(target).fileForWriting();
        if (taker.pendingBytes() > 0) {
            taker.placeAppends();
        }
        if (!whole) {
            taker.look();
        }
        Taking.take(core, source, writes.isCreated(source.ino()), giver, from, taker, to, lengthBytes);
    }

    /** Null when the file's bytes are as stored. */
    private FileOverlay overlay(Ino ino) {
        InodeOverlay overlay = writes.of(ino);
        return overlay == null ? null : overlay.file();
    }
}
