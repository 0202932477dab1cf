package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.model.Inode;
import io.cffs.txn.port.FileExtents;
import java.util.List;

/**
 * Which pages of a file hold data in the snapshot. Of a file without holes, and of one without data, the inode says it
 * all, and nothing is fetched. Records nothing. Any method may throw {@link SnapshotMiss}.
 */
final class StoredPages {
    /** No page, or beyond every page. */
    static final long NONE = Long.MAX_VALUE;

    private final Snapshot snapshot;
    private final Inode inode;
    private final long pageCount;

    /** @param inode as stored; null for a file that is not */
    StoredPages(Snapshot snapshot, Inode inode) {
        this.snapshot = snapshot;
        this.inode = inode;
        this.pageCount = inode == null ? 0 : pagesOf(inode.sizeBytes());
    }

    /** How many pages a file of this length has. */
    static long pagesOf(long lengthBytes) {
        return (lengthBytes + Blocks.PAGE_BYTES - 1) / Blocks.PAGE_BYTES;
    }

    private long allocated() {
        return inode == null ? 0 : inode.allocatedBytes() / Blocks.PAGE_BYTES;
    }

    /** Whether nothing has to be asked for. */
    boolean isWithoutHoles() {
        return inode == null || inode.isWithoutHoles();
    }

    boolean isData(long page) {
        return nextData(page) == page;
    }

    /** The first page from this one on that holds data; {@link #NONE} when none does. */
    long nextData(long from) {
        if (allocated() == 0 || from >= pageCount) {
            return NONE;
        }
        if (inode.isWithoutHoles()) {
            return from;
        }
        long page = from;
        while (page < pageCount) {
            FileExtents known = snapshot.extents(inode.ino(), page);
            FileExtents.Run run = runAt(known.runs(), page);
            if (run != null) {
                return Math.max(page, run.firstPage());
            }
            page = known.stopPage();
        }
        return NONE;
    }

    /** The first page from this one on that is a hole, or beyond the end. */
    long nextHole(long from) {
        if (allocated() == 0 || from >= pageCount) {
            return from;
        }
        if (inode.isWithoutHoles()) {
            return pageCount;
        }
        long page = from;
        while (page < pageCount) {
            FileExtents known = snapshot.extents(inode.ino(), page);
            FileExtents.Run run = runAt(known.runs(), page);
            if (run == null || run.firstPage() > page) {
                return page;
            }
            page = run.lastPage() + 1;
            if (page < known.stopPage()) {
                return page;
            }
        }
        return page;
    }

    /** How many pages from {@code from} to {@code stop} (exclusive) hold data. */
    long count(long from, long stop) {
        if (from == 0 && stop >= pageCount || allocated() == 0) {
            return allocated();
        }
        long end = Math.min(stop, pageCount);
        long count = 0;
        for (long page = nextData(from); page < end; page = nextData(page)) {
            long hole = nextHole(page);
            count += Math.min(hole, end) - page;
            page = hole;
        }
        return count;
    }

    /** The first run that ends at this page or later; null when none does. */
    private static FileExtents.Run runAt(List<FileExtents.Run> runs, long page) {
        int low = 0;
        int high = runs.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (runs.get(middle).lastPage() < page) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < runs.size() ? runs.get(low) : null;
    }
}
