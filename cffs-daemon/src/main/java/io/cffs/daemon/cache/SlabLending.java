package io.cffs.daemon.cache;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.function.Consumer;

/**
 * Sends bytes out of a slab's mapping.
 *
 * <p>What is sent cannot be taken back when the state word turns out to have changed, as a copy can be thrown away. So
 * while bytes are sent nobody overwrites them. A sender enters the {@link SlabGate}, marks each slot as lent, and only
 * then looks whether its word is still the one that it wants. A writer takes a slot by changing its word, and only
 * then looks for the mark; if it is there, it has to find the gate empty once before it writes a byte. Of the two, one
 * sees the other. Slots without the mark, most of them, cost a writer nothing. Slots that were ever stolen are not
 * lent: from whom they were stolen may still be about to write (see {@link SlabBlockCache}).
 *
 * <p>Pages of the mapping count as resident in this process, though they are the file's. Beyond a bound the mapping is
 * emptied, and fills again with what is read. Safe for use by many threads.
 */
final class SlabLending {
    /** What may be resident because of the mapping. */
    static final long MAPPED_BYTES_MAX = 64L * 1024 * 1024;

    private final SlabFile file;
    private final SlabHeads heads;
    private final BitSet mappedSlots = new BitSet(); // @GuardedBy("mappedSlots")
    private long mappedBytes; // @GuardedBy("mappedSlots")

    SlabLending(SlabFile file, SlabHeads heads) {
        this.file = file;
        this.heads = heads;
    }

    /**
     * Bytes of a slot's data, right as long as its word is this one.
     *
     * @param slot its number in the file
     * @param slotBytes how large it is
     * @param head where its head is
     * @param offset where the bytes are in the file
     */
    record Part(int slot, int slotBytes, long head, long word, long offset, int length) {}

    /** As {@link Loan#send}. */
    boolean send(Part[] parts, int count, Consumer<ByteBuffer[]> answer) {
        MemorySegment whole = file.whole();
        if (whole == null || !file.gate().enter()) {
            return false;
        }
        try {
            for (int i = 0; i < count; i++) {
                heads.markLent(parts[i].head());
            }
            heads.fence();
            ByteBuffer[] mapped = new ByteBuffer[count];
            for (int i = 0; i < count; i++) {
                if (heads.word(parts[i].head()) != parts[i].word()) {
                    return false;
                }
                mapped[i] = whole.asSlice(parts[i].offset(), parts[i].length()).asByteBuffer();
            }
            answer.accept(mapped);
        } finally {
            file.gate().leave();
        }
        bound(whole, parts, count);
        return true;
    }

    /** Before the first byte is written to a slot that was taken. False when somebody may be sending it just now. */
    boolean reclaim(long head) {
        return !heads.isLent(head) || file.gate().whileNobodySends(() -> heads.unmarkLent(head));
    }

    private void bound(MemorySegment whole, Part[] parts, int count) {
        synchronized (mappedSlots) {
            for (int i = 0; i < count; i++) {
                if (!mappedSlots.get(parts[i].slot())) {
                    mappedSlots.set(parts[i].slot());
                    mappedBytes += parts[i].slotBytes();
                }
            }
            if (mappedBytes > MAPPED_BYTES_MAX) {
                whole.unload();
                mappedSlots.clear();
                mappedBytes = 0;
            }
        }
    }
}
