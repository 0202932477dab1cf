package io.cffs.txn;

import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.Quota;

/**
 * One effect of a commit. Effects are stated so that they merge: link counts, entry counts and parents of directories
 * follow from dentries when the commit is applied, lengths are cuts and extensions, so two commits that both validated
 * never overwrite one another's result. Order within a request matters and is kept.
 */
public sealed interface Mutation {
    /**
     * A new inode. Its links, a directory's entry count and parent are computed from the dentries of the same
     * commit; an inode without any is not part of a request. A regular file starts with the length that is stated
     * here, all of it a hole; later mutations of the request write, cut and append from there.
     */
    record CreateInode(Inode inode) implements Mutation {}

    /** Adds a name. The name was absent, or was removed by an earlier mutation of the same request. */
    record PutDentry(Ino parent, Name name, Ino ino, FileType type) implements Mutation {}

    /** Removes a name that names this inode. An inode that has lost its last name dies with this commit. */
    record RemoveDentry(Ino parent, Name name, Ino ino, FileType type) implements Mutation {}

    /** chmod and chown: the whole group, because whoever writes it has read it. */
    record SetIdentity(Ino ino, int permissions, int uid, int gid) implements Mutation {}

    /**
     * chattr: which flags the inode has from now on. Whoever sets them has read the identity.
     *
     * @param flags of {@link io.cffs.model.InodeFlags}
     */
    record SetFlags(Ino ino, int flags) implements Mutation {}

    /**
     * Sets times. For each: {@code toNanos}, and {@code fromNanos}, the value that the transaction saw. If the stored
     * value is still the seen one, or the setting is {@code explicit} (utimensat), it becomes {@code toNanos}; else
     * another commit came in between and the later of both stays.
     */
    record SetTimes(Ino ino, TimeChange atime, TimeChange mtime, TimeChange ctime) implements Mutation {}

    /** A null {@code TimeChange} leaves that time as it is. Nanoseconds since 1970. */
    record TimeChange(long fromNanos, long toNanos, boolean explicit) {}

    /**
     * Cuts the file to {@code cutToBytes} if it is longer (bytes beyond become holes), then makes it at least
     * {@code extendToBytes} long. Either is -1 for "not".
     */
    record SetLength(Ino ino, long cutToBytes, long extendToBytes) implements Mutation {}

    /** Overwrites bytes; makes the file at least {@code offset + data.lengthBytes()} long. */
    record WriteBytes(Ino ino, long offset, FileBytes data) implements Mutation {}

    /** Makes a range a hole without changing the length (fallocate PUNCH_HOLE). */
    record PunchHole(Ino ino, long offset, long lengthBytes) implements Mutation {}

    /**
     * Gives a range of the file the bytes that a range of another file, or of the same one, had <em>before this
     * commit</em>, whatever else the commit does to them; holes come along. No bytes travel: whole blocks are referred
     * to. Makes the file at least {@code offset + lengthBytes} long. In a last block that is not whole zeros follow.
     *
     * @param source a regular file that was there before this commit
     * @param sourceOffset a multiple of the block size, as is {@code offset}
     * @param lengthBytes 1 and up
     */
    record CloneRange(Ino ino, long offset, Ino source, long sourceOffset, long lengthBytes) implements Mutation {}

    /** Places bytes at the end as it is when the commit is applied: a blind O_APPEND. */
    record Append(Ino ino, FileBytes data) implements Mutation {}

    record SetXattr(Ino ino, Name name, Bytes value) implements Mutation {}

    record RemoveXattr(Ino ino, Name name) implements Mutation {}

    /**
     * Sets the limits of a directory tree, or of the volume; usage stays. A new one starts with the volume's figures,
     * or with nothing used. Usage itself is never sent: it follows from what commits do.
     *
     * @param tree the top directory; {@link Ino#ROOT} stands for the volume
     * @param bytesMax as {@link Quota#bytesMax}
     * @param inodesMax as {@link Quota#inodesMax}
     */
    record SetQuota(Ino tree, long bytesMax, long inodesMax, Quota.Phase phase) implements Mutation {}

    /** Takes a quota away. Inodes that still name it count to the volume alone. */
    record RemoveQuota(Ino tree) implements Mutation {}

    /**
     * From now on the inode counts to this tree. A commit that has one of these is never refused for a limit: it only
     * counts what is there.
     *
     * @param tree null for none
     */
    record SetQuotaTree(Ino ino, Ino tree) implements Mutation {}

    /** File data of a request: small data travels in it, large data was staged before. */
    sealed interface FileBytes {
        long lengthBytes();

        record Inline(Bytes bytes) implements FileBytes {
            @Override
            public long lengthBytes() {
                return bytes.length();
            }
        }

        /**
         * A range of a staged object. The object's bytes from {@code offsetBytes} on. Sessions stage whole blocks:
         * offsets in the file and in the object are multiples of the block size.
         */
        record Staged(StagedId object, long offsetBytes, long lengthBytes) implements FileBytes {}
    }
}
