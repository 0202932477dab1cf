package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that write to one slab are killed in the middle, again and again; those that live, and a reader here, never
 * see wrong bytes. {@code -Dcffs.slab.kills} says how often (default 6), {@code -Dcffs.seed} which seed.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class SlabCrashTest {
    /** Small, so that every slot is overwritten all the time. */
    private static final long CAPACITY_BYTES = 4L * 1024 * 1024;
    private static final int SIGKILL_STATUS = 128 + 9;

    @TempDir
    Path directory;

    @Test
    void writersThatAreKilledLeaveNoWrongBytes() throws Exception {
        int kills = Integer.getInteger("cffs.slab.kills", 6);
        SplittableRandom random = new SplittableRandom(Long.getLong("cffs.seed", 7));
        Path path = directory.resolve("blocks.slab");
        SettableTicker ticker = new SettableTicker();
        List<Hammer> hammers = new ArrayList<>();
        int hits = 0;
        try (BlockCache here = SlabBlockCache.open(path, CAPACITY_BYTES, ticker)) {
            hammers.add(new Hammer(path, random.nextLong()));
            hammers.add(new Hammer(path, random.nextLong()));
            for (int kill = 0; kill < kills; kill++) {
                Hammer victim = hammers.remove(0);
                for (int line = 1 + random.nextInt(5); line > 0; line--) {
                    assertNotNull(victim.output.readLine(), "it ended by itself");
                    hits += BlockCacheContract.hammer(here, random.split(), 200);
                }
                BlockCacheContract.hammer(here, random.split(), random.nextInt(300));
                victim.kill();
                // What the victim held is stolen at once: for this process the clock has moved on.
                ticker.advanceSeconds(10);
                hits += BlockCacheContract.hammer(here, random.split(), 2_000);
                if (kill + 2 < kills) {
                    hammers.add(new Hammer(path, random.nextLong()));
                }
            }
            for (Hammer survivor : hammers) {
                assertNotNull(survivor.output.readLine(), "it ended by itself");
            }
        } finally {
            for (Hammer hammer : hammers) {
                hammer.kill();
            }
        }
        assertTrue(hits > 100 * kills, "hits: " + hits);
    }

    private static final class Hammer {
        private final Process process;
        private final BufferedReader output;

        Hammer(Path path, long seed) throws IOException {
            String java = ProcessHandle.current().info().command().orElseThrow();
            process = new ProcessBuilder(
                            java, "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                            "-cp", System.getProperty("java.class.path"), SlabHammer.class.getName(),
                            path.toString(), Long.toString(CAPACITY_BYTES), Long.toString(seed))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            output = process.inputReader();
        }

        /** Fails when it had ended before, which it does only when it has read wrong bytes. */
        void kill() throws InterruptedException {
            process.destroyForcibly();
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            assertEquals(SIGKILL_STATUS, process.exitValue());
        }
    }
}
