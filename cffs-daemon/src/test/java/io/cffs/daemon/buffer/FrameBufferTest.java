package io.cffs.daemon.buffer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Blocks;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameBufferTest {
    private static final int PAGE = Blocks.PAGE_BYTES;
    private static final long MIB = 1024 * 1024;

    @TempDir
    Path directory;

    @Test
    void memoryFirstThenTheSpillFileThenNoSpace() throws Exception {
        try (FrameBuffer frames = new FrameBuffer(4 * PAGE, 4 * PAGE, directory)) {
            int inMemory = frames.allocate(4);
            int inFile = frames.allocate(4);
            assertEquals(NO_SPACE, refusal(() -> frames.allocate(1)));
            write(frames, inMemory, 0, pattern(1, 4 * PAGE));
            write(frames, inFile, 0, pattern(2, 4 * PAGE));
            assertEquals(4 * PAGE, frames.spillBytes());
            assertArrayEquals(pattern(1, 4 * PAGE), read(frames, inMemory, 0, 4 * PAGE));
            assertArrayEquals(pattern(2, 4 * PAGE), read(frames, inFile, 0, 4 * PAGE));
            assertEquals(8 * PAGE, frames.usedBytes());
            frames.free(inFile, 4);
            assertEquals(0, frames.spillBytes());
        }
    }

    @Test
    void runsThatTouchAtTheBorderAreOne() throws Exception {
        try (FrameBuffer frames = new FrameBuffer(2 * PAGE, 2 * PAGE, directory)) {
            int first = frames.allocate(2);
            assertEquals(first + 2, frames.allocate(2));
            write(frames, first, 100, pattern(3, 4 * PAGE - 200));
            assertArrayEquals(pattern(3, 4 * PAGE - 200), read(frames, first, 100, 4 * PAGE - 200));
            assertArrayEquals(
                    Arrays.copyOfRange(pattern(3, 4 * PAGE - 200), 2 * PAGE + 50, 2 * PAGE + 60),
                    read(frames, first + 2, 150, 10));
            frames.free(first, 4);
            assertEquals(0, frames.usedBytes());
        }
    }

    @Test
    void theSpillFileHasNoName() throws Exception {
        try (FrameBuffer frames = new FrameBuffer(0, MIB, directory)) {
            int frame = frames.allocate(1);
            write(frames, frame, 0, pattern(4, PAGE));
            assertEquals(0, filesIn(directory));
            assertTrue(frames.spillBytes() > 0);
        }
    }

    @Test
    void interruptsDoNotCostTheBytes() throws Exception {
        try (FrameBuffer frames = new FrameBuffer(0, MIB, directory)) {
            int frame = frames.allocate(1);
            Thread.currentThread().interrupt();
            write(frames, frame, 0, pattern(5, PAGE));
            assertArrayEquals(pattern(5, PAGE), read(frames, frame, 0, PAGE));
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void aSpillDirectoryThatCannotBeIsAnEnvironmentFailure() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "in the way");
        try (FrameBuffer frames = new FrameBuffer(0, MIB, file)) {
            int frame = frames.allocate(1);
            assertEquals(FsError.ENVIRONMENT_FAILED, refusal(() -> write(frames, frame, 0, pattern(6, PAGE))));
        }
    }

    @Test
    void memoryGoesBackToTheSystem() throws Exception {
        try (FrameBuffer frames = new FrameBuffer(64 * MIB, 0, directory)) {
            int frame = frames.allocate((int) (64 * MIB / PAGE));
            assertEquals(64 * MIB, frames.memoryBytes());
            frames.free(frame, (int) (64 * MIB / PAGE));
            assertEquals(16 * MIB, frames.memoryBytes());
        }
    }

    @Test
    void framesOfSmallAndLargeChunksAreNeighbours() throws Exception {
        int count = (int) (70 * MIB / PAGE);
        try (FrameBuffer frames = new FrameBuffer(70 * MIB, 0, directory)) {
            int first = frames.allocate(count);
            assertEquals(70 * MIB, frames.memoryBytes());
            for (int mib : new int[] {1, 31, 32, 33, 63, 64, 65, 69}) {
                int frame = first + (int) (mib * MIB / PAGE) - 3;
                write(frames, frame, 17, pattern(mib, 6 * PAGE - 34));
                assertArrayEquals(pattern(mib, 6 * PAGE - 34), read(frames, frame, 17, 6 * PAGE - 34));
            }
            frames.free(first + (int) (40 * MIB / PAGE), count - (int) (40 * MIB / PAGE));
            assertEquals(64 * MIB, frames.memoryBytes());
            frames.free(first, (int) (40 * MIB / PAGE));
            assertEquals(16 * MIB, frames.memoryBytes());
        }
    }

    @Test
    void framesGivenBackTwiceAreABug() throws Exception {
        try (FrameBuffer frames = new FrameBuffer(16 * PAGE, 0, directory)) {
            int frame = frames.allocate(4);
            frames.free(frame + 1, 2);
            assertThrows(IllegalStateException.class, () -> frames.free(frame, 2));
            assertThrows(IllegalStateException.class, () -> frames.free(frame + 2, 2));
            assertThrows(IllegalStateException.class, () -> frames.free(frame + 4, 1));
        }
    }

    /** Runs of any length come, hold their own bytes while others come and go, and leave nothing behind. */
    @Test
    void everyRunKeepsItsBytes() throws Exception {
        SplittableRandom random = new SplittableRandom(81);
        try (FrameBuffer frames = new FrameBuffer(300 * PAGE, 500 * PAGE, directory)) {
            Map<Integer, byte[]> live = new HashMap<>();
            for (int step = 0; step < 4_000; step++) {
                if (random.nextInt(100) < 55) {
                    int count = 1 + random.nextInt(20);
                    byte[] bytes = pattern(step, count * PAGE);
                    try {
                        int frame = frames.allocate(count);
                        assertTrue(live.put(frame, bytes) == null);
                        write(frames, frame, 0, bytes);
                    } catch (FsException e) {
                        assertEquals(NO_SPACE, e.error());
                    }
                } else if (!live.isEmpty()) {
                    int frame = live.keySet().stream().skip(random.nextInt(live.size())).findFirst().orElseThrow();
                    byte[] bytes = live.remove(frame);
                    assertArrayEquals(bytes, read(frames, frame, 0, bytes.length));
                    frames.free(frame, bytes.length / PAGE);
                }
                assertEquals(live.values().stream().mapToLong(bytes -> bytes.length).sum(), frames.usedBytes());
            }
            for (Map.Entry<Integer, byte[]> run : live.entrySet()) {
                assertArrayEquals(run.getValue(), read(frames, run.getKey(), 0, run.getValue().length));
                frames.free(run.getKey(), run.getValue().length / PAGE);
            }
            assertEquals(0, frames.usedBytes());
            assertEquals(0, frames.allocate(300));
            assertEquals(300, frames.allocate(500));
        }
    }

    private static final FsError NO_SPACE = FsError.NO_SPACE;

    private interface Refusing {
        void run() throws FsException;
    }

    private static FsError refusal(Refusing call) {
        return assertThrows(FsException.class, call::run).error();
    }

    private static void write(FrameBuffer frames, int frame, int offset, byte[] bytes) throws FsException {
        frames.write(frame, offset, ByteBuffer.wrap(bytes).asReadOnlyBuffer());
    }

    private static byte[] read(FrameBuffer frames, int frame, int offset, int length) throws FsException {
        byte[] bytes = new byte[length];
        frames.read(frame, offset, ByteBuffer.wrap(bytes));
        return bytes;
    }

    private static byte[] pattern(long seed, int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    private static long filesIn(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.count();
        }
    }
}
