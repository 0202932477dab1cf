package io.cffs.daemon.cache;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.ObjectKey.BlockKey;
import java.nio.ByteBuffer;

/**
 * Blocks by (volume, block, version). The content of a version never changes, so an entry is never wrong, only absent:
 * an implementation checks what it returns against a checksum and forgets what fails. Bounded in bytes by construction.
 * Safe for use by many threads. No method throws for a fault of the medium: a cache that cannot work answers "absent".
 */
public interface BlockCache extends AutoCloseable {
    /** Null when absent. */
    Bytes get(VolumeIdentity volume, BlockKey key, CommitTs version);

    /** What {@link #copy} answers when the block is absent. */
    int ABSENT = -1;

    /**
     * Puts bytes {@code from} (0 and up) to {@code from + length} of a block at the target's position and advances it.
     *
     * @return how many: fewer than {@code length} when the block is shorter. {@link #ABSENT} when it is not here; the
     *     target's position is then unmoved, what remains in it undefined
     */
    default int copy(
            VolumeIdentity volume, BlockKey key, CommitTs version, int from, int length, ByteBuffer target) {
        Bytes whole = get(volume, key, version);
        return whole == null ? ABSENT : copyPart(whole, from, length, target);
    }

    /**
     * As {@link #copy}, but the bytes may be lent instead of copied: the target's position is advanced all the same.
     *
     * @return {@code length}; {@link #ABSENT} when they cannot be lent, or not all of them: copy them then
     */
    default int lend(
            VolumeIdentity volume, BlockKey key, CommitTs version, int from, int length, ByteBuffer target,
            Loan loan) {
        return ABSENT;
    }

    /** Whether {@link #copy} costs about what the part costs, and not what the block does. */
    default boolean copiesParts() {
        return false;
    }

    /** As {@link #copy}, of a block that is at hand. */
    static int copyPart(Bytes whole, int from, int length, ByteBuffer target) {
        int part = Math.clamp((long) whole.length() - from, 0, length);
        if (part > 0) {
            whole.copyTo(from, part, target);
        }
        return part;
    }

    /** Whether {@link #get} would probably answer; cheaper, because nothing is copied or verified. */
    boolean contains(VolumeIdentity volume, BlockKey key, CommitTs version);

    /**
     * The newest version at most {@code atMost} that is here; null when none is. A process that knows nothing of a
     * block yet asks the backend whether this is the right one, and need not have the bytes sent.
     */
    CommitTs newestVersion(VolumeIdentity volume, BlockKey key, CommitTs atMost);

    /** Keeps a block's raw bytes, 1 to 128 KiB, if there is room to be made for them. */
    void put(VolumeIdentity volume, BlockKey key, CommitTs version, Bytes raw);

    Figures figures();

    /** Gives the memory and the file back; later calls answer "absent". The file stays for the next process. */
    @Override
    void close();

    /**
     * Counters since this object was opened, by this process.
     *
     * @param capacityBytes the bound on stored bytes
     * @param damaged entries whose checksum did not hold and that were forgotten
     */
    record Figures(long hits, long misses, long puts, long evictions, long damaged, long capacityBytes) {}
}
