package io.cffs.daemon.cache;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A slab's file as memory: large parts are sent out of it ({@link SlabLending}), small ones copied, which saves the
 * system call, a sixth of what a read of 4 KiB costs.
 *
 * <p>Residence: pages of the mapping count as resident in this process, though they are the file's. So which regions
 * were used is noted, and beyond a bound the mapping is emptied and the notes with it. Only what is in a noted region
 * is copied from memory; the read before, by a system call, has noted it. So where reads are too scattered to come
 * again they cost what they did, and no page fault each.
 *
 * <p>Faults: a page beyond the end of a file that was cut short, or that the medium cannot read, ends a copy, and the
 * JVM reports that by an InternalError at some later point of the thread, maybe after the answer was sent. So each page
 * is copied by itself onto words that are looked at afterwards: of a page that faults no byte arrives, and from
 * whichever end the copy begins, one that is cut off under it has not come to the other. Who sees
 * such a word untouched makes the system call, which tells how it is, and on the way back from which the
 * InternalError comes. Safe for use by many threads.
 */
final class SlabMapping {
    /** What may be resident because of the mapping. */
    static final long RESIDENT_BYTES_MAX = 64L * 1024 * 1024;
    /** Below this it is not known to be one copy. */
    static final int COPY_BYTES_MIN = 512;
    /** From here on parts are sent, see {@link Loan}. */
    static final int COPY_BYTES_MAX = Loan.PART_BYTES_MIN;

    private static final int REGION_BYTES = 128 * 1024;
    private static final int PAGE_BYTES = 4096;
    /** Bytes that hardly any file has; where one has them, the system call reads them. */
    private static final long UNTOUCHED = 0xA5C3_91E7_5B2D_F068L;

    private final long fileBytes;
    private final long shift; // so that no large slot lies in two regions
    private final AtomicLongArray noted; // a bit for each region
    private int notedCount; // @GuardedBy("this")
    private volatile MemorySegment whole; // null until used

    SlabMapping(SlabLayout layout) {
        this.fileBytes = layout.fileBytes();
        this.shift = -layout.bands().getLast().firstDataOffset() & REGION_BYTES - 1;
        this.noted = new AtomicLongArray((int) (regionOf(fileBytes) / Long.SIZE) + 1);
    }

    /**
     * All of the file, mapped for reading; null when it is not as long as it was. Stays mapped as long as anybody uses
     * it.
     *
     * @throws IOException when it cannot be mapped
     */
    MemorySegment whole(FileChannel channel) throws IOException {
        if (channel.size() < fileBytes) {
            return null;
        }
        synchronized (this) {
            if (whole == null) {
                whole = channel.map(MapMode.READ_ONLY, 0, fileBytes, Arena.ofAuto());
            }
            return whole;
        }
    }

    boolean isMapped() {
        return whole != null;
    }

    /**
     * Fills {@code target} from {@code offset} of the file on. False when it has to be read by a system call; what the
     * target holds is then undefined, and it stands where it did.
     */
    boolean copy(ByteBuffer target, long offset) {
        int length = target.remaining();
        MemorySegment from = whole;
        if (from == null || !isCopied(length) || !isNoted(offset) || !isNoted(offset + length - 1)) {
            return false;
        }
        MemorySegment to = MemorySegment.ofBuffer(target);
        int done = 0;
        while (done < length) {
            long at = offset + done;
            int piece = Math.min(length - done, PAGE_BYTES - (int) (at & PAGE_BYTES - 1));
            if (piece < COPY_BYTES_MIN || !copyPiece(from, at, to, done, piece)) {
                return false;
            }
            done += piece;
        }
        target.position(target.limit());
        return true;
    }

    /** False when it may not have arrived. */
    private static boolean copyPiece(MemorySegment from, long at, MemorySegment to, long start, int length) {
        long last = start + length - Long.BYTES;
        to.set(ValueLayout.JAVA_LONG_UNALIGNED, start, UNTOUCHED);
        to.set(ValueLayout.JAVA_LONG_UNALIGNED, last, UNTOUCHED);
        MemorySegment.copy(from, at, to, start, length);
        return to.get(ValueLayout.JAVA_LONG_UNALIGNED, start) != UNTOUCHED
                && to.get(ValueLayout.JAVA_LONG_UNALIGNED, last) != UNTOUCHED;
    }

    /** Whether reads of this length are copied from memory at all. */
    static boolean isCopied(int length) {
        return length >= COPY_BYTES_MIN && length < COPY_BYTES_MAX;
    }

    /** Once mapped: these bytes are, or will soon be, resident through the mapping. */
    void note(long offset, int length) {
        for (long region = regionOf(offset); region <= regionOf(offset + length - 1); region++) {
            if (!isNotedRegion(region)) {
                noteRegion(region);
            }
        }
    }

    private synchronized void noteRegion(long region) {
        if (isNotedRegion(region)) {
            return;
        }
        int word = (int) (region / Long.SIZE);
        noted.set(word, noted.get(word) | 1L << region);
        notedCount++;
        if ((long) notedCount * REGION_BYTES > RESIDENT_BYTES_MAX) {
            for (int i = 0; i < noted.length(); i++) {
                noted.set(i, 0);
            }
            notedCount = 0;
            whole.unload();
        }
    }

    private boolean isNoted(long offset) {
        return isNotedRegion(regionOf(offset));
    }

    private boolean isNotedRegion(long region) {
        return (noted.getOpaque((int) (region / Long.SIZE)) & 1L << region) != 0;
    }

    private long regionOf(long offset) {
        return (offset + shift) / REGION_BYTES;
    }
}
