package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey.BlockKey;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link BlockCache} does. */
abstract class BlockCacheContract {
    static final VolumeIdentity VOLUME = new VolumeIdentity(0x1234, 0x5678);
    private static final long CAPACITY_BYTES = 8L * 1024 * 1024;

    @TempDir
    Path directory;

    abstract BlockCache open(long capacityBytes) throws Exception;

    @Test
    void aBlockIsAbsentUntilItIsPut() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            for (int length : new int[] {1, 2, 4095, 4096, 4097, 32768, 32769, 131072}) {
                BlockKey key = key(length, 0);
                assertNull(cache.get(VOLUME, key, ts(1)));
                assertFalse(cache.contains(VOLUME, key, ts(1)));
                cache.put(VOLUME, key, ts(1), content(length, length));
                assertEquals(content(length, length), cache.get(VOLUME, key, ts(1)));
                assertTrue(cache.contains(VOLUME, key, ts(1)));
            }
            assertEquals(8, cache.figures().hits());
            assertEquals(8, cache.figures().misses());
            assertEquals(8, cache.figures().puts());
        }
    }

    @Test
    void everyPartOfTheKeyCounts() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            cache.put(VOLUME, key(7, 3), ts(5), content(1, 100));
            assertNull(cache.get(new VolumeIdentity(0x1234, 0x5679), key(7, 3), ts(5)));
            assertNull(cache.get(new VolumeIdentity(0x1235, 0x5678), key(7, 3), ts(5)));
            assertNull(cache.get(VOLUME, key(8, 3), ts(5)));
            assertNull(cache.get(VOLUME, key(7, 4), ts(5)));
            assertNull(cache.get(VOLUME, key(7, 3), ts(6)));
            cache.put(VOLUME, key(7, 3), ts(6), content(2, 100));
            assertEquals(content(1, 100), cache.get(VOLUME, key(7, 3), ts(5)));
            assertEquals(content(2, 100), cache.get(VOLUME, key(7, 3), ts(6)));
        }
    }

    @Test
    void aPartIsCopiedAsFarAsTheBlockReaches() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            assertEquals(BlockCache.ABSENT, cache.copy(VOLUME, key(7, 3), ts(5), 0, 10, ByteBuffer.allocate(10)));
            for (int length : new int[] {1, 4096, 5000, 100_000, 131_072}) {
                Bytes whole = content(length, length);
                cache.put(VOLUME, key(7, length), ts(5), whole);
                for (int from : new int[] {0, 1, 4095, 60_000, 131_071}) {
                    for (int wanted : new int[] {0, 1, 4096, 131_072}) {
                        assertPart(cache, key(7, length), whole, from, wanted, ByteBuffer.allocate(3 + wanted + 5));
                        assertPart(cache, key(7, length), whole, from, wanted,
                                ByteBuffer.allocateDirect(3 + wanted + 5));
                    }
                }
                assertEquals(BlockCache.ABSENT,
                        cache.copy(VOLUME, key(7, length), ts(6), 0, 1, ByteBuffer.allocate(1)));
            }
        }
    }

    private static void assertPart(
            BlockCache cache, BlockKey key, Bytes whole, int from, int wanted, ByteBuffer target) {
        int right = Math.clamp((long) whole.length() - from, 0, wanted);
        target.position(3);
        assertEquals(right, cache.copy(VOLUME, key, ts(5), from, wanted, target));
        assertEquals(3 + right, target.position());
        assertEquals(target.capacity(), target.limit());
        assertEquals(right == 0 ? Bytes.EMPTY : whole.slice(from, from + right),
                Bytes.copyOf(target.flip().position(3)));
    }

    @Test
    void theNewestVersionThatASnapshotMaySeeIsKnown() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            assertNull(cache.newestVersion(VOLUME, key(7, 3), ts(9)));
            cache.put(VOLUME, key(7, 3), ts(2), content(1, 100));
            cache.put(VOLUME, key(7, 3), ts(6), content(2, 100_000));
            cache.put(VOLUME, key(7, 3), ts(4), content(3, 10_000));
            cache.put(VOLUME, key(7, 4), ts(5), content(3, 10_000));
            assertNull(cache.newestVersion(VOLUME, key(7, 3), ts(1)));
            assertEquals(ts(2), cache.newestVersion(VOLUME, key(7, 3), ts(3)));
            assertEquals(ts(4), cache.newestVersion(VOLUME, key(7, 3), ts(5)));
            assertEquals(ts(6), cache.newestVersion(VOLUME, key(7, 3), ts(6)));
            assertNull(cache.newestVersion(new VolumeIdentity(1, 1), key(7, 3), ts(9)));
        }
    }

    /** A counter that every commit changes: its versions are no more worth keeping than anything else. */
    @Test
    void manyVersionsOfABlockDoNotGrowIt() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            for (int version = 1; version <= 500; version++) {
                cache.put(VOLUME, key(7, 3), ts(version), content(version, 130_000));
                assertEquals(content(version, 130_000), cache.get(VOLUME, key(7, 3), ts(version)));
                assertEquals(ts(version), cache.newestVersion(VOLUME, key(7, 3), ts(version)));
            }
        }
    }

    @Test
    void puttingAgainIsHarmless() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            for (int i = 0; i < 5_000; i++) {
                cache.put(VOLUME, key(1, 1), ts(1), content(9, 5_000));
            }
            assertEquals(content(9, 5_000), cache.get(VOLUME, key(1, 1), ts(1)));
            assertEquals(0, cache.figures().evictions());
        }
    }

    @Test
    void itIsBoundedAndWhatIsReadAgainOutlivesAScan() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            int length = 128 * 1024;
            for (int i = 0; i < 4; i++) {
                cache.put(VOLUME, key(1, i), ts(1), content(i, length));
            }
            int blockCount = (int) (4 * CAPACITY_BYTES / length);
            for (int i = 0; i < blockCount; i++) {
                cache.put(VOLUME, key(2, i), ts(1), content(i, length));
                for (int hot = 0; hot < 4; hot++) {
                    cache.get(VOLUME, key(1, hot), ts(1));
                }
            }
            long bytes = 0;
            for (int i = 0; i < blockCount; i++) {
                Bytes found = cache.get(VOLUME, key(2, i), ts(1));
                bytes += found == null ? 0 : found.length();
            }
            assertTrue(bytes <= CAPACITY_BYTES, "kept " + bytes);
            assertTrue(bytes >= CAPACITY_BYTES / 4, "kept " + bytes);
            assertTrue(cache.figures().evictions() > 0);
            int alive = 0;
            for (int hot = 0; hot < 4; hot++) {
                alive += cache.get(VOLUME, key(1, hot), ts(1)) == null ? 0 : 1;
            }
            assertTrue(alive >= 3, "alive: " + alive);
        }
    }

    @Test
    void closedItIsEmptyAndHarmless() throws Exception {
        BlockCache cache = open(CAPACITY_BYTES);
        cache.put(VOLUME, key(1, 1), ts(1), content(1, 10));
        cache.close();
        assertNull(cache.get(VOLUME, key(1, 1), ts(1)));
        assertFalse(cache.contains(VOLUME, key(1, 1), ts(1)));
        cache.put(VOLUME, key(1, 2), ts(1), content(1, 10));
        cache.close();
    }

    @Test
    void threadsNeverSeeAWrongValue() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            List<Callable<Integer>> workers = new ArrayList<>();
            for (int worker = 0; worker < 4; worker++) {
                int seed = worker;
                workers.add(() -> hammer(cache, new SplittableRandom(seed), 4_000));
            }
            ExecutorService pool = Executors.newFixedThreadPool(4);
            try {
                int hits = 0;
                for (Future<Integer> worker : pool.invokeAll(workers, 60, TimeUnit.SECONDS)) {
                    hits += worker.get();
                }
                assertTrue(hits > 1_000, "hits: " + hits);
                // What a writer is busy with is not taken for damage.
                assertEquals(0, cache.figures().damaged());
            } finally {
                pool.shutdownNow();
            }
        }
    }

    /** Reads, checks and puts blocks whose content follows from their key; the count of hits. */
    static int hammer(BlockCache cache, SplittableRandom random, int rounds) {
        int hits = 0;
        for (int round = 0; round < rounds; round++) {
            int number = random.nextInt(random.nextBoolean() ? 20 : 1000);
            BlockKey key = key(1 + number % 7, number);
            CommitTs version = ts(1 + number % 5);
            int length = 1 + (int) ((number * 7919L) % 131072);
            Bytes expected = content(number, length);
            hits += copyPart(cache, key, version, expected, random);
            Bytes found = cache.get(VOLUME, key, version);
            if (found == null) {
                cache.put(VOLUME, key, version, expected);
            } else if (found.equals(expected)) {
                hits++;
            } else {
                throw new AssertionError("wrong bytes for " + key);
            }
        }
        return hits;
    }

    /** Twice: the first use of an entry by a process may be another way than the next ones. */
    private static int copyPart(
            BlockCache cache, BlockKey key, CommitTs version, Bytes expected, SplittableRandom random) {
        int hits = 0;
        for (int time = 0; time < 2; time++) {
            int from = random.nextInt(expected.length());
            int wanted = random.nextInt(20_000);
            ByteBuffer target = random.nextBoolean() ? ByteBuffer.allocate(wanted) : ByteBuffer.allocateDirect(wanted);
            int copied = cache.copy(VOLUME, key, version, from, wanted, target);
            int right = Math.min(wanted, expected.length() - from);
            if (copied != BlockCache.ABSENT
                    && (copied != right || !Bytes.copyOf(target.flip()).equals(expected.slice(from, from + right)))) {
                throw new AssertionError("wrong part of " + key);
            }
            hits += copied == BlockCache.ABSENT ? 0 : 1;
        }
        return hits;
    }

    static BlockKey key(long ino, long index) {
        return new BlockKey(new Ino(ino), index);
    }

    static CommitTs ts(long value) {
        return new CommitTs(value);
    }

    /** Bytes that look random, and differ everywhere between different seeds. */
    static Bytes content(long seed, int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return Bytes.owning(bytes);
    }
}
