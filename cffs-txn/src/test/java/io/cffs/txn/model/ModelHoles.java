package io.cffs.txn.model;

import io.cffs.model.BlockPages;
import io.cffs.model.Blocks;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import java.util.BitSet;
import java.util.function.LongUnaryOperator;

/** Which pages of a file of {@link FsModel} hold data: a bit for each. */
final class ModelHoles {
    private static final int PAGE = Blocks.PAGE_BYTES;

    private ModelHoles() {}

    static int pages(long bytes) {
        return (int) ((bytes + PAGE - 1) / PAGE);
    }

    static void written(FsModel.Node node, long offset, int length) {
        node.data.set((int) (offset / PAGE), pages(offset + length));
    }

    static void cut(FsModel.Node node, long length) {
        node.data.clear(pages(length), Integer.MAX_VALUE);
    }

    /** Pages that lie wholly in the range go; the last one counts as whole when the range reaches its end. */
    static void punched(FsModel.Node node, long offset, long end) {
        int stop = end >= node.content.length ? pages(end) : (int) (end / PAGE);
        if (pages(offset) < stop) {
            node.data.clear(pages(offset), stop);
        }
    }

    static void taken(FsModel.Node from, long offset, FsModel.Node to, long toOffset, long length) {
        BitSet source = (BitSet) from.data.clone();
        for (int i = 0; i < pages(length); i++) {
            to.data.set((int) (toOffset / PAGE) + i, source.get((int) (offset / PAGE) + i));
        }
    }

    static String seek(FsModel.Node node, long offset, boolean hole) throws FsException {
        FsModel.requireRegular(node);
        if (offset >= node.content.length) {
            throw new FsException(FsError.NO_SUCH_OFFSET);
        }
        int page = (int) (offset / PAGE);
        int found = hole ? node.data.nextClearBit(page) : node.data.nextSetBit(page);
        if (found < 0) {
            throw new FsException(FsError.NO_SUCH_OFFSET);
        }
        return "at " + Math.min(node.content.length, Math.max(offset, (long) found * PAGE));
    }

    /** For comparisons: what the file takes, and where. */
    static String text(FsModel.Node node) {
        return " takes " + node.data.cardinality() + " pages " + node.data;
    }

    /** The same of stored blocks. */
    static String text(long allocatedBytes, int blockCount, LongUnaryOperator pagesOfBlock) {
        BitSet data = new BitSet();
        for (int index = 0; index < blockCount; index++) {
            int pages = (int) pagesOfBlock.applyAsLong(index);
            for (int at = 0; at < Blocks.PAGES_PER_BLOCK; at++) {
                if ((pages & BlockPages.touched(at * PAGE, at * PAGE + 1)) != 0) {
                    data.set(index * Blocks.PAGES_PER_BLOCK + at);
                }
            }
        }
        return " takes " + allocatedBytes / PAGE + " pages " + data;
    }
}
