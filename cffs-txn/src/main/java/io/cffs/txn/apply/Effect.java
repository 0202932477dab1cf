package io.cffs.txn.apply;

import io.cffs.model.Blocks;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.txn.StagedId;

/** One change of the stored objects by one commit. A commit has at most one {@code Put*} or {@code Delete} per key. */
public sealed interface Effect {
    /** The object has this value from this commit on. */
    record Put(ObjectKey key, StoredObject value) implements Effect {}

    /**
     * The block's bytes are those of a range of a staged object, which were not looked at.
     *
     * @param offsetBytes in the object; a multiple of the block size
     * @param lengthBytes 1 to the block size; bytes of the block beyond it are zeros
     */
    record PutStagedBlock(ObjectKey.BlockKey key, StagedId object, long offsetBytes, int lengthBytes)
            implements Effect {
        public PutStagedBlock {
            if (lengthBytes < 1 || lengthBytes > Blocks.BLOCK_BYTES || offsetBytes % Blocks.BLOCK_BYTES != 0) {
                throw new IllegalArgumentException("no block of an object: " + offsetBytes + " + " + lengthBytes);
            }
        }
    }

    /**
     * Parts of a block have new bytes; the others stay, zeros where it is shorter or a hole.
     *
     * @param overHole nothing is there, or nothing any more once this commit's range deletions are carried out
     */
    record PatchBlock(ObjectKey.BlockKey key, BlockPatch patch, boolean overHole) implements Effect {}

    /** The object, which existed, is absent from this commit on. */
    record Delete(ObjectKey key) implements Effect {}

    /**
     * All blocks of this range, both ends inclusive, that exist and that the same commit does not put, are holes from
     * this commit on. Comes before every {@code Put*} of its inode. May name blocks that are holes already.
     */
    record DeleteBlocks(Ino ino, long firstIndex, long lastIndex) implements Effect {}

    /**
     * Each block of a range has from this commit on the bytes that the block as far into the source's range had before
     * this commit. Blocks that were holes there are left as they are: a {@link DeleteBlocks} of the range comes before
     * where there may be any. No {@code Put*} of the same commit names a block of the range; a patch may.
     */
    record CloneBlocks(Ino ino, long firstIndex, Ino source, long sourceFirstIndex, long count) implements Effect {
        public CloneBlocks {
            if (count < 1 || firstIndex < 0 || sourceFirstIndex < 0) {
                throw new IllegalArgumentException("no range of blocks: " + firstIndex + " + " + count);
            }
        }

        public long lastIndex() {
            return firstIndex + count - 1;
        }
    }

    /**
     * The inode dies with this commit (its own {@link Delete} comes too): all of its blocks and extended attributes are
     * garbage from this commit on. Nobody can reach them at a later snapshot, so they may be collected lazily.
     */
    record DeleteInodeContent(Ino ino) implements Effect {}
}
