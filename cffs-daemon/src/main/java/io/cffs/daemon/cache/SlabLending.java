package io.cffs.daemon.cache;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Sends bytes out of a slab's mapping.
 *
 * <p>What is sent cannot be taken back when the state word turns out to have changed, as a copy can be thrown away. So
 * while bytes are sent nobody overwrites them. A sender enters the {@link SlabGate}, marks each slot as lent, and only
 * then looks whether its word is still the one that it wants. A writer takes a slot by changing its word, and only
 * then looks for the mark; if it is there, it has to find the gate empty once before it writes a byte. Of the two, one
 * sees the other. Slots without the mark, most of them, cost a writer nothing. Slots that were ever stolen are not
 * lent: from whom they were stolen may still be about to write (see {@link SlabBlockCache}). Safe for use by many
 * threads.
 */
final class SlabLending {
    private final SlabFile file;
    private final SlabHeads heads;

    SlabLending(SlabFile file, SlabHeads heads) {
        this.file = file;
        this.heads = heads;
    }

    /**
     * Bytes of a slot's data, right as long as its word is this one.
     *
     * @param head where its head is
     * @param offset where the bytes are in the file
     */
    record Part(long head, long word, long offset, int length) {}

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
        for (int i = 0; i < count; i++) {
            file.mapping().note(parts[i].offset(), parts[i].length());
        }
        return true;
    }

    /** Before the first byte is written to a slot that was taken. False when somebody may be sending it just now. */
    boolean reclaim(long head) {
        return !heads.isLent(head) || file.gate().whileNobodySends(() -> heads.unmarkLent(head));
    }
}
