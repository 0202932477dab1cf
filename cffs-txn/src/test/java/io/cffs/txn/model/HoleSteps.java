package io.cffs.txn.model;

import io.cffs.model.Blocks;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.Transaction;
import io.cffs.txn.ops.Getattr;
import io.cffs.txn.ops.Open;
import io.cffs.txn.ops.OpenFlags;
import io.cffs.txn.ops.Seek;

/** Steps about holes, on a transaction. */
final class HoleSteps {
    private HoleSteps() {}

    static String run(Transaction transaction, Ino ino, ModelStep step) throws FsException {
        if (step.kind() == ModelStep.Kind.MEASURE) {
            return "takes " + Getattr.run(transaction, ino).allocatedBytes() / Blocks.PAGE_BYTES;
        }
        Open.run(transaction, step.who(), ino, OpenFlags.READ);
        Seek.Whence whence = step.length() == 1 ? Seek.Whence.HOLE : Seek.Whence.DATA;
        return "at " + Seek.run(transaction, ino, step.number(), whence);
    }
}
