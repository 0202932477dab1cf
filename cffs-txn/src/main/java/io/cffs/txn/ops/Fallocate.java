package io.cffs.txn.ops;

import io.cffs.model.Blocks;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/**
 * fallocate(2). Space is not set aside, so allocating is making the file as long; a hole and a range of zeros are the
 * same. Whole pages become holes without being read; that the file grows is blind, too. Permission was checked when the
 * file was opened; its flags are looked at now, as Linux does.
 */
public final class Fallocate {
    /** What is asked for: a combination that Linux knows. */
    public enum Mode {
        /** Mode 0. */
        ALLOCATE(false, true),
        /** FALLOC_FL_KEEP_SIZE. */
        ALLOCATE_KEEPING_SIZE(false, false),
        /** FALLOC_FL_PUNCH_HOLE with FALLOC_FL_KEEP_SIZE. */
        PUNCH_HOLE(true, false),
        /** FALLOC_FL_ZERO_RANGE. */
        ZERO_RANGE(true, true),
        /** FALLOC_FL_ZERO_RANGE with FALLOC_FL_KEEP_SIZE. */
        ZERO_RANGE_KEEPING_SIZE(true, false);

        private final boolean zeros;
        private final boolean grows;

        Mode(boolean zeros, boolean grows) {
            this.zeros = zeros;
            this.grows = grows;
        }
    }

    private Fallocate() {}

    /**
     * @param offset 0 and up
     * @param lengthBytes 1 and up
     * @throws FsException FILE_TOO_LARGE, NO_SPACE, QUOTA_EXCEEDED, READ_ONLY, NOT_PERMITTED, IS_A_DIRECTORY,
     *     INVALID_ARGUMENT, STALE
     */
    public static void run(Transaction tx, Credentials who, Ino ino, Mode mode, long offset, long lengthBytes)
            throws FsException {
        Inode inode = tx.inode(ino);
        ReadRange.requireRegular(inode);
        if (offset < 0 || lengthBytes <= 0) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        if (offset > Blocks.FILE_BYTES_MAX - lengthBytes) {
            throw new FsException(FsError.FILE_TOO_LARGE);
        }
        if (mode.zeros) {
            Protection.requireUnprotected(tx, inode);
        } else {
            Protection.requireMutable(tx, inode);
        }
        tx.requireWritable();
        tx.room().require();
        long end = offset + lengthBytes;
        SetIds.Left left = SetIds.afterContentChange(tx, who, inode);
        boolean grows = mode.grows && tx.ranges().grows(inode, end);

        if (mode.zeros) {
            tx.ranges().punch(inode, offset, end);
        }
        if (grows) {
            tx.ranges().grow(inode, end);
        }
        // Local file systems do so in every mode, also when nothing is to be done.
        SetIds.apply(tx, inode, left);
        tx.touchContent(inode, tx.nowNanos());
    }
}
