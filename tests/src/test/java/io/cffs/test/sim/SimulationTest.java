package io.cffs.test.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.test.sim.workload.Workloads;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Seeds of the simulation. {@code -Dcffs.sim.seeds=N} runs N of them, {@code -Dcffs.seed=S -Dcffs.workload=W} one.
 */
class SimulationTest {
    private static final long SEEDS = 200;
    /** Within how many seeds each planted bug has to be noticed. */
    private static final long SEEDS_TO_CATCH = 200;

    /** Held here, or it could be collected and forget its level. */
    private static final Logger PRODUCT = Logger.getLogger("io.cffs");

    @BeforeAll
    static void quiet() {
        PRODUCT.setLevel(Level.SEVERE);
    }

    @Test
    void everySeedKeepsEveryPromise() {
        Long only = Long.getLong("cffs.seed");
        long from = only == null ? 0 : only;
        long count = only == null ? Long.getLong("cffs.sim.seeds", SEEDS) : 1;
        Map<Fault, Integer> fired = new EnumMap<>(Fault.class);
        long conflicts = 0;
        for (long seed = from; seed < from + count; seed++) {
            Simulation.Report report = replayable(seed, workloadOf(seed), PlantedBug.NONE);
            report.faults().forEach((fault, times) -> fired.merge(fault, times, Integer::sum));
            conflicts += report.conflicts();
        }
        if (only == null) {
            for (Fault fault : Fault.values()) {
                assertNotNull(fired.get(fault), fault + " has never struck");
            }
            assertTrue(conflicts > count, "so few conflicts prove little: " + conflicts);
        }
    }

    @Test
    void aSeedRunsTheSameTwice() {
        for (long seed = 0; seed < 22; seed++) {
            assertEquals(replayable(seed, workloadOf(seed), PlantedBug.NONE),
                    replayable(seed, workloadOf(seed), PlantedBug.NONE));
        }
    }

    @TestFactory
    Stream<DynamicTest> plantedBugIsCaught() {
        return Arrays.stream(PlantedBug.values())
                .filter(bug -> bug != PlantedBug.NONE)
                .map(bug -> DynamicTest.dynamicTest(bug.name(), () -> {
                    long seed = seedThatCatches(bug);
                    assertTrue(seed >= 0, bug + " was not noticed in " + SEEDS_TO_CATCH + " seeds");
                }));
    }

    private static long seedThatCatches(PlantedBug bug) {
        for (long seed = 0; seed < SEEDS_TO_CATCH; seed++) {
            try {
                Simulation.run(seed, bug.workload() == null ? workloadThatShares(seed) : bug.workload(), bug);
            } catch (RuntimeException | AssertionError caught) {
                return seed;
            }
        }
        return -1;
    }

    private static String workloadOf(long seed) {
        List<String> names = Workloads.names();
        return System.getProperty("cffs.workload", names.get((int) (seed % names.size())));
    }

    /** Functions that a quota stops commit too rarely to show what is wrong with others. */
    private static String workloadThatShares(long seed) {
        List<String> names = Workloads.names().stream().filter(name -> !name.equals("quotas")).toList();
        return System.getProperty("cffs.workload", names.get((int) (seed % names.size())));
    }

    private static Simulation.Report replayable(long seed, String workload, PlantedBug bug) {
        try {
            return Simulation.run(seed, workload, bug);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("replay with -Dcffs.seed=" + seed + " -Dcffs.workload=" + workload, e);
        }
    }
}
