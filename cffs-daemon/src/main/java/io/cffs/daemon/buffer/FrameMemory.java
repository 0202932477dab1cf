package io.cffs.daemon.buffer;

import io.cffs.model.Blocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Off-heap memory for frames, in chunks of 1 MiB that are taken from the system when first used and given back when the
 * frames above the high-water mark are free. Reads and writes of different frames may run at the same time; a frame
 * may not be used while it is being given back.
 */
final class FrameMemory {
    private static final int FRAMES_PER_CHUNK = 256;
    private static final int CHUNK_BYTES = FRAMES_PER_CHUNK * Blocks.PAGE_BYTES;
    /** Chunks kept for the next transaction: 16 MiB. */
    private static final int CHUNKS_KEPT = 16;

    private final AtomicReferenceArray<Chunk> chunks;
    private volatile int heldCount;
    private int heldEnd; // one more than the highest chunk held; guarded by the owner, as reserve and trim are

    FrameMemory(int frameCountMax) {
        this.chunks = new AtomicReferenceArray<>(Math.ceilDiv(frameCountMax, FRAMES_PER_CHUNK));
    }

    /** Makes sure that these frames have memory. False when the system has none to give; then nothing is taken. */
    boolean reserve(int first, int count) {
        for (int chunk = first / FRAMES_PER_CHUNK; chunk <= (first + count - 1) / FRAMES_PER_CHUNK; chunk++) {
            if (chunks.get(chunk) == null) {
                Arena arena = Arena.ofShared();
                try {
                    chunks.set(chunk, new Chunk(arena, arena.allocate(CHUNK_BYTES, Blocks.PAGE_BYTES)));
                    heldCount++;
                    heldEnd = Math.max(heldEnd, chunk + 1);
                } catch (OutOfMemoryError e) {
                    // The limit on direct memory, not the heap: the spill file takes over.
                    arena.close();
                    return false;
                }
            }
        }
        return true;
    }

    /** Gives chunks back that hold no frame below {@code endFrame}, but for a few. */
    void trim(int endFrame) {
        int keep = Math.max(CHUNKS_KEPT, Math.ceilDiv(endFrame, FRAMES_PER_CHUNK));
        while (heldEnd > keep) {
            release(--heldEnd);
        }
    }

    void close() {
        while (heldEnd > 0) {
            release(--heldEnd);
        }
    }

    long heldBytes() {
        return (long) heldCount * CHUNK_BYTES;
    }

    void write(int frame, int offset, ByteBuffer source) {
        long at = (long) frame * Blocks.PAGE_BYTES + offset;
        while (source.hasRemaining()) {
            int length = (int) Math.min(source.remaining(), CHUNK_BYTES - at % CHUNK_BYTES);
            MemorySegment from = MemorySegment.ofBuffer(source).asSlice(0, length);
            MemorySegment.copy(from, 0, segment(at), at % CHUNK_BYTES, length);
            source.position(source.position() + length);
            at += length;
        }
    }

    void read(int frame, int offset, ByteBuffer target) {
        long at = (long) frame * Blocks.PAGE_BYTES + offset;
        while (target.hasRemaining()) {
            int length = (int) Math.min(target.remaining(), CHUNK_BYTES - at % CHUNK_BYTES);
            MemorySegment to = MemorySegment.ofBuffer(target).asSlice(0, length);
            MemorySegment.copy(segment(at), at % CHUNK_BYTES, to, 0, length);
            target.position(target.position() + length);
            at += length;
        }
    }

    private MemorySegment segment(long at) {
        return chunks.get((int) (at / CHUNK_BYTES)).segment();
    }

    private void release(int chunk) {
        Chunk held = chunks.getAndSet(chunk, null);
        if (held != null) {
            held.arena().close();
            heldCount--;
        }
    }

    private record Chunk(Arena arena, MemorySegment segment) {}
}
