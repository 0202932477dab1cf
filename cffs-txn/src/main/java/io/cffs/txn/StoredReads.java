package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.model.Inode;
import java.nio.ByteBuffer;

/** The short way for reads of a file whose bytes this transaction has not touched. */
final class StoredReads {
    private StoredReads() {}

    /** As {@link Transaction#read}. */
    static int read(TransactionCore core, Inode file, long offset, ByteBuffer target) {
        int wanted = target.remaining();
        if (wanted == 0) {
            return 0;
        }
        long length = file.sizeBytes();
        if (offset >= length) {
            core.reads().lengthExactly(file.ino());
            return 0;
        }
        int count = (int) Math.min(wanted, length - offset);
        core.stored().copy(file.ino(), offset, count, length, target);
        core.reads().pages(file.ino(), Blocks.pageOf(offset), Blocks.pageOf(offset + count - 1));
        if (count < wanted) {
            core.reads().lengthExactly(file.ino());
        } else {
            core.reads().lengthAtLeast(file.ino(), offset + count);
        }
        return count;
    }
}
