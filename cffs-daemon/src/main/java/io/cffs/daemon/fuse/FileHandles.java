package io.cffs.daemon.fuse;

import io.cffs.daemon.session.Attempt;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.ops.FindInode;
import io.cffs.txn.ops.FindParent;

/**
 * Look-ups of "." and "..", which no path leads to the mount: the kernel has a file handle (open_by_handle_at(2), an
 * export over NFS) of an inode that it has forgotten. The node id is whatever the program has put into the handle.
 */
final class FileHandles {
    private FileHandles() {}

    static boolean areMeantBy(byte[] name) {
        return name.length > 0 && name.length <= 2 && name[0] == '.' && name[name.length - 1] == '.';
    }

    /** @throws FsException STALE for what does not exist, NOT_A_DIRECTORY */
    static Inode find(Attempt at, long nodeId, byte[] name) throws FsException {
        if (nodeId < Ino.ROOT.value()) {
            throw new FsException(FsError.STALE);
        }
        Ino ino = new Ino(nodeId);
        Inode found = name.length == 1
                ? FindInode.run(at.transaction(), ino)
                : FindParent.run(at.transaction(), ino);
        at.nodes().countLookup(found.ino().value());
        return found;
    }
}
