package io.cffs.txn.model;

import io.cffs.model.Blocks;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.txn.port.PageFrames;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Frames on the heap that are strict: fresh ones hold rubbish, and use after free or twice freed is an error. */
public final class HeapFrames implements PageFrames {
    private static final byte RUBBISH = (byte) 0xA5;

    private final Map<Integer, byte[]> frames = new HashMap<>();
    private final int framesMax;
    private int next;
    private boolean failing;

    public HeapFrames() {
        this(Integer.MAX_VALUE);
    }

    /** @param framesMax frames in use at once */
    public HeapFrames(int framesMax) {
        this.framesMax = framesMax;
    }

    /** From now on nothing can be written. */
    public void fail() {
        failing = true;
    }

    public int inUse() {
        return frames.size();
    }

    @Override
    public int allocate(int count) throws FsException {
        if (frames.size() + count > framesMax) {
            throw new FsException(FsError.NO_SPACE);
        }
        int first = next;
        for (int i = 0; i < count; i++) {
            byte[] frame = new byte[Blocks.PAGE_BYTES];
            Arrays.fill(frame, RUBBISH);
            frames.put(next++, frame);
        }
        // A gap now and then: frames of neighbouring pages need not be neighbours.
        next += next % 3 == 0 ? 1 : 0;
        return first;
    }

    @Override
    public void write(int frame, int offset, ByteBuffer source) throws FsException {
        if (failing) {
            throw new FsException(FsError.ENVIRONMENT_FAILED);
        }
        for (int at = offset, f = frame; source.hasRemaining(); f++, at = 0) {
            int part = Math.min(source.remaining(), Blocks.PAGE_BYTES - at);
            source.get(owned(f), at, part);
        }
    }

    @Override
    public void read(int frame, int offset, ByteBuffer target) {
        for (int at = offset, f = frame; target.hasRemaining(); f++, at = 0) {
            int part = Math.min(target.remaining(), Blocks.PAGE_BYTES - at);
            target.put(owned(f), at, part);
        }
    }

    @Override
    public void free(int frame, int count) {
        for (int i = 0; i < count; i++) {
            owned(frame + i);
            frames.remove(frame + i);
        }
    }

    private byte[] owned(int frame) {
        byte[] bytes = frames.get(frame);
        if (bytes == null) {
            throw new AssertionError("frame " + frame + " is not allocated");
        }
        return bytes;
    }
}
