package io.cffs.backend;

import io.cffs.txn.port.Entropy;
import java.util.SplittableRandom;

/**
 * Chance from a seed, and seeds from the command line: {@code -Dcffs.seed=N} runs that one alone, {@code
 * -Dcffs.seeds.times=N} so many times as many as usual.
 */
public final class Seeded implements Entropy {
    private final SplittableRandom random;

    public Seeded(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The seeds to run: {@code count} of them, or the one that was asked for. */
    public static long[] seeds(int count) {
        Long only = Long.getLong("cffs.seed");
        if (only != null) {
            return new long[] {only};
        }
        return java.util.stream.LongStream.rangeClosed(1, (long) count * Integer.getInteger("cffs.seeds.times",
                1)).toArray();
    }

    @Override
    public synchronized long nextLong() {
        return random.nextLong();
    }

    public synchronized int below(int bound) {
        return random.nextInt(bound);
    }

    public synchronized byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
