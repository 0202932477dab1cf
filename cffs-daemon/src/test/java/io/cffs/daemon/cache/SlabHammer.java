package io.cffs.daemon.cache;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * A process that reads and writes a slab until it is killed, and checks what it reads: a line for every thousand
 * rounds, and the exit status 1 when it ever got wrong bytes. Arguments: file, capacity in bytes, seed.
 */
final class SlabHammer {
    private static final int ROUNDS_PER_LINE = 1_000;

    private SlabHammer() {}

    public static void main(String[] arguments) throws IOException {
        Path path = Path.of(arguments[0]);
        long capacityBytes = Long.parseLong(arguments[1]);
        SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[2]));
        try (BlockCache cache = SlabBlockCache.open(path, capacityBytes, new RealTicker())) {
            while (true) {
                BlockCacheContract.hammer(cache, random, ROUNDS_PER_LINE);
                System.out.println("damaged " + cache.figures().damaged());
                if (System.out.checkError()) {
                    return;
                }
            }
        }
    }
}
