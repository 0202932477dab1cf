package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Bytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChronicleBlockCacheTest extends BlockCacheContract {
    private static final long CAPACITY_BYTES = 4L * 1024 * 1024;

    @Override
    BlockCache open(long capacityBytes) throws IOException {
        return ChronicleBlockCache.open(path(), capacityBytes, Runnable::run);
    }

    private Path path() {
        return directory.resolve("cache").resolve("blocks.chm");
    }

    @Test
    void itOpensLaterAndIsEmptyUntilThen() throws Exception {
        List<Runnable> later = new ArrayList<>();
        try (BlockCache cache = ChronicleBlockCache.open(path(), CAPACITY_BYTES, later::add)) {
            assertFalse(Files.exists(path()));
            cache.put(VOLUME, key(1, 1), ts(1), content(1, 100));
            assertNull(cache.get(VOLUME, key(1, 1), ts(1)));
            assertEquals(1, later.size());
            later.get(0).run();
            assertNull(cache.get(VOLUME, key(1, 1), ts(1)));
            cache.put(VOLUME, key(1, 1), ts(1), content(1, 100));
            assertEquals(content(1, 100), cache.get(VOLUME, key(1, 1), ts(1)));
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path())));
        }
    }

    @Test
    void theNextOwnerStartsWarmAndKeepsTheBound() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            for (int i = 0; i < 31; i++) {
                cache.put(VOLUME, key(1, i), ts(1), content(i, 120_000));
            }
            assertEquals(0, cache.figures().evictions());
            assertEquals(31, cache.figures().puts());
        }
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            cache.get(VOLUME, key(9, 9), ts(1));
            for (int i = 0; i < 31; i++) {
                assertTrue(cache.contains(VOLUME, key(1, i), ts(1)));
                assertEquals(content(i, 120_000), cache.get(VOLUME, key(1, i), ts(1)));
            }
            for (int i = 0; i < 5; i++) {
                cache.put(VOLUME, key(2, i), ts(1), content(i, 120_000));
            }
            assertEquals(2, cache.figures().evictions());
        }
    }

    @Test
    void aFileHasOneOwner() throws Exception {
        BlockCache owner = open(CAPACITY_BYTES);
        assertThrows(IOException.class, () -> open(CAPACITY_BYTES));
        owner.close();
        open(CAPACITY_BYTES).close();
    }

    @Test
    void aFileThatWasNotClosedIsThrownAway() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            cache.put(VOLUME, key(1, 1), ts(1), content(1, 100));
            assertTrue(Files.exists(path().resolveSibling("blocks.chm.open")));
        }
        assertFalse(Files.exists(path().resolveSibling("blocks.chm.open")));
        Files.createFile(path().resolveSibling("blocks.chm.open"));
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            assertNull(cache.get(VOLUME, key(1, 1), ts(1)));
            cache.put(VOLUME, key(1, 1), ts(1), content(1, 100));
            assertEquals(content(1, 100), cache.get(VOLUME, key(1, 1), ts(1)));
        }
        assertFalse(Files.exists(path().resolveSibling("blocks.chm.open")));
    }

    @Test
    void aFileThatIsNoMapIsThrownAway() throws Exception {
        Files.createDirectories(path().getParent());
        Files.writeString(path(), "this is no map");
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            cache.put(VOLUME, key(1, 1), ts(1), content(1, 100));
            assertEquals(content(1, 100), cache.get(VOLUME, key(1, 1), ts(1)));
        }
    }

    @Test
    void aDamagedValueIsForgotten() throws Exception {
        Bytes right = Bytes.ofUtf8("what is stored here can be found again in the file".repeat(4));
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            cache.put(VOLUME, key(1, 1), ts(1), right);
            flipByteOf("found again in the file");
            assertNull(cache.get(VOLUME, key(1, 1), ts(1)));
            assertEquals(1, cache.figures().damaged());
            cache.put(VOLUME, key(1, 1), ts(1), right);
            assertEquals(right, cache.get(VOLUME, key(1, 1), ts(1)));
        }
    }

    /** Blocks of all lengths come and go for long enough to leave holes everywhere. */
    @Test
    void fragmentsDoNotStopIt() throws Exception {
        SplittableRandom random = new SplittableRandom(3);
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            int lost = 0;
            for (int i = 0; i < 5_000; i++) {
                int length = 1 + random.nextInt(random.nextBoolean() ? 5_000 : 131_072);
                cache.put(VOLUME, key(1, i), ts(1), content(i, length));
                lost += content(i, length).equals(cache.get(VOLUME, key(1, i), ts(1))) ? 0 : 1;
            }
            assertEquals(0, lost);
            assertTrue(Files.size(path()) < 2 * CAPACITY_BYTES);
        }
    }

    private void flipByteOf(String text) throws IOException {
        byte[] file = Files.readAllBytes(path());
        int at = new String(file, StandardCharsets.ISO_8859_1).indexOf(text);
        try (RandomAccessFile open = new RandomAccessFile(path().toFile(), "rw")) {
            open.seek(at);
            open.write(text.charAt(0) ^ 1);
        }
    }
}
