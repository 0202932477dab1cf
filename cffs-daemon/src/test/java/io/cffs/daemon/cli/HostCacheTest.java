package io.cffs.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.daemon.cache.BlockCacheEngine;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HostCacheTest {
    @Test
    void theCacheLiesBesideTheStoreOrWhereTheUserKeepsCaches() {
        StoreOptions local = new StoreOptions();
        local.store = Path.of("/data/store");
        StoreOptions remote = new StoreOptions();
        remote.backend = "host:9568";
        assertEquals(Path.of("/data/store/cache"), HostCache.directory(with(Map.of("HOME", "/home/a")), local));
        assertEquals(Path.of("/home/a/.cache/cffs"), HostCache.directory(with(Map.of("HOME", "/home/a")), remote));
        assertEquals(Path.of("/c/cffs"),
                HostCache.directory(with(Map.of("HOME", "/home/a", "XDG_CACHE_HOME", "/c")), remote));
        assertEquals(Path.of("/x"), HostCache.directory(with(Map.of("CFFS_CACHE_DIR", "/x")), local));
    }

    @Test
    void theEngineIsTheSlabUnlessNamed() {
        assertEquals(BlockCacheEngine.SLAB, HostCache.engine(with(Map.of())));
        assertEquals(BlockCacheEngine.CHRONICLE, HostCache.engine(with(Map.of("CFFS_CACHE_ENGINE", "chronicle"))));
        Failure failure =
                assertThrows(Failure.class, () -> HostCache.engine(with(Map.of("CFFS_CACHE_ENGINE", "magnetic"))));
        assertEquals(Exit.USAGE, failure.status());
    }

    private static Surroundings with(Map<String, String> environment) {
        return new Surroundings(environment, null, null, null, null, null);
    }
}
