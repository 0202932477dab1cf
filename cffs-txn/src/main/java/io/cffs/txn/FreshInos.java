package io.cffs.txn;

import io.cffs.model.Ino;
import io.cffs.txn.port.BackendPort.InoRange;

/** Inode numbers that nobody else will ever get, handed in by the session. Not thread-safe. */
final class FreshInos {
    private long next;
    private int left;

    /** @throws SnapshotMiss when none is at hand */
    void require() {
        if (left == 0) {
            throw new SnapshotMiss(new SnapshotMiss.Wanted.Inos(Transaction.INO_BATCH));
        }
    }

    Ino take() {
        require();
        left--;
        return new Ino(next++);
    }

    void give(InoRange range) {
        next = range.first();
        left = range.count();
    }

    InoRange unused() {
        return new InoRange(next, left);
    }
}
