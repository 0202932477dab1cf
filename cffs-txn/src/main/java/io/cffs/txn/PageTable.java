package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.txn.port.PageFrames;
import java.util.Arrays;

/**
 * Which frame holds which written page of one file. Pages are grouped by block, blocks are kept sorted; looking up
 * allocates nothing. Each block carries the stamp of its last change, so that a copy staged earlier can be told from a
 * current one. Not thread-safe.
 */
final class PageTable {
    static final int NO_FRAME = -1;

    private long[] blockIndexes = new long[2];
    private BlockPages[] blocks = new BlockPages[2];
    private int blockCount;
    private int pageCount;
    private int slotCount;
    private int runCount;
    private int lastFound;

    boolean isEmpty() {
        return pageCount == 0;
    }

    int pageCount() {
        return pageCount;
    }

    /** The page after the last written one; 0 when there is none. */
    long endPage() {
        for (int b = blockCount - 1; b >= 0; b--) {
            for (int i = blocks[b].frames.length - 1; i >= 0; i--) {
                if (blocks[b].frames[i] != NO_FRAME) {
                    return blockIndexes[b] * Blocks.PAGES_PER_BLOCK + i + 1;
                }
            }
        }
        return 0;
    }

    int blockCount() {
        return blockCount;
    }

    /** Pages that there is room for in the table. */
    int slotCount() {
        return slotCount;
    }

    /** Unbroken runs of written pages. */
    int runCount() {
        return runCount;
    }

    /** The page's frame or {@link #NO_FRAME}. */
    int frameOf(long page) {
        int at = find(page / Blocks.PAGES_PER_BLOCK);
        return at < 0 ? NO_FRAME : blocks[at].frame((int) (page % Blocks.PAGES_PER_BLOCK));
    }

    /** The page has no frame yet. */
    void put(long page, int frame) {
        long index = page / Blocks.PAGES_PER_BLOCK;
        int at = find(index);
        if (at < 0) {
            at = insert(-at - 1, index);
        }
        slotCount += blocks[at].put((int) (page % Blocks.PAGES_PER_BLOCK), frame);
        pageCount++;
        runCount += 1 - neighbours(page);
    }

    private int neighbours(long page) {
        int before = page > 0 && frameOf(page - 1) != NO_FRAME ? 1 : 0;
        return before + (frameOf(page + 1) != NO_FRAME ? 1 : 0);
    }

    void stamp(long page, long stamp) {
        int at = find(page / Blocks.PAGES_PER_BLOCK);
        if (at >= 0) {
            blocks[at].changedAt = stamp;
        }
    }

    /** The stamp of the block's last change; 0 when nothing of it was written. */
    long changedAt(long blockIndex) {
        int at = find(blockIndex);
        return at < 0 ? 0 : blocks[at].changedAt;
    }

    /** How many of these pages have no frame. Both ends inclusive. */
    int missing(long firstPage, long lastPage) {
        int missing = 0;
        for (long page = firstPage; page <= lastPage; page++) {
            if (frameOf(page) == NO_FRAME) {
                missing++;
            }
        }
        return missing;
    }

    /** How many pages below this one have a frame. */
    long countBelow(long page) {
        long index = page / Blocks.PAGES_PER_BLOCK;
        long count = 0;
        for (int at = 0; at < blockCount && blockIndexes[at] <= index; at++) {
            if (blockIndexes[at] < index) {
                count += blocks[at].count;
                continue;
            }
            for (int slot = 0; slot < page % Blocks.PAGES_PER_BLOCK; slot++) {
                count += blocks[at].frame(slot) == NO_FRAME ? 0 : 1;
            }
        }
        return count;
    }

    /** The lowest written page that is {@code page} or above; -1 when there is none. */
    long nextPage(long page) {
        long index = page / Blocks.PAGES_PER_BLOCK;
        int at = find(index);
        int slot = at < 0 ? 0 : (int) (page % Blocks.PAGES_PER_BLOCK);
        for (int b = at < 0 ? -at - 1 : at; b < blockCount; b++) {
            for (int i = slot; i < Blocks.PAGES_PER_BLOCK; i++) {
                if (blocks[b].frame(i) != NO_FRAME) {
                    return blockIndexes[b] * Blocks.PAGES_PER_BLOCK + i;
                }
            }
            slot = 0;
        }
        return -1;
    }

