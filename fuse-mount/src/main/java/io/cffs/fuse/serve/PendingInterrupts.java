package io.cffs.fuse.serve;

import io.cffs.fuse.FuseReply;
import java.util.HashMap;
import java.util.Map;

/**
 * Brings INTERRUPT requests to the answers that wait. An interrupt can be read by one thread before another has come
 * to call {@link FuseReply#later} for the request it is about, so the latest ones that found nobody are remembered.
 * Those about requests that are answered at once are meant to be lost: their caller has its answer soon anyway.
 */
public final class PendingInterrupts implements FuseReply.Interrupts {
    /** More than there can be reader threads: each has at most one request that has not called {@code later} yet. */
    static final int EARLY_MAX = 256;

    private final Map<Long, Runnable> watched = new HashMap<>(); // @GuardedBy("this")
    private final long[] early = new long[EARLY_MAX]; // @GuardedBy("this")
    private int earlyNext; // @GuardedBy("this")
    private volatile Dispatcher.Crowd crowd; // null where nobody wants to know

    void watchCrowd(Dispatcher.Crowd who) {
        crowd = who;
    }

    @Override
    public void blocks() {
        if (crowd != null) {
            crowd.blocks();
        }
    }

    @Override
    public void goesOn() {
        if (crowd != null) {
            crowd.goesOn();
        }
    }

    @Override
    public void watch(long unique, Runnable action) {
        if (!rememberOrSeeEarly(unique, action)) {
            action.run();
        }
    }

    private synchronized boolean rememberOrSeeEarly(long unique, Runnable action) {
        for (int i = 0; i < EARLY_MAX; i++) {
            if (early[i] == unique) {
                early[i] = 0;
                return false;
            }
        }
        watched.put(unique, action);
        return true;
    }

    @Override
    public synchronized void forget(long unique) {
        watched.remove(unique);
    }

    /** An INTERRUPT for the request {@code unique} has come. */
    public void interrupt(long unique) {
        Runnable action = takeOrRemember(unique);
        if (action != null) {
            action.run();
        }
    }

    private synchronized Runnable takeOrRemember(long unique) {
        Runnable action = watched.remove(unique);
        if (action == null) {
            early[earlyNext] = unique;
            earlyNext = (earlyNext + 1) % EARLY_MAX;
        }
        return action;
    }
}
