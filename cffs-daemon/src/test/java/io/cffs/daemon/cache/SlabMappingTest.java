package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey.BlockKey;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small reads out of the slab's mapping. */
class SlabMappingTest {
    private static final long CAPACITY_BYTES = 128L * 1024 * 1024;
    private static final int REGION_BYTES = 128 * 1024;
    private static final long BASE = new SlabLayout(CAPACITY_BYTES).bands().getLast().firstDataOffset();
    private static final int PAGE_BYTES = 4096;
    private static final int REGION_COUNT_MAX = (int) (SlabMapping.RESIDENT_BYTES_MAX / REGION_BYTES);
    /** Enough for the optimizing compiler, which copies in another way than the interpreter. */
    private static final int UNTIL_COMPILED = 30_000;

    @TempDir
    Path directory;

    private final byte[] content = new byte[4 * REGION_BYTES];
    private SlabFile file;

    @BeforeEach
    void open() throws IOException {
        file = SlabFile.open(path(), CAPACITY_BYTES);
        new SplittableRandom(1).nextBytes(content);
        assertTrue(file.write(ByteBuffer.wrap(content), BASE));
    }

    @AfterEach
    void close() {
        file.close();
    }

    private Path path() {
        return directory.resolve("blocks.slab");
    }

    @Test
    void whatIsReadAgainIsCopiedFromMemory() {
        SplittableRandom random = new SplittableRandom(2);
        int copied = 0;
        for (int i = 0; i < UNTIL_COMPILED; i++) {
            int length = random.nextInt(1, SlabMapping.COPY_BYTES_MAX + 100);
            int offset = random.nextInt(content.length - length);
            ByteBuffer target = ByteBuffer.allocateDirect(length + 20).position(7).limit(7 + length);
            if (file.mapping().copy(target, BASE + offset)) {
                copied++;
                assertEquals(expected(offset, length), target.slice(7, length));
                target.position(7);
            }
            assertTrue(file.read(target, BASE + offset));
            assertEquals(7 + length, target.position());
            assertEquals(7 + length, target.limit());
            assertEquals(expected(offset, length), target.slice(7, length));
        }
        // Not those of whose pages they have only a little.
        assertTrue(copied > UNTIL_COMPILED / 2, "copied: " + copied);
    }

    @Test
    void whatWasNotReadBeforeIsReadByASystemCall() {
        ByteBuffer target = ByteBuffer.allocateDirect(PAGE_BYTES);
        assertFalse(file.mapping().copy(target, BASE));
        assertTrue(file.read(target, BASE));
        assertTrue(file.mapping().copy(target.clear(), BASE + REGION_BYTES - PAGE_BYTES));
        assertFalse(file.mapping().copy(target.clear(), BASE + REGION_BYTES));
    }

    @Test
    void beyondTheBoundTheMappingIsEmptied() {
        for (int i = 0; i < REGION_COUNT_MAX; i++) {
            assertTrue(file.read(ByteBuffer.allocateDirect(PAGE_BYTES), BASE + (long) i * REGION_BYTES));
        }
        assertTrue(file.mapping().copy(ByteBuffer.allocateDirect(PAGE_BYTES), BASE));
        assertTrue(file.read(ByteBuffer.allocateDirect(PAGE_BYTES), BASE + (long) REGION_COUNT_MAX * REGION_BYTES));
        assertFalse(file.mapping().copy(ByteBuffer.allocateDirect(PAGE_BYTES), BASE));
    }

    /** Whatever the file holds: also what stands for bytes that did not arrive. */
    @Test
    void everyWordIsRead() {
        long untouched = 0xA5C3_91E7_5B2D_F068L;
        ByteBuffer page = ByteBuffer.allocateDirect(PAGE_BYTES).order(ByteOrder.nativeOrder());
        page.putLong(0, untouched).putLong(PAGE_BYTES - Long.BYTES, untouched);
        assertTrue(file.write(page.duplicate(), BASE + PAGE_BYTES));
        for (int i = 0; i < 3; i++) {
            ByteBuffer target = ByteBuffer.allocateDirect(2 * PAGE_BYTES);
            assertTrue(file.read(target, BASE + PAGE_BYTES));
            assertEquals(page, target.slice(0, PAGE_BYTES));
            assertEquals(expected(2 * PAGE_BYTES, PAGE_BYTES), target.slice(PAGE_BYTES, PAGE_BYTES));
            assertFalse(file.mapping().copy(target.clear(), BASE + PAGE_BYTES));
        }
    }

    /** What is cut off under the mapping is absent, and so is everything after it; no wrong byte, no crash. */
    @Test
    void aFileCutShortIsNoticedBeforeTheBytesAreUsed() throws Exception {
        VolumeIdentity volume = new VolumeIdentity(1, 2);
        BlockKey key = new BlockKey(new Ino(5), 0);
        CommitTs at = new CommitTs(1);
        Bytes block = Bytes.owning(Arrays.copyOf(content, REGION_BYTES));
        try (BlockCache cache = SlabBlockCache.open(path(), CAPACITY_BYTES, new SettableTicker())) {
            cache.put(volume, key, at, block);
            ByteBuffer target = ByteBuffer.allocateDirect(3 * PAGE_BYTES);
            for (int i = 0; i < UNTIL_COMPILED; i++) {
                assertEquals(target.capacity(), cache.copy(volume, key, at, 100, target.capacity(), target.clear()));
            }
            try (RandomAccessFile cut = new RandomAccessFile(path().toFile(), "rw")) {
                cut.setLength(new SlabLayout(CAPACITY_BYTES).metadataBytes());
            }
            for (int i = 0; i < 1_000; i++) {
                assertEquals(BlockCache.ABSENT,
                        cache.copy(volume, key, at, 100, target.capacity(), target.clear()));
            }
        }
    }

    private ByteBuffer expected(int offset, int length) {
        return ByteBuffer.wrap(content, offset, length).slice();
    }
}
