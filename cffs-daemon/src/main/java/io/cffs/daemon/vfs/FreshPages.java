package io.cffs.daemon.vfs;

import io.cffs.txn.port.Ticker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What has been read of files through the page cache since the kernel was told to drop their pages, for as long as a
 * write may be on its way that was made before. The kernel has put such a write into a page that is gone, and the one
 * that was read in its place has the bytes from before. Guarded by the session's lock.
 */
public final class FreshPages {
    /** A write comes here microseconds after the kernel has put it into its page, on a busy machine later. */
    private static final long LATE_NANOS = 500_000_000;

    private final Map<Long, Fresh> files = new HashMap<>();
    private final Ticker ticker;

    private static final class Fresh {
        final long droppedNanos;
        long from = Long.MAX_VALUE;
        long to;

        Fresh(long droppedNanos) {
            this.droppedNanos = droppedNanos;
        }
    }

    public FreshPages(Ticker ticker) {
        this.ticker = ticker;
    }

    /** The kernel is about to drop the pages of these. */
    public void dropped(List<Long> nodeIds) {
        long now = ticker.monotonicNanos();
        files.values().removeIf(fresh -> now - fresh.droppedNanos >= LATE_NANOS);
        nodeIds.forEach(nodeId -> files.put(nodeId, new Fresh(now)));
    }

    /** Somebody reads bytes of a file; they are remembered as if all from the first to the last had been read. */
    public void read(long nodeId, long from, long to) {
        Fresh fresh = files.isEmpty() ? null : files.get(nodeId);
        if (fresh != null) {
            fresh.from = Math.min(fresh.from, from);
            fresh.to = Math.max(fresh.to, to);
        }
    }

    /**
     * Bytes of a file have been written: whether pages of them may have to be dropped once more. If so they count as
     * dropped just now, because that may take another write out of its page.
     */
    public boolean areOld(long nodeId, long from, long to) {
        Fresh fresh = files.isEmpty() ? null : files.get(nodeId);
        long now = ticker.monotonicNanos();
        if (fresh == null || now - fresh.droppedNanos >= LATE_NANOS || to <= fresh.from || from >= fresh.to) {
            return false;
        }
        Fresh again = new Fresh(now);
        again.from = fresh.from;
        again.to = fresh.to;
        files.put(nodeId, again);
        return true;
    }
}
