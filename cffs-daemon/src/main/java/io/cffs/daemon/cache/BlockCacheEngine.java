package io.cffs.daemon.cache;

import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which {@link BlockCache} a mount uses. */
public enum BlockCacheEngine {
    /**
     * {@link SlabBlockCache}: shared by all processes, starts in milliseconds. The default of a mount in its own
     * process.
     */
    SLAB(1024L * 1024 * 1024) {
        @Override
        BlockCache openFile(Path directory, long capacityBytes, Ticker ticker, Executor background) throws IOException {
            return SlabBlockCache.open(directory.resolve("blocks.slab"), capacityBytes, ticker);
        }
    },
    /** {@link ChronicleBlockCache}: one owner, starts in seconds. For a host daemon. */
    CHRONICLE(256L * 1024 * 1024) {
        @Override
        BlockCache openFile(Path directory, long capacityBytes, Ticker ticker, Executor background) throws IOException {
            return ChronicleBlockCache.open(directory.resolve("blocks.chm"), capacityBytes, background);
        }
    },
    /** {@link MemoryBlockCache}: on the heap, for nobody else. For tests, and where no file can be had. */
    MEMORY(16L * 1024 * 1024) {
        @Override
        BlockCache openFile(Path directory, long capacityBytes, Ticker ticker, Executor background) {
            return new MemoryBlockCache(Math.min(capacityBytes, capacityBytesDefault()));
        }
    };

    private static final Logger LOG = LoggerFactory.getLogger(BlockCacheEngine.class);

    private final long capacityBytesDefault;

    BlockCacheEngine(long capacityBytesDefault) {
        this.capacityBytesDefault = capacityBytesDefault;
    }

    /**
     * How much to keep where nobody says otherwise. A slab takes disk space as it fills, five eighths of it for whole
     * blocks, and files that do not fit are fetched block by block for reads of a page. Chronicle Map takes all of it
     * at once.
     */
    public long capacityBytesDefault() {
        return capacityBytesDefault;
    }

    abstract BlockCache openFile(Path directory, long capacityBytes, Ticker ticker, Executor background)
            throws IOException;

    /**
     * Opens the cache in a directory, which is made if it is absent. A cache is no reason to fail a mount: where there
     * can be no file, a small cache in memory takes its place, and the log says so.
     *
     * @param capacityBytes 4 MiB to 4 TiB
     * @param ticker the system's clocks
     * @param background runs what takes seconds
     */
    public BlockCache open(Path directory, long capacityBytes, Ticker ticker, Executor background) {
        try {
            return openFile(directory, capacityBytes, ticker, background);
        } catch (IOException e) {
            LOG.atWarn()
                    .setMessage("no cache file; blocks are cached in memory only")
                    .addKeyValue("directory", directory)
                    .addKeyValue("cause", e)
                    .log();
            return new MemoryBlockCache(MEMORY.capacityBytesDefault);
        }
    }
}
