package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.model.Ino;
import io.cffs.model.Inode;

/**
 * Which pages of a file hold data as a transaction sees it: those written here, those of files that ranges were taken
 * over from, and those stored, less the holes that were made here. What it says of stored pages is recorded only by
 * {@link #recordLooked}. Any method may throw {@link SnapshotMiss}; it changes nothing.
 */
final class VisiblePages {
    private final TransactionCore core;
    private final Ino ino;
    private final StoredPages stored;
    private final FileOverlay overlay;

    /** @param overlay null when the file's bytes are as stored */
    VisiblePages(TransactionCore core, Ino ino, Inode stored, FileOverlay overlay) {
        this.core = core;
        this.ino = ino;
        this.stored = new StoredPages(core.snapshot(), stored);
        this.overlay = overlay;
    }

    static VisiblePages of(TransactionCore core, WriteSet writes, Inode file) {
        InodeOverlay overlay = writes.of(file.ino());
        Inode stored = writes.isCreated(file.ino()) ? null : core.snapshot().inode(file.ino());
        return new VisiblePages(core, file.ino(), stored, overlay == null ? null : overlay.file());
    }

    /**
     * A run of pages that are alike.
     *
     * @param stop exclusive
     * @param source where data is; null when all of it is data ({@code data}) or all a hole
     * @param shift what to add to a page here for the page of the source
     * @param own the stored file shows, or would if it reached this far
     */
    private record Part(long stop, boolean data, StoredPages source, long shift, boolean own) {
        /** The first page that holds data; {@code stop} for none. */
        long nextData(long page) {
            if (source == null) {
                return data ? page : stop;
            }
            long found = source.nextData(page + shift);
            return found == StoredPages.NONE ? stop : Math.min(stop, found - shift);
        }

        long nextHole(long page) {
            if (source == null) {
                return data ? stop : page;
            }
            return Math.min(stop, source.nextHole(page + shift) - shift);
        }

        long count(long page) {
            return source == null ? data ? stop - page : 0 : source.count(page + shift, stop + shift);
        }
    }

    /** @param limit the part ends here at the latest */
    private Part partAt(long page, long limit) {
        if (overlay == null) {
            return new Part(limit, false, stored, 0, true);
        }
        if (overlay.pages().frameOf(page) != PageTable.NO_FRAME) {
            return new Part(overlay.pages().endOfRun(page, limit), true, null, 0, false);
        }
        long written = overlay.pages().nextPage(page);
        long stop = written < 0 ? limit : Math.min(limit, written);
        Underlay.Extent extent = overlay.under().at(page);
        if (extent == null) {
            stop = Math.min(stop, overlay.under().nextAfter(page));
            return part(stop, page, stored, 0, StoredPages.pagesOf(overlay.storedEnd()), true);
        }
        stop = Math.min(stop, extent.lastPage() + 1);
        if (extent.isHole()) {
            return new Part(stop, false, null, 0, false);
        }
        long shift = extent.shiftBytes() / Blocks.PAGE_BYTES;
        StoredPages source = new StoredPages(core.snapshot(), core.snapshot().inode(extent.source()));
        return part(stop, page, source, shift, StoredPages.pagesOf(extent.sourceEnd()) - shift, false);
    }

    private static Part part(long stop, long page, StoredPages source, long shift, long sourceStop, boolean own) {
        return page >= sourceStop
                ? new Part(stop, false, null, 0, own)
                : new Part(Math.min(stop, sourceStop), false, source, shift, own);
    }

    boolean isData(long page) {
        return partAt(page, page + 1).nextData(page) == page;
    }

    /** The first page from {@code from} on that holds data; {@code stop} when none before that does. */
    long nextData(long from, long stop) {
        long page = from;
        while (page < stop) {
            Part part = partAt(page, stop);
            page = part.nextData(page);
            if (page < part.stop()) {
                return page;
            }
        }
        return stop;
    }

    /** The first page from {@code from} on that is a hole; {@code stop} when none before that is. */
    long nextHole(long from, long stop) {
        long page = from;
        while (page < stop) {
            Part part = partAt(page, stop);
            page = part.nextHole(page);
            if (page < part.stop()) {
                return page;
            }
        }
        return stop;
    }

    /** How many pages from {@code from} to {@code stop} (exclusive) hold data. */
    long count(long from, long stop) {
        long count = 0;
        Part part;
        for (long page = from; page < stop; page = part.stop()) {
            part = partAt(page, stop);
            count += part.count(page);
        }
        return count;
    }

    /** What the file takes, with an overlay; bytes appended blindly as if they were at its end. */
    long allocatedBytes() {
        long storedStop = StoredPages.pagesOf(overlay.storedEnd());
        long length = overlay.lengthBytes() - overlay.pendingBytes();
        long pages = overlay.under().isEmpty()
                ? stored.count(0, storedStop) - coveredBelow(storedStop) + overlay.pages().pageCount()
                : count(0, StoredPages.pagesOf(length));
        if (overlay.pendingBytes() > 0) {
            long tail = Blocks.pageOf(length);
            boolean tailIsData = length % Blocks.PAGE_BYTES != 0 && isData(tail);
            pages += StoredPages.pagesOf(overlay.lengthBytes()) - tail - (tailIsData ? 1 : 0);
        }
        return pages * Blocks.PAGE_BYTES;
    }

    /** How many written pages lie over pages that hold data. */
    private long coveredBelow(long storedStop) {
        if (stored.isWithoutHoles()) {
            return overlay.pages().countBelow(storedStop);
        }
        long covered = 0;
        long page = overlay.pages().nextPage(0);
        while (page >= 0 && page < storedStop) {
            long stop = overlay.pages().endOfRun(page, storedStop);
            covered += stored.count(page, stop);
            page = overlay.pages().nextPage(stop);
        }
        return covered;
    }

    /** Records as read what of these bytes ({@code to} exclusive) is a matter of the stored file. */
    void recordLooked(long from, long to) {
        long end = StoredPages.pagesOf(to);
        Part part;
        for (long page = Blocks.pageOf(from); page < end; page = part.stop()) {
            part = partAt(page, end);
            if (part.own()) {
                long first = Math.max(from, page * Blocks.PAGE_BYTES);
                long last = Math.min(to, part.stop() * Blocks.PAGE_BYTES);
                if (overlay != null) {
                    overlay.recordStored(first, last);
                } else {
                    core.reads().pages(ino, Blocks.pageOf(first), Blocks.pageOf(last - 1));
                    core.reads().lengthAtLeast(ino, last);
                }
            }
        }
    }
}
