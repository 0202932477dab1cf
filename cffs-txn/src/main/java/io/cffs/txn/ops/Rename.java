package io.cffs.txn.ops;

import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.StoredObject.DentryObject;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;

/**
 * rename(2) and renameat2(2). Reasons to refuse come in the order in which Linux looks for them. That a directory does
 * not move into itself is settled by walking up from its new place: where each directory on that way lies is recorded,
 * so two moves that would close a loop together cannot both commit.
 */
public final class Rename {
    /** What renameat2 is asked for. */
    public enum Mode {
        /** Whatever has the new name is replaced. */
        REPLACE,
        /** RENAME_NOREPLACE */
        NO_REPLACE,
        /** RENAME_EXCHANGE */
        EXCHANGE,
        /** RENAME_WHITEOUT: the old name stays, as the device 0:0 with which overlay file systems say "removed". */
        WHITEOUT,
        /** RENAME_NOREPLACE and RENAME_WHITEOUT */
        NO_REPLACE_WHITEOUT;

        private boolean keepsWhatIsThere() {
            return this == NO_REPLACE || this == NO_REPLACE_WHITEOUT;
        }

        private boolean leavesWhiteout() {
            return this == WHITEOUT || this == NO_REPLACE_WHITEOUT;
        }
    }

    private Rename() {}

    /**
     * @throws FsException NOT_FOUND, NOT_A_DIRECTORY, IS_A_DIRECTORY, DIRECTORY_NOT_EMPTY, ACCESS_DENIED, READ_ONLY;
     *     NAME_EXISTS for NO_REPLACE; NOT_PERMITTED in a sticky directory;
     *     INVALID_ARGUMENT into its own subtree; CROSSES_VOLUMES from one quota tree to another; QUOTA_EXCEEDED
     */
    public static void run(
            Transaction tx, Credentials who, Ino fromParent, Name fromName, Ino toParent, Name toName, Mode mode)
            throws FsException {
        Inode fromDirectory = tx.directory(fromParent);
        Inode toDirectory = tx.directory(toParent);
        Permissions.requireSearch(tx, who, fromDirectory);
        Permissions.requireSearch(tx, who, toDirectory);
        DentryObject source = tx.child(fromParent, fromName);
        DentryObject target = tx.child(toParent, toName);
        refuseByName(source, target, mode);
        Inode moved = tx.inode(source.ino());
        Inode there = target == null ? null : tx.inode(target.ino());
        Creation.requireAlive(toDirectory);
        if (there != null && moved.ino().equals(there.ino())) {
            return;
        }

        tx.requireWritable();
        tx.room().require();
        Creation.requireSameQuota(moved, toDirectory);
        if (mode == Mode.EXCHANGE) {
            Creation.requireSameQuota(there, fromDirectory);
        }
        refuseLoops(tx, moved, fromDirectory, there, toDirectory, mode);
        refuseWithoutPermission(tx, who, fromDirectory, moved, toDirectory, there);
        if (mode != Mode.EXCHANGE) {
            refuseTypes(moved, there);
        }
        refuseMoveWithoutPermission(tx, who, moved, fromDirectory, toDirectory);
        if (mode == Mode.EXCHANGE) {
            refuseMoveWithoutPermission(tx, who, there, fromDirectory, toDirectory);
        } else {
            refuseFull(tx, there);
        }
        Inode device = mode.leavesWhiteout()
                ? Creation.makeNameless(tx, who, fromDirectory, FileType.CHARACTER_DEVICE, 0, 0, null)
                : null;
        long now = tx.nowNanos();
        tx.removeName(fromDirectory, fromName, moved);
        if (there != null) {
            tx.removeName(toDirectory, toName, there);
        }
        tx.putName(toDirectory, toName, moved);
        if (mode == Mode.EXCHANGE) {
            tx.putName(fromDirectory, fromName, there);
        }
        if (device != null) {
            tx.putName(fromDirectory, fromName, device);
        }
        touch(tx, fromDirectory, toDirectory, moved, there, now);
        if (there != null && mode != Mode.EXCHANGE) {
            tx.dropIfOrphan(there);
        }
    }

    private static void refuseByName(DentryObject source, DentryObject target, Mode mode) throws FsException {
        if (source == null) {
            throw new FsException(FsError.NOT_FOUND);
        }
        if (mode.keepsWhatIsThere() && target != null) {
            throw new FsException(FsError.NAME_EXISTS);
        }
        if (mode == Mode.EXCHANGE && target == null) {
            throw new FsException(FsError.NOT_FOUND);
        }
    }

    private static void refuseLoops(Transaction tx, Inode moved, Inode from, Inode there, Inode to, Mode mode)
            throws FsException {
        refuseLoop(tx, moved, from, to, FsError.INVALID_ARGUMENT);
        if (mode == Mode.EXCHANGE) {
            refuseLoop(tx, there, to, from, FsError.INVALID_ARGUMENT);
        } else if (there != null && there.sizeBytes() != 0) {
            // Over one of its own ancestors: whatever it is, that is not empty, and Linux says so first.
            refuseLoop(tx, there, to, from, FsError.DIRECTORY_NOT_EMPTY);
        }
    }

    private static void refuseLoop(Transaction tx, Inode moved, Inode from, Inode to, FsError refusal)
            throws FsException {
        if (!moved.isDirectory()) {
            return;
        }
        Ino above = to.ino();
        while (!above.equals(from.ino())) {
            if (above.equals(moved.ino())) {
                throw new FsException(refusal);
            }
            if (above.equals(Ino.ROOT)) {
                return;
            }
            tx.readParent(above);
            above = tx.inode(above).parent();
        }
    }

    private static void refuseWithoutPermission(
            Transaction tx, Credentials who, Inode from, Inode moved, Inode to, Inode there) throws FsException {
        Permissions.requireNameChange(tx, who, from);
        Permissions.requireRemovable(tx, who, from, moved);
        Permissions.requireNameChange(tx, who, to);
        if (there != null) {
            Permissions.requireRemovable(tx, who, to, there);
        }
    }

    /** A directory that changes its parent changes its "..". */
    private static void refuseMoveWithoutPermission(
            Transaction tx, Credentials who, Inode moved, Inode from, Inode to) throws FsException {
        if (moved.isDirectory() && !from.ino().equals(to.ino())) {
            Permissions.require(tx, who, moved, Permissions.WRITE);
        }
    }

    private static void refuseTypes(Inode moved, Inode there) throws FsException {
        if (there == null) {
            return;
        }
        if (moved.isDirectory() && !there.isDirectory()) {
            throw new FsException(FsError.NOT_A_DIRECTORY);
        }
        if (!moved.isDirectory() && there.isDirectory()) {
            throw new FsException(FsError.IS_A_DIRECTORY);
        }
    }

    private static void refuseFull(Transaction tx, Inode there) throws FsException {
        if (there != null && there.isDirectory() && !tx.isEmpty(there)) {
            throw new FsException(FsError.DIRECTORY_NOT_EMPTY);
        }
    }

    private static void touch(Transaction tx, Inode from, Inode to, Inode moved, Inode there, long now) {
        tx.touchContent(from, now);
        tx.touchContent(to, now);
        tx.touchStatus(moved, now);
        if (there != null) {
            tx.touchStatus(there, now);
        }
    }
}
