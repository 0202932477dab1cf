package io.cffs.txn.port;

import io.cffs.model.FsException;
import java.nio.ByteBuffer;

/**
 * Room for written pages: numbered 4 KiB frames, in memory up to a limit and then in a spill file. A transaction owns
 * the frames it allocated; only one thread at a time uses them.
 */
public interface PageFrames {
    /**
     * Takes {@code count} frames with consecutive numbers and undefined content.
     *
     * @return the first frame's number
     * @throws FsException NO_SPACE when neither memory nor the spill file has room
     */
    int allocate(int count) throws FsException;

    /** Writes what remains in {@code source} from {@code offset} bytes into {@code frame} on, across frames. */
    void write(int frame, int offset, ByteBuffer source) throws FsException;

    /** Fills what remains in {@code target} from {@code offset} bytes into {@code frame} on, across frames. */
    void read(int frame, int offset, ByteBuffer target) throws FsException;

    /** Gives frames back. Any run of allocated frames, not only one that was allocated together. */
    void free(int frame, int count);
}
