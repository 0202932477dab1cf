package io.cffs.txn.ops;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Inode;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/** utimensat(2). Part of {@link Setattr}. */
final class Utimens {
    private Utimens() {}

    /** "Now" may be set by whoever may write; any other time by the owner. */
    static void refuse(Transaction tx, Credentials who, Inode inode, SetattrRequest request) throws FsException {
        boolean bothNow = request.atime() instanceof SetattrRequest.TimeSetting.Now
                && request.mtime() instanceof SetattrRequest.TimeSetting.Now;
        if (bothNow) {
            Protection.requireMutable(tx, inode);
        } else {
            Protection.requireUnprotected(tx, inode);
        }
        if (who.isPrivileged() || who.kernelChecksPermissions()) {
            return;
        }
        if (Permissions.owns(tx, who, inode)) {
            return;
        }
        if (!bothNow) {
            throw new FsException(FsError.NOT_PERMITTED);
        }
        Permissions.require(tx, who, inode, Permissions.WRITE);
    }

    static void apply(Transaction tx, Inode inode, SetattrRequest request, long nowNanos) {
        if (request.atime() != null) {
            tx.setAtime(inode, nanos(request.atime(), nowNanos));
        }
        if (request.mtime() != null) {
            tx.setMtime(inode, nanos(request.mtime(), nowNanos));
        }
    }

    private static long nanos(SetattrRequest.TimeSetting setting, long nowNanos) {
        return switch (setting) {
            case SetattrRequest.TimeSetting.At at -> at.nanos();
            case SetattrRequest.TimeSetting.Now now -> nowNanos;
        };
    }
}