    /** The page after the last of the unbroken run of written pages from {@code page} on, at most {@code stop}. */
    long endOfRun(long page, long stop) {
        long end = page;
        while (end < stop && frameOf(end) != NO_FRAME) {
            end++;
        }
        return end;
    }

    /** Forgets the pages from {@code fromPage} on and gives their frames back. */
    void cut(long fromPage, PageFrames frames) {
        for (long page = nextPage(fromPage); page >= 0; page = nextPage(page)) {
            remove(page, frames);
        }
        while (blockCount > 0 && blocks[blockCount - 1].count == 0) {
            blockCount--;
            slotCount -= blocks[blockCount].frames.length;
            blocks[blockCount] = null;
        }
        lastFound = 0;
    }

    private BlockPages remove(long page, PageFrames frames) {
        BlockPages block = blocks[find(page / Blocks.PAGES_PER_BLOCK)];
        int slot = (int) (page % Blocks.PAGES_PER_BLOCK);
        frames.free(block.frames[slot], 1);
        block.frames[slot] = NO_FRAME;
        block.count--;
        pageCount--;
        runCount += neighbours(page) - 1;
        return block;
    }

    /** Moves all pages of another table into this one, which is empty. No copy that was made of them is current. */
    void takeOver(PageTable other, long stamp) {
        blockIndexes = other.blockIndexes;
        blocks = other.blocks;
        blockCount = other.blockCount;
        pageCount = other.pageCount;
        slotCount = other.slotCount;
        runCount = other.runCount;
        for (int b = 0; b < blockCount; b++) {
            blocks[b].changedAt = stamp;
        }
        other.blockIndexes = new long[2];
        other.blocks = new BlockPages[2];
        other.blockCount = 0;
        other.pageCount = 0;
        other.slotCount = 0;
        other.runCount = 0;
    }

    /** Gives the frames of these pages back; a copy that was made of their blocks is not current any more. */
    void free(long firstPage, long lastPage, long stamp, PageFrames frames) {
        for (long page = nextPage(firstPage); page >= 0 && page <= lastPage; page = nextPage(page + 1)) {
            remove(page, frames).changedAt = stamp;
        }
    }

    /** The block's position, or minus one minus the position where it belongs. */
    private int find(long blockIndex) {
        if (lastFound < blockCount && blockIndexes[lastFound] == blockIndex) {
            return lastFound;
        }
        int at = Arrays.binarySearch(blockIndexes, 0, blockCount, blockIndex);
        if (at >= 0) {
            lastFound = at;
        }
        return at;
    }

    private int insert(int at, long blockIndex) {
        if (blockCount == blocks.length) {
            blockIndexes = Arrays.copyOf(blockIndexes, blockCount * 2);
            blocks = Arrays.copyOf(blocks, blockCount * 2);
        }
        System.arraycopy(blockIndexes, at, blockIndexes, at + 1, blockCount - at);
        System.arraycopy(blocks, at, blocks, at + 1, blockCount - at);
        blockIndexes[at] = blockIndex;
        blocks[at] = new BlockPages();
        slotCount += BlockPages.FEW;
        blockCount++;
        lastFound = at;
        return at;
    }

    /** Most files are small, so there is room for the first few pages only, until another one is written. */
    private static final class BlockPages {
        private static final int FEW = 4;

        private int[] frames = {NO_FRAME, NO_FRAME, NO_FRAME, NO_FRAME};
        private int count;
        private long changedAt;

        int frame(int slot) {
            return slot < frames.length ? frames[slot] : NO_FRAME;
        }

        /** How many more slots that takes. */
        int put(int slot, int frame) {
            int was = frames.length;
            if (slot >= frames.length) {
                frames = Arrays.copyOf(frames, Math.max(FEW, Integer.highestOneBit(slot) * 2));
                Arrays.fill(frames, was, frames.length, NO_FRAME);
            }
            frames[slot] = frame;
            count++;
            return frames.length - was;
        }
    }
}
