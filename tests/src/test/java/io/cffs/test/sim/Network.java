package io.cffs.test.sim;

/** Messages between daemons and the backend: late, twice, out of order or not at all. */
final class Network {
    private static final long HOP_NANOS = 100_000L;
    private static final long JITTER_NANOS = 200_000L;
    private static final long REORDER_NANOS = 20_000_000L;
    private static final long DELAY_NANOS = 8_000_000_000L;

    private final Scheduler scheduler;
    private final FaultPlan faults;

    Network(Scheduler scheduler, FaultPlan faults) {
        this.scheduler = scheduler;
        this.faults = faults;
    }

    void toBackend(Runnable delivery) {
        if (faults.strikes(Fault.REQUEST_LOST)) {
            return;
        }
        scheduler.after(hopNanos(), delivery);
        if (faults.strikes(Fault.DUPLICATED)) {
            scheduler.after(hopNanos() + (faults.random().nextBoolean() ? 0 : faults.random().nextLong(DELAY_NANOS)),
                    delivery);
        }
    }

    void toDaemon(Runnable delivery) {
        if (!faults.strikes(Fault.REPLY_LOST)) {
            scheduler.after(hopNanos(), delivery);
        }
    }

    private long hopNanos() {
        long hop = HOP_NANOS + faults.random().nextLong(JITTER_NANOS);
        if (faults.strikes(Fault.REORDERED)) {
            hop += faults.random().nextLong(REORDER_NANOS);
        }
        if (faults.strikes(Fault.DELAYED)) {
            hop += faults.random().nextLong(DELAY_NANOS);
        }
        return hop;
    }
}
