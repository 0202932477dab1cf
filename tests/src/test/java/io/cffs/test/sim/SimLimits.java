package io.cffs.test.sim;

import io.cffs.backend.commit.MemoryLimits;
import io.cffs.backend.commit.PipelineLimits;
import java.util.SplittableRandom;

/**
 * Limits of a pipeline as a seed draws them. Those of the product are so large that a handful of functions never meets
 * them; small ones are met by each. Some seeds have the product's, so that what happens below them is seen too.
 */
final class SimLimits {
    private SimLimits() {}

    static PipelineLimits drawn(SplittableRandom random) {
        boolean patient = random.nextBoolean();
        long holdNanos = patient ? 10_000_000_000L : 1_000_000L + random.nextLong(300_000_000L);
        return new PipelineLimits(1000, 1 + random.nextInt(8), 1 << 20, 1 + random.nextInt(20),
                1 + random.nextInt(200), 1 + random.nextInt(600), holdNanos, 3 * holdNanos,
                random.nextInt(3) > 0 ? Long.MAX_VALUE : 100 + random.nextInt(900),
                random.nextInt(3) == 0 ? MemoryLimits.DEFAULT : small(random));
    }

    private static MemoryLimits small(SplittableRandom random) {
        return new MemoryLimits(random.nextInt(4), 1 + random.nextInt(4), 1 + random.nextInt(40),
                1 + random.nextInt(60), 1 + random.nextInt(20_000), 1 + random.nextInt(6_000), 1 + random.nextInt(6),
                random.nextInt(3) * 2_000L, 1 + random.nextInt(40_000), 1 + random.nextInt(10_000));
    }
}
