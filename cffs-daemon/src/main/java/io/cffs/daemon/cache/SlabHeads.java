package io.cffs.daemon.cache;

import io.cffs.model.CommitTs;
import io.cffs.model.ObjectKey.BlockKey;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** The fields of slots' heads, each head named by its offset (see {@link SlabLayout}). Safe for use by many threads. */
final class SlabHeads {
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final int VOLUME_HIGH = 8;
    private static final int VOLUME_LOW = 16;
    private static final int INO = 24;
    private static final int INDEX = 32;
    private static final int VERSION = 40;
    private static final int LENGTH = 48;
    private static final int CHECKSUM = 52;
    private static final int USED_LATELY = 56;
    private static final int LENT = 60;

    private final MemorySegment segment;

    SlabHeads(MemorySegment segment) {
        this.segment = segment;
    }

    /** The state word; what is read after it is not older. */
    long word(long head) {
        return (long) WORD.getAcquire(segment, head);
    }

    /** Whether the word is still this one, after everything that was read before. */
    boolean isStill(long head, long word) {
        VarHandle.loadLoadFence();
        return (long) WORD.getOpaque(segment, head) == word;
    }

    boolean swap(long head, long from, long to) {
        return WORD.compareAndSet(segment, head, from, to);
    }

    boolean holds(long head, VolumeIdentity volume, BlockKey key, CommitTs version) {
        return version(head) == version.value() && holdsBlock(head, volume, key);
    }

    /** Some version of it. */
    boolean holdsBlock(long head, VolumeIdentity volume, BlockKey key) {
        return segment.get(ValueLayout.JAVA_LONG, head + INO) == key.ino().value()
                && segment.get(ValueLayout.JAVA_LONG, head + INDEX) == key.index()
                && segment.get(ValueLayout.JAVA_LONG, head + VOLUME_LOW) == volume.low()
                && segment.get(ValueLayout.JAVA_LONG, head + VOLUME_HIGH) == volume.high();
    }

    long version(long head) {
        return segment.get(ValueLayout.JAVA_LONG, head + VERSION);
    }

    int length(long head) {
        return segment.get(ValueLayout.JAVA_INT, head + LENGTH);
    }

    int checksum(long head) {
        return segment.get(ValueLayout.JAVA_INT, head + CHECKSUM);
    }

    /** By whoever has taken the slot. */
    void describe(long head, VolumeIdentity volume, BlockKey key, CommitTs version, int length, int checksum) {
        // No reader may see a part of what follows and still the word from before.
        VarHandle.storeStoreFence();
        segment.set(ValueLayout.JAVA_LONG, head + VOLUME_HIGH, volume.high());
        segment.set(ValueLayout.JAVA_LONG, head + VOLUME_LOW, volume.low());
        segment.set(ValueLayout.JAVA_LONG, head + INO, key.ino().value());
        segment.set(ValueLayout.JAVA_LONG, head + INDEX, key.index());
        segment.set(ValueLayout.JAVA_LONG, head + VERSION, version.value());
        segment.set(ValueLayout.JAVA_INT, head + LENGTH, length);
        segment.set(ValueLayout.JAVA_INT, head + CHECKSUM, checksum);
    }

    boolean isUsedLately(long head) {
        return (int) INT.getOpaque(segment, head + USED_LATELY) != 0;
    }

    void markUsed(long head) {
        if (!isUsedLately(head)) {
            INT.setOpaque(segment, head + USED_LATELY, 1);
        }
    }

    void unmarkUsed(long head) {
        INT.setOpaque(segment, head + USED_LATELY, 0);
    }

    boolean isLent(long head) {
        return (int) INT.getOpaque(segment, head + LENT) != 0;
    }

    void markLent(long head) {
        if (!isLent(head)) {
            INT.setOpaque(segment, head + LENT, 1);
        }
    }

    void unmarkLent(long head) {
        INT.setOpaque(segment, head + LENT, 0);
    }

    /** What was written before is seen by whoever changes a word that is read after. */
    void fence() {
        VarHandle.fullFence();
    }
}
