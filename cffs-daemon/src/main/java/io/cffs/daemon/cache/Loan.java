package io.cffs.daemon.cache;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Parts of one read that are to be answered from where they lie in a {@link SlabBlockCache}, without being copied
 * first. Begun with the buffer that the read fills; where a part is lent the buffer's bytes are undefined, and its
 * position goes on as if they had been copied. Lending holds nothing: whether the parts are still there shows when they
 * are sent. Reused from read to read, by one thread at a time.
 */
public final class Loan {
    /** A part that is shorter is copied: that costs less than mapping it. */
    static final int PART_BYTES_MIN = 32 * 1024;
    private static final int PARTS_MAX = 32;

    private final SlabLending.Part[] parts = new SlabLending.Part[PARTS_MAX];
    private final int[] places = new int[PARTS_MAX];
    private SlabLending from; // the one cache that all parts are in
    private int count;

    /** Forgets what was lent before. */
    public void begin() {
        Arrays.fill(parts, 0, count, null);
        from = null;
        count = 0;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** Takes a part in and moves the target over it. False when it cannot be. */
    boolean add(SlabLending cache, SlabLending.Part part, ByteBuffer target) {
        if (count == PARTS_MAX || from != null && from != cache) {
            return false;
        }
        from = cache;
        parts[count] = part;
        places[count] = target.position();
        count++;
        target.position(target.position() + part.length());
        return true;
    }

    /**
     * Gives {@code answer} the bytes of the read, in order, in buffers that are right until it returns.
     *
     * @param filled the read's buffer, from position 0 to its limit
     * @return false when a part is not there any more, or cannot be sent like this: nothing was given, read again
     */
    public boolean send(ByteBuffer filled, Consumer<ByteBuffer[]> answer) {
        return from.send(parts, count, mapped -> answer.accept(pieces(filled, mapped)));
    }

    private ByteBuffer[] pieces(ByteBuffer filled, ByteBuffer[] mapped) {
        ByteBuffer[] pieces = new ByteBuffer[2 * count + 1];
        int used = 0;
        int at = 0;
        for (int i = 0; i <= count; i++) {
            int next = i == count ? filled.limit() : places[i];
            if (next > at) {
                pieces[used++] = filled.slice(at, next - at);
            }
            if (i < count) {
                pieces[used++] = mapped[i];
                at = next + parts[i].length();
            }
        }
        return Arrays.copyOf(pieces, used);
    }
}
