package io.cffs.daemon.staging;

import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.DirtyRun;
import io.cffs.txn.Transaction;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What a transaction has written, as a {@link Stager} needs it. Called under the session lock only. */
public interface DirtyBytes {
    /** As {@link Transaction#dirtyRuns}. */
    List<DirtyRun> runs();

    /** As {@link Transaction#readDirty}. */
    void read(DirtyRun run, long from, ByteBuffer target) throws FsException;

    /** As {@link Transaction#changedAt}. */
    long changedAt(Ino ino, long blockIndex);

    static DirtyBytes of(Transaction transaction) {
        return of(transaction, () -> true);
    }

    /** @param open whether the transaction may still be looked at; when not, nothing is written any more */
    static DirtyBytes of(Transaction transaction, BooleanSupplier open) {
        return new DirtyBytes() {
            @Override
            public List<DirtyRun> runs() {
                return open.getAsBoolean() ? transaction.dirtyRuns() : List.of();
            }

            @Override
            public void read(DirtyRun run, long from, ByteBuffer target) throws FsException {
                transaction.readDirty(run, from, target);
            }

            @Override
            public long changedAt(Ino ino, long blockIndex) {
                return open.getAsBoolean() ? transaction.changedAt(ino, blockIndex) : 0;
            }
        };
    }
}
