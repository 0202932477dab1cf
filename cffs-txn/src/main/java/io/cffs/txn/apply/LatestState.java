package io.cffs.txn.apply;

import io.cffs.model.BlockPages;
import io.cffs.model.Bytes;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.Quota;
import io.cffs.model.QuotaCharge;
import io.cffs.model.StoredObject;
import io.cffs.txn.StagedId;

/**
 * The state after the last commit that was ordered before the one that is applied (its effects included even when they
 * have not reached the disk yet). The answers must not change while a fold runs.
 */
public interface LatestState {
    /** Null when there is no such inode. */
    Inode inode(Ino ino);

    /** Null when there is no such name. */
    StoredObject.DentryObject dentry(Ino parent, Name name);

    /** The raw bytes of a block, 1 to 128 KiB, wherever they are kept; null for a hole. {@code index} counts blocks. */
    Bytes block(Ino ino, long index);

    /** Which pages of a block hold data, as {@link BlockPages} has them; 0 for a hole. */
    int blockPages(Ino ino, long index);

    /**
     * How many pages hold data in these blocks, both ends inclusive. Asked only of a file that has holes: when a commit
     * cuts it, makes holes in it or takes a range of it over. All of its content has been applied then.
     */
    long allocatedPages(Ino ino, long firstIndex, long lastIndex);

    /** Null when there is no such attribute. */
    Bytes xattr(Ino ino, Name name);

    /** Null when there is none. {@link Ino#ROOT} asks for that of the volume. */
    Quota quota(Ino tree);

    /** What {@link QuotaCharge#bytesOf} says of all inodes together. */
    long volumeBytes();

    /** How many inodes there are. */
    long volumeInodes();

    /** Length of a staged object in bytes; -1 when there is none of this id. */
    long stagedLengthBytes(StagedId object);

    /** A range of a staged object that exists and is long enough. */
    Bytes stagedBytes(StagedId object, long offsetBytes, int lengthBytes);
}
