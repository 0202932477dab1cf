package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.model.FsException;
import io.cffs.model.Inode;

/**
 * Where the data and the holes of a file are, and how much it takes, as this transaction sees it. As {@link
 * Transaction}: restartable, own work is no read, not thread-safe.
 */
public final class FileHoles {
    /** There is no data from the place that was asked about on. */
    public static final long NONE = -1;

    private final TransactionCore core;
    private final WriteSet writes;

    FileHoles(TransactionCore core, WriteSet writes) {
        this.core = core;
        this.writes = writes;
    }

    /**
     * The first byte from {@code offset} on that lies in a page with data; {@link #NONE} when there is none. Records
     * the pages that were looked at and that the file reaches this far; of a search that meets the end the exact
     * length.
     *
     * @param offset 0 and up, below the length of the file
     */
    public long nextData(Inode file, long offset) throws FsException {
        return next(file, offset, true);
    }

    /**
     * The first byte from {@code offset} on that lies in a hole; the length of the file when there is none. Records
     * as {@link #nextData}.
     *
     * @param offset 0 and up, below the length of the file
     */
    public long nextHole(Inode file, long offset) throws FsException {
        return next(file, offset, false);
    }

    private long next(Inode file, long offset, boolean data) throws FsException {
        FileOverlay overlay = overlay(file);
        if (overlay != null && overlay.pendingBytes() > 0) {
            overlay.look();
        }
        VisiblePages pages = VisiblePages.of(core, writes, file);
        long stop = StoredPages.pagesOf(file.sizeBytes());
        long from = Blocks.pageOf(offset);
        long found = data ? pages.nextData(from, stop) : pages.nextHole(from, stop);
        boolean end = found >= stop;
        // That the offset lies within the file is known through this byte alone, when the page is an own one.
        recordReach(file, overlay, offset + 1);
        pages.recordLooked(offset, end ? file.sizeBytes() : Math.max(offset, found * Blocks.PAGE_BYTES) + 1);
        if (end) {
            writes.readLength(file.ino());
            return data ? NONE : file.sizeBytes();
        }
        return Math.max(offset, found * Blocks.PAGE_BYTES);
    }

    private void recordReach(Inode file, FileOverlay overlay, long bytes) {
        boolean own = writes.isCreated(file.ino()) || overlay != null && overlay.lengthIsOwn();
        if (!own && bytes <= core.snapshot().inode(file.ino()).sizeBytes()) {
            core.reads().lengthAtLeast(file.ino(), bytes);
        }
    }

    /** The file with the bytes that it takes as this transaction sees it. No read: it is as of the snapshot. */
    public Inode measured(Inode file) {
        InodeOverlay overlay = writes.of(file.ino());
        if (overlay == null || overlay.file() == null) {
            return file;
        }
        return file.withAllocated(overlay.allocatedBytes());
    }

    /** Null when the file's bytes are as stored. */
    private FileOverlay overlay(Inode file) {
        InodeOverlay overlay = writes.of(file.ino());
        return overlay == null ? null : overlay.file();
    }
}
