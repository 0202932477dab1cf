package io.cffs.txn;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.Quota;
import io.cffs.model.StoredObject;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The stored tree at one commit timestamp, as far as it is at hand. Every method either answers from memory or throws
 * {@link SnapshotMiss}, which says what to fetch: the caller gives up its locks, fetches and runs the operation again.
 * So no operation ever waits for the backend while it holds a lock, and operations read before they write.
 */
public interface Snapshot {
    CommitTs at();

    /** Null when there is no such inode. */
    Inode inode(Ino ino) throws SnapshotMiss;

    /** Null when there is no such name. */
    StoredObject.DentryObject dentry(Ino parent, Name name) throws SnapshotMiss;

    /** Null for a hole. {@code index} counts 128 KiB blocks. */
    StoredObject.BlockObject block(Ino ino, long index) throws SnapshotMiss;

    /**
     * Puts the bytes {@code from} to {@code from + length} of a block, as far as it reaches, at the target's position
     * and advances it. For who wants a part of a block and no copy of all of it.
     *
     * @return how many bytes; 0 for a hole. On SnapshotMiss the target's position is unmoved
     */
    default int copyBlock(Ino ino, long index, int from, int length, ByteBuffer target) throws SnapshotMiss {
        StoredObject.BlockObject block = block(ino, index);
        int stored = block == null ? 0 : Math.clamp((long) block.raw().length() - from, 0, length);
        if (stored > 0) {
            block.raw().copyTo(from, stored, target);
        }
        return stored;
    }

    /** Names after {@code after} (null: from the start), in byte order, with inodes; at most {@code limit}. */
    DirectoryPage list(Ino directory, Name after, int limit) throws SnapshotMiss;

    /** Null when there is no such attribute. */
    StoredObject.XattrObject xattr(Ino ino, Name name) throws SnapshotMiss;

    /** Null when there is none. {@link Ino#ROOT} asks for that of the volume. */
    Quota quota(Ino tree) throws SnapshotMiss;

    /**
     * Which pages of a file hold data, from this page or an earlier one on, and at least this page itself. Of a file
     * that {@link Inode#isWithoutHoles} nobody has to ask.
     */
    FileExtents extents(Ino ino, long page) throws SnapshotMiss;

    /** In byte order. */
    List<Name> xattrNames(Ino ino) throws SnapshotMiss;
}
