package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.model.FsException;
import io.cffs.txn.port.PageFrames;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes of blind appends, packed into frames: their place in the file is not known before the commit. Not thread-safe.
 */
final class AppendBuffer {
    private final PageFrames frames;
    private int[] owned = new int[1];
    private int frameCount;
    private long lengthBytes;

    AppendBuffer(PageFrames frames) {
        this.frames = frames;
    }

    long lengthBytes() {
        return lengthBytes;
    }

    /** Takes what remains in {@code source}. On NO_SPACE nothing has changed. */
    void add(ByteBuffer source) throws FsException {
        long free = (long) frameCount * Blocks.PAGE_BYTES - lengthBytes;
        long lacking = source.remaining() - free;
        if (lacking > 0) {
            take((int) ((lacking + Blocks.PAGE_BYTES - 1) / Blocks.PAGE_BYTES));
        }
        int limit = source.limit();
        while (source.position() < limit) {
            int offset = (int) (lengthBytes % Blocks.PAGE_BYTES);
            int part = Math.min(limit - source.position(), Blocks.PAGE_BYTES - offset);
            source.limit(source.position() + part);
            frames.write(owned[(int) (lengthBytes / Blocks.PAGE_BYTES)], offset, source);
            source.limit(limit);
            lengthBytes += part;
        }
    }

    /** Fills what remains in {@code target} from the {@code from}-th appended byte on. */
    void read(long from, ByteBuffer target) throws FsException {
        int limit = target.limit();
        long at = from;
        while (target.position() < limit) {
            int offset = (int) (at % Blocks.PAGE_BYTES);
            int part = Math.min(limit - target.position(), Blocks.PAGE_BYTES - offset);
            target.limit(target.position() + part);
            frames.read(owned[(int) (at / Blocks.PAGE_BYTES)], offset, target);
            target.limit(limit);
            at += part;
        }
    }

    void clear() {
        for (int i = 0; i < frameCount; i++) {
            frames.free(owned[i], 1);
        }
        frameCount = 0;
        lengthBytes = 0;
    }

    private void take(int count) throws FsException {
        int first = frames.allocate(count);
        if (frameCount + count > owned.length) {
            owned = Arrays.copyOf(owned, Math.max(owned.length * 2, frameCount + count));
        }
        for (int i = 0; i < count; i++) {
            owned[frameCount++] = first + i;
        }
    }
}
