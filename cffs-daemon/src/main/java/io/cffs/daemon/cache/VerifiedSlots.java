package io.cffs.daemon.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * For each slot of a slab the state word under which this process has last found the checksum to hold, or wrote the
 * slot itself. 8 bytes a slot, and only for neighbourhoods of slots that this process has used. Safe for use by many
 * threads.
 */
final class VerifiedSlots {
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PART_SHIFT = 10;
    private static final int PART_SLOTS = 1 << PART_SHIFT;

    private final AtomicReferenceArray<long[]> parts;

    VerifiedSlots(int slotCount) {
        this.parts = new AtomicReferenceArray<>(Math.ceilDiv(slotCount, PART_SLOTS));
    }

    /** Whether {@link #add} was called with this word, and for the slot with no other since. */
    boolean has(int slot, long word) {
        long[] part = parts.getAcquire(slot >>> PART_SHIFT);
        return part != null && (long) WORDS.getOpaque(part, slot & PART_SLOTS - 1) == word;
    }

    /** @param word of a filled slot, so not 0 */
    void add(int slot, long word) {
        int number = slot >>> PART_SHIFT;
        long[] part = parts.getAcquire(number);
        if (part == null) {
            long[] made = new long[PART_SLOTS];
            part = parts.compareAndExchange(number, null, made);
            part = part == null ? made : part;
        }
        WORDS.setOpaque(part, slot & PART_SLOTS - 1, word);
    }
}
