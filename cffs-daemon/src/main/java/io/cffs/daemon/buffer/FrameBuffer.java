package io.cffs.daemon.buffer;

import io.cffs.model.Blocks;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.txn.port.PageFrames;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The write buffer of a mount: frames in off-heap memory up to a limit, and from there on in a spill file, so that a
 * function may write more than it has memory. Frames that are given back return to memory first.
 *
 * <p>Numbers below {@code memoryFrameCount} are in memory, the others in the file; one allocation lies in one of them,
 * but runs that happen to touch at the border may be used as one. Allocating and giving back are safe for use by many
 * threads; so are reads and writes of different frames. A frame must not be in use while it is given back.
 */
public final class FrameBuffer implements PageFrames, AutoCloseable {
    private final int memoryFrameCount;
    private final FrameRuns memoryRuns; // @GuardedBy("this")
    private final FrameRuns spillRuns; // @GuardedBy("this")
    private final FrameMemory memory;
    private final SpillFile spill;

    /**
     * @param memoryBytesMax off-heap memory to use at most, rounded down to whole frames; at most 8 TiB less a page
     * @param spillBytesMax bytes of disk to use at most; 0 for no spilling
     * @param spillDirectory where the spill file is made when it is first needed; made with it if absent
     */
    public FrameBuffer(long memoryBytesMax, long spillBytesMax, Path spillDirectory) {
        this.memoryFrameCount = frames(memoryBytesMax, Integer.MAX_VALUE);
        int spillFrameCount = frames(spillBytesMax, Integer.MAX_VALUE - memoryFrameCount);
        this.memoryRuns = new FrameRuns(memoryFrameCount);
        this.spillRuns = new FrameRuns(spillFrameCount);
        this.memory = new FrameMemory(memoryFrameCount);
        this.spill = new SpillFile(spillDirectory);
    }

    /**
     * Where to spill: TMPDIR, else /var/tmp, which is on a disk where /tmp is memory, else /tmp.
     *
     * @param temporary the variable TMPDIR; null when it is not set
     */
    public static Path spillDirectory(String temporary) {
        Path large = Path.of("/var/tmp");
        return temporary != null ? Path.of(temporary) : Files.isWritable(large) ? large : Path.of("/tmp");
    }

    private static int frames(long bytes, int countMax) {
        return (int) Math.min(bytes / Blocks.PAGE_BYTES, countMax);
    }

    @Override
    public synchronized int allocate(int count) throws FsException {
        if (count < 1) {
            throw new IllegalArgumentException("frames to take: " + count);
        }
        int inMemory = memoryRuns.allocate(count);
        if (inMemory >= 0) {
            if (memory.reserve(inMemory, count)) {
                return inMemory;
            }
            memoryRuns.free(inMemory, count);
        }
        int inSpill = spillRuns.allocate(count);
        if (inSpill < 0) {
            throw new FsException(FsError.NO_SPACE);
        }
        if (!spill.hasRoomFor(inSpill + count)) {
            spillRuns.free(inSpill, count);
            throw new FsException(FsError.NO_SPACE);
        }
        return memoryFrameCount + inSpill;
    }

    @Override
    public void write(int frame, int offset, ByteBuffer source) throws FsException {
        int inMemory = bytesInMemory(frame, offset, source.remaining());
        int limit = source.limit();
        if (inMemory > 0) {
            source.limit(source.position() + inMemory);
            memory.write(frame, offset, source);
            source.limit(limit);
        }
        if (source.hasRemaining()) {
            spill.write(spillFrame(frame, offset, inMemory), (offset + inMemory) % Blocks.PAGE_BYTES, source);
        }
    }

    @Override
    public void read(int frame, int offset, ByteBuffer target) throws FsException {
        int inMemory = bytesInMemory(frame, offset, target.remaining());
        int limit = target.limit();
        if (inMemory > 0) {
            target.limit(target.position() + inMemory);
            memory.read(frame, offset, target);
            target.limit(limit);
        }
        if (target.hasRemaining()) {
            spill.read(spillFrame(frame, offset, inMemory), (offset + inMemory) % Blocks.PAGE_BYTES, target);
        }
    }

    @Override
    public void free(int frame, int count) {
        int inMemory = Math.clamp((long) memoryFrameCount - frame, 0, count);
        synchronized (this) {
            if (inMemory > 0) {
                memoryRuns.free(frame, inMemory);
            }
            if (count > inMemory) {
                spillRuns.free(frame + inMemory - memoryFrameCount, count - inMemory);
            }
            memory.trim(memoryRuns.end());
            if (count > inMemory) {
                spill.trim(spillRuns.end());
            }
        }
    }

    /** Frames taken and not given back, in bytes. */
    public synchronized long usedBytes() {
        return ((long) memoryRuns.takenCount() + spillRuns.takenCount()) * Blocks.PAGE_BYTES;
    }

    /** Off-heap memory held, in bytes. */
    public long memoryBytes() {
        return memory.heldBytes();
    }

    /** Length of the spill file. */
    public long spillBytes() {
        return spill.fileBytes();
    }

    /** Gives everything back. Frames must not be in use. */
    @Override
    public synchronized void close() {
        memory.close();
        spill.close();
    }

    private int bytesInMemory(int frame, int offset, int length) {
        long room = ((long) memoryFrameCount - frame) * Blocks.PAGE_BYTES - offset;
        return (int) Math.clamp(room, 0L, (long) length);
    }

    private int spillFrame(int frame, int offset, int inMemory) {
        return frame + (offset + inMemory) / Blocks.PAGE_BYTES - memoryFrameCount;
    }
}
