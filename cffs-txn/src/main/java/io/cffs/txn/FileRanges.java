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
     */
    public boolean grows(Inode file, long end) throws FsException {
        FileOverlay overlay = overlay(file.ino());
        if (overlay != null && overlay.pendingBytes() > 0) {
            overlay.placeAppends();
        }
        if (file.sizeBytes() < end) {
            return true;
        }
        if (!writes.isCreated(file.ino()) && (overlay == null || !overlay.lengthIsOwn())) {
            core.reads().lengthAtLeast(file.ino(), Math.min(end, core.snapshot().inode(file.ino()).sizeBytes()));
        }
        return false;
    }

    /**
     * Takes a page that was changed through a mapping. No quota refuses it: the program that changed it has gone on,
     * and would hear nothing; the commit decides.
     */
    public void writeMapped(Inode file, long offset, ByteBuffer source) throws FsException {
        writes.open(file).fileForWriting().write(offset, source);
    }

    /** Makes the file at least this long, whatever its length will be at the commit. Reads nothing. */
    public void grow(Inode file, long end) {
        writes.open(file).fileForWriting().reach(end);
    }

    /**
     * Makes a range a hole; the length stays. Whole pages go without being read, and their frames are free. The page
     * that holds the end of the file is whole when the range reaches that end.
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
        boolean tailToo = end >= overlay.lengthBytes()
                && Blocks.pageOf(end) < StoredPages.pagesOf(overlay.lengthBytes());
        if (tailToo) {
            overlay.look();
        }
        long stop = Blocks.pageOf(end) + (tailToo ? 1 : 0);
        VisiblePages visible = new VisiblePages(core, file.ino(), stored(file.ino()), overlay);
        long headEnd = Math.min(end, first * Blocks.PAGE_BYTES);
        long tailStart = Math.max(offset, stop * Blocks.PAGE_BYTES);
        long tailEnd = first > stop ? tailStart : end;
        // All that may miss comes before the first change.
        Edge head = edge(overlay, visible, offset, headEnd);
        Edge tail = edge(overlay, visible, tailStart, tailEnd);
        head.write(overlay);
        tail.write(overlay);
        if (first < stop) {
            overlay.pages().free(first, stop - 1, core.nextStamp(), core.frames());
            overlay.under().put(Underlay.hole(first, stop - 1));
        }
    }

    /** What a page that the hole cuts through has to hold: a whole page, or zeros for one that is written already. */
    private record Edge(long offset, ByteBuffer bytes) {
        static final Edge NONE = new Edge(0, ByteBuffer.allocate(0));

        void write(FileOverlay overlay) throws FsException {
            if (bytes.hasRemaining()) {
                overlay.prepare(offset, offset + bytes.remaining());
                overlay.put(offset, bytes);
            }
        }
    }

    /** Zeros for part of a page, unless that is a hole or beyond the end. */
    private static Edge edge(FileOverlay overlay, VisiblePages visible, long from, long to) throws FsException {
        if (from >= to) {
            return Edge.NONE;
        }
        if (from >= overlay.lengthBytes()) {
            overlay.look();
            return Edge.NONE;
        }
        long page = Blocks.pageOf(from);
        if (!visible.isData(page)) {
            visible.recordLooked(from, to);
            return Edge.NONE;
        }
        ByteBuffer present = overlay.presentBytes(page, from, to, 0);
        ByteBuffer zeros = ByteBuffer.allocate((int) (to - from));
        if (present == null) {
            return new Edge(from, zeros);
        }
        ByteBuffer whole = ByteBuffer.allocate(Blocks.PAGE_BYTES).put(present);
        whole.put((int) (from % Blocks.PAGE_BYTES), zeros, 0, zeros.remaining());
        return new Edge(page * Blocks.PAGE_BYTES, whole.flip());
    }

    /** Null for a file that was made here. */
    private Inode stored(Ino ino) {
        return writes.isCreated(ino) ? null : core.snapshot().inode(ino);
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
        new QuotaNeeds(core, writes).requireClone(source, from, target, to, lengthBytes);
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
