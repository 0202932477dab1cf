package io.cffs.bench.jmh;

import io.cffs.daemon.cache.BlockCache;
import io.cffs.daemon.cache.BlockCacheEngine;
import io.cffs.daemon.cache.VolumeIdentity;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A hit and a put (evicting, for the slab and Chronicle Map) of one block: slab, Chronicle Map, and plain pread and
 * pwrite.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class BlockCacheBenchmark {
    private static final long CAPACITY_BYTES = 64L * 1024 * 1024;
    private static final VolumeIdentity VOLUME = new VolumeIdentity(1, 2);
    private static final CommitTs VERSION = new CommitTs(1);
    private static final int HOT_BLOCKS = 64;

    @Param({"slab", "chronicle", "pread"})
    public String engine;

    @Param({"4096", "65536", "131072"})
    public int lengthBytes;

    private Path directory;
    private BlockCache cache;
    private Bytes content;
    private List<BlockKey> hot;
    private SplittableRandom random;
    private long next;

    /** Opens the engine and puts what is going to be hit. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        directory = Files.createTempDirectory("cffs-bench-");
        cache = switch (engine) {
            case "slab" -> BlockCacheEngine.SLAB.open(directory, CAPACITY_BYTES, new Clock(), Runnable::run);
            case "chronicle" -> BlockCacheEngine.CHRONICLE.open(directory, CAPACITY_BYTES, new Clock(), Runnable::run);
            default -> new PreadBlocks(directory.resolve("blocks"), CAPACITY_BYTES);
        };
        random = new SplittableRandom(1);
        byte[] bytes = new byte[lengthBytes];
        random.nextBytes(bytes);
        content = Bytes.owning(bytes);
        hot = LongStream.range(0, HOT_BLOCKS).mapToObj(index -> new BlockKey(Ino.ROOT, index)).toList();
        next = HOT_BLOCKS;
        for (BlockKey key : hot) {
            cache.put(VOLUME, key, VERSION, content);
        }
    }

    /** Gives the directory back. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        cache.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** A hit, verified. */
    @Benchmark
    public Bytes get() {
        return cache.get(VOLUME, hot.get(random.nextInt(HOT_BLOCKS)), VERSION);
    }

    /** A block that was not there. */
    @Benchmark
    public void put() {
        cache.put(VOLUME, new BlockKey(Ino.ROOT, next++), VERSION, content);
    }

    private static final class Clock implements Ticker {
        @Override
        public long wallNanos() {
            return System.currentTimeMillis() * 1_000_000;
        }

        @Override
        public long monotonicNanos() {
            return System.nanoTime();
        }
    }
}
