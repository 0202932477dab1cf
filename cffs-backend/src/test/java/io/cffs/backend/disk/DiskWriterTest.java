package io.cffs.backend.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes that are durable at once, on the file system of the temporary directory and on one in memory. */
class DiskWriterTest {
    private static final int BLOCK = DurableWriter.BLOCK_BYTES;

    @TempDir
    Path directory;

    @Test
    void writesFromAlignedMemoryAndFromAnyOther() throws Exception {
        writesTwice(directory);
        Path memory = Path.of("/dev/shm");
        if (Files.isWritable(memory)) {
            Path inMemory = Files.createTempDirectory(memory, "cffs");
            try {
                writesTwice(inMemory);
            } finally {
                Files.deleteIfExists(inMemory.resolve("log"));
                Files.delete(inMemory);
            }
        }
    }

    private static void writesTwice(Path where) throws IOException {
        byte[] expected = new byte[4 * BLOCK];
        Path file = Files.write(where.resolve("log"), expected);
        try (DurableWriter writer = DiskDirectory.at(where).openDurable("log")) {
            writer.write(BLOCK, filled(ByteBuffer.allocateDirect(2 * BLOCK).alignedSlice(BLOCK).limit(BLOCK), 1));
            writer.write(2L * BLOCK, filled(ByteBuffer.allocate(BLOCK), 2));
        }
        Arrays.fill(expected, BLOCK, 2 * BLOCK, (byte) 1);
        Arrays.fill(expected, 2 * BLOCK, 3 * BLOCK, (byte) 2);
        assertArrayEquals(expected, Files.readAllBytes(file));
    }

    private static ByteBuffer filled(ByteBuffer buffer, int with) {
        while (buffer.hasRemaining()) {
            buffer.put((byte) with);
        }
        return buffer.rewind();
    }

    /** What the page cache held of the file before is not what a reader sees afterwards. */
    @Test
    void readersOfTheFileSeeWhatWasWrittenPastThePageCache() throws Exception {
        DiskDirectory disk = DiskDirectory.at(directory);
        try (DurableFile file = disk.create("log")) {
            file.write(0, ByteBuffer.allocate(4 * BLOCK));
            ByteBuffer seen = ByteBuffer.allocate(BLOCK);
            file.read(BLOCK, seen);
            try (DurableWriter writer = disk.openDurable("log")) {
                writer.write(BLOCK, filled(ByteBuffer.allocate(BLOCK), 3));
            }
            file.read(BLOCK, seen.clear());
            assertEquals(3, seen.get(17));
        }
    }

    @Test
    void aFileThatIsNotThereIsNotMade() throws Exception {
        DiskDirectory disk = DiskDirectory.at(directory);
        assertThrows(NoSuchFileException.class, () -> disk.openDurable("absent"));
    }
}
