package io.cffs.daemon.staging;

import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.DirtyRun;
import io.cffs.txn.Transaction;
import java.nio.ByteBuffer;
import java.util.List;

/** What a transaction has written, as a {@link Stager} needs it. Called under the session lock only. */
public interface DirtyBytes {
    /** As {@link Transaction#dirtyRuns}. */
    List<DirtyRun> runs();

    /** As {@link Transaction#readDirty}. */
    void read(DirtyRun run, long from, ByteBuffer target) throws FsException;

    /** As {@link Transaction#changedAt}. */
    long changedAt(Ino ino, long blockIndex);

    static DirtyBytes of(Transaction transaction) {
        return new DirtyBytes() {
            @Override
            public List<DirtyRun> runs() {
                return transaction.dirtyRuns();
            }

            @Override
            public void read(DirtyRun run, long from, ByteBuffer target) throws FsException {
                transaction.readDirty(run, from, target);
            }

            @Override
            public long changedAt(Ino ino, long blockIndex) {
                return transaction.changedAt(ino, blockIndex);
            }
        };
    }
}
