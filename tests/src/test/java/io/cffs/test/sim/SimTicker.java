package io.cffs.test.sim;

import io.cffs.txn.port.Ticker;

/** Simulated time, and a wall clock that jumps. */
final class SimTicker implements Ticker {
    private static final long EPOCH_NANOS = 1_700_000_000_000_000_000L;

    private final Scheduler scheduler;
    private long skewNanos;

    SimTicker(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** @param nanos forwards, or back when negative */
    void jump(long nanos) {
        skewNanos += nanos;
    }

    @Override
    public long wallNanos() {
        return EPOCH_NANOS + scheduler.nowNanos() + skewNanos;
    }

    @Override
    public long monotonicNanos() {
        return scheduler.nowNanos();
    }
}
