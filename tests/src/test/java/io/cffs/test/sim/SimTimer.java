package io.cffs.test.sim;

import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A timer in simulated time. Each run of a task is an actor of its own. Only what the session uses is simulated. */
final class SimTimer extends ScheduledThreadPoolExecutor {
    private final Scheduler scheduler;
    private boolean stopped;
    private boolean frozen;

    SimTimer(Scheduler scheduler) {
        super(0);
        this.scheduler = scheduler;
    }

    /** The daemon has died: no task runs any more. */
    void stop() {
        stopped = true;
    }

    /** While the platform has frozen the daemon, what is due is skipped. */
    void freeze(boolean isFrozen) {
        frozen = isFrozen;
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initial, long delay, TimeUnit unit) {
        Handle handle = new Handle();
        runLater(task, unit.toNanos(initial), unit.toNanos(delay), handle);
        return handle;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        Handle handle = new Handle();
        runLater(task, unit.toNanos(delay), -1, handle);
        return handle;
    }

    private void runLater(Runnable task, long afterNanos, long againNanos, Handle handle) {
        scheduler.after(afterNanos, () -> {
            if (stopped || handle.isCancelled()) {
                return;
            }
            if (!frozen) {
                scheduler.spawn("timer", task);
            }
            if (againNanos >= 0) {
                runLater(task, againNanos, againNanos, handle);
            }
        });
    }

    /** Can be cancelled, and no more. */
    private static final class Handle extends FutureTask<Void> implements ScheduledFuture<Void> {
        Handle() {
            super(() -> null);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return 0;
        }
    }
}
