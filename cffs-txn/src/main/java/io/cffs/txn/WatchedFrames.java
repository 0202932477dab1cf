package io.cffs.txn;

import io.cffs.model.FsException;
import io.cffs.txn.port.PageFrames;
import java.nio.ByteBuffer;

/**
 * Frames that remember a failure. When bytes could not be written to a frame or read from one, the transaction's view
 * may be half changed: it can still be looked at, but never be committed. Running out of room changes nothing and is no
 * failure. Not thread-safe.
 */
final class WatchedFrames implements PageFrames {
    private final PageFrames frames;
    private FsException failure;

    WatchedFrames(PageFrames frames) {
        this.frames = frames;
    }

    /** @throws FsException the last failure, when there was one */
    void requireSound() throws FsException {
        if (failure != null) {
            throw failure;
        }
    }

    boolean isSound() {
        return failure == null;
    }

    @Override
    public int allocate(int count) throws FsException {
        return frames.allocate(count);
    }

    @Override
    public void write(int frame, int offset, ByteBuffer source) throws FsException {
        try {
            frames.write(frame, offset, source);
        } catch (FsException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public void read(int frame, int offset, ByteBuffer target) throws FsException {
        try {
            frames.read(frame, offset, target);
        } catch (FsException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public void free(int frame, int count) {
        frames.free(frame, count);
    }
}
