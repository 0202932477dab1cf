package io.cffs.test.sim;

import io.cffs.model.Blocks;
import io.cffs.txn.port.PageFrames;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.TreeMap;

/** Frames on the heap that notice every use of a frame that nobody owns, and fill fresh ones with rubbish. */
final class SimFrames implements PageFrames {
    private static final byte RUBBISH = (byte) 0xA5;

    private final TreeMap<Integer, byte[]> frames = new TreeMap<>();
    private int next;

    @Override
    public int allocate(int count) {
        int first = next;
        for (int i = 0; i < count; i++) {
            byte[] frame = new byte[Blocks.PAGE_BYTES];
            Arrays.fill(frame, RUBBISH);
            frames.put(next++, frame);
        }
        return first;
    }

    @Override
    public void write(int frame, int offset, ByteBuffer source) {
        long at = (long) frame * Blocks.PAGE_BYTES + offset;
        while (source.hasRemaining()) {
            int inFrame = (int) (at % Blocks.PAGE_BYTES);
            int count = Math.min(source.remaining(), Blocks.PAGE_BYTES - inFrame);
            source.get(owned((int) (at / Blocks.PAGE_BYTES)), inFrame, count);
            at += count;
        }
    }

    @Override
    public void read(int frame, int offset, ByteBuffer target) {
        long at = (long) frame * Blocks.PAGE_BYTES + offset;
        while (target.hasRemaining()) {
            int inFrame = (int) (at % Blocks.PAGE_BYTES);
            int count = Math.min(target.remaining(), Blocks.PAGE_BYTES - inFrame);
            target.put(owned((int) (at / Blocks.PAGE_BYTES)), inFrame, count);
            at += count;
        }
    }

    @Override
    public void free(int frame, int count) {
        for (int i = frame; i < frame + count; i++) {
            owned(i);
            frames.remove(i);
        }
    }

    private byte[] owned(int frame) {
        byte[] content = frames.get(frame);
        if (content == null) {
            throw new AssertionError("nobody owns frame " + frame);
        }
        return content;
    }

    /** Frames that are owned now. */
    int inUse() {
        return frames.size();
    }
}
