package io.cffs.txn.apply;

import static io.cffs.model.Blocks.BLOCK_BYTES;

import io.cffs.model.BlockPages;
import io.cffs.model.Blocks;
import io.cffs.model.Inode;

/**
 * Which pages of a file held data before the commit that is folded. Of a file without holes, and of one without data,
 * the inode says it all; so only sparse files are looked at.
 */
final class StoredAllocation {
    private final Inode inode;
    private final LatestState state;

    /** @param inode as it was before the commit; null for a file that was not there */
    StoredAllocation(Inode inode, LatestState state) {
        this.inode = inode;
        this.state = state;
    }

    /** Of one block, as {@link BlockPages} has them. */
    int pages(long index) {
        if (inode == null || inode.allocatedBytes() == 0) {
            return 0;
        }
        return inode.isWithoutHoles()
                ? BlockPages.covering(inode.sizeBytes() - index * BLOCK_BYTES)
                : state.blockPages(inode.ino(), index);
    }

    long count() {
        return inode == null ? 0 : inode.allocatedBytes() / Blocks.PAGE_BYTES;
    }

    /** How many pages of these blocks, both ends inclusive, held data. */
    long count(long firstIndex, long lastIndex) {
        if (count() == 0 || firstIndex == 0 && lastIndex >= Blocks.blockOf(inode.sizeBytes() - 1)) {
            return count();
        }
        if (!inode.isWithoutHoles()) {
            return state.allocatedPages(inode.ino(), firstIndex, lastIndex);
        }
        long end = Math.min(count(), (lastIndex + 1) * Blocks.PAGES_PER_BLOCK);
        return Math.max(0, end - firstIndex * Blocks.PAGES_PER_BLOCK);
    }
}
