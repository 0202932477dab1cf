package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockCacheEngineTest {
    private static final long CAPACITY_BYTES = 4L * 1024 * 1024;

    @TempDir
    Path directory;

    @Test
    void eachEngineOpensItsOwn() {
        open(BlockCacheEngine.SLAB, SlabBlockCache.class);
        open(BlockCacheEngine.CHRONICLE, ChronicleBlockCache.class);
        open(BlockCacheEngine.MEMORY, MemoryBlockCache.class);
        assertTrue(Files.exists(directory.resolve("deep/blocks.slab")));
    }

    @Test
    void whereThereCanBeNoFileMemoryTakesItsPlace() throws Exception {
        Files.writeString(directory.resolve("deep"), "in the way");
        open(BlockCacheEngine.SLAB, MemoryBlockCache.class);
        open(BlockCacheEngine.CHRONICLE, MemoryBlockCache.class);
    }

    private void open(BlockCacheEngine engine, Class<? extends BlockCache> expected) {
        BlockCache cache =
                engine.open(directory.resolve("deep"), CAPACITY_BYTES, new SettableTicker(), task -> { });
        assertInstanceOf(expected, cache);
        assertEquals(CAPACITY_BYTES, Math.min(cache.figures().capacityBytes(), CAPACITY_BYTES));
        cache.close();
    }
}
