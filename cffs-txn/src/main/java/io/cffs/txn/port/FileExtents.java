package io.cffs.txn.port;

import io.cffs.model.BlockPages;
import io.cffs.model.Blocks;
import java.util.ArrayList;
import java.util.List;

/**
 * Which pages of a file hold data, from some page on; the others are holes.
 *
 * @param runs ascending; runs neither touch nor overlap
 * @param stopPage up to here (exclusive) they are all; {@link Long#MAX_VALUE} for all there are
 */
public record FileExtents(List<Run> runs, long stopPage) {
    /** Most runs in one answer: 64 KiB of them. */
    public static final int RUNS_MAX = 4096;
    /** Most blocks that are looked at for one answer: 8 GiB of data. */
    public static final int BLOCKS_MAX = 65_536;

    public FileExtents {
        runs = List.copyOf(runs);
        long end = -1;
        for (Run run : runs) {
            if (run.firstPage() <= end || run.lastPage() >= stopPage) {
                throw new IllegalArgumentException("runs out of order, or beyond what is known: " + run);
            }
            end = run.lastPage() + 1;
        }
    }

    /** Both ends inclusive. */
    public record Run(long firstPage, long lastPage) {
        public Run {
            if (firstPage < 0 || lastPage < firstPage) {
                throw new IllegalArgumentException("no run of pages: " + firstPage + ".." + lastPage);
            }
        }
    }

    /** Makes runs of blocks. Not safe for use by several threads. */
    public static final class Gatherer {
        private final List<Run> runs = new ArrayList<>();
        private final long fromPage;
        private long first = -1;
        private long last;
        private long stopPage = Long.MAX_VALUE;
        private int blocks;

        /** @param fromPage pages before it are left out */
        public Gatherer(long fromPage) {
            this.fromPage = fromPage;
        }

        /**
         * The next block that is stored, by index.
         *
         * @param pages as {@link BlockPages} has them
         * @return false when that was enough
         */
        public boolean add(long index, int pages) {
            if (stopPage != Long.MAX_VALUE) {
                return false;
            }
            long start = index * Blocks.PAGES_PER_BLOCK;
            for (int at = 0; at < Blocks.PAGES_PER_BLOCK; at++) {
                if ((pages >>> at & 1) != 0 && start + at >= fromPage) {
                    addPage(start + at);
                }
            }
            blocks++;
            if (runs.size() >= RUNS_MAX - Blocks.PAGES_PER_BLOCK || blocks == BLOCKS_MAX) {
                stopPage = start + Blocks.PAGES_PER_BLOCK;
            }
            return stopPage == Long.MAX_VALUE;
        }

        private void addPage(long page) {
            if (first >= 0 && last + 1 == page) {
                last = page;
                return;
            }
            close();
            first = page;
            last = page;
        }

        private void close() {
            if (first >= 0) {
                runs.add(new Run(first, last));
                first = -1;
            }
        }

        public FileExtents extents() {
            close();
            return new FileExtents(runs, stopPage);
        }
    }
}
