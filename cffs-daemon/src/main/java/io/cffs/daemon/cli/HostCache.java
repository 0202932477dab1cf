package io.cffs.daemon.cli;

import io.cffs.daemon.cache.BlockCache;
import io.cffs.daemon.cache.BlockCacheEngine;
import io.cffs.daemon.cache.KeptFootprints;
import io.cffs.daemon.content.ContentFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which block cache a mount uses and where its file is. */
final class HostCache {
    private static final Logger LOG = LoggerFactory.getLogger(HostCache.class);
    /** Names the run of the kernel. */
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final long CONTENT_BYTES_MAX = 8L << 30;

    private HostCache() {}

    /** @throws Failure when a variable says something that is no engine */
    static BlockCache open(Surroundings around, StoreOptions store) {
        BlockCacheEngine engine = engine(around);
        return engine.open(directory(around, store), engine.capacityBytesDefault(), around.ticker(),
                Thread::startVirtualThread);
    }

    /** What functions looked at when they ran last. */
    static KeptFootprints footprints(Surroundings around, StoreOptions store) {
        return new KeptFootprints(directory(around, store).resolve("footprints"));
    }

    /**
     * Contents of large files, which the kernel reads by itself; null where there can be none, or where
     * {@code CFFS_PASSTHROUGH} is off.
     */
    static ContentFiles contents(Surroundings around, StoreOptions store) {
        if ("off".equals(around.variable("CFFS_PASSTHROUGH"))) {
            return null;
        }
        try {
            String bootId = Files.readString(BOOT_ID).strip();
            return ContentFiles.open(directory(around, store).resolve("contents"), CONTENT_BYTES_MAX, bootId,
                    Long.toHexString(around.entropy().nextLong()), around.ticker());
        } catch (IOException e) {
            LOG.atDebug().setMessage("no contents of large files are kept").addKeyValue("why", e.getMessage()).log();
            return null;
        }
    }

    static BlockCacheEngine engine(Surroundings around) {
        String name = around.variable("CFFS_CACHE_ENGINE");
        if (name == null) {
            return BlockCacheEngine.SLAB;
        }
        try {
            return BlockCacheEngine.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new Failure(Exit.USAGE, "CFFS_CACHE_ENGINE is slab, chronicle or memory, not " + name);
        }
    }

    /**
     * What is named, or beside the local store, or the user's cache directory, or where other things of the user's
     * lie.
     */
    static Path directory(Surroundings around, StoreOptions store) {
        String named = around.variable("CFFS_CACHE_DIR");
        if (named != null) {
            return Path.of(named);
        }
        if (store.backend == null) {
            return store.directory(around).resolve("cache");
        }
        String caches = around.variable("XDG_CACHE_HOME");
        if (caches != null) {
            return Path.of(caches, "cffs");
        }
        String home = around.variable("HOME");
        return home == null ? new RuntimeDirectory(around).path().resolve("cache") : Path.of(home, ".cache", "cffs");
    }
}
