package io.cffs.daemon.buffer;

import io.cffs.model.Blocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Off-heap memory for frames, in chunks that are taken from the system when first used and given back when the frames
 * above the high-water mark are free. The first 32 MiB are in chunks of 1 MiB. What is beyond is in chunks of 32 MiB,
 * because from there on the C library always maps them: smaller ones stay with it when they are given back. Reads and
 * writes of different frames may run at the same time; a frame may not be used while it is being given back.
 */
final class FrameMemory {
    private static final int SMALL_BYTES = 1 << 20;
    private static final int SMALL_COUNT = 32;
    private static final int LARGE_BYTES = SMALL_COUNT * SMALL_BYTES;
    /** Chunks kept for the next transaction: 16 MiB. */
    private static final int CHUNKS_KEPT = 16;

    private final AtomicReferenceArray<Chunk> chunks;
    private final long bytesMax;
    private volatile long heldBytes;
    private int heldEnd; // one more than the highest chunk held; guarded by the owner, as reserve and trim are

    FrameMemory(int frameCountMax) {
        this.bytesMax = (long) frameCountMax * Blocks.PAGE_BYTES;
        this.chunks = new AtomicReferenceArray<>(bytesMax == 0 ? 0 : chunkAt(bytesMax - 1) + 1);
    }

    private static int chunkAt(long at) {
        return at < LARGE_BYTES ? (int) (at / SMALL_BYTES) : SMALL_COUNT - 1 + (int) (at / LARGE_BYTES);
    }

    private static long startOf(int chunk) {
        return chunk < SMALL_COUNT ? (long) chunk * SMALL_BYTES : (chunk - SMALL_COUNT + 1L) * LARGE_BYTES;
    }

    private long endOf(int chunk) {
        return Math.min(bytesMax, startOf(chunk + 1));
    }

    /** Makes sure that these frames have memory. False when the system has none to give; then nothing is taken. */
    boolean reserve(int first, int count) {
        int last = chunkAt((first + count) * (long) Blocks.PAGE_BYTES - 1);
        for (int chunk = chunkAt((long) first * Blocks.PAGE_BYTES); chunk <= last; chunk++) {
            if (chunks.get(chunk) == null) {
                Arena arena = Arena.ofShared();
                try {
                    long bytes = endOf(chunk) - startOf(chunk);
                    chunks.set(chunk, new Chunk(arena, arena.allocate(bytes, Blocks.PAGE_BYTES)));
                    heldBytes += bytes;
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
        int used = endFrame == 0 ? 0 : chunkAt((long) endFrame * Blocks.PAGE_BYTES - 1) + 1;
        int keep = Math.max(CHUNKS_KEPT, used);
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
        return heldBytes;
    }

    void write(int frame, int offset, ByteBuffer source) {
        long at = (long) frame * Blocks.PAGE_BYTES + offset;
        while (source.hasRemaining()) {
            int chunk = chunkAt(at);
            int length = (int) Math.min(source.remaining(), endOf(chunk) - at);
            MemorySegment from = MemorySegment.ofBuffer(source).asSlice(0, length);
            MemorySegment.copy(from, 0, chunks.get(chunk).segment(), at - startOf(chunk), length);
            source.position(source.position() + length);
            at += length;
        }
    }

    void read(int frame, int offset, ByteBuffer target) {
        long at = (long) frame * Blocks.PAGE_BYTES + offset;
        while (target.hasRemaining()) {
            int chunk = chunkAt(at);
            int length = (int) Math.min(target.remaining(), endOf(chunk) - at);
            MemorySegment to = MemorySegment.ofBuffer(target).asSlice(0, length);
            MemorySegment.copy(chunks.get(chunk).segment(), at - startOf(chunk), to, 0, length);
            target.position(target.position() + length);
            at += length;
        }
    }

    private void release(int chunk) {
        Chunk held = chunks.getAndSet(chunk, null);
        if (held != null) {
            held.arena().close();
            heldBytes -= endOf(chunk) - startOf(chunk);
        }
    }

    private record Chunk(Arena arena, MemorySegment segment) {}
}
