package io.cffs.txn.ops;

import io.cffs.model.FileType;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.Transaction;

/**
 * stat(2). Of a file its identity, exact length and link count are recorded; of a directory its identity alone: link
 * count, size and times of a directory change with every name in it, and are reported as of the snapshot. So is what a
 * file takes: see {@code adr/0025}.
 */
public final class Getattr {
    private Getattr() {}

    /** @throws FsException STALE */
    public static Inode run(Transaction tx, Ino ino) throws FsException {
        FileType type = tx.inode(ino).type();
        if (type == FileType.REGULAR) {
            tx.readLength(ino);
        }
        if (type != FileType.DIRECTORY) {
            tx.readLinks(ino);
        }
        tx.readIdentity(ino);
        tx.readTimes(ino);
        return type == FileType.REGULAR ? tx.holes().measured(tx.inode(ino)) : tx.inode(ino);
    }
}
