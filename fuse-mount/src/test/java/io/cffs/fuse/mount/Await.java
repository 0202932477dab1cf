package io.cffs.fuse.mount;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what happens soon, at most twenty seconds. */
final class Await {
    private static final int ROUNDS_MAX = 2_000;
    private static final int ROUND_MILLIS = 10;

    private Await() {}

    static void until(BooleanSupplier happened) {
        CountDownLatch never = new CountDownLatch(1);
        try {
            for (int round = 0; round < ROUNDS_MAX; round++) {
                if (happened.getAsBoolean()) {
                    return;
                }
                never.await(ROUND_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        throw new AssertionError("it did not happen within " + ROUNDS_MAX * ROUND_MILLIS / 1000 + " s");
    }
}
