package io.cffs.txn.codec;

import io.cffs.model.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Checksum;

/**
 * Bytes that stand in several places, in order: what a gathering {@link ByteWriter} wrote itself, and between that the
 * runs that it left where they are. Safe for use by many threads once the writer writes no more.
 */
public final class Pieces {
    private static final Runs NO_RUNS = new Runs();

    private final byte[] own;
    private final int ownLength;
    private final Runs runs;

    /** Runs and how much of the writer's own bytes comes before each. */
    static final class Runs {
        private final List<Bytes> runs = new ArrayList<>();
        private int[] at = new int[8];
        private int lengthBytes;

        void add(int ownBefore, Bytes run) {
            if (runs.size() == at.length) {
                at = Arrays.copyOf(at, 2 * at.length);
            }
            at[runs.size()] = ownBefore;
            runs.add(run);
            lengthBytes = Math.addExact(lengthBytes, run.length());
        }

        int lengthBytes() {
            return lengthBytes;
        }
    }

    Pieces(byte[] own, int ownLength, Runs runs) {
        this.own = own;
        this.ownLength = ownLength;
        this.runs = runs == null ? NO_RUNS : runs;
    }

    /** One piece; the caller must not write to the array any more. */
    public static Pieces owning(byte[] bytes) {
        return owning(bytes, bytes.length);
    }

    /** One piece, the first {@code length} bytes of the array; the caller must not write to it any more. */
    public static Pieces owning(byte[] bytes, int length) {
        return new Pieces(bytes, length, NO_RUNS);
    }

    public int length() {
        return ownLength + runs.lengthBytes;
    }

    /** Whether all of it stands in one place, so that {@link #asBuffer} copies nothing. */
    public boolean isOne() {
        return runs.runs.isEmpty();
    }

    /** All of it, position 0; to be read only. */
    public ByteBuffer asBuffer() {
        return isOne() ? ByteBuffer.wrap(own, 0, ownLength) : ByteBuffer.wrap(toArray());
    }

    /** Puts all of it into the target, which has room. */
    public void copyTo(ByteBuffer target) {
        copyTo(0, length(), target);
    }

    /** Puts {@code count} bytes from {@code from} on into the target, which has room. */
    public void copyTo(int from, int count, ByteBuffer target) {
        if (from < 0 || count < 0 || count > length() - from) {
            throw new IndexOutOfBoundsException("no bytes of " + length() + ": " + from + " + " + count);
        }
        int end = from + count;
        int start = 0;
        int ownDone = 0;
        for (int i = 0; i < runs.runs.size() && start < end; i++) {
            putOwn(ownDone, runs.at[i], start, from, end, target);
            start += runs.at[i] - ownDone;
            ownDone = runs.at[i];
            Bytes run = runs.runs.get(i);
            int first = Math.max(from - start, 0);
            int stop = Math.min(end - start, run.length());
            if (first < stop) {
                run.copyTo(first, stop - first, target);
            }
            start += run.length();
        }
        putOwn(ownDone, ownLength, start, from, end, target);
    }

    /** Own bytes from {@code ownFrom} to {@code ownTo}, the first of which is byte {@code start} of the whole. */
    private void putOwn(int ownFrom, int ownTo, int start, int from, int end, ByteBuffer target) {
        int first = Math.max(from - start, 0);
        int stop = Math.min(end - start, ownTo - ownFrom);
        if (first < stop) {
            target.put(own, ownFrom + first, stop - first);
        }
    }

    /** @param from how many bytes to leave out at the start, all of them the writer's own */
    public void addTo(Checksum sum, int from) {
        int done = from;
        for (int i = 0; i < runs.runs.size(); i++) {
            sum.update(own, done, runs.at[i] - done);
            done = runs.at[i];
            Bytes run = runs.runs.get(i);
            run.addTo(sum, 0, run.length());
        }
        sum.update(own, done, ownLength - done);
    }

    public byte[] toArray() {
        byte[] all = new byte[length()];
        copyTo(ByteBuffer.wrap(all));
        return all;
    }
}
