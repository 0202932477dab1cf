package io.cffs.test.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Seeds of the simulation of mounts. {@code -Dcffs.sim.seeds=N} runs N of them, {@code -Dcffs.seed=S} one. */
class MountSimulationTest {
    private static final long SEEDS = 40;
    /** Within how many seeds each planted bug has to be noticed. */
    private static final long SEEDS_TO_CATCH = 60;

    /** Held here, or it could be collected and forget its level. */
    private static final Logger PRODUCT = Logger.getLogger("io.cffs");

    @BeforeAll
    static void quiet() {
        PRODUCT.setLevel(System.getProperty("cffs.sim.log") == null ? Level.SEVERE : Level.ALL);
    }

    @Test
    void everySeedKeepsEveryPromise() {
        Long only = Long.getLong("cffs.seed");
        long from = only == null ? 0 : only;
        long count = only == null ? Long.getLong("cffs.sim.seeds", SEEDS) : 1;
        long committed = 0;
        long lost = 0;
        for (long seed = from; seed < from + count; seed++) {
            MountSimulation.Report report = replayable(seed);
            committed += report.committed();
            lost += report.lost();
        }
        if (only == null) {
            assertTrue(committed > 5 * count && lost > count, "too few: " + committed + ", and lost: " + lost);
        }
    }

    @Test
    void aSeedRunsTheSameTwice() {
        for (long seed = 0; seed < 3; seed++) {
            assertEquals(replayable(seed), replayable(seed));
        }
    }

    @TestFactory
    Stream<DynamicTest> plantedBugIsCaught() {
        return Arrays.stream(MountBug.values())
                .filter(bug -> bug != MountBug.NONE)
                .map(bug -> DynamicTest.dynamicTest(bug.name(),
                        () -> assertTrue(isCaught(bug), bug + " was not noticed")));
    }

    private static boolean isCaught(MountBug bug) {
        for (long seed = 0; seed < SEEDS_TO_CATCH; seed++) {
            try {
                MountSimulation.run(seed, bug);
            } catch (RuntimeException | AssertionError caught) {
                return true;
            }
        }
        return false;
    }

    private static MountSimulation.Report replayable(long seed) {
        try {
            return MountSimulation.run(seed, MountBug.NONE);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("replay with -Dcffs.seed=" + seed, e);
        }
    }
}
