package io.cffs.txn.ops;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.FileHoles;
import io.cffs.txn.Transaction;

/**
 * lseek(2) with SEEK_DATA and SEEK_HOLE. Data are the pages of which a byte was written, whatever byte; the others are
 * holes, and so is what follows the end. The pages that were looked at are read: a hole that was seen conflicts with
 * a write into it, and data with a hole that is made of it.
 */
public final class Seek {
    /** What to look for. */
    public enum Whence {
        DATA,
        HOLE
    }

    private Seek() {}

    /**
     * @return where it is, at {@code offset} or beyond
     * @throws FsException NO_SUCH_OFFSET at or beyond the end, before the start, and where no data follows;
     *     IS_A_DIRECTORY; INVALID_ARGUMENT for what is no regular file; STALE
     */
    public static long run(Transaction tx, Ino ino, long offset, Whence whence) throws FsException {
        Inode inode = tx.inode(ino);
        ReadRange.requireRegular(inode);
        if (offset < 0) {
            throw new FsException(FsError.NO_SUCH_OFFSET);
        }
        if (offset >= inode.sizeBytes()) {
            tx.readLength(ino);
            throw new FsException(FsError.NO_SUCH_OFFSET);
        }
        long found = whence == Whence.DATA ? tx.holes().nextData(inode, offset) : tx.holes().nextHole(inode, offset);
        if (found == FileHoles.NONE) {
            throw new FsException(FsError.NO_SUCH_OFFSET);
        }
        return found;
    }
}
