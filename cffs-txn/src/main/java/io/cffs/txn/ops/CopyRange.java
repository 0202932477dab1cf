package io.cffs.txn.ops;

import io.cffs.model.Blocks;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;
import java.nio.ByteBuffer;

/**
 * copy_file_range(2). Whole blocks, and a tail at the end of both files, are taken over by reference: no byte of them
 * moves, now or at the commit. What is not aligned alike is copied, a piece per call, so a call may do less than it was
 * asked for; callers go on where it ended. Permission was checked when the files were opened.
 */
public final class CopyRange {
    /** Most bytes that one call copies, where a range cannot be taken over. */
    static final int COPIED_BYTES_MAX = 1024 * 1024;

    private CopyRange() {}

    /**
     * @param lengthBytes 0 and up
     * @return how many bytes; 0 at or after the end of the source
     * @throws FsException FILE_TOO_LARGE, NO_SPACE, QUOTA_EXCEEDED, READ_ONLY, NOT_PERMITTED, IS_A_DIRECTORY, STALE;
     *     INVALID_ARGUMENT for what is no regular file and for ranges of one file that overlap
     */
    public static long run(Transaction tx, Credentials who, Ino from, long offset, Ino to, long toOffset,
            long lengthBytes) throws FsException {
        Inode source = tx.inode(from);
        Inode target = tx.inode(to);
        ReadRange.requireRegular(source);
        ReadRange.requireRegular(target);
        if (offset < 0 || toOffset < 0 || lengthBytes < 0) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        Protection.requireMutable(tx, target);
        tx.requireWritable();
        tx.room().require();
        long left = source.sizeBytes() - offset;
        if (lengthBytes > left || left <= 0) {
            tx.readLength(from);
        }
        long count = Math.min(lengthBytes, left);
        if (count <= 0) {
            return 0;
        }
        if (toOffset > Blocks.FILE_BYTES_MAX - count) {
            throw new FsException(FsError.FILE_TOO_LARGE);
        }
        if (from.equals(to) && Math.abs(offset - toOffset) < count) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        SetIds.Left setIds = SetIds.afterContentChange(tx, who, target);
        long taken = takenOver(source, offset, target, toOffset, count);
        ByteBuffer bytes = null;
        if (taken == 0) {
            bytes = ByteBuffer.allocate((int) Math.min(copiedAtOnce(offset, toOffset), count));
            tx.read(source, offset, bytes);
            bytes.flip();
            taken = bytes.remaining();
        }

        if (bytes != null) {
            tx.write(target, toOffset, bytes);
        } else {
            tx.ranges().clone(source, offset, target, toOffset, taken);
        }
        SetIds.apply(tx, target, setIds);
        tx.touchContent(target, tx.nowNanos());
        return taken;
    }

    /** How much of the range can be taken over by reference; 0 for nothing. */
    private static long takenOver(Inode source, long offset, Inode target, long toOffset, long count) {
        if (offset % Blocks.BLOCK_BYTES != 0 || toOffset % Blocks.BLOCK_BYTES != 0) {
            return 0;
        }
        boolean tailToo = offset + count >= source.sizeBytes() && toOffset + count >= target.sizeBytes();
        return tailToo ? count : count / Blocks.BLOCK_BYTES * Blocks.BLOCK_BYTES;
    }

    /** Up to where the rest can be taken over, when both are equally far from there. */
    private static long copiedAtOnce(long offset, long toOffset) {
        boolean alike = (offset - toOffset) % Blocks.BLOCK_BYTES == 0;
        return alike ? Blocks.BLOCK_BYTES - offset % Blocks.BLOCK_BYTES : COPIED_BYTES_MAX;
    }
}
